"""Adadelta in blocks, and layers held in the numbers they compute in: the same bits as torch's own way."""

from copy import deepcopy

import pytest
import torch
from torch import nn, optim

from trainers import _blocks, _device, _networks, _optimizers
from trainers._recipe import Recipe


@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_steps_in_blocks_are_torchs_own(decay: float) -> None:
    """Weights of several blocks and a part of one, a bias of less than one, and a layout that cannot be cut."""
    torch.manual_seed(0)
    large = nn.Linear(8 * 36, 700)
    layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), large).to(memory_format=torch.channels_last)
    twin = deepcopy(layers)
    ours = _optimizers.optimizer(Recipe(optimizer="adadelta", weight_decay=decay), layers.parameters())
    plain = optim.Adadelta(twin.parameters(), weight_decay=decay)
    assert isinstance(ours, _blocks.Adadelta)
    assert 2 * _blocks.BLOCK < large.weight.numel() < 4 * _blocks.BLOCK
    for _ in range(5):
        images = torch.randn(4, 3, 8, 8)
        for network, fitted in ((layers, ours), (twin, plain)):
            fitted.zero_grad()
            network(images).square().sum().backward()
            fitted.step()
    for own, other in zip(layers.parameters(), twin.parameters(), strict=True):
        assert torch.equal(own, other)
        assert all(torch.equal(value, plain.state[other][name]) for name, value in ours.state[own].items())
        assert ours.state[own].keys() == plain.state[other].keys()


def test_frozen_layers_are_rounded_once() -> None:
    """What autocast would make of their weights for each batch is what they are held in; norms stay as they were."""
    torch.manual_seed(0)
    base = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 16))
    images = 255 * torch.rand(4, 3, 8, 8)
    before = _networks.network(deepcopy(base), nn.Identity(), freeze=True, pretrained=True)
    shades = ((images / 255 - before.mean) / before.deviation).contiguous(memory_format=torch.channels_last)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        wanted = before.frozen.eval().to(memory_format=torch.channels_last)(shades)
    network = _networks.network(base, nn.Linear(16, 2), freeze=True, pretrained=True)
    network = network.on(torch.device("cpu"), torch.bfloat16)
    assert torch.equal(network.see(images), wanted)
    kinds = {name: tensor.dtype for name, tensor in network.frozen.state_dict().items()}
    assert kinds["0.weight"] == kinds["4.bias"] == torch.bfloat16
    assert kinds["1.weight"] == kinds["1.running_var"] == next(network.trained.parameters()).dtype == torch.float32


def test_memory_is_kept_again_and_again() -> None:
    """It may be asked for by every training of a process, and what is freed and made anew is sound."""
    for _ in range(3):
        _device.keep_memory()
        numbers = [torch.full((2**22,), float(value)) for value in range(3)]
        assert [float(part.sum()) for part in numbers] == [0, 2**22, 2**23]
        del numbers
