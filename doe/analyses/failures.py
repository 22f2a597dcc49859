"""Failures: whether trials broke by chance, or because of a level; that they failed is a response of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from doe.analyses._observed import sentences
from doe.model import FINAL, Cell, Factor, Finding, Level, Results

LEVEL = 0.05
"""The usual level of a test."""

DRAWS = 9999
"""How often the failures are dealt out anew among the runs."""


@dataclass(frozen=True, slots=True)
class Run:
    """Trials of one setting: they share their fate more often than not, and so are dealt out together."""

    setting: Mapping[str, Level]
    trials: int
    failed: int


def failures(results: Results) -> Finding | None:
    """How many trials failed at each level, and a permutation test of each factor over runs; None where none failed.

    ``p`` is the chance of as uneven a share of failures if they had nothing to do with the factor, ``p_holm`` allows
    for all factors. Trials of one run are not independent of one another, so runs are permuted and not trials.
    """
    factors = [factor for factor in results.factors if factor.role not in ("within", "block")]
    broken = [failed for failed in results.failures if all(f.name in failed.trial.setting for f in factors)]
    if not broken or not factors:
        return None
    runs = _runs(results, factors)
    judged = [factor for factor in factors if all(run.setting[factor.name] in factor.levels for run in runs)]
    rows = _rows(runs, judged)
    total, lost = sum(run.trials for run in runs), sum(run.failed for run in runs)
    kinds = Counter(failed.kind for failed in broken)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    note = sentences(
        f"{lost} of {total} trials failed ({told}).",
        _shared(runs, judged),
        _verdict(rows, len(runs), sum(run.failed > 0 for run in runs)),
        "" if set(kinds) <= FINAL else "Those that were not diverged or missing may be the machine's doing.",
        _unjudged(factors, judged),
    )
    return Finding("failures", "Failed trials by level", tuple(rows), note, warns=True)


def _runs(results: Results, factors: Sequence[Factor]) -> list[Run]:
    """What became of each setting's trials."""
    names = [factor.name for factor in factors]
    tried: dict[tuple[Level, ...], list[bool]] = {}
    for setting, failed in _trials(results, names):
        tried.setdefault(setting, []).append(failed)
    return [
        Run(dict(zip(names, setting, strict=True)), len(outcomes), sum(outcomes)) for setting, outcomes in tried.items()
    ]


def _trials(results: Results, names: Sequence[str]) -> Iterable[tuple[tuple[Level, ...], bool]]:
    for failed in results.failures:
        if all(name in failed.trial.setting for name in names):
            yield tuple(failed.trial.setting[name] for name in names), True
    if results.completed or results.table.empty:
        for completed in results.completed:
            yield tuple(completed.trial.setting[name] for name in names), False
        return
    own = {factor.name: {level: level for level in factor.levels} for factor in results.factors}
    again = [name for name in ("run", "replicate") if name in results.table]
    table = results.table.drop_duplicates(again) if "run" in again else results.table
    for row in zip(*(table[name].tolist() for name in names), strict=True):
        yield tuple(own[name].get(value, value) for name, value in zip(names, row, strict=True)), False


def _rows(runs: Sequence[Run], factors: Sequence[Factor]) -> list[dict[str, Cell]]:
    from doe.statistics.comparisons import holm

    tested = {factor.name: _p(runs, factor) for factor in factors}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    rows: list[dict[str, Cell]] = []
    for factor in factors:
        for level in factor.levels:
            some = [run for run in runs if run.setting[factor.name] == level]
            trials, failed = sum(run.trials for run in some), sum(run.failed for run in some)
            rows.append(
                {
                    "factor": factor.name,
                    "level": level,
                    "trials": trials,
                    "failed": failed,
                    "share": failed / trials if trials else None,
                    "p": tested[factor.name],
                    "p_holm": adjusted[factor.name],
                }
            )
    return rows


def _p(runs: Sequence[Run], factor: Factor) -> float:
    """The share of deals of the runs' fates over the levels that are as uneven as this one or more; seeded."""
    import numpy as np

    codes = np.array([factor.levels.index(run.setting[factor.name]) for run in runs])
    failed = np.array([run.failed for run in runs], dtype=float)
    trials = np.array([run.trials for run in runs], dtype=float)
    random, count = np.random.default_rng(0), len(factor.levels)

    def unevenness(order: np.typing.NDArray[np.intp]) -> float:
        lost = np.bincount(codes, failed[order], minlength=count)
        had = np.bincount(codes, trials[order], minlength=count)
        return float((lost**2 / np.maximum(had, 1.0)).sum())

    seen = unevenness(np.arange(len(runs)))
    least = seen * (1 - 1e-12)
    return (1 + sum(unevenness(random.permutation(len(runs))) >= least for _ in range(DRAWS))) / (1 + DRAWS)


def _shared(runs: Sequence[Run], factors: Sequence[Factor]) -> str:
    """The levels that all failures have in common, and how many trials with these levels completed."""
    broken = [run for run in runs if run.failed]
    if len(broken) == 1:
        only = ", ".join(f"{name}={level}" for name, level in broken[0].setting.items())
        other = "" if broken[0].failed == broken[0].trials else f", where {_of(broken[0])} failed"
        return f"All failures are of one setting: {only}{other}."
    common = {
        factor.name: broken[0].setting[factor.name]
        for factor in factors
        if len({run.setting[factor.name] for run in broken}) == 1
        and len({run.setting[factor.name] for run in runs}) > 1
    }
    if not common:
        return "The failures have no level in common."
    alike = [run for run in runs if all(run.setting[name] == level for name, level in common.items())]
    trials, failed = sum(run.trials for run in alike), sum(run.failed for run in alike)
    named = " and ".join(f"{name}={level}" for name, level in common.items())
    alike_in = "it" if len(common) == 1 else "these"
    if failed == trials:
        return f"Every failure has {named}, and every trial with {alike_in} failed."
    return f"Every failure has {named}; of the {trials} trials with {alike_in} {failed} failed."


def _of(run: Run) -> str:
    return f"{run.failed} of {run.trials} trials"


def _verdict(rows: Sequence[Mapping[str, Cell]], runs: int, broken: int) -> str:
    if broken < 2:  # noqa: PLR2004 - one tells no level from another
        return "One setting cannot tell which of its levels did it." if runs > 1 else ""
    tested = {str(row["factor"]): (float(row["p"] or 0.0), float(row["p_holm"] or 0.0)) for row in rows}
    clear = [name for name, (_, p) in tested.items() if p < LEVEL]
    likely = [name for name, (p, adjusted) in tested.items() if p < LEVEL <= adjusted]
    return sentences(
        f"More than chance would do, all factors allowed for: {', '.join(clear)}." if clear else "",
        f"Perhaps more than chance would do: {', '.join(likely)}." if likely else "",
        "" if clear or likely else "No factor by itself is told from chance.",
    )


def _unjudged(factors: Sequence[Factor], judged: Sequence[Factor]) -> str:
    """Factors that took values between their levels."""
    lost = [factor.name for factor in factors if factor not in judged]
    return f"Values between the levels of {', '.join(lost)}: no count by level." if lost else ""
