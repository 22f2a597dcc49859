"""A training written down while it goes on, so that one that was killed goes on from there, bit for bit."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from safetensors import SafetensorError
from torch import Tensor

from trainers import _sealed

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from trainers._networks import Network

FILE = "training.safetensors"
"""The tensors, and in its header the rest as JSON: one file, so that it is there whole or not at all."""
EVERY = 5.0
"""Seconds from one checkpoint to the next."""
FORM = 2
"""Of what is written; what has another is left."""
ALONE = "training"
"""The name of a training that is kept by itself."""
SHARE = 50
"""How many times longer than to write it a training goes on before it is written again: it costs a fiftieth."""
QUICK = 10**9
"""Bytes a second that few disks write: how long the first takes at least, before that is known."""

Readings: TypeAlias = "list[dict[str, float]]"


@dataclass(frozen=True, slots=True)
class Training:
    """All of a training that changes as it goes on, but for its readings."""

    network: Network
    """On its device."""
    fitted: Optimizer
    schedule: LRScheduler | None

    def state(self, *, weights_alone: bool = False) -> _sealed.State:
        """Its tensors by name, and the rest as plain values; of one that has ended the weights will do."""
        tensors = {f"network/{name}": tensor for name, tensor in self.network.trained.state_dict().items()}
        numbers: dict[str, dict[str, Any]] = {}
        for place, parameter in enumerate([] if weights_alone else _parameters(self.fitted)):
            for name, value in self.fitted.state.get(parameter, {}).items():
                if isinstance(value, Tensor):
                    tensors[f"optimizer/{place}/{name}"] = value
                else:
                    numbers.setdefault(str(place), {})[name] = value
        return tensors, {
            "groups": [{n: v for n, v in group.items() if n != "params"} for group in self.fitted.param_groups],
            "numbers": numbers,
            "schedule": self.schedule.state_dict() if self.schedule else {},
            "on_host": [name for name, tensor in tensors.items() if tensor.device.type == "cpu"],
        }

    def restore(self, tensors: Mapping[str, Tensor], rest: Mapping[str, Any]) -> None:
        """Make it what it was when it gave this state; its memory is laid out as it was, as results hang on it."""
        start = "network/"
        weights = {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}
        self.network.trained.load_state_dict(weights)
        on_host = set(rest["on_host"])
        for place, parameter in enumerate(_parameters(self.fitted)):
            start = f"optimizer/{place}/"
            found = {name: tensor for name, tensor in tensors.items() if name.startswith(start)}
            state = {
                name.removeprefix(start): _like(parameter, tensor, "cpu" if name in on_host else parameter.device)
                for name, tensor in found.items()
            }
            if state or str(place) in rest["numbers"]:
                self.fitted.state[parameter] = state | rest["numbers"].get(str(place), {})
        for group, kept in zip(self.fitted.param_groups, rest["groups"], strict=True):
            group.update({name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()})
        if self.schedule:
            self.schedule.load_state_dict(rest["schedule"])


class Checkpoint:
    """The latest state of trainings that go on together, in a folder; without one nothing is kept, or found."""

    def __init__(self, folder: Path | None, every: float, about: Mapping[str, Any]) -> None:
        """Keep them every so many seconds, 0: whenever it is asked; `about` tells them from others.

        What the folder holds of others is not for them.
        """
        self._folder = folder
        self._every = every
        self._about = about
        self._parts: dict[str, tuple[Training, Readings]] = {}
        self._finished: set[str] = set()
        self._found = self._take_up()
        self._last, self._took = time.monotonic(), 0.0

    @property
    def readings(self) -> Readings:
        """What was yielded of them together until they were last kept; none: begin anew."""
        return list(self._found[1]["readings"])

    def part(self, name: str) -> Part:
        """One of them, to be given to what fits it; it is kept with the others, and not by itself."""
        return Part(self, name, alone=False)

    def join(self, name: str, training: Training) -> Readings:
        """Make a training what it was when it was last kept, and keep it from now on with its own readings.

        Its readings until then are given, in the list to which it adds those that follow.
        """
        tensors, rest = self._found
        start, kept = f"{name}/", rest["parts"].get(name)
        if kept is not None:
            own = {key.removeprefix(start): tensor for key, tensor in tensors.items() if key.startswith(start)}
            training.restore(own, kept["state"])
        readings: Readings = list(kept["readings"]) if kept else []
        self._parts[name] = (training, readings)
        return readings

    def finish(self, name: str) -> None:
        """Keep no more than the weights of a training that has ended."""
        self._finished.add(name)

    def keep(self, readings: Readings) -> None:
        """Write all down if it is time to, with what was yielded of them together; where that fails, go on without."""
        begin = time.monotonic()
        if self._folder is None or begin - self._last < self._every:
            return
        tensors, parts = self._state()
        size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
        if self._every and begin - self._last < SHARE * (self._took or size / QUICK):
            return
        part = self._folder / f"{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _sealed.write(part, tensors, {"about": self._about, "readings": readings, "parts": parts})
            part.replace(self._folder / FILE)
        except (OSError, SafetensorError) as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            _say(f"no checkpoint can be written: {_first_line(error)}; the training goes on without")
        self._last = time.monotonic()
        self._took = self._last - begin

    def _state(self) -> _sealed.State:
        """The tensors of all parts by name, and the rest of each."""
        tensors: dict[str, Tensor] = {}
        parts: dict[str, Any] = {}
        for name, (training, own) in self._parts.items():
            found, state = training.state(weights_alone=name in self._finished)
            tensors |= {f"{name}/{key}": tensor for key, tensor in found.items()}
            parts[name] = {"state": state, "readings": own}
        return tensors, parts

    def _take_up(self) -> _sealed.State:
        nothing: _sealed.State = {}, {"readings": [], "parts": {}}
        if self._folder is None or not self._folder.is_dir():
            return nothing
        # left by a process that was killed while it wrote; safetensors has names of its own for what is half written
        for part in [file for file in self._folder.iterdir() if file.name != FILE]:
            with suppress(OSError):
                part.unlink()
        try:
            found = _sealed.read(self._folder / FILE)
        except ValueError as error:
            _say(f"the checkpoint cannot be read: {error}; the training begins anew")
            return nothing
        if found is not None and found[1]["about"] != self._about:
            kept = found[1]["about"]
            other = next((name for name in self._about if kept.get(name) != self._about[name]), "form")
            _say(f"the checkpoint is of a training with another {other}; this one begins anew")
            return nothing
        return found or nothing


@dataclass(frozen=True, slots=True)
class Part:
    """One training in a checkpoint: by itself, or one of several that are kept together."""

    checkpoint: Checkpoint
    name: str
    alone: bool
    """Whether it keeps itself; where it is one of several, who trains them does."""

    def take_up(self, training: Training) -> Readings:
        """Make the training what it was, and give its readings until then, to which it adds those that follow."""
        return self.checkpoint.join(self.name, training)

    def keep(self) -> None:
        """Write it down if it is time to."""
        if self.alone:
            self.checkpoint.keep([])


def part(
    place: Path | Part | None, every: float, network: Network, told: Mapping[str, Any], data: Sequence[Tensor]
) -> Part:
    """The part that was given, or a checkpoint by itself in a folder.

    What the training was told, as plain values, its network and its data tell it from others.
    """
    if isinstance(place, Part):
        return place
    if place is None:
        return Part(Checkpoint(None, every, {}), ALONE, alone=True)
    return Part(Checkpoint(place, every, about(network, told, data)), ALONE, alone=True)


def about(network: Network, told: Mapping[str, Any], data: Sequence[Tensor]) -> dict[str, Any]:
    """On what a training's numbers hang besides what changes as it goes on, each by what it is called."""
    device = network.mean.device
    unit = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    return {
        **told,
        "network": f"{network.trained} in {network.numbers}",
        "frozen part": _sealed.checksum([network.mean, network.deviation, *network.frozen.state_dict().values()]),
        "data": _sealed.checksum(data),
        "version of torch": torch.__version__,
        "device": f"{device.type} {unit}",
        "number of threads": torch.get_num_threads(),
        "form": FORM,
    }


def _parameters(fitted: Optimizer) -> list[Tensor]:
    return [parameter for group in fitted.param_groups for parameter in group["params"]]


def _like(parameter: Tensor, tensor: Tensor, device: torch.device | str) -> Tensor:
    """A tensor of an optimizer on its device, laid out in memory as its parameter is where it has its shape."""
    if tensor.shape != parameter.shape:
        return tensor.to(device, copy=True)  # what was read is a view of the file
    return torch.empty_like(parameter, dtype=tensor.dtype, device=device, requires_grad=False).copy_(tensor)


def _say(line: str) -> None:
    warnings.warn(line, stacklevel=1)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
