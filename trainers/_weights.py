"""Where a network's starting weights come from, and what is wrong with them, in one line."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainers import _shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from trainers._domains import Tuned
    from trainers._shapes import Shapes

SERVER = "https://download.pytorch.org/models/"


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by the name the user gave them, for the network they are meant for."""

    name: str
    """"imagenet", "none" or a file."""
    imagenet: str
    """The file of torchvision's ImageNet weights for it."""

    @property
    def given(self) -> bool:
        """Whether there are any."""
        return self.name != "none"

    @property
    def path(self) -> Path:
        """The file they stand in: the user's own, or torch's own cache of downloads."""
        if self.name != "imagenet":
            return Path(self.name).expanduser()
        cache = os.getenv("XDG_CACHE_HOME") or "~/.cache"
        home = Path(os.getenv("TORCH_HOME") or Path(cache) / "torch").expanduser()
        return home / "hub" / "checkpoints" / self.imagenet


def prepare(weights: Weights, *, download: bool, base: Tuned, width: float) -> None:
    """Refuse what cannot be trained, and fetch ImageNet weights where `download` says so.

    Raises:
        ValueError: With one line that names the ways out.
    """
    if not weights.given:
        if base != "trained":
            raise ValueError(f"weights=none leaves base={base} nothing to rest on; take base=trained")
        return
    if width != 1:
        raise ValueError(f"weights={weights.name} fit width=1 only, not {width:g}; take weights=none")
    if weights.path.is_file():
        return
    if weights.name != "imagenet":
        raise ValueError(f"weights={weights.name} is no file; it may be imagenet, none or a file")
    if not download:
        raise ValueError(
            f"no ImageNet weights at {weights.path}; put the file there, take download=true"
            " to fetch it from download.pytorch.org, or weights=none with base=trained to do without"
        )
    _fetch(weights)


def _fetch(weights: Weights) -> None:
    from torch import hub

    try:
        weights.path.parent.mkdir(parents=True, exist_ok=True)
        hub.load_state_dict_from_url(
            SERVER + weights.imagenet, str(weights.path.parent), progress=False, check_hash=True, weights_only=True
        )
    except (OSError, RuntimeError) as error:  # no network, no space, or not the file that its name says
        raise ValueError(f"{SERVER}{weights.imagenet} could not be fetched: {_first_line(error)}") from error


def read(weights: Weights) -> Mapping[str, Tensor]:
    """Read the tensors of a file by name; nothing in it is ever run."""
    import torch
    from safetensors.torch import load_file

    try:
        if weights.path.suffix == ".safetensors":
            return load_file(weights.path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of an odd protocol; what matters is what comes of it
            tensors = torch.load(weights.path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{weights.path} cannot be read as weights: {_first_line(error)}") from error
    tensors = tensors.get("state_dict", tensors) if isinstance(tensors, dict) else None
    if not isinstance(tensors, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        raise ValueError(f"{weights.path} holds no tensors by name")
    return tensors


def put(weights: Weights, module: nn.Module, prefix: str = "") -> None:
    """Put weights into a module, from the names that begin with `prefix`; others are left aside.

    Raises:
        ValueError: With the first name that is missing or has another shape.
    """
    if not weights.given:
        return
    found, own = read(weights), module.state_dict()
    wanted = {prefix + name: tuple(tensor.shape) for name, tensor in own.items()}
    _match(weights, {name: tuple(tensor.shape) for name, tensor in found.items()}, wanted)
    module.load_state_dict({name: found[prefix + name] for name in own})


def check(weights: Weights, wanted: Shapes) -> None:
    """Refuse a file that lacks one of these names, or has it in another shape; torch is asked only if it must be.

    Raises:
        ValueError: With the first name that is missing or has another shape, or with why the file cannot be read.
    """
    found = _shapes.shapes(weights.path)
    if found is None:
        found = {name: tuple(tensor.shape) for name, tensor in read(weights).items()}
    _match(weights, found, wanted)


def _match(weights: Weights, found: Shapes, wanted: Shapes) -> None:
    for name, shape in wanted.items():
        if name not in found:
            raise ValueError(f"{weights.path} has no {name}")
        if found[name] != shape:
            raise ValueError(f"{name} of {weights.path} is {found[name]}, and {shape} is wanted")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
