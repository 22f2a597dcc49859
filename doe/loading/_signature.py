"""The signature is the schema: what a trainer or a dataset may be told, read from its keyword arguments."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from doe.model import DoeError, Level, is_number, shown


class LevelError(DoeError):
    """A value lies outside what a trainer or a dataset takes."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a number must lie; None where it is not bounded."""

    low: float | None = None
    """The least it may be."""

    high: float | None = None
    """The most it may be."""

    above: float | None = None
    """What it must exceed."""

    below: float | None = None
    """What it must stay under."""

    def holds(self, number: float) -> bool:
        """Whether the number lies inside."""
        return (
            (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )

    def __str__(self) -> str:
        """The range in words, with a space before it: `` from 0 to below 1``."""
        start = (
            f" from {self.low:g}"
            if self.low is not None
            else f" above {self.above:g}"
            if self.above is not None
            else ""
        )
        if self.high is not None:
            return f"{start} to {self.high:g}" if start else f" up to {self.high:g}"
        if self.below is not None:
            return f"{start} to below {self.below:g}" if start else f" below {self.below:g}"
        return start


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A keyword argument and its domain."""

    name: str
    """Its keyword."""

    default: Any
    """Its value where nothing is said: the baseline."""

    kind: type = str
    """bool, int, float or str; object where the signature does not say."""

    choices: tuple[Level, ...] = ()
    """All it may be, where the annotation is a Literal."""

    range: Range = Range()
    """Where it must lie, if it is a number."""

    required: bool = False
    """Whether it must be said, as it has no default."""

    def accept(self, level: Level) -> Level:
        """The level as the trainer wants it: a whole number becomes a float where a float is asked for.

        Raises:
            LevelError: The level lies outside the domain.
        """
        if self.kind is float and is_number(level):
            level = float(level)
        if not self.admits(level):
            raise LevelError(f"{self.name} = {level}: wanted {self.wanted}")
        return level

    @property
    def wanted(self) -> str:
        """The domain in words."""
        if self.choices:
            return f"one of {shown(self.choices)}"
        words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        return words.get(self.kind, "a value") + str(self.range)

    def admits(self, level: Level) -> bool:
        """Whether the level lies inside the domain."""
        if self.choices:
            return any(level == choice and type(level) is type(choice) for choice in self.choices)
        if self.kind in (int, float) and not (is_number(level) and isinstance(level, self.kind)):
            return False
        if self.kind in (bool, str) and not isinstance(level, self.kind):
            return False
        return not is_number(level) or self.range.holds(float(level))


def hyperparameters(function: Callable[..., object]) -> dict[str, Hyperparameter]:
    """What may be told to a function: its keyword-only arguments, and ``epochs``.

    An argument whose annotation is a dataclass stands for the fields of that class, with the defaults of its own
    default: what several trainers take alike is written once.
    """
    hints = get_type_hints(function, include_extras=True)
    arguments = inspect.signature(function).parameters.values()
    groups = _groups(function)
    told: dict[str, Hyperparameter] = {}
    for argument in arguments:
        if argument.name in groups:
            fields = get_type_hints(groups[argument.name], include_extras=True)
            told |= {name: _read(name, getattr(argument.default, name), hint) for name, hint in fields.items()}
        elif argument.kind is argument.KEYWORD_ONLY:
            required = argument.default is argument.empty
            read = _read(argument.name, None if required else argument.default, hints.get(argument.name, object))
            told[argument.name] = dataclasses.replace(read, required=required)
    for argument in arguments:
        if argument.name == "epochs":
            default = None if argument.default is argument.empty else argument.default
            told["epochs"] = Hyperparameter("epochs", default, int, range=Range(low=1))
    return told


def grouped(function: Callable[..., object], told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told by hyperparameter as the function's own arguments: fields of a group are put into it."""
    arguments = inspect.signature(function).parameters
    left, groups = dict(told), {}
    for name, kind in _groups(function).items():
        fields = {field.name: left.pop(field.name) for field in dataclasses.fields(kind) if field.name in left}
        groups[name] = dataclasses.replace(arguments[name].default, **fields)
    return {**left, **groups}


def _groups(function: Callable[..., object]) -> dict[str, Any]:
    """The keyword-only arguments that are dataclasses with a default."""
    hints = get_type_hints(function)
    arguments = inspect.signature(function).parameters.values()
    return {
        a.name: hints[a.name]
        for a in arguments
        if a.kind is a.KEYWORD_ONLY and dataclasses.is_dataclass(hints.get(a.name)) and a.default is not a.empty
    }


def _read(name: str, default: Any, hint: Any) -> Hyperparameter:
    bounds = Range()
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        bounds = _bounds(notes)
    if get_origin(hint) in (Union, types.UnionType):
        hint = next((part for part in get_args(hint) if part is not type(None)), object)
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            bounds = _bounds(notes)
    if get_origin(hint) is Literal:
        return Hyperparameter(name, default, choices=get_args(hint))
    kind = hint if hint in (bool, int, float, str) else object
    return Hyperparameter(name, default, kind, range=bounds)


def _bounds(notes: Iterable[object]) -> Range:
    import annotated_types

    kinds = (annotated_types.Ge, annotated_types.Le, annotated_types.Gt, annotated_types.Lt, annotated_types.Interval)
    known = [note for note in notes if isinstance(note, kinds)]

    def bound(key: str) -> float | None:
        return next((float(value) for note in known if (value := getattr(note, key, None)) is not None), None)

    return Range(low=bound("ge"), high=bound("le"), above=bound("gt"), below=bound("lt"))
