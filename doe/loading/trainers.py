"""Find a trainer by name, and read what it may be told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints

from doe.loading._names import load_function, load_module, names_on, nearest, reference
from doe.loading._signature import Hyperparameter, grouped, hyperparameters
from doe.model import DoeError, Metrics

SHELF = "trainers"
CHECKPOINT, PICTURES = "checkpoint", "pictures"
"""The arguments that are no hyperparameters but folders, where they are ``Path | None``."""


class TrainerError(DoeError):
    """A function cannot serve as a trainer, or lacks a hyperparameter."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """A trainer as doe knows it: by its signature alone."""

    name: str
    """What the user typed."""

    reference: str
    """Where a worker finds it: ``module:function`` or ``/path/to/file.py:function``."""

    train: Callable[..., Iterator[Metrics]] = field(hash=False)
    """The generator function."""

    hyperparameters: Mapping[str, Hyperparameter] = field(hash=False)
    """What it may be told, by keyword; ``epochs`` among them."""

    wants_dataset: bool = True
    """Whether it cannot train without a dataset."""

    prepare: Callable[..., None] | None = field(default=None, hash=False)
    """The module's optional check of what the user can mend, called before any trial."""

    folders: frozenset[str] = frozenset()
    """Which of the two folders it takes: ``checkpoint``, ``pictures``."""

    @property
    def goes_on(self) -> bool:
        """Whether it may be given a folder, and with the same one goes on where it was killed."""
        return CHECKPOINT in self.folders

    @property
    def draws(self) -> bool:
        """Whether it draws what people would look at into a folder, where it is given one."""
        return PICTURES in self.folders

    def begin(
        self,
        dataset: Any,
        epochs: int,
        seed: int,
        told: Mapping[str, Any],
        checkpoint: Path | None = None,
        pictures: Path | None = None,
    ) -> Iterator[Metrics]:
        """The training, told by hyperparameter what it is to be.

        Args:
            dataset: What it trains on.
            epochs: How many epochs are asked for.
            seed: The trial's seed.
            told: By hyperparameter its value.
            checkpoint: A folder in which it may keep what it needs to go on.
            pictures: A folder for what people would look at, made of the trained network.
        """
        folders = {CHECKPOINT: checkpoint, PICTURES: pictures}
        where = {name: folder for name, folder in folders.items() if name in self.folders}
        return self.train(dataset, epochs, seed, **grouped(self.train, told), **where)

    @property
    def summary(self) -> str:
        """The first line of its module's docstring."""
        module = inspect.getmodule(self.train)
        return ((module and module.__doc__) or self.train.__doc__ or "").strip().partition("\n")[0]

    @property
    def label(self) -> str:
        """A short name for folders: the file's or the module's own."""
        place = self.reference.partition(":")[0].removesuffix(".py")
        return place.replace("/", ".").rpartition(".")[2]


def load_trainer(name: str) -> Trainer:
    """Find a trainer: a file on the shelf, ``package.module``, ``path/to/file.py``, each with ``:function`` if need be.

    Raises:
        DoeError: There is none of that name, or it is not a generator of metrics.
    """
    place, _, told = name.partition(":")
    if make := _maker(place):
        return _made(name, make, told)
    target = reference(name, SHELF, "train")
    train = _generator(load_function(target), target)
    arguments = list(inspect.signature(train).parameters.values())
    positional = [a.name for a in arguments if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
    if positional != ["dataset", "epochs", "seed"]:
        found = ", ".join(positional) or "nothing"
        raise TrainerError(
            f"{target} takes {found}; wanted train(dataset, epochs, seed, *, hyperparameter=default, ...)"
        )
    module = load_module(target.rpartition(":")[0])
    wants = arguments[0].default is inspect.Parameter.empty
    folders = _folders(train)
    known = {name: told for name, told in hyperparameters(train).items() if name not in folders}
    return Trainer(name, target, train, known, wants, getattr(module, "prepare", None), folders)


def _folders(train: Callable[..., Any]) -> frozenset[str]:
    """Which arguments are folders, as ``checkpoint: Path | None``; of another kind it is a hyperparameter."""
    hints = get_type_hints(train)
    return frozenset(name for name in (CHECKPOINT, PICTURES) if set(get_args(hints.get(name))) == {Path, type(None)})


def _maker(place: str) -> Callable[[str], Callable[..., Any]] | None:
    """What makes a trainer of the text after its name, where the shelf's file has such a function."""
    if place.endswith(".py") or place.startswith(f"{SHELF}."):
        return None  # it is no name of the shelf, and to look through the shelf takes longer than many a trial's start
    found = names_on(SHELF).get(place)
    make: Callable[[str], Callable[..., Any]] | None = (
        getattr(load_module(found), "trainer_of", None) if found else None
    )
    return make


def _made(name: str, make: Callable[[str], Callable[..., Any]], told: str) -> Trainer:
    try:
        train = make(told)
    except ValueError as error:
        raise TrainerError(str(error)) from None
    return Trainer(name, name, train, hyperparameters(train), wants_dataset=False)


def _generator(function: Callable[..., Any], target: str) -> Callable[..., Any]:
    """The function itself if it yields; one that returns its metrics becomes a trainer of one epoch.

    Such a function need not take a dataset, epochs or a seed; all else that it takes is a hyperparameter.
    """
    if inspect.isgeneratorfunction(function):
        return function
    kind = inspect.Parameter
    taken = inspect.signature(function).parameters.values()
    if any(a.kind in {kind.VAR_POSITIONAL, kind.VAR_KEYWORD, kind.POSITIONAL_ONLY} for a in taken):
        raise TrainerError(f"{target} takes arguments without a name; wanted a name for each hyperparameter")
    given = {name for name in ("dataset", "epochs", "seed") if name in inspect.signature(function).parameters}

    def train(dataset: Any, epochs: int, seed: int, **told: Any) -> Iterator[Any]:
        ours = {"dataset": dataset, "epochs": epochs, "seed": seed}
        metrics = function(**{name: ours[name] for name in given}, **told)
        if isinstance(metrics, Iterator):
            yield from metrics
        else:
            yield metrics

    own = [a.replace(kind=kind.KEYWORD_ONLY) for a in taken if a.name not in given]
    always = [
        kind("dataset", kind.POSITIONAL_OR_KEYWORD, default=kind.empty if "dataset" in given else None),
        kind("epochs", kind.POSITIONAL_OR_KEYWORD, default=1),
        kind("seed", kind.POSITIONAL_OR_KEYWORD, default=0),
    ]
    train.__signature__ = inspect.Signature([*always, *own])  # type: ignore[attr-defined]
    train.__annotations__ = get_type_hints(function, include_extras=True)
    train.__module__, train.__doc__ = function.__module__, function.__doc__
    return train


def describe_trainer(name: str) -> tuple[str, Mapping[str, Hyperparameter]]:
    """What a trainer of the shelf is, in a line, and what it may be told; nothing where that hangs on what is typed.

    Raises:
        DoeError: Importing it broke.
    """
    if _maker(name):
        module = load_module(names_on(SHELF)[name])
        return (module.__doc__ or "").strip().partition("\n")[0], {}
    trainer = load_trainer(name)
    return trainer.summary, trainer.hyperparameters


def prepare(trainer: Trainer, dataset: Any, settings: Iterator[Mapping[str, Any]]) -> None:
    """Let a trainer say what it lacks, weights or pixels, before any trial: once for all that differs in its eyes.

    Raises:
        TrainerError: In the trainer's own words.
    """
    if trainer.prepare is None:
        return
    names = list(hyperparameters(trainer.prepare))
    for choice in {tuple((name, setting[name]) for name in names if name in setting) for setting in settings}:
        try:
            trainer.prepare(dataset, **grouped(trainer.prepare, dict(choice)))
        except (ValueError, OSError) as error:
            raise TrainerError(f"{trainer.name}: {error}") from error


def unknown_hyperparameter(trainer: Trainer, name: str, others: Mapping[str, Hyperparameter]) -> TrainerError:
    """The complaint about a factor or constant that neither the trainer nor the dataset has."""
    known = [*trainer.hyperparameters, *others]
    return TrainerError(f"trainer {trainer.name!r} has no hyperparameter {name!r}; {nearest(name, known)}")
