"""The names and shapes of the tensors in a file, read without torch: who only plans need not import it."""

from __future__ import annotations

import json
import pickletools
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]

MOST = 2**24
"""Bytes of names and shapes beyond which a file is left to torch."""
REBUILDS = "torch._utils _rebuild_tensor_v2"
PLAIN = frozenset({"collections OrderedDict"})
MARK = object()
SILENT = frozenset({"PROTO", "FRAME", "STOP"})
PUTS = frozenset({"BINUNICODE", "SHORT_BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1"})
MAKES: Mapping[str, Callable[[], Any]] = {
    "MARK": lambda: MARK,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "NONE": lambda: None,
}
"""Words of a pickle that say nothing here, that put what they tell on the stack, and that put there what they mean."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A thing of some module, by name: it is never looked up."""

    name: str


@dataclass(frozen=True, slots=True)
class _Tensor:
    shape: tuple[int, ...]


class _UnknownError(Exception):
    """The file holds what is not read here."""


def shapes(path: Path) -> Shapes | None:
    """What a file says of its tensors; None where only torch can tell, or tell what is wrong with it."""
    try:
        found = _of_safetensors(path) if path.suffix == ".safetensors" else _of_torch(path)
    except (_UnknownError, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, zipfile.BadZipFile):
        return None
    return found


def _of_safetensors(path: Path) -> Shapes:
    """The header: its length in eight bytes, then JSON; after it as many bytes as it says."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > MOST:
            raise _UnknownError
        header = json.loads(file.read(length))
    told = {name: each for name, each in header.items() if name != "__metadata__"}
    if path.stat().st_size != 8 + length + max((each["data_offsets"][1] for each in told.values()), default=0):
        raise _UnknownError
    return {name: tuple(each["shape"]) for name, each in told.items()}


def _of_torch(path: Path) -> Shapes:
    """What `torch.save` has written of tensors by name: the words of its pickle are read, and none is carried out."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.rpartition("/")[2] == "data.pkl"]
        if len(names) != 1 or archive.getinfo(names[0]).file_size > MOST:
            raise _UnknownError
        said = _told(archive.read(names[0]))
    tensors = said.get("state_dict", said) if isinstance(said, dict) else None
    if not isinstance(tensors, dict) or not all(isinstance(each, _Tensor) for each in tensors.values()):
        raise _UnknownError
    return {name: tensor.shape for name, tensor in tensors.items()}


def _told(words: bytes) -> Any:
    """The value that these words describe, of dictionaries, tuples, plain values and tensors alone."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    for operation, argument, _ in pickletools.genops(words):
        _do(operation.name, argument, stack, memo)
    (value,) = stack
    return value


def _do(name: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    """One word: what it takes from the stack, and what it puts there; see `pickletools` for what each means."""
    if name in PUTS:
        stack.append(argument)
    elif name in MAKES:
        stack.append(MAKES[name]())
    elif name in {"BINPUT", "LONG_BINPUT"}:
        memo[argument] = stack[-1]
    elif name in {"BINGET", "LONG_BINGET"}:
        stack.append(memo[argument])
    elif name == "GLOBAL":
        stack.append(_Name(argument))
    elif name not in SILENT:
        _join(name, stack)


def _join(name: str, stack: list[Any]) -> None:
    """One word that makes one thing of several."""
    match name:
        case "TUPLE":
            stack.append(_since_mark(stack))
        case "TUPLE1" | "TUPLE2" | "TUPLE3":
            count = int(name[-1])
            stack[-count:] = [tuple(stack[-count:])]
        case "BINPERSID":
            stack[-1] = None  # where a tensor's numbers lie
        case "SETITEM":
            value, key = stack.pop(), stack.pop()
            stack[-1][key] = value
        case "SETITEMS":
            items = _since_mark(stack)
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        case "REDUCE":
            told, made = stack.pop(), stack.pop()
            stack.append(_made(made, told))
        case "BUILD":
            stack.pop()  # what a dictionary of torch's keeps besides its items: versions of modules
        case _:
            raise _UnknownError


def _since_mark(stack: list[Any]) -> tuple[Any, ...]:
    place = len(stack) - 1 - stack[::-1].index(MARK)
    found = tuple(stack[place + 1 :])
    del stack[place:]
    return found


def _made(what: object, told: tuple[Any, ...]) -> Any:
    """An empty dictionary, or a tensor: its storage, its offset, its shape and more."""
    if what == _Name(REBUILDS):
        return _Tensor(tuple(told[2]))
    if isinstance(what, _Name) and what.name in PLAIN and told == ():
        return {}
    raise _UnknownError
