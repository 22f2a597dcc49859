"""``doe list``: what stands on a shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from doe.designs import AROUND, DESIGNS
from doe.executors import EXECUTORS
from doe.loading import describe_dataset, describe_trainer, names_on, nearest, study_names
from doe.model import DoeError, StudyError


def list_shelf(
    shelf: Annotated[str, typer.Argument(help="designs, studies, trainers, datasets or executors.")],
    long: Annotated[
        bool, typer.Option("--long", help="Designs, trainers and datasets with what they may be told.")
    ] = False,
) -> None:
    """List designs, studies, trainers, datasets or executors."""
    if shelf not in SHELVES:
        raise StudyError(f"no shelf {shelf!r}; {nearest(shelf, SHELVES)}")
    rows = list(SHELVES[shelf](long))
    width = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        typer.echo(f"{name:<{width}}  {text}".rstrip())


def _designs(long: bool) -> Iterator[tuple[str, str]]:
    for name, design in DESIGNS.items():
        yield name, design.summary
        if long:
            yield from (("", f"{name}: {says}") for name, says in design.options.items() if AROUND.get(name) != says)
    if long:
        yield "layout of any", "but sequential ones:"
        yield from (("", f"{name}: {says}") for name, says in AROUND.items())


def _studies(_: bool) -> Iterator[tuple[str, str]]:
    for name, file in study_names().items():
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        yield name, first.lstrip("# ") if first.startswith("#") else ""


def _trainers(long: bool) -> Iterator[tuple[str, str]]:
    for name in names_on("trainers"):
        try:
            summary, options = describe_trainer(name)
        except DoeError as error:
            yield name, f"! {error}"
            continue
        yield name, summary
        if long:
            for known in options.values():
                yield "", f"{known.name} = {known.default}: {known.wanted}"


def _datasets(long: bool) -> Iterator[tuple[str, str]]:
    for name in names_on("trainers.datasets"):
        summary, options = describe_dataset(name)
        yield name, summary
        if long:
            for known in options.values():
                yield "", f"{known.name} = {known.default}: {known.wanted}"


def _executors(_: bool) -> Iterator[tuple[str, str]]:
    yield "auto", "ray where a GPU is visible or an address is given, else local"
    for name, executor in EXECUTORS.items():
        doc: Any = executor.__doc__
        yield name, (doc or "").strip().partition("\n")[0]


SHELVES: Mapping[str, Callable[[bool], Iterator[tuple[str, str]]]] = {
    "designs": _designs,
    "studies": _studies,
    "trainers": _trainers,
    "datasets": _datasets,
    "executors": _executors,
}
