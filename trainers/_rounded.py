"""Weights that layers compute with, rounded once a step: in the same pass over memory in which an optimizer moves them.

Where layers compute in bfloat16, torch rounds all weights to it before each step, and makes float32 of all gradients
after it. On a CPU each takes as long as an optimizer's own pass. Here the rounded weights stay beside their own, take
the gradients, and are moved with them a block at a time, while a core's cache holds it: to the bits of torch's own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import nn, optim

if TYPE_CHECKING:
    from torch import Tensor

    from trainers._networks import Network

LEAST = 2**20
"""Weights of a layer below which its rounding takes no time worth saving."""

Group: TypeAlias = "dict[str, Any]"
Block: TypeAlias = "tuple[Tensor, ...]"
"""A part of a weight, and of what its optimizer keeps of it."""
Move: TypeAlias = "Callable[[Group, Block, Tensor, Tensor], None]"
"""Moves a block: with a group's numbers, by its gradient, at the step of that number."""


def _adam(group: Group, block: Block, gradient: Tensor, step: Tensor) -> None:
    weight, mean, square = block
    torch._fused_adam_(
        [weight],
        [gradient],
        [mean],
        [square],
        [],
        [step],
        lr=group["lr"],
        beta1=group["betas"][0],
        beta2=group["betas"][1],
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        amsgrad=False,
        maximize=False,
    )


def _adagrad(group: Group, block: Block, gradient: Tensor, step: Tensor) -> None:
    weight, total = block
    torch._fused_adagrad_(
        [weight],
        [gradient],
        [total],
        [step],
        lr=group["lr"],
        lr_decay=group["lr_decay"],
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        maximize=False,
    )


def _adadelta(group: Group, block: Block, gradient: Tensor, _step: Tensor) -> None:
    """Operation by operation as torch has it, which has no fused form."""
    weight, square, moved = block
    rest = 1 - group["rho"]
    if group["weight_decay"]:
        gradient = gradient.add(weight, alpha=group["weight_decay"])
    square.mul_(group["rho"]).addcmul_(gradient, gradient, value=rest)
    deviation = square.add(group["eps"]).sqrt_()
    move = moved.add(group["eps"]).sqrt_().div_(deviation).mul_(gradient)
    moved.mul_(group["rho"]).addcmul_(move, move, value=rest)
    weight.add_(move, alpha=-group["lr"])


@dataclass(frozen=True, slots=True)
class Way:
    """How an optimizer of torch's moves a block of weights."""

    kind: type[optim.Optimizer]
    kept: tuple[str, ...]
    """What it keeps of each weight, by torch's names."""
    block: int
    """Weights that with their gradients, and all that is kept and made of them, fit in a core's cache."""
    move: Move


WAYS = (
    Way(optim.Adam, ("exp_avg", "exp_avg_sq"), 2**17, _adam),
    Way(optim.Adagrad, ("sum",), 2**17, _adagrad),
    Way(optim.Adadelta, ("square_avg", "acc_delta"), 2**15, _adadelta),
)


@dataclass(frozen=True, slots=True)
class Steps:
    """An optimizer's steps, with rounded weights beside some of its own."""

    fitted: optim.Optimizer
    way: Way
    rounded: dict[Tensor, Tensor]
    cut: dict[Tensor, list[tuple[Block, Tensor]]] = field(default_factory=dict)
    """Each weight in blocks, once what its optimizer keeps of it is there, and its rounded weights."""

    def zero_grad(self, *, set_to_none: bool = True) -> None:
        """Forget all gradients."""
        self.fitted.zero_grad(set_to_none)
        for tensor in self.rounded.values():
            tensor.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move the rounded weights with their own, then all others as torch does: at the first step these too."""
        buffer = torch.empty(self.way.block)
        first = []
        for group in self.fitted.param_groups:
            for parameter in filter(self.rounded.__contains__, group["params"]):
                gradient = self.rounded[parameter].grad
                if gradient is None:
                    continue
                if self.fitted.state[parameter].keys() >= {"step", *self.way.kept}:
                    self._move(group, parameter, gradient, buffer)
                else:
                    parameter.grad = gradient.float()
                    first.append(parameter)
        self.fitted.step()
        for parameter in first:
            parameter.grad = None
            self.rounded[parameter].copy_(parameter)

    def _move(self, group: Group, parameter: Tensor, gradient: Tensor, buffer: Tensor) -> None:
        state = self.fitted.state[parameter]
        if parameter not in self.cut:
            whole = [parameter.detach(), *(state[name] for name in self.way.kept), self.rounded[parameter].detach()]
            parts = zip(*(torch.split(tensor.view(-1), self.way.block) for tensor in whole), strict=True)
            self.cut[parameter] = [(tuple(block), shadow) for *block, shadow in parts]
        step = state["step"]
        step += 1
        for (block, shadow), own in zip(
            self.cut[parameter], torch.split(gradient.view(-1), self.way.block), strict=True
        ):
            self.way.move(group, block, buffer[: len(own)].copy_(own), step)
            shadow.copy_(block[0])


def beside(network: Network, fitted: optim.Optimizer) -> tuple[Network, optim.Optimizer | Steps]:
    """The network that computes with rounded weights where that pays, and what makes the steps of both."""
    way = next((way for way in WAYS if isinstance(fitted, way.kind)), None)
    if way is None or isinstance(fitted, optim.AdamW):
        return network, fitted
    if network.numbers is not torch.bfloat16 or network.mean.device.type != "cpu":
        return network, fitted
    stepped = {parameter for group in fitted.param_groups for parameter in group["params"]}
    weights = {
        f"{name}.weight": layer.weight
        for name, layer in network.trained.named_modules()
        if type(layer) is nn.Linear and layer.weight.numel() >= LEAST and layer.weight in stepped
    }
    shadows = {name: weight.detach().to(network.numbers).requires_grad_() for name, weight in weights.items()}
    steps = Steps(fitted, way, {weight: shadows[name] for name, weight in weights.items()})
    return replace(network, rounded=shadows), steps
