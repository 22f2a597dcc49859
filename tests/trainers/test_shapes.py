"""The names and shapes of a file's tensors without torch: what torch would say, or that only torch can."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models.vgg import cfgs, make_layers

from trainers import _shapes, _weights, vgg16


def told(tensors: dict[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    """Their shapes by name."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def layers() -> nn.Module:
    """Weights of several ranks and numbers, whose state holds more than tensors."""
    return nn.Sequential(nn.Conv2d(2, 300, 3), nn.BatchNorm2d(300), nn.Linear(70_000, 1))


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("wrapped", [False, True])
def test_files_of_torch_are_read(wrapped: bool, protocol: int, tmp_path: Path) -> None:
    """By themselves or under `state_dict`, views and parameters too, in every way torch writes them."""
    state = layers().state_dict() | {
        "view": torch.zeros(3, 4)[1:, ::2],
        "none": torch.zeros(0, 2),
        "one": torch.ones(()),
    }
    page: Any = {"state_dict": state} if wrapped else state
    torch.save(page, tmp_path / "a.pth", pickle_protocol=protocol)
    found = _shapes.shapes(tmp_path / "a.pth")
    assert found is None or found == told(state)
    assert found is not None or protocol > 2  # torch writes 2 unless it is asked for another


def test_safetensors_are_read(tmp_path: Path) -> None:
    """With what else stands in their header; one cut short is left to who can say so."""
    state = layers().state_dict()
    file = tmp_path / "a.safetensors"
    save_file(state, file, metadata={"made": "here"})
    assert _shapes.shapes(file) == told(state)
    file.write_bytes(file.read_bytes()[:-1])
    assert _shapes.shapes(file) is None


@pytest.mark.parametrize("page", [[torch.ones(1)], {"a": 1.5}, {"a": {"b": torch.ones(1)}}, nn.Linear(1, 1), 3])
def test_anything_else_is_left_to_torch(page: Any, tmp_path: Path) -> None:
    """Lists, numbers, dictionaries in dictionaries and whole modules."""
    torch.save(page, tmp_path / "a.pth")
    assert _shapes.shapes(tmp_path / "a.pth") is None


@pytest.mark.parametrize("words", [b"", b".", b"cos\nsystem\n(S'echo'\ntR.", b"\x80\x02}q\x00(X\x01\x00\x00\x00au."])
def test_nothing_of_a_file_is_carried_out(words: bytes, tmp_path: Path) -> None:
    """Words that name a program, or that make no sense, are only looked at."""
    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("a/data.pkl", words)
    assert _shapes.shapes(tmp_path / "a.pth") is None


@pytest.mark.parametrize("batch_norm", [False, True])
def test_vgg16_is_torchvisions(batch_norm: bool) -> None:
    """Layers, first weights and the random numbers after them; and the shapes that its file is checked by."""
    torch.manual_seed(5)
    theirs = make_layers([part if part == "M" else part // 16 for part in cfgs["D"]], batch_norm=batch_norm)
    for layer in theirs:
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    after = torch.rand(3)
    torch.manual_seed(5)
    ours = vgg16.convolutions(1 / 16, batch_norm=batch_norm)
    assert torch.equal(torch.rand(3), after)
    assert repr(ours) == repr(theirs)
    wanted = theirs.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in ours.state_dict().items())
    with torch.device("meta"):
        whole = vgg16.convolutions(1.0, batch_norm=batch_norm).state_dict()
    assert vgg16.shapes(batch_norm=batch_norm) == {f"features.{name}": shape for name, shape in told(whole).items()}


def test_a_plan_needs_no_torch(tmp_path: Path) -> None:
    """Weights from a file are checked, and refused, by a process that never imports it."""
    state = {name: torch.zeros(shape[:1]) for name, shape in vgg16.shapes(batch_norm=False).items() if shape}
    torch.save({name: tensor for name, tensor in state.items() if "26" not in name}, tmp_path / "a.pth")
    code = f"""
import sys
from pathlib import Path
from trainers import _weights, vgg16
try:
    _weights.check(_weights.Weights({str(tmp_path / "a.pth")!r}, ""), vgg16.shapes(batch_norm=False))
except ValueError as error:
    print(error, "torch" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.endswith("False\n")
    assert "has no features." in said or "is wanted" in said
    with pytest.raises(ValueError, match="cannot be read as weights"):
        _weights.check(_weights.Weights(str(Path(__file__)), ""), vgg16.shapes(batch_norm=False))
