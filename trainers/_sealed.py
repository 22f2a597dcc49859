"""A file of tensors and plain values that shows when a bit of it is another: what a checkpoint is written in."""

from __future__ import annotations

import json
import os
import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

State: TypeAlias = "tuple[dict[str, Tensor], dict[str, Any]]"
"""Tensors by name, and the rest."""


def write(path: Path, tensors: Mapping[str, Tensor], rest: Mapping[str, Any]) -> None:
    """Write a file, and see it on the disk."""
    apart = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    places: dict[int, int] = {}
    for name, tensor in apart.items():  # two in one place are refused
        if places.setdefault(tensor.untyped_storage().data_ptr(), id(tensor)) != id(tensor):
            apart[name] = tensor.clone()
    text = json.dumps(rest)
    save_file(apart, path, metadata={"training": text, "sum": str(_of_all(apart, text))})
    with path.open("rb") as file:
        os.fsync(file.fileno())


def read(path: Path) -> State | None:
    """What was written; None where there is nothing.

    Raises:
        ValueError: It is not what was written, with one line.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
        text = header["training"]
        if header["sum"] != str(_of_all(tensors, text)):
            raise ValueError("its sum is wrong")  # noqa: TRY301 - one sentence for all that may be wrong
        return tensors, json.loads(text)
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(str(error).strip().partition("\n")[0] or type(error).__name__) from error


def _of_all(tensors: Mapping[str, Tensor], text: str) -> int:
    names = [f"{name} {tensors[name].dtype} {list(tensors[name].shape)}" for name in sorted(tensors)]
    return zlib.crc32("\n".join([text, *names]).encode(), checksum([tensors[name] for name in sorted(tensors)]))


def checksum(tensors: Sequence[Tensor]) -> int:
    """What shows that a bit of them is another by accident."""
    total = 0
    for tensor in tensors:
        total = zlib.crc32(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data, total)
    return total
