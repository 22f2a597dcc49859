"""Results that somebody has already become a study: its journal tells of each as of a trial that was run."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from doe import folders
from doe.history import History, take_up, write_begun, write_event
from doe.journal import Journal
from doe.loading import (
    NAME,
    NO_FACTORS,
    find_dataset,
    guarded,
    load_trainer,
    parse_level,
    read_results,
    unguarded,
    unknown_hyperparameter,
    with_contents,
)
from doe.model import Completed, Factor, Failed, Objective, Outcome, Reading, Study, StudyError, Trial, is_number
from doe.nobody import NOBODY
from doe.protocols import Epoch
from doe.provenance import provenance

SCALES = ("nominal", "linear", "log")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made of a table."""

    name: str
    """What the study is to be called."""
    objective: Objective
    factors: tuple[str, ...] = ()
    """Columns, each perhaps with its scale: ``learning_rate:log``; none: what a table's analysis would take."""
    trainer: str | None = None
    """Who could train more; None: nobody."""
    data: str | None = None
    """What they were trained on."""
    metrics: tuple[str, ...] | None = None
    """Columns that were measured besides; None: all columns of numbers that are nothing else."""
    held: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What was held constant; of it a trainer is told what it knows."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A study as it was made."""

    study: Study
    completed: int
    failed: int
    folder: Path


def import_table(path: Path, wanted: Wanted, origin: str | None = None) -> Imported:
    """Make a study of a table: each row a trial, rows of one setting (or one ``run``) replicates of each other.

    Columns ``seed``, ``seconds``, ``host`` and ``device`` are taken for what they say, other columns of numbers for
    further metrics. A row without the response is a trial that failed.

    Args:
        path: A CSV file with a heading.
        wanted: What is to be made of it.
        origin: Where it comes from, in a line; None: the file.

    Raises:
        DoeError: Whatever of it the user can mend; then nothing is written.
    """
    if not NAME.fullmatch(wanted.name):
        raise StudyError(f"{wanted.name!r} cannot be a study's name; wanted letters, digits, '.', '_' and '-'")
    if folders.journal_of(wanted.name).exists():
        raise StudyError(f"there is a study {wanted.name!r} already, in {folders.folder_of(wanted.name)}; --as another")
    names, scales = _named(wanted.factors)
    results = read_results(path, wanted.objective, names)
    factors = tuple(_scaled(factor, scales) for factor in results.factors)
    outcomes = _outcomes(path, factors, wanted, list(results.table[wanted.objective.response]))
    origin = origin or f"{path} ({len(outcomes)} rows)"
    study = _study(wanted, factors, outcomes, f"What do the results of {origin} say?")
    _write(study, outcomes, origin)
    completed = sum(isinstance(outcome, Completed) for outcome in outcomes)
    return Imported(study, completed, len(outcomes) - completed, folders.folder_of(study.name))


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows as a CSV file, a column wherever any of them has something to say."""
    columns = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(map(guarded, columns))
        writer.writerows([guarded(row.get(name, "")) for name in columns] for row in rows)


def _named(told: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The columns that are factors, and the scales that were said."""
    names, scales = [], {}
    for text in told:
        name, colon, scale = text.rpartition(":")
        if scale in SCALES and colon:
            names.append(name)
            scales[name] = scale
        else:
            names.append(text)
    return names, scales


def _scaled(factor: Factor, scales: Mapping[str, Any]) -> Factor:
    """The factor with the scale that was said; a seed is a name, nothing lies between two of them."""
    return replace(factor, scale=scales.get(factor.name, "nominal" if factor.name == "seed" else factor.scale))


def _outcomes(path: Path, factors: Sequence[Factor], wanted: Wanted, measured: Sequence[float]) -> list[Outcome]:
    """What became of each row's trial, in the order that a column ``order`` says, else in the table's."""
    pages, objective = _pages(path), wanted.objective
    metrics = _metrics(pages, factors) if wanted.metrics is None else wanted.metrics
    numbers: dict[object, int] = {}
    count: dict[int, int] = {}
    outcomes: list[Outcome] = []
    for page, response in zip(pages, measured, strict=True):
        setting = {factor.name: parse_level(page[factor.name]) for factor in factors}
        run = numbers.setdefault(tuple(setting.values()), len(numbers) + 1)
        count[run] = count.get(run, 0) + 1
        seed, seconds = (parse_level(page.get(name, "")) for name in ("seed", "seconds"))
        told = seed if isinstance(seed, int) and seed >= 0 else count[run] - 1
        trial = Trial(run, count[run], told, setting)
        took = float(seconds) if is_number(seconds) else 0.0
        cells = {name: parse_level(page[name]) for name in metrics}
        read = {name: float(cell) for name, cell in cells.items() if is_number(cell)}
        if response == response:  # noqa: PLR0124 - NaN is not itself
            reading = Reading(_epoch(page), read | {objective.response: float(response)})
            outcomes.append(Completed(trial, (reading,), took))
        else:
            outcomes.append(Failed(trial, "missing", f"its row says no {objective.response}", took))
    places = [parse_level(page.get("order", "")) for page in pages]
    if not all(is_number(place) for place in places):
        return outcomes
    return [outcomes[row] for row in sorted(range(len(outcomes)), key=lambda row: float(places[row]))]


def _epoch(page: Mapping[str, str]) -> int:
    """After how many epochs a row was read, where it says so."""
    said = (parse_level(page.get(name, "")) for name in ("epochs", "epoch"))
    return next((epoch for epoch in said if type(epoch) is int and epoch > 0), 1)


def _metrics(pages: Sequence[Mapping[str, str]], factors: Sequence[Factor]) -> tuple[str, ...]:
    """The columns of numbers that are neither factors nor say where a row is from."""
    others = [name for name in pages[0] if name not in {*(factor.name for factor in factors), *NO_FACTORS}]
    return tuple(
        name for name in others if all(page[name] == "" or is_number(parse_level(page[name])) for page in pages)
    )


def _pages(path: Path) -> list[dict[str, str]]:
    """The rows by column; that the file is a table, ``read_results`` makes sure."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = [line for line in csv.reader(file) if any(cell.strip() for cell in line)]
    heads = [unguarded(name.strip()) for name in lines[0]] if lines else []
    return [dict(zip(heads, (unguarded(cell.strip()) for cell in line), strict=False)) for line in lines[1:]]


def _study(wanted: Wanted, factors: tuple[Factor, ...], outcomes: Sequence[Outcome], question: str) -> Study:
    replicates = max(outcome.trial.replicate for outcome in outcomes)
    study = Study(
        wanted.name,
        "table",
        factors,
        wanted.objective,
        wanted.trainer or NOBODY,
        replicates=replicates,
        layout={"file": str(folders.folder_of(wanted.name) / folders.TABLE)},
        question=question,
        constants={name: parse_level(value) for name, value in wanted.held.items()},
    )
    if wanted.trainer is None:
        return study
    trainer = load_trainer(wanted.trainer)
    source = find_dataset(wanted.data) if wanted.data else None
    known = {**(source.options if source else {}), **trainer.hyperparameters}
    for factor in factors:
        if factor.name not in known and factor.name != "seed":
            raise unknown_hyperparameter(trainer, factor.name, known)
        for level in factor.levels if factor.name in known else ():
            known[factor.name].accept(level)
    held = {name: value for name, value in study.constants.items() if name in known}
    return replace(study, dataset=source.name if source else None, constants=held)


def _write(study: Study, outcomes: Sequence[Outcome], origin: str) -> None:
    """Write the journal and the table of runs elsewhere, and put them in their place once they are whole."""
    folders.make(folders.MLRUNS / "studies")
    with tempfile.TemporaryDirectory(dir=folders.MLRUNS, prefix=".import-") as scratch:
        made = Path(scratch) / study.name
        made.mkdir()
        runs = {outcome.trial.run: outcome.trial.setting for outcome in outcomes}
        write_rows([{"run": run, **setting} for run, setting in sorted(runs.items())], made / folders.TABLE)
        layout = with_contents({"file": str(made / folders.TABLE)})
        study = replace(study, layout={**layout, **study.layout})
        with Journal(made / folders.JOURNAL) as journal:
            take_up(journal, History(), study)
            journal.write("opened", **provenance(), data=f"imported from {origin}", images={})
            for outcome in outcomes:
                write_begun(journal, outcome.trial, 1)
                for reading in outcome.readings:
                    write_event(journal, Epoch(outcome.trial, reading))
                write_event(journal, outcome)
        shutil.move(made, folders.folder_of(study.name))
