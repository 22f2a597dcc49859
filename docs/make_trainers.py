"""Write docs/trainers.md from the trainers' own docstrings: ``PYTHONPATH=. python docs/make_trainers.py``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from textwrap import fill
from typing import Any, TypeAlias, get_type_hints

from doe.loading import describe_trainer, load_trainer, names_on
from doe.loading._signature import Hyperparameter

PAGE = Path(__file__).with_name("trainers.md")
COSTS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "benchmarks" / "epoch_costs.json").read_text())
"""What `benchmarks/epoch_costs.py` measured."""
HEAD = """# Trainers

Made from the trainers' own docstrings by `PYTHONPATH=. python docs/make_trainers.py`; `doe list trainers --long` says
the same of those you have. Whatever stands in a table may be a factor (`--factor NAME=A,B,C`) or a constant
(`--set NAME=VALUE`). A group that several trainers take alike is described once, at the end. `epochs` may be read along
a training (`--factor epochs:within=10,20,30`), unless the schedule is `cosine` or `one_cycle`.
"""
MEASURED = (
    "What an epoch costs was measured with `PYTHONPATH=. python benchmarks/epoch_costs.py`: {data}, gray; {machine},"
    " {versions}, {date}; other work ran beside it (load {load}). {clock} Validation is counted in, the first epoch is"
    " left out; what frozen layers make of images, which the trials of a study share, is not taken from the cache."
)
CLOCK = {
    "core-seconds": "A core-second is a second for which one core worked for it, in one thread: on two cores an epoch"
    " takes half as many seconds at best.",
    "seconds": "Seconds are those on the clock.",
}
SMALLEST = 0.01
"""Seconds that are worth a number."""
Groups: TypeAlias = dict[str, tuple[type, Mapping[str, Hyperparameter]]]


def page() -> str:
    """The whole page."""
    groups: Groups = {}
    parts = [HEAD, fill(MEASURED.format(**COSTS, clock=CLOCK[COSTS["unit"]]), 120, break_on_hyphens=False) + "\n"]
    for name in names_on("trainers"):
        parts += _trainer(name, groups)
    parts.append("## Groups that several take\n")
    for title, (kind, known) in sorted(groups.items()):
        parts += [f"### {title}\n", (inspect.getdoc(kind) or "").partition("\n")[0], ""]
        parts += ["| hyperparameter | default | may be | |", "|---|---|---|---|"]
        notes = _notes(kind)
        for f in dataclasses.fields(kind):
            parts.append(f"| `{f.name}` | {_shown(f.default)} | {known[f.name].wanted} | {notes.get(f.name, '')} |")
        parts.append("")
    return "\n".join(parts)


def _trainer(name: str, groups: Groups) -> Iterator[str]:
    summary, _ = describe_trainer(name)
    yield from (f"## {name}\n", f"{summary}\n")
    module = import_module(f"trainers.{name}")
    if not hasattr(module, "train"):
        yield f"{inspect.getdoc(module.trainer_of)}\n"
        yield "An epoch costs what the program takes for it.\n"
        return
    yield f"{inspect.getdoc(module.train)}\n"
    trainer = load_trainer(name)
    hints = get_type_hints(module.train)
    told = [a.name for a in inspect.signature(module.train).parameters.values() if a.kind is a.KEYWORD_ONLY]
    own = [hints[name] for name in told if dataclasses.is_dataclass(hints[name])]
    groups |= {kind.__name__: (kind, trainer.hyperparameters) for kind in own}
    taken = {field.name for kind in own for field in dataclasses.fields(kind)}
    yield from ("| hyperparameter | default | may be |", "|---|---|---|")
    for known in trainer.hyperparameters.values():
        if known.name not in taken:
            yield f"| `{known.name}` | {_shown(known.default)} | {known.wanted} |"
    if own:
        yield f"\nBesides: {', '.join(sorted(kind.__name__ for kind in own))}."
    yield ""
    yield from _costs(name)


def _costs(name: str) -> Iterator[str]:
    """What an epoch was measured to cost, for each of the ways in which it was told."""
    unit, what = COSTS["unit"], "frames" if name == "people_counting" else "images"
    yield from (f"| told | {unit} an epoch | {what} a {unit.removesuffix('s')} |", "|---|--:|--:|")
    for row in COSTS["rows"]:
        if row["trainer"] == name:
            told = ", ".join(f"`{key}={value}`" for key, value in row["told"].items()) or "nothing"
            small = row["seconds"] < SMALLEST
            seconds, images = (float(f"{row[number]:.2g}") for number in ("seconds", "images_per_second"))
            cost = "below 0.01 | " if small else f"{seconds:g} | {images:g}"
            yield f"| {told} | {cost} |"
    yield ""


def _notes(kind: type) -> dict[str, str]:
    """What stands below each field of a dataclass."""
    body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
    found = {}
    for field, note in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant):
            found[ast.unparse(field.target)] = " ".join(str(note.value.value).split())
    return found


def _shown(value: object) -> str:
    return "" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page())
