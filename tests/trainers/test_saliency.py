"""Where a network looks for its answer."""

import numpy as np
import pytest
import torch
from torch import nn

from trainers import _fit, _networks, _saliency, resnet18
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split


def conv(weights: list[float]) -> nn.Conv2d:
    """A convolution of single points, one output for each weight."""
    layer = nn.Conv2d(1, len(weights), 1, bias=False)
    layer.weight.data = torch.tensor(weights).view(-1, 1, 1, 1)
    return layer


def linear(weights: list[list[float]]) -> nn.Linear:
    """Logits of given weights."""
    layer = nn.Linear(len(weights[0]), len(weights), bias=False)
    layer.weight.data = torch.tensor(weights)
    return layer


def test_the_map_is_that_of_the_formula() -> None:
    """Two answers of the convolution, the image and its negative, the mean of each weighed: by hand."""
    layers = nn.Sequential(conv([1.0, -1.0]), nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear([[3.0, 1.0], [-1.0, 2.0]]))
    image = torch.tensor([[[[0, 51], [102, 255]]]], dtype=torch.uint8).repeat(2, 1, 1, 1)
    found = _saliency.grad_cam(_networks.of_shades(layers), image, torch.tensor([0, 1]))
    # class 0: 3/4 of the image less 1/4 of it; class 1: what speaks for it is below zero everywhere
    assert found[0].flatten().tolist() == pytest.approx([0, 0.2, 0.4, 1])
    assert found[1].tolist() == [[0, 0], [0, 0]]


def test_a_network_that_looks_above_has_its_saliency_there(squares: Dataset) -> None:
    """The mean light of the upper half against that of the lower: images that are bright above are salient above."""
    layers = nn.Sequential(conv([1.0]), nn.AdaptiveAvgPool2d((2, 1)), nn.Flatten(), linear([[1.0, 0.0], [0.0, 1.0]]))
    network = _networks.of_shades(layers)
    images, labels = torch.tensor(squares.val.images), torch.tensor(squares.val.labels)
    assert torch.equal(_fit.answers(network, images).argmax(dim=1), labels)
    maps = _saliency.grad_cam(network, images, labels)
    assert maps.shape == (32, 32, 32)
    assert (float(maps.min()), float(maps.max())) == (0, 1)
    above = maps[:, :16].sum(dim=(1, 2)) / maps.sum(dim=(1, 2))
    assert float(above[labels == 0].min()) > 0.8
    assert float(above[labels == 1].max()) < 0.2


def test_a_trained_network_looks_at_what_it_was_taught() -> None:
    """A bright square somewhere or none: of what speaks for the square, most lies on and about it."""
    random = np.random.default_rng(0)
    corners = random.integers(2, 22, (64, 2))

    def split(count: int) -> Split:
        images = random.integers(0, 60, (count, 1, 32, 32)).astype(np.uint8)
        for image, (top, left) in zip(images[1::2], corners, strict=False):
            image[0, top : top + 8, left : left + 8] += 150
        return Split(images, np.arange(count) % 2)

    data = Dataset("s", "squares", ("none", "square"), split(64), split(32), split(2))
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 8, 3, padding=1), nn.ReLU())
    network = _networks.of_shades(nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 2)))
    recipe = Recipe(batch_size=8, augmentation="none", precision="float32", learning_rate=0.02)
    *_, last = _fit.fit(data, network, 6, 0, recipe)
    assert last["val_accuracy"] == 1
    maps = _saliency.grad_cam(network, torch.tensor(data.val.images[1::2]), torch.ones(16, dtype=torch.int64))
    shares = [
        float(own[top - 2 : top + 10, left - 2 : left + 10].sum() / own.sum())
        for own, (top, left) in zip(maps, corners, strict=False)
    ]
    assert min(shares) > 0.5 > 2 * (12 * 12) / (32 * 32)


def test_nothing_is_left_changed(squares: Dataset) -> None:
    """Weights, gradients, mode and hooks are as before; frozen convolutions are looked into as well."""
    trunk = resnet18.blocks(1 / 16)
    network = _networks.network(trunk, nn.Linear(32, 2), freeze=True, pretrained=False)
    network = network.on(torch.device("cpu"), torch.bfloat16)
    network.trained.train()
    before = {name: tensor.clone() for name, tensor in trunk.state_dict().items()}
    images = torch.tensor(squares.val.images[:3]).repeat(1, 1, 2, 2)
    maps = _saliency.grad_cam(network, images, torch.tensor([0, 1, 1]))
    assert maps.shape == (3, 64, 64)
    assert maps.dtype == torch.float32
    assert network.trained.training
    assert all(parameter.grad is None for parameter in network.trained.parameters())
    assert not any(module._forward_hooks for module in trunk.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in trunk.state_dict().items())


def test_a_last_convolution_of_one_point_is_passed_over() -> None:
    """The one before it has places; a network without any is refused."""
    wide, small = conv([1.0]), nn.Conv2d(1, 1, 1, bias=False)
    small.weight.data.fill_(1.0)
    layers = nn.Sequential(wide, nn.AdaptiveAvgPool2d(1), small, nn.Flatten(), linear([[1.0], [-1.0]]))
    image = torch.tensor([[[[0, 255], [0, 0]]]], dtype=torch.uint8)
    found = _saliency.grad_cam(_networks.of_shades(layers), image, torch.tensor([0]))
    assert found.tolist() == [[[0, 1], [0, 0]]]
    dense = _networks.of_shades(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)))
    with pytest.raises(ValueError, match="Grad-CAM wants a convolution whose answer has more than one point"):
        _saliency.grad_cam(dense, image, torch.tensor([0]))
