"""Write docs/trainers.md from the trainers' own docstrings: ``PYTHONPATH=. python docs/make_trainers.py``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias, get_type_hints

from doe.loading import describe_trainer, load_trainer, names_on
from doe.loading._signature import Hyperparameter

PAGE = Path(__file__).with_name("trainers.md")
HEAD = """# Trainers

Made from the trainers' own docstrings by `PYTHONPATH=. python docs/make_trainers.py`; `doe list trainers --long` says
the same of those you have. Whatever stands in a table may be a factor (`--factor NAME=A,B,C`) or a constant
(`--set NAME=VALUE`). A group that several trainers take alike is described once, at the end. `epochs` may be read along
a training (`--factor epochs:within=10,20,30`), unless the schedule is `cosine` or `one_cycle`.
"""
Groups: TypeAlias = dict[str, tuple[type, Mapping[str, Hyperparameter]]]


def page() -> str:
    """The whole page."""
    groups: Groups = {}
    parts = [HEAD]
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
