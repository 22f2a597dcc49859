"""Pictures and weights from strangers: bombs, broken files and pickles that would start programs."""

from __future__ import annotations

import io
import os
import pickle
import struct
import zlib
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from trainers._weights import Weights
from trainers._weights import read as read_weights
from trainers.datasets._decode import FORMATS, read

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8))
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(owned) (w) file closefile\nshowpage\n"


class Evil:
    """What would leave a file behind if it were unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch owned",)


def _png(width: int, height: int, pixels: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * pixels, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_png(30_000, 30_000, 10_000_000), "taken for an attack"),
        (_png(2**31 - 1, 2**31 - 1, 1), "taken for an attack"),
        (_png(9_000, 9_000, 1), "cannot be read"),
        (POSTSCRIPT, "is no image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no image"),
        (b"", "is no image"),
        (b"\x89PNG\r\n\x1a\n", "is no image"),
    ],
    ids=["bomb", "huge", "hollow", "PostScript", "SVG", "empty", "magic alone"],
)
def test_a_malicious_picture_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    """Before its pixels are unpacked, and by no decoder that starts programs."""
    path = tmp_path / "face.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        read(path, (48, 48), "rgb")


@pytest.mark.parametrize("form", FORMATS)
def test_a_broken_picture_is_read_or_refused(form: str, tmp_path: Path) -> None:
    """Cut anywhere, or with some bytes changed: 150 files of each form, and no other error than a ValueError."""
    out, random, path = io.BytesIO(), Random(0), tmp_path / "face"
    NOISE.save(out, form)
    whole, refused = out.getvalue(), 0
    for number in range(150):
        broken = bytearray(whole[: random.randrange(len(whole))] if number % 3 == 0 else whole)
        for _ in range(random.randint(1, 6) if broken else 0):
            broken[random.randrange(min(len(broken), random.choice([60, 400, len(broken)])))] = random.randrange(256)
        path.write_bytes(broken)
        try:
            assert read(path, (48, 48), "rgb").shape == (3, 48, 48)
        except ValueError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("form", ["zip", "old", *range(6)])
def test_a_pickle_that_would_start_a_program_is_refused(form: str | int, workplace: Path) -> None:
    """Weights are read as tensors alone; nothing in them is run."""
    path = workplace / "weights.pth"
    if isinstance(form, int):
        path.write_bytes(pickle.dumps({"features.0.weight": Evil()}, protocol=form))
    else:
        torch.save({"features.0.weight": Evil()}, path, _use_new_zipfile_serialization=form == "zip")
    with pytest.raises(ValueError, match="cannot be read as weights"):
        read_weights(Weights(str(path), ""))
    assert not (workplace / "owned").exists()


@pytest.mark.parametrize("form", ["zip", "old", "safetensors"])
def test_broken_weights_are_read_or_refused(form: str, tmp_path: Path) -> None:
    """Cut anywhere, or with some bytes changed: 200 files of each form, and no other error than a ValueError."""
    tensors, out, random = {"a": torch.zeros(4), "b": torch.ones(2, 2)}, io.BytesIO(), Random(0)
    torch.save(tensors, out, _use_new_zipfile_serialization=form == "zip")
    whole, refused = save(tensors) if form == "safetensors" else out.getvalue(), 0
    path = tmp_path / ("weights.safetensors" if form == "safetensors" else "weights.pth")
    for number in range(200):
        broken = bytearray(whole[: random.randrange(len(whole))] if number % 4 == 0 else whole)
        for _ in range(random.randint(1, 6) if broken else 0):
            broken[random.randrange(len(broken))] = random.randrange(256)
        path.write_bytes(broken)
        try:
            assert all(isinstance(tensor, torch.Tensor) for tensor in read_weights(Weights(str(path), "")).values())
        except ValueError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("content", [struct.pack("<Q", 2**63) + b"{}", struct.pack("<Q", 9000) + b"[" * 9000, b"{}"])
def test_garbage_that_is_called_safetensors_is_refused(content: bytes, tmp_path: Path) -> None:
    """A head longer than the file, nested without end, or none."""
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read as weights"):
        read_weights(Weights(str(path), ""))
