"""Advice: what is worth training now, judged by all that a study has brought."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from statistics import fmean
from typing import TypeAlias

from doe.amounts import about, many
from doe.analyses import best_searched, best_settings, chances, suspected, trainings_each
from doe.designs import DESIGNS
from doe.evaluations import Assumptions, informed, replicates_for, sensitivity, worth
from doe.history import History
from doe.model import FINAL, Cell, Failed, Finding, Level, PhaseName, Results, Study
from doe.nobody import NOBODY

LEVEL = 0.05
"""The usual level of a test."""
Chosen: TypeAlias = tuple[tuple[str, Level], ...]
MOST_REPLICATES = 10
"""More than that are not advised."""
EACH = 10
"""Trials of a search for each factor that it moves."""
FEW, REPAIRS = 2, 3
"""Runs for an interaction that can be told as it is, and how often lost runs are made up for."""
ONCE = frozenset({"--fresh", "--retry-failed", "--json", "--yes", "-y"})
"""Options of a command that are not meant when it is typed again for more."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be done, what it costs and what it brings."""

    why: str
    """What it is for: words that may follow a colon."""
    command: str
    """What to type."""
    trials: int
    """How many trainings it is, about."""
    seconds: float | None
    """How long they take one after another, by those so far; None where none has ended."""
    gain: str = ""
    """What is to be had for that."""
    doubts: bool = False
    """Whether it is for what the findings rest on."""

    @property
    def price(self) -> str:
        """Trials, time and gain, as far as they are known: ``9 trials, ~3 min, power 0.81 for 0.024``."""
        time = "" if self.seconds is None else about(self.seconds)
        return ", ".join(filter(None, [many(self.trials), time, self.gain]))


def next_steps(study: Study, results: Results, findings: Sequence[Finding], history: History) -> tuple[Step, ...]:
    """What to do, the most urgent first; nothing where no more is worth training.

    What was begun is finished first, then what broke is tried again, then it is made sure that effects are real and
    add up, then the search goes on from the best, and in the end all is confirmed.
    """
    state = _State(study, results, {finding.name: finding for finding in findings}, history)
    if study.trainer == NOBODY:
        typed = f"doe import TABLE --as {study.name}-2 --trainer NAME"
        return (Step("its trainer is not known: with one it can be trained on", typed, 0, None),)
    urgent = (*_begun(state), *_broken(state))
    if not len(results.table):
        return urgent
    return (*urgent, *_error(state), *_adding_up(state), *_search(state), *_confirm(state))


@dataclass(frozen=True)
class _State:
    """All that is known of a study."""

    study: Study
    results: Results
    findings: Mapping[str, Finding]
    history: History

    @property
    def typed(self) -> list[str]:
        """The words that ran the study's own design; none where it was not run by a command."""
        for opened in reversed(self.history.opened):
            words = shlex.split(str(opened.get("command", "")))
            if words[:2] == ["doe", "run"]:
                return [word for word in words if word not in ONCE]
        return []

    @property
    def sd(self) -> float | None:
        """The error of one training: what the trials say, else what counting images does to an accuracy."""
        return informed(self.results, tuple(self.findings.values())).error_sd

    @cached_property
    def chances(self) -> Mapping[str, float]:
        """For each factor that can be tested its p."""
        return chances(self.results)

    @property
    def told(self) -> list[str]:
        """The factors that are told from chance, the clearest first."""
        return sorted((name for name, p in self.chances.items() if p < LEVEL), key=lambda name: self.chances[name])

    @cached_property
    def best(self) -> tuple[Chosen | None, Chosen | None]:
        """The setting predicted to be best, and the best one seen."""
        return best_settings(self.results)

    def left(self, number: int) -> int:
        """The trials of a phase (-1: of the design) that have not ended."""
        part = self.history.phases[number].study if number >= 0 else self.study
        return DESIGNS[part.design].size(part) - len(self.history.outcomes(part.retries, self.history.runs_of(number)))

    def last(self, *names: PhaseName) -> int:
        """The place of the last phase of these names, counted from 1; 0 where there is none."""
        return max((place for place, phase in enumerate(self.history.phases, 1) if phase.name in names), default=0)

    def rows(self, name: str) -> Sequence[Mapping[str, Cell]]:
        """The rows of a finding; none where it is not there."""
        return self.findings[name].table if name in self.findings else ()

    def step(self, why: str, words: Sequence[str], trials: int, gain: str = "", *, doubts: bool = False) -> Step:
        """A step that costs so many trials."""
        known = [outcome.seconds for outcome in self.history.completed.values()]
        return Step(why, shlex.join(words), trials, trials * fmean(known) if known else None, gain, doubts)


def _begun(state: _State) -> Iterator[Step]:
    """What was begun and not finished."""
    if (left := state.left(-1)) > 0 and state.typed:
        yield state.step(f"{many(left)} of the design left", state.typed, left)
    if state.history.phases and (left := state.left(len(state.history.phases) - 1)) > 0:
        phase = state.history.phases[-1].name
        yield state.step(f"{many(left)} of {phase} left", ["doe", phase, state.study.name], left)


def _broken(state: _State) -> Iterator[Step]:
    """What failed for a reason outside its setting may go well now; what its setting broke is to be gone around."""
    own = state.history.runs_of(-1)
    ended = state.history.outcomes(state.study.retries, own)
    failed = [outcome for outcome in ended if isinstance(outcome, Failed)]
    outside = [outcome for outcome in failed if outcome.kind not in FINAL]
    if outside and state.typed:
        kinds = ", ".join(sorted({outcome.kind for outcome in outside}))
        words = [*state.typed, "--retry-failed"]
        yield state.step(f"{many(len(outside))} failed ({kinds})", words, len(outside), "every run counts")
    repaired = sum(phase.name == "augment" for phase in state.history.phases)
    if len(outside) < len(failed) and (lost := state.rows("repair")) and repaired < REPAIRS:
        words = ["doe", "augment", state.study.name, "--repair"]
        gain = "what was lost with them can be told again"
        yield state.step(f"{many(len(failed))} failed by their settings", words, len(lost), gain)


def _error(state: _State) -> Iterator[Step]:
    """Replicates, where nothing can be tested or nothing was told from chance."""
    study, tests = state.study, sensitivity(state.study, DESIGNS[state.study.design].runs(state.study))
    errors = [row.get("df") for row in state.rows("anova") if str(row.get("term")).startswith("error")]
    largest = next((row for row in state.rows("response-table") if row["rank"] == 1), None)
    if tests is None or not errors or largest is None or not state.typed:
        return
    name, delta, count = str(largest["factor"]), float(largest["delta"] or 0.0), study.replicates + 1
    why = f"is the {name} effect real (0 error df)?"
    if all(errors):
        why = "no effect is told from chance: is there any?"
        assumed = Assumptions(sd=state.sd, effect=delta) if state.sd and delta else None
        count = (replicates_for(tests, assumed) if assumed and not state.told else None) or 0
    if study.replicates < count <= max(MOST_REPLICATES, study.replicates + 1):
        gain = worth(tests, name, count, state.sd, delta)
        more = tests.runs * (count - study.replicates)
        yield state.step(why, _replicated(state.typed, count), more, gain, doubts=True)


def _adding_up(state: _State) -> Iterator[Step]:
    """Runs that tell an interaction, where one is seen, the model does not fit, or it did not hold."""
    study, verdict = state.study, state.findings.get("confirmation")
    tried = state.rows("interaction-screen")
    clear = [str(row["interaction"]) for row in tried]
    misses = any(row["source"] == "lack of fit" and float(row["p"] or 0.0) < LEVEL for row in state.rows("lack-of-fit"))
    words = ["doe", "augment", study.name]
    if seen := next((row for row in tried if float(row["p_holm"] or 0.0) < LEVEL), None):
        pair = str(seen["interaction"]).split(" x ")
        why, gain = f"{' and '.join(pair)} seem to interact (p {seen['p_holm']:.2g})", "the model takes it in"
        words = [*words, "--clear", ":".join(pair), "--runs", str(FEW)]
        yield state.step(why, words, FEW * study.replicates, gain, doubts=True)
    elif (suspect := suspected(state.results, clear) if misses else None) is not None:
        count = study.replicates * prod(len(f.levels) - 1 for f in study.factors if f.name in suspect)
        words, gain = [*words, "--clear", ":".join(suspect)], "their interaction told from all else"
        yield state.step(f"do {' and '.join(suspect)} interact?", words, count, gain, doubts=True)
    elif verdict is not None and verdict.warns and not state.last("augment"):
        why, gain = "effects did not add up: do some factors interact?", "main effects told from interactions"
        yield state.step(why, [*words, "--foldover"], DESIGNS[study.design].size(study), gain, doubts=True)


def _search(state: _State) -> Iterator[Step]:
    """A search from the best, where it was not done since the design last grew."""
    best = dict(next((setting for setting in state.best if setting), ()))
    control = [factor for factor in state.study.factors if factor.role == "control" and factor.name in best]
    moved = [factor for factor in control if state.chances.get(factor.name, 0.0) < LEVEL]
    done = state.last("refine") > state.last("augment")
    if done or all(factor.scale == "nominal" for factor in moved):
        return
    count = EACH * min(max(len(moved), 2), 4)
    names = " and ".join(filter(None, [", ".join(f.name for f in moved[:-1]), moved[-1].name]))
    around = " / ".join(str(best[factor.name]) for factor in moved)
    why = f"refine {names} around {around}"
    yield state.step(why, ["doe", "refine", state.study.name, "--trials", str(count)], count, _headroom(state, best))


def _confirm(state: _State) -> Iterator[Step]:
    """Fresh trainings of the best, where there were none since it was last chosen."""
    if state.last("confirm") > state.last("refine", "augment"):
        return
    settings = {setting for setting in (*state.best, best_searched(state.results)) if setting}
    if not settings:
        return
    count = (len(settings) + 1) * trainings_each(state.results)
    row = next((row for row in state.rows("optimum") if row["best"] == "new trial"), None)
    gain = "says whether the best holds under fresh seeds"
    if row is not None:
        response = state.study.objective.response
        gain = f"says whether {response} {row['corrected']:.4g} ({row['low']:.4g} to {row['high']:.4g}) holds"
    yield state.step("train the best again under fresh seeds", ["doe", "confirm", state.study.name], count, gain)


def _headroom(state: _State, best: Mapping[str, Level]) -> str:
    """What a search may bring: the best may lie beyond levels, or between what was run."""
    numeric = [factor for factor in state.study.factors if factor.role == "control" and factor.scale != "nominal"]
    ends = {factor.name: {f(map(float, factor.levels)) for f in (min, max)} for factor in numeric}
    edges = [name for name in ends if name in state.told and best[name] in ends[name]]
    if edges:
        return f"{' and '.join(edges)} {'is' if len(edges) == 1 else 'are'} best at the outermost level"
    rows = {row["best"]: row for row in state.rows("optimum")}
    reached, seen = (rows.get(name, {}) for name in ("predicted", "observed"))
    corrected, observed = reached.get("corrected"), seen.get("observed")
    gain = 0.0
    if corrected is not None and observed is not None:
        gain = state.study.objective.loss(float(observed)) - state.study.objective.loss(float(corrected))
    return f"{gain:.2g} better than the best seen is predicted" if gain > 0 else ""


def _replicated(typed: Sequence[str], count: int) -> list[str]:
    """The command of the design with another number of replicates."""
    kept = [word for word in typed if not word.startswith("--replicates=")]
    if "--replicates" in kept:
        place = kept.index("--replicates")
        del kept[place : place + 2]
    return [*kept, "--replicates", str(count)]
