"""A training written down while it goes on, so that one that was killed goes on from there, bit for bit."""

from __future__ import annotations

import json
import os
import time
import warnings
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from trainers._networks import Network

FILE = "training.safetensors"
"""The tensors, and in its header the rest as JSON: one file, so that it is there whole or not at all."""
EVERY = 5.0
"""Seconds from one checkpoint to the next."""
SHARE = 50
"""How many times longer than to write it a training goes on before it is written again: it costs a fiftieth."""

Readings: TypeAlias = "list[dict[str, float]]"
State: TypeAlias = tuple[dict[str, Tensor], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Training:
    """All of a training that changes as it goes on, but for its readings."""

    network: Network
    """On its device."""
    fitted: Optimizer
    schedule: LRScheduler | None

    def state(self) -> State:
        """Its tensors by name, and the rest as plain values."""
        tensors = {f"network/{name}": tensor for name, tensor in self.network.trained.state_dict().items()}
        numbers: dict[str, dict[str, Any]] = {}
        for place, parameter in enumerate(_parameters(self.fitted)):
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
    """The latest state of a training, in a folder; without one nothing is kept, and nothing found."""

    def __init__(
        self, folder: Path | None, every: float, training: Training, told: Mapping[str, Any], data: Sequence[Tensor]
    ) -> None:
        """Keep `training` every so many seconds, 0: after each epoch.

        What it was told, as plain values, and its data tell it from others, whose checkpoints are not for it.
        """
        self._folder = folder
        self._every = every
        self._training = training
        self._about = _about(training.network, told, data) if folder else {}
        self._last, self._took = time.monotonic(), 0.0

    def take_up(self) -> Readings:
        """Make the training what it was when it was last kept, and give its readings until then; none: begin anew."""
        if self._folder is None or not self._folder.is_dir():
            return []
        # left by a process that was killed while it wrote; safetensors has names of its own for what is half written
        for part in [file for file in self._folder.iterdir() if file.name != FILE]:
            with suppress(OSError):
                part.unlink()
        found = _read(self._folder / FILE)
        if found is None:
            return []
        tensors, rest = found
        if rest["about"] != self._about:
            other = next((name for name in self._about if rest["about"].get(name) != self._about[name]), "form")
            _say(f"the checkpoint is of a training with another {other}; this one begins anew")
            return []
        self._training.restore(tensors, rest["state"])
        readings: Readings = rest["readings"]
        return readings

    def keep(self, readings: Readings) -> None:
        """Write the training down if it is time to; where that fails, it goes on without."""
        begin = time.monotonic()
        rare_enough = self._every and max(self._every, SHARE * self._took)
        if self._folder is None or begin - self._last < rare_enough:
            return
        tensors, state = self._training.state()
        part = self._folder / f"{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(part, tensors, {"about": self._about, "readings": readings, "state": state})
            part.replace(self._folder / FILE)
        except (OSError, SafetensorError) as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            _say(f"no checkpoint can be written: {_first_line(error)}; the training goes on without")
        self._last = time.monotonic()
        self._took = self._last - begin


def _about(network: Network, told: Mapping[str, Any], data: Sequence[Tensor]) -> dict[str, Any]:
    """On what a training's numbers hang besides what changes as it goes on, each by what it is called."""
    device = network.mean.device
    unit = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    return {
        **told,
        "network": f"{network.trained} in {network.numbers}",
        "frozen part": _sum([network.mean, network.deviation, *network.frozen.state_dict().values()]),
        "data": _sum(data),
        "version of torch": torch.__version__,
        "device": f"{device.type} {unit}",
        "number of threads": torch.get_num_threads(),
    }


def _parameters(fitted: Optimizer) -> list[Tensor]:
    return [parameter for group in fitted.param_groups for parameter in group["params"]]


def _like(parameter: Tensor, tensor: Tensor, device: torch.device | str) -> Tensor:
    """A tensor of an optimizer on its device, laid out in memory as its parameter is where it has its shape."""
    if tensor.shape != parameter.shape:
        return tensor.to(device, copy=True)  # what was read is a view of the file
    return torch.empty_like(parameter, dtype=tensor.dtype, device=device, requires_grad=False).copy_(tensor)


def _write(path: Path, tensors: Mapping[str, Tensor], rest: Mapping[str, Any]) -> None:
    """Write a file, and see it on the disk."""
    copies = {
        name: tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
        for name, tensor in tensors.items()
    }
    text = json.dumps(rest)
    save_file(copies, path, metadata={"training": text, "sum": str(_sum_of(copies, text))})
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _read(path: Path) -> State | None:
    """What was written; None where there is nothing, or not what was written."""
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
        text = header["training"]
        if header["sum"] != str(_sum_of(tensors, text)):
            raise ValueError("its sum is wrong")  # noqa: TRY301 - one sentence for all that may be wrong
        return tensors, json.loads(text)
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        _say(f"the checkpoint cannot be read: {_first_line(error)}; the training begins anew")
        return None


def _sum_of(tensors: Mapping[str, Tensor], text: str) -> int:
    names = [f"{name} {tensors[name].dtype} {list(tensors[name].shape)}" for name in sorted(tensors)]
    return zlib.crc32("\n".join([text, *names]).encode(), _sum([tensors[name] for name in sorted(tensors)]))


def _sum(tensors: Sequence[Tensor]) -> int:
    """What shows that a bit of them is another by accident."""
    total = 0
    for tensor in tensors:
        total = zlib.crc32(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data, total)
    return total


def _say(line: str) -> None:
    warnings.warn(line, stacklevel=1)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
