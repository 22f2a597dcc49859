from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import models

from trainers import _fit, _networks, _weights, resnet18, vgg16
from trainers.datasets._dataset import Dataset, Split


def faces_of(size: int, classes: int = 5, across: int | None = None) -> Dataset:
    """A dataset of empty images, one a class."""
    blank = Split(np.zeros((classes, 1, size, across or size), np.uint8), np.arange(classes))
    return Dataset("blank", "blank images", tuple("abcdefgh"[:classes]), blank, blank, blank)


def weights(module: nn.Module) -> int:
    """Count the numbers a module learns."""
    return sum(parameter.numel() for parameter in module.parameters())


def test_vgg16_has_the_founding_size() -> None:
    """At 48x48 and five classes trunk and head have the parameters that the founding study printed."""
    with torch.device("meta"):
        assert weights(vgg16.convolutions(1.0, batch_norm=False)) == 14_714_688
        assert weights(vgg16.head(faces_of(48), 0.5, 1.0)) == 18_903_045


def test_vgg16_layers_bear_the_names_of_torchvision() -> None:
    """Every tensor of torchvision's features is found by name and shape, with and without batch norm."""
    with torch.device("meta"):
        for batch_norm, theirs in ((False, models.vgg16()), (True, models.vgg16_bn())):
            ours = vgg16.convolutions(1.0, batch_norm=batch_norm).state_dict()
            assert shapes(ours, "features.") == {k: v for k, v in shapes(theirs.state_dict()).items() if "feat" in k}


def test_resnet18_is_that_of_torchvision() -> None:
    """With torchvision's weights, found by their names, it gives torchvision's features."""
    theirs, ours = models.resnet18().eval(), resnet18.blocks(1.0).eval()
    wanted = {name: tensor for name, tensor in theirs.state_dict().items() if not name.startswith("fc.")}
    ours.load_state_dict(wanted)
    theirs.fc = nn.Identity()
    images = torch.rand(2, 3, 48, 48)
    with torch.inference_mode():
        assert torch.equal(ours(images), theirs(images))


@pytest.mark.parametrize(("width", "channels"), [(1.0, 512), (0.125, 64), (1 / 16, 32)], ids=["full", "eighth", "16th"])
def test_width_scales_every_layer(width: float, channels: int) -> None:
    """The last layers of both networks have that share of 512 channels."""
    with torch.device("meta"):
        assert vgg16.convolutions(width, batch_norm=False)[28].out_channels == channels
        assert resnet18.blocks(width)(torch.zeros(2, 3, 48, 48)).shape == (2, channels)


def test_the_head_takes_oblong_images() -> None:
    """An image of 130x160 leaves 4x5 points to the first layer of the head."""
    assert vgg16.head(faces_of(160, across=130), 0.5, 1 / 16)[1].in_features == 32 * 5 * 4


def test_a_frozen_base_stays_and_a_trained_one_moves(few_faces: Dataset) -> None:
    """Freezing leaves no gradient, and puts batch norm's statistics out of reach."""
    trunk = resnet18.blocks(1 / 16)
    head = nn.Sequential(nn.Dropout(0.5), nn.Linear(32, 5))
    before = {name: tensor.clone() for name, tensor in trunk.state_dict().items()}
    network = _networks.network(trunk, head, freeze=True, pretrained=True).on(torch.device("cpu"), torch.float32)
    images = torch.from_numpy(np.array(few_faces.train.images)).float()
    torch.autograd.backward(network.answer(network.see(images)).sum())
    assert all(torch.equal(before[name], tensor) for name, tensor in trunk.state_dict().items())
    assert all(parameter.grad is None for parameter in trunk.parameters())
    assert all(parameter.grad is not None for parameter in head.parameters())


def _given(name: str, folder: Path) -> str:
    """A file of weights as torchvision names them, for a narrow network."""
    torch.manual_seed(3)
    module = vgg16.convolutions(1 / 16, batch_norm=False) if name == "vgg16" else resnet18.blocks(1 / 16)
    before = "features." if name == "vgg16" else ""
    save_file({before + key: value for key, value in module.state_dict().items()}, folder / f"{name}.safetensors")
    return str(folder / f"{name}.safetensors")


@pytest.mark.parametrize(("name", "convolutions"), [("vgg16", 3), ("resnet18", 5)])
def test_partly_trains_the_last_block_and_the_head(
    name: str, convolutions: int, few_faces: Dataset, tmp_path: Path
) -> None:
    """It begins as the whole network does; what is kept has no batch norm that moves and no weight that learns."""
    path = _given(name, tmp_path)
    made = []
    for base in ("partly", "trained"):
        torch.manual_seed(0)
        told = {"batch_norm": False} if name == "vgg16" else {}
        build = vgg16.build if name == "vgg16" else resnet18.build
        network = build(few_faces, dropout=0.0, base=base, weights=path, width=1 / 16, **told)
        made.append(network.on(torch.device("cpu"), torch.float32))
    partly, whole = made
    images = torch.from_numpy(np.array(few_faces.train.images[:3])).float()
    for network in made:
        network.trained.eval()
    with torch.no_grad():
        first, second = (network.answer(network.see(images)) for network in made)
    assert torch.allclose(first, second, atol=1e-5)
    trained = [layer for layer in partly.trained.modules() if isinstance(layer, nn.Conv2d)]
    assert len(trained) == convolutions  # of ResNet-18 four and the projection beside them
    assert weights(partly.frozen) + weights(partly.trained) == weights(whole.trained)
    partly.trained.train()
    torch.autograd.backward(partly.answer(partly.see(images)).sum())
    assert all(not parameter.requires_grad for parameter in partly.frozen.parameters())
    assert all(parameter.grad is not None for parameter in partly.trained.parameters())
    assert not any(layer.training for layer in partly.frozen.modules())


def test_partly_wants_weights(few_faces: Dataset) -> None:
    """What stays as it is must come from somewhere."""
    with pytest.raises(ValueError, match="weights=none leaves base=partly nothing to rest on; take base=trained"):
        resnet18.prepare(few_faces, weights="none", base="partly")


@pytest.mark.parametrize(
    ("count", "size", "sizes"),
    [(9, 4, [4, 5]), (8, 4, [4, 4]), (10, 4, [4, 4, 2]), (1, 4, [1]), (3, 1, [1, 1, 1])],
    ids=["one left over", "even", "two left over", "one in all", "singles asked for"],
)
def test_no_batch_of_one_is_left_over(count: int, size: int, sizes: list[int]) -> None:
    """A single image left over joins the batch before, and no image is lost."""
    parts = _fit.batches(torch.arange(count), size)
    assert [len(part) for part in parts] == sizes
    assert torch.equal(torch.cat(parts), torch.arange(count))


@pytest.mark.parametrize("ending", ["pth", "safetensors", "checkpoint.pth"])
def test_weights_come_from_a_file(ending: str, tmp_path: Path, few_faces: Dataset) -> None:
    """The base takes its weights from the file it is given, by torchvision's names."""
    given = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        tensors = {"features." + k: v for k, v in vgg16.convolutions(1.0, batch_norm=False).state_dict().items()}
        path = tmp_path / f"{seed}.{ending}"
        if ending == "safetensors":
            save_file(tensors, path)
        else:
            torch.save({"state_dict": tensors} if "checkpoint" in ending else tensors, path)
        given.append(str(path))
    vgg16.prepare(few_faces, weights=given[0])
    torch.manual_seed(0)
    fresh = vgg16.convolutions(1.0, batch_norm=False).state_dict()
    read = vgg16.convolutions(1.0, batch_norm=False)
    for name, same in zip(given, (True, False), strict=True):
        _weights.put(_weights.Weights(name, ""), read, "features.")
        assert torch.equal(read.state_dict()["0.weight"], fresh["0.weight"]) is same


def shapes(tensors: dict[str, torch.Tensor], prefix: str = "") -> dict[str, tuple[int, ...]]:
    """Name the shape of each tensor."""
    return {prefix + name: tuple(tensor.shape) for name, tensor in tensors.items()}
