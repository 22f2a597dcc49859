from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tests.trainers.test_networks import faces_of
from trainers import resnet18, vgg16


@pytest.fixture(autouse=True)
def empty_torch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of downloads without any."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch"


@pytest.mark.parametrize("trainer", [vgg16, resnet18], ids=["vgg16", "resnet18"])
@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {},
            "no ImageNet weights at .*torch/hub/checkpoints/.*; put .* download=true .* weights=none with base=trained",
        ),
        ({"weights": "none"}, "weights=none leaves base=frozen nothing to rest on; take base=trained"),
        ({"width": 0.5}, "weights=imagenet fit width=1 only, not 0.5; take weights=none"),
        ({"weights": "imagenett"}, "weights=imagenett is no file; it may be imagenet, none or a file"),
    ],
    ids=["no weights", "nothing to freeze", "width", "no such file"],
)
def test_what_cannot_be_trained_is_one_line(trainer: Any, given: dict[str, Any], line: str) -> None:
    """Weights that are missing or do not fit are refused before any training, with the ways out."""
    with pytest.raises(ValueError, match=line) as error:
        trainer.prepare(faces_of(48), **given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("trainer", "line"),
    [(vgg16, "at least 32x32 are wanted, and blank has 7x7"), (resnet18, "at least 8x8 are wanted, and blank has 7x7")],
    ids=["vgg16", "resnet18"],
)
def test_small_images_are_refused(trainer: Any, line: str) -> None:
    """An image that would vanish in the network is named with the smallest that would do."""
    with pytest.raises(ValueError, match=line):
        trainer.prepare(faces_of(7), weights="none", base="trained")


@pytest.mark.parametrize("trainer", [vgg16, resnet18], ids=["vgg16", "resnet18"])
def test_from_scratch_nothing_is_wanted(trainer: Any) -> None:
    """Without weights and with all trained there is nothing to find or fetch."""
    trainer.prepare(faces_of(48), weights="none", base="trained", width=0.125)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.pth", b"", "cannot be read as weights"),
        ("b.pth", b"GIF89a, not weights", "cannot be read as weights"),
        ("c.safetensors", b"\x08\0\0\0\0\0\0\0notjson!", "cannot be read as weights"),
        ("d.pth", [1, 2], "holds no tensors by name"),
        ("e.pth", {"features.0.weight": 3}, "holds no tensors by name"),
        ("f.pth", {"conv1.weight": torch.zeros(1)}, "has no features.0.weight"),
        ("g.pth", {"features.0.weight": torch.zeros(1)}, r"is \(1,\), and \(64, 3, 3, 3\) is wanted"),
        ("h.safetensors", {"conv1.weight": torch.zeros(1)}, "has no features.0.weight"),
    ],
    ids=["empty", "image", "bad safetensors", "list", "numbers", "other network", "other shape", "other safetensors"],
)
def test_a_bad_weights_file_is_one_line(name: str, content: Any, line: str, tmp_path: Path) -> None:
    """What is wrong with a file of weights is said before any training."""
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif path.suffix == ".safetensors":
        save_file(content, path)
    else:
        torch.save(content, path)
    with pytest.raises(ValueError, match=line) as error:
        vgg16.prepare(faces_of(48), weights=str(path))
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_a_file_runs_nothing(tmp_path: Path) -> None:
    """A pickle that would call something when read is refused and calls nothing."""
    path, trace = tmp_path / "evil.pth", tmp_path / "trace"
    torch.save(Touch(trace), path)
    with pytest.raises(ValueError, match="cannot be read as weights"):
        vgg16.prepare(faces_of(48), weights=str(path))
    assert not trace.exists()


class Touch:
    """Makes a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (self.path,)


def test_weights_that_torch_has_fetched_are_found(empty_torch_home: Path) -> None:
    """ImageNet weights are looked for where torch keeps its downloads."""
    found = empty_torch_home / "hub" / "checkpoints" / vgg16.IMAGENET[False]
    found.parent.mkdir(parents=True)
    found.touch()
    vgg16.prepare(faces_of(48))
