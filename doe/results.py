"""From the outcomes of a study to the table that analyses see, and to the files that people take away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from doe.history import History
from doe.model import (
    Asked,
    Cell,
    Completed,
    Factor,
    Failed,
    Level,
    Outcome,
    Phase,
    PhaseName,
    Results,
    Study,
    Trial,
)

if TYPE_CHECKING:
    import pandas as pd

Key: TypeAlias = tuple[int, int]
Blocks: TypeAlias = Mapping[Key, Mapping[str, Level]]
"""Of a trial the levels that it has beside those of its factors."""

DESIGN = "design"
"""What the study's own runs are called beside those that augmented them."""

HARDWARE = "hardware"
"""The block that tells trials on one kind of GPU from those on another, where there are several."""

NOWHERE: Mapping[str, Cell] = {"order": None, "host": None, "device": None}
"""What is not known of a trial that no journal tells of."""


def tabulate(study: Study, history: History) -> Results:
    """One row a reading that counts: the last of each training, or one at each level of a ``within`` factor.

    The table holds the study's own design and what augmented it, each of these a block; what was searched or confirmed
    afterwards was chosen in its light, and stands apart. Settings are called what the last confirmation calls them;
    what only earlier ones trained again is left out, as its name may belong to another by now.
    """
    ended = history.outcomes(study.retries)
    own = {-1: DESIGN, **{n: f"augment {n + 1}" for n, p in enumerate(history.phases) if p.name == "augment"}}
    part = {run: said for number, said in own.items() for run in _runs(history, number, ended)}
    completed = _in_order(outcome for outcome in ended if outcome.trial.run in part)
    blocks: Blocks = {o.trial.key: {"phase": part[o.trial.run]} for o in ended if len(own) > 1 and o.trial.run in part}
    factors = (*study.factors, Factor("phase", tuple(own.values()), role="block")) if blocks else study.factors
    if kinds := _hardware(study, history, completed):
        factors = (*factors, Factor(HARDWARE, tuple(sorted(set(kinds.values()))), role="block"))
        blocks = {**blocks, **{key: {**blocks.get(key, {}), HARDWARE: kind} for key, kind in kinds.items()}}
    # one that its design stopped early has not failed: it lagged, and its last reading is no response
    failed = [o for o in ended if isinstance(o, Failed) and o.kind != "pruned" and o.trial.run in part]
    later: dict[PhaseName, list[pd.DataFrame]] = defaultdict(list)
    names = next((_names(phase.study) for phase in reversed(history.phases) if phase.name == "confirm"), {})
    for number, phase in enumerate(history.phases):
        if phase.name != "augment":
            later[phase.name].append(_of_phase(history, number, phase, ended, names))
    return Results(
        factors,
        study.objective,
        _table(study, history, completed, blocks),
        tuple(replace(each, trial=_marked(each.trial, blocks)) for each in failed),
        asked(study, history),
        tuple(replace(each, trial=_marked(each.trial, blocks)) for each in completed),
        {name: _joined(tables) for name, tables in later.items()},
    )


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The tables of a phase's several times, one below the other; the last where all are empty."""
    import pandas as pd

    return pd.concat([table for table in tables if len(table)] or tables[-1:], ignore_index=True)


def _hardware(study: Study, history: History, completed: Iterable[Completed]) -> dict[Key, str]:
    """Of what kind the GPUs of each trial were, where there were several; nothing where it is not known of all."""
    if any(factor.name == HARDWARE for factor in study.factors):
        return {}
    where = {outcome.trial.key: history.where.get(outcome.trial.key, {}) for outcome in completed}
    kinds = {key: str(told.get(HARDWARE) or told.get("device", "")) for key, told in where.items()}
    known = all(kind == "cpu" or HARDWARE in where[key] for key, kind in kinds.items())
    return kinds if known and len(set(kinds.values())) > 1 else {}


def _marked(trial: Trial, blocks: Blocks) -> Trial:
    """The trial with the levels of its blocks among its own, where it has any."""
    return replace(trial, setting={**trial.setting, **blocks[trial.key]}) if trial.key in blocks else trial


def _runs(history: History, number: int, ended: Iterable[Outcome]) -> set[int]:
    """The runs of a part of the study that have ended."""
    part = history.runs_of(number)
    return {outcome.trial.run for outcome in ended if outcome.trial.run in part}


def _of_phase(
    history: History, number: int, phase: Phase, ended: Iterable[Outcome], names: Mapping[tuple[Level, ...], Level]
) -> pd.DataFrame:
    """The trials of a phase that completed; of a confirmation those with a name, in the column ``called``."""
    completed = _in_order(o for o in ended if o.trial.run in history.runs_of(number))
    if phase.name != "confirm" or not names:
        return _table(phase.study, history, completed)
    factors = [factor.name for factor in phase.study.array_factors if factor.role != "noise"]
    called: dict[Key, dict[str, Level]] = {}
    for outcome in completed:
        setting = tuple(outcome.trial.setting[name] for name in factors)
        if setting in names:
            called[outcome.trial.key] = {"called": names[setting]}
    return _table(phase.study, history, [each for each in completed if each.trial.key in called], called)


def _names(study: Study) -> dict[tuple[Level, ...], Level]:
    """What each setting of a listed design is called, under whatever noise it is trained."""
    told, names = study.layout.get("settings", ()), study.layout.get("names", ())
    if not isinstance(told, tuple) or not isinstance(names, tuple) or not names:
        return {}
    width = len(told) // len(names)
    return {told[place * width : (place + 1) * width]: name for place, name in enumerate(names)}


def _in_order(ended: Iterable[Outcome]) -> list[Completed]:
    return sorted((o for o in ended if isinstance(o, Completed)), key=lambda outcome: outcome.trial.key)


def _table(
    study: Study,
    history: History,
    completed: Sequence[Completed],
    blocks: Blocks = MappingProxyType({}),
) -> pd.DataFrame:
    import pandas as pd

    begun = {key: number for number, key in enumerate(history.attempts, start=1)}
    rows = [
        {**row, **blocks.get(outcome.trial.key, {})}
        for outcome in completed
        for row in rows_of(study, outcome, _place(history, begun, outcome.trial.key))
    ]
    columns = ["run", "replicate", "seed", *NOWHERE, *(factor.name for factor in study.factors), "seconds"]
    # a factor may be called seed: each name once
    empty = dict.fromkeys([*columns, study.objective.response])
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(empty))


def asked(study: Study, history: History) -> Asked:
    """What the study's analysis is asked, and what its journal adds.

    The interactions that runs were added for, and of how many images an accuracy is a share.
    """
    added = [phase.study.analysis.interactions for phase in history.phases if phase.name == "augment"]
    pairs = {frozenset(pair): pair for pair in chain(*reversed(added), study.analysis.interactions)}
    analysis = replace(study.analysis, interactions=tuple(pairs.values())) if added else study.analysis
    split = study.objective.response.partition("_")[0]
    counts = history.opened[-1].get("images", {}) if history.opened else {}
    if analysis.trials_of or "accuracy" not in study.objective.response or not counts.get(split):
        return analysis
    return replace(analysis, trials_of=int(counts[split]))


def _place(history: History, begun: Mapping[tuple[int, int], int], key: tuple[int, int]) -> dict[str, Cell]:
    where = history.where.get(key, {})
    return {"order": begun.get(key), "host": where.get("host"), "device": where.get("device")}


def rows_of(study: Study, outcome: Completed, place: Mapping[str, Cell] = NOWHERE) -> Iterator[dict[str, Cell]]:
    """The rows of one trial: its place, its setting, its time, and the responses of each reading that counts."""
    trial = outcome.trial
    place = {"run": trial.run, "replicate": trial.replicate, "seed": trial.seed, **place}
    within = study.within
    for reading in outcome.counted(study.within):
        read = {within.name: reading.epoch} if within else {}
        setting = {**trial.setting, **read}
        yield {
            **place,
            **{f.name: setting.get(f.name) for f in study.factors},
            "seconds": outcome.seconds,
            **reading.metrics,
        }
