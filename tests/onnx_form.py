"""A network in the form of YuNet, whose faces are red squares: a few weights, written as ONNX by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

INT, INTS, FLOATS, INT64S = 2, 7, 1, 7
NEVER = -30.0
COARSEST = 32
ENDS = (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))


def _number(value: int) -> bytes:
    """A whole number, seven bits a byte, the lowest first."""
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _field(number: int, value: int | bytes | str) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    raw = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(raw)) + raw


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    kind = FLOATS if values.dtype == np.float32 else INT64S
    sizes = b"".join(_field(1, size) for size in values.shape)
    return _field(5, sizes + _field(2, kind) + _field(8, name) + _field(9, values.tobytes()))


def _node(kind: str, inputs: Iterable[str], output: str, **told: Sequence[int]) -> bytes:
    ends = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind)
    for name, numbers in told.items():
        ends += _field(5, _field(1, name) + b"".join(_field(8, n) for n in numbers) + _field(20, INTS))
    return _field(1, ends)


def _end(number: int, name: str, shape: Sequence[int | str]) -> bytes:
    """A named input or output of the network."""
    sizes = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
    return _field(number, _field(1, name) + _field(2, _field(1, _field(1, FLOATS) + _field(2, sizes))))


def red_squares(path: Path, faces: float = 3.0) -> Path:
    """Write a network that takes a red square of 32x32 on its grid for the middle of a face, `faces` times as large.

    In the form that OpenCV's FaceDetectorYN reads: a class, an objectness, a box and five points for each cell of three
    grids. The two finer grids never see one.
    """
    graph = b"".join(_head(name, channels, stride, faces) for stride in (8, 16, COARSEST) for name, channels in ENDS)
    graph += _field(2, "squares") + _end(11, "input", (1, 3, 64, 64))
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13)))
    return path


def _head(name: str, channels: int, stride: int, faces: float) -> bytes:
    """One end of the network: a convolution that cuts the picture in cells, and what puts its numbers cell by cell."""
    weights = np.zeros((channels, 3, stride, stride), np.float32)
    bias = np.full(channels, NEVER if channels == 1 else 0.0, np.float32)
    if channels == 1 and stride == COARSEST:
        weights[:, 2] = 1 / stride**2  # blue, green, red
        bias[:] = -200  # above a half from a mean shade of 200 on
    if name == "bbox":
        bias = np.array([0.5, 0.5, np.log(faces), np.log(faces)], np.float32)  # middle, and logarithms of sides
    end = f"{name}_{stride}"
    squash = "Sigmoid" if channels == 1 else "Identity"
    kernel = {"kernel_shape": (stride, stride), "strides": (stride, stride)}
    parts = [
        _tensor(f"{end}_w", weights),
        _tensor(f"{end}_b", bias),
        _tensor(f"{end}_s", np.array([1, -1, channels], np.int64)),
        _node("Conv", ("input", f"{end}_w", f"{end}_b"), f"{end}_c", **kernel),
        _node(squash, (f"{end}_c",), f"{end}_p"),
        _node("Transpose", (f"{end}_p",), f"{end}_t", perm=(0, 2, 3, 1)),
        _node("Reshape", (f"{end}_t", f"{end}_s"), end),
        _end(12, end, (1, "cells", channels)),
    ]
    return b"".join(parts)
