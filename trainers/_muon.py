"""Muon for a network's hidden weights and AdamW for the rest, as one optimizer."""

from __future__ import annotations

from inspect import unwrap
from typing import TYPE_CHECKING, Any

import torch
from torch import nn, optim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from torch import Tensor

    Told: TypeAlias = Mapping[str, Any]

MATRIX, KERNELS = 2, 4
"""Dimensions."""
RATE = "match_rms_adamw"
"""A step as long as AdamW's, so that one learning rate serves both (Liu and others, 2025, arXiv 2502.16982)."""


class MuonWithAdamW(optim.Optimizer):
    """Torch's Muon for weights, each as a matrix with a row an output, and its AdamW for other parameters.

    Torch's Muon takes matrices alone: the kernels of a convolution are flattened, and share their memory with what it
    is given. Both work on the groups and the state of this one, so that schedules and checkpoints see but one.
    """

    def __init__(
        self, weights: Sequence[nn.Parameter], others: Sequence[nn.Parameter], muon: Told, adamw: Told
    ) -> None:
        """Take hidden weights, all other parameters, and what each optimizer is told."""
        matrices = [weight if weight.ndim == MATRIX else nn.Parameter(_as_matrix(weight, weight)) for weight in weights]
        pairs = zip(weights, matrices, strict=True)
        self._flattened = [(weight, matrix) for weight, matrix in pairs if matrix is not weight]
        self._both = optim.Muon(matrices, adjust_lr_fn=RATE, **muon), optim.AdamW(others, **adamw)
        groups = [group for one in self._both for group in one.param_groups]
        super().__init__(groups, {"lr": muon["lr"]})
        for one, group in zip(self._both, self.param_groups, strict=True):
            one.param_groups, one.state = [group], self.state

    def zero_grad(self, set_to_none: bool = True) -> None:  # noqa: FBT001, FBT002 - torch's own signature
        """Forget all gradients, those of the kernels too."""
        super().zero_grad(set_to_none)
        for weight, _ in self._flattened:
            weight.grad = None

    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Move all parameters once."""
        loss = closure() if closure else None
        for weight, matrix in self._flattened:
            matrix.grad = None if weight.grad is None else _as_matrix(weight.grad, weight)
        with torch.no_grad():
            for one in self._both:
                unwrap(type(one).step)(one)  # without its hooks: whoever counts steps is to count one
        return loss


def hidden(parameters: Iterable[nn.Parameter], *, whole: bool) -> list[nn.Parameter]:
    """Choose the weights that are Muon's from those of a network in its order: neither the first nor an output's.

    So says Jordan (kellerjordan.github.io/posts/muon, 2024, and the README of his Muon): all filters of a convolutional
    network but the first layer's, and no weights of an output layer. Unless the network is `whole`, a frozen part
    stands before the first. Several heads side by side read as many features, and none feeds the last.
    """
    weights = [parameter for parameter in parameters if parameter.ndim >= MATRIX]
    if not weights:
        return []
    features = weights.pop().shape[1:]
    while weights and weights[-1].shape[1:] == features and weights[-1].shape[:1] != features:
        weights.pop()
    return weights[1:] if whole else weights


def _as_matrix(tensor: Tensor, weight: Tensor) -> Tensor:
    """Flatten all but the first dimension, in the order in which the weight lies in memory."""
    by_channel = weight.ndim == KERNELS and not weight.is_contiguous()
    rows = tensor.detach().permute(0, 2, 3, 1) if by_channel else tensor.detach()
    return rows.view(len(rows), -1) if tensor is weight else rows.reshape(len(rows), -1)
