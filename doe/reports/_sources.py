"""How a study was done: its plan, data, code, versions and machines, and the commands that repeat it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from doe.model import Completed, Failed, Results, Study
from doe.protocols import Account

MOST_SEEDS = 20
"""Seeds that are listed."""


def facts(account: Account) -> tuple[tuple[str, str], ...]:
    """What is known of how it was done, a name and a line each; what is not known is left out."""
    found = [*(_plan(account.study) if account.study else ()), *_opened(account.opened), *_trials(account.results)]
    return tuple((name, said) for name, said in found if said)


def _plan(study: Study) -> Iterator[tuple[str, str]]:
    yield "study", f"{study.name}, digest {study.digest}"
    told = [f"{name} {value}" for name, value in study.layout.items()]
    yield "design", ", ".join([study.design, *told, f"{study.replicates} replicate{'s' * (study.replicates > 1)}"])
    yield "trainer", study.trainer
    yield "dataset", study.dataset or ""


def _opened(opened: Sequence[Any]) -> Iterator[tuple[str, str]]:
    last = opened[-1] if opened else {}
    yield "data", _several(line.get("data") for line in opened)
    yield "images", ", ".join(f"{split} {count:,}" for split, count in (last.get("images") or {}).items())
    yield "code", _several(line.get("code_version") for line in opened)
    yield "driven from", _several(line.get("host") for line in opened)
    names = dict.fromkeys(name for line in opened for name in line.get("versions") or {})
    versions = {name: _several(((line.get("versions") or {}).get(name) for line in opened), " then ") for name in names}
    yield "versions", ", ".join(f"{name} {of}" for name, of in versions.items() if of)
    yield "taken up", f"{len(opened)} times" if len(opened) > 1 else ""


def _trials(results: Results) -> Iterator[tuple[str, str]]:
    table = results.table
    for name in ("host", "device"):
        if name in table:
            yield f"trials' {name}", _several(table[name].dropna())
    if "seed" in table:
        seeds = [str(seed) for seed in sorted(table["seed"].dropna().unique().tolist())]
        more = f" and {len(seeds) - MOST_SEEDS} more" if len(seeds) > MOST_SEEDS else ""
        yield "trials' seeds", ", ".join(seeds[:MOST_SEEDS]) + more
    ended: list[Completed | Failed] = [*results.completed, *results.failures]
    if ended:
        epochs = sum(trial.readings[-1].epoch for trial in ended if isinstance(trial, Completed))
        yield "training", f"{_lasted(sum(trial.seconds for trial in ended))} in all, {epochs:,} epochs completed"


def _several(values: Any, between: str = ", ") -> str:
    return between.join(dict.fromkeys(str(value) for value in values if value))


def _lasted(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def repeat(account: Account) -> tuple[str, ...]:
    """The commands as they were typed, each once."""
    return tuple(dict.fromkeys(str(line["command"]) for line in account.opened if line.get("command")))
