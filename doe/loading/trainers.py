"""Find a trainer by name, and read what it may be told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from doe.loading._names import load_function, load_module, nearest, reference
from doe.loading._signature import Hyperparameter, grouped, hyperparameters
from doe.model import DoeError, Metrics

SHELF = "trainers"


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

    def begin(self, dataset: Any, epochs: int, seed: int, told: Mapping[str, Any]) -> Iterator[Metrics]:
        """The training, told by hyperparameter what it is to be."""
        return self.train(dataset, epochs, seed, **grouped(self.train, told))

    @property
    def summary(self) -> str:
        """The first line of its module's docstring."""
        module = inspect.getmodule(self.train)
        return ((module and module.__doc__) or self.train.__doc__ or "").strip().partition("\n")[0]

    @property
    def label(self) -> str:
        """A short name for folders: the file's or the module's own."""
        place = self.reference.rpartition(":")[0].removesuffix(".py")
        return place.replace("/", ".").rpartition(".")[2]


def load_trainer(name: str) -> Trainer:
    """Find a trainer: a file on the shelf, ``package.module``, ``path/to/file.py``, each with ``:function`` if need be.

    Raises:
        DoeError: There is none of that name, or it is not a generator of metrics.
    """
    target = reference(name, SHELF, "train")
    train = load_function(target)
    arguments = list(inspect.signature(train).parameters.values())
    positional = [a.name for a in arguments if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
    if positional != ["dataset", "epochs", "seed"]:
        found = ", ".join(positional) or "nothing"
        raise TrainerError(
            f"{target} takes {found}; wanted train(dataset, epochs, seed, *, hyperparameter=default, ...)"
        )
    if not inspect.isgeneratorfunction(train):
        raise TrainerError(f"{target} is no generator: a trainer yields the metrics of each epoch")
    module = load_module(target.rpartition(":")[0])
    wants = arguments[0].default is inspect.Parameter.empty
    return Trainer(name, target, train, hyperparameters(train), wants, getattr(module, "prepare", None))


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
