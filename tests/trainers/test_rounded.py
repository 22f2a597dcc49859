"""Weights kept rounded beside their own, and optimizers without torch's compiler: the same bits as torch's own way."""

import subprocess
import sys
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import nn

from trainers import _networks, _optimizers, _rounded
from trainers._recipe import Recipe

ROUNDED = {"adam", "adagrad", "adadelta"}
CPU = torch.device("cpu")


def network(layers: nn.Module, numbers: torch.dtype = torch.bfloat16) -> _networks.Network:
    """What is trained on given features."""
    return _networks.network(nn.Sequential(), layers, freeze=True, pretrained=False).on(CPU, numbers)


def head(hidden: int = 1100) -> nn.Sequential:
    """A layer of more than a million weights, in blocks and a part of one, between two that are smaller."""
    torch.manual_seed(0)
    layers = (nn.Linear(32, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.5))
    return nn.Sequential(*layers, nn.Linear(hidden, 3))


@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize("name", ["adam", "adagrad", "adadelta", "adamw", "sgd"])
def test_rounded_weights_change_no_bit(name: Any, decay: float) -> None:
    """Losses, weights, and what the optimizer keeps of them, while the learning rate falls."""
    layers = head()
    twin = deepcopy(layers)
    recipe = Recipe(optimizer=name, weight_decay=decay)
    fitted, other = (_optimizers.optimizer(recipe, each.parameters()) for each in (layers, twin))
    ours, steps = _rounded.beside(network(layers), fitted)
    assert list(ours.rounded) == (["2.weight"] if name in ROUNDED else [])
    assert all(1100 * 1100 % way.block and way.block < _rounded.LEAST for way in _rounded.WAYS)
    for epoch in range(4):
        seen, labels = torch.randn(8, 32).bfloat16(), torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
        losses = []
        for each, stepping in ((ours, steps), (network(twin), other)):
            torch.manual_seed(epoch)
            loss = nn.functional.cross_entropy(each.answer(seen), labels)
            stepping.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            stepping.step()
            losses.append(loss.item())
        assert losses[0] == losses[1]
        for group in (*fitted.param_groups, *other.param_groups):
            group["lr"] *= 0.5
    for own, theirs in zip(layers.parameters(), twin.parameters(), strict=True):
        assert torch.equal(own, theirs)
        assert own.grad is None or own.shape != (1100, 1100) or name not in ROUNDED
        kept, wanted = fitted.state[own], other.state[theirs]
        assert kept.keys() == wanted.keys()
        assert all(kept[key] is wanted[key] or torch.equal(kept[key], wanted[key]) for key in kept)


def test_only_what_is_rounded_anyway_is_kept_rounded() -> None:
    """In float32 there is nothing to round, and in small layers nothing to save."""
    for layers, numbers in ((head(), torch.float32), (head(900), torch.bfloat16)):
        fitted = _optimizers.optimizer(Recipe(), layers.parameters())
        assert not _rounded.beside(network(layers, numbers), fitted)[0].rounded


def test_training_leaves_torchs_compiler_alone() -> None:
    """No optimizer of the shelf imports it, in a process where nobody has."""
    code = """
import sys
import torch
from trainers import _optimizers
from trainers._recipe import Recipe
layer = torch.nn.Sequential(*(torch.nn.Linear(4, 4, bias=False) for _ in range(3)))
for name in _optimizers.OPTIMIZERS:
    fitted = _optimizers.optimizer(Recipe(optimizer=name), layer.parameters())
    layer(torch.ones(1, 4)).sum().backward()
    fitted.step()
    fitted.zero_grad()
    fitted.load_state_dict(fitted.state_dict())
print("torch._dynamo" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
