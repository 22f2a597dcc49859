"""Muon: which weights are its own, that it steps as its authors say, and who is told that there is none."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from doe.loading.trainers import TrainerError, load_trainer, prepare
from trainers import _fit, _muon, _networks, _optimizers, cnn, resnet18, vgg16
from trainers._recipe import Recipe
from trainers._tasks import with_heads
from trainers.datasets._dataset import Dataset

RECIPE = Recipe("muon", learning_rate=0.01, weight_decay=0.0)


def shapes(layers: nn.Module, *, whole: bool = True) -> list[tuple[int, ...]]:
    """Of the weights that are Muon's."""
    return [tuple(weight.shape) for weight in _muon.hidden(layers.parameters(), whole=whole)]


def test_hidden_weights_are_neither_first_nor_last(few_faces: Dataset) -> None:
    """All filters but the first layer's, no output layer, no head beside it; a frozen part leaves no first layer."""
    layers = cnn.build((1, 48, 48), 5, "first", width=1 / 16)
    every = [tuple(weight.shape) for weight in layers.parameters() if weight.ndim > 1]
    assert shapes(layers) == every[1:-1]
    network = resnet18.build(few_faces, base="trained", weights="none", width=1 / 16)
    single = shapes(network.trained)
    assert len(single) == 19  # of ResNet-18's 21 weights
    assert shapes(with_heads(network, {"glasses": 2, "age": 3}).trained) == single
    head = vgg16.build(few_faces, base="frozen", weights="none", batch_norm=False, width=1 / 16).trained
    square = [tuple(weight.shape) for weight in head.parameters() if weight.ndim > 1]
    assert len(square) == 3
    assert shapes(head, whole=False) == square[:2]
    assert shapes(nn.Linear(4, 2)) == shapes(nn.BatchNorm1d(4)) == []


def orthogonal(gradient: torch.Tensor) -> torch.Tensor:
    """The nearest matrix whose singular values are all one."""
    left, _, right = torch.linalg.svd(gradient, full_matrices=False)
    nearest: torch.Tensor = left @ right
    return nearest


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_step_is_orthogonal_and_as_long_as_adamws(layout: torch.memory_format) -> None:
    """Kernels move as one matrix, whatever their layout: singular values of about one, 0.2 root mean square a step."""
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(2, 4, 3), nn.Conv2d(4, 8, 3), nn.Flatten(), nn.Linear(8, 2))
    layers = layers.to(memory_format=layout)
    gradients = {name: torch.randn_like(value) for name, value in layers.named_parameters()}
    fitted = _optimizers.optimizer(RECIPE, layers.parameters())
    before = {name: value.detach().clone() for name, value in layers.named_parameters()}
    for name, value in layers.named_parameters():
        value.grad = gradients[name].clone()
    fitted.step()
    moved = {name: before[name] - value.detach() for name, value in layers.named_parameters()}
    step = moved["1.weight"].flatten(1) / (0.01 * 0.2 * 36**0.5)
    assert torch.linalg.svdvals(step).tolist() == pytest.approx([1] * 8, abs=0.4)  # about one is what five rounds give
    wanted = orthogonal(gradients["1.weight"].flatten(1))
    assert float((step * wanted).sum() / step.norm() / wanted.norm()) > 0.95
    # AdamW's first step is as long as its learning rate, wherever there is a gradient
    assert moved["3.weight"].abs().flatten().tolist() == pytest.approx([0.01] * 16, rel=1e-3)
    assert moved["0.bias"].abs().tolist() == pytest.approx([0.01] * 4, rel=1e-3)
    fitted.zero_grad()
    assert all(parameter.grad is None for parameter in layers.parameters())


def test_both_layouts_train_alike(few_faces: Dataset) -> None:
    """Five epochs lower the loss, on the schedule of both groups; weight decay is told to both."""
    torch.manual_seed(0)
    network = _networks.of_shades(cnn.build(few_faces.shape, 5, "first", dropout=0.0, width=1 / 16))
    recipe = Recipe("muon", weight_decay=0.05, batch_size=12, schedule="cosine", augmentation="none")
    readings = list(_fit.fit(few_faces, network, 5, 0, recipe))
    assert readings[-1]["train_loss"] < readings[0]["train_loss"] - 0.1
    assert readings[-1]["learning_rate"] < 0.2 * readings[0]["learning_rate"] == pytest.approx(2e-4)
    fitted = _optimizers.optimizer(recipe, network.trained.parameters())
    assert [group["weight_decay"] for group in fitted.param_groups] == [0.05, 0.05]
    assert [group["adjust_lr_fn"] for group in fitted.param_groups if "adjust_lr_fn" in group] == ["match_rms_adamw"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("resnet18", {"base": "frozen", "width": 0.125}),
        ("zoo", {"base": "frozen", "weights": "w.safetensors"}),
        ("multi_task", {"base": "frozen", "width": 0.125}),
        ("divide_and_conquer", {"base": "frozen", "network": "resnet18"}),
    ],
)
def test_an_output_layer_alone_is_refused(name: str, told: dict[str, Any], few_faces: Dataset) -> None:
    """Before any trial, in one line; adamw is not."""
    trainer = load_trainer(name)
    with pytest.raises(TrainerError, match=f"{name}: optimizer=muon is for hidden layers, and none is trained here"):
        prepare(trainer, few_faces, iter([{**told, "optimizer": "muon"}]))


@pytest.mark.parametrize("name", ["cnn", "vgg16", "resnet18", "zoo", "multi_task", "divide_and_conquer"])
def test_an_older_torch_is_told_so(name: str, few_faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch before 2.9 has no Muon: every trainer of images says so before any trial."""
    monkeypatch.delattr(torch.optim, "Muon")
    told = {"optimizer": "muon", "base": "trained", "weights": "none"}
    with pytest.raises(TrainerError, match=r"optimizer=muon wants torch 2\.9 or later, and there is .*; take adamw"):
        prepare(load_trainer(name), few_faces, iter([told]))


def test_a_file_says_so_too(few_faces: Dataset, tmp_path: Path) -> None:
    """A network of one layer has no hidden weights, and the training ends in that line."""
    network = _networks.of_shades(nn.Sequential(nn.Flatten(), nn.Linear(1024, 5)))
    with pytest.raises(ValueError, match="optimizer=muon is for hidden layers"):
        list(_fit.fit(few_faces, network, 1, 0, RECIPE, checkpoint=tmp_path))
