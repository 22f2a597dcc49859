"""Refinement: a search that goes on from what the design found, in the factors that matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from doe.analyses import best_settings, chances
from doe.concluding import Conducted, design_of, next_run, unfinished
from doe.designs import DESIGNS, Sequential
from doe.history import History
from doe.loading import Prepared, nearest, reopened
from doe.model import Completed, Factor, Finding, Level, Phase, Study, StudyError, is_number, shown
from doe.nobody import check_trainer

TRIALS, SAMPLER = 30, "gp"
"""What is searched with unless told: of TPE and GP the one that ends nearer to the best, by docs/regret.md."""
LEVEL = 0.05
"""The usual level of a test."""
HALVINGS = 6
"""How often a step beyond the outermost level is halved before it is given up."""
PAIR = 2
"""Levels between which the analysis of variance has said all that a comparison would."""


def refinement(
    conducted: Conducted,
    history: History,
    trials: int | None = None,
    sampler: str | None = None,
    *,
    keep: bool = False,
) -> Phase:
    """The phase that searches on, or the last one where it is not finished.

    Args:
        conducted: What the study has brought.
        history: Its journal.
        trials: How many trials the search has.
        sampler: A sequential design, or one of Optuna's samplers by its name.
        keep: Whether factors that were not told from chance are searched too, instead of fixed at their best level.

    Raises:
        StudyError: Nothing has completed, nothing is left to search, or another phase is unfinished.
        DesignError: The sampler cannot search these factors.
    """
    study = conducted.study
    check_trainer(study)
    design, layout = _sampler(sampler or SAMPLER)
    if (last := unfinished(history)) is not None:
        return _gone_on(study, last, trials, None if sampler is None else (design, layout))
    if not len(conducted.results.table):
        raise StudyError(f"no trial of {study.name} has completed; refine it when doe run has completed some")
    decided = _decided(conducted, reopened(study), keep=keep)
    factors = tuple(each.factor for each in decided if each.factor is not None)
    if all(len(factor.levels) == 1 for factor in factors):
        told = "" if keep else "; --keep searches what was not told from chance as well"
        raise StudyError(f"{study.name} has no factor left to search{told}")
    plan = replace(
        study,
        design=design,
        layout=layout,
        factors=factors,
        replicates=1,
        budget=trials or TRIALS,
        seed=1 + max(outcome.trial.seed for outcome in conducted.outcomes),
        analysis=replace(study.analysis, interactions=(), pooled=()),
    )
    design_of(plan).runs(plan)  # it says what it cannot search before anything is written
    said = [each.why for each in decided if each.why]
    return Phase("refine", next_run(study, history), plan, (*_doubts(conducted, decided), *said, _how(conducted, plan)))


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a factor, and why."""

    factor: Factor | None
    """As it is searched; None where it falls away."""
    why: str = ""
    """A sentence; empty where nothing was decided."""
    tested: bool = False
    """Whether it was found to matter, or not to."""


def _sampler(name: str) -> tuple[str, dict[str, Level | tuple[Level, ...]]]:
    """A sequential design, and what it is told.

    Raises:
        StudyError: There is none of that name.
    """
    known = [design for design, made in DESIGNS.items() if isinstance(made, Sequential) and made.sampler]
    if name in known:
        return name, {}
    if name.endswith("Sampler"):
        return "optuna", {"sampler": name}
    raise StudyError(f"no sampler {name!r}; {nearest(name, known)}")


def _gone_on(study: Study, last: Phase, trials: int | None, sampler: tuple[str, object] | None) -> Phase:
    """The unfinished phase, if it is the one that was asked for."""
    if last.name != "refine":
        raise StudyError(f"{study.name} has trials of {last.name} left; doe {last.name} {study.name} goes on with them")
    wanted = (trials or last.study.budget, sampler or (last.study.design, last.study.layout))
    if wanted != (last.study.budget, (last.study.design, last.study.layout)):
        raise StudyError(
            f"{study.name} has a search of {last.study.budget} trials by {last.study.design} under way;"
            f" doe refine {study.name} goes on with it"
        )
    return last


def _decided(conducted: Conducted, prepared: Prepared, *, keep: bool) -> list[Decided]:
    """What becomes of each factor; the levels of the best run stay in the search, should effects not add up."""
    results, study = conducted.results, conducted.study
    predicted, seen = best_settings(results)
    best, p = dict(predicted or seen or ()), dict(chances(results))
    run = {**best, **dict(seen or ())}
    bases = {sliding.on for sliding in study.sliding.values()}
    decided = []
    for factor in study.factors:
        # what others slide on has a base at its levels only
        searched = replace(factor, scale="nominal") if factor.name in bases else factor
        if factor.role in {"block", "noise"} or factor.name not in best:
            decided.append(_set_aside(searched, bases))
        elif factor.role == "within":
            level = best[factor.name]
            why = f"{factor.name} was read along each training: all are trained to {level} now, the best."
            decided.append(Decided(replace(searched, levels=(level,), role="control"), why))
        elif factor.name not in p:
            decided.append(Decided(searched))
        elif p[factor.name] >= LEVEL:
            decided.append(_indifferent(searched, run[factor.name], p[factor.name], keep=keep))
        elif searched.scale == "nominal":
            worse = _worse(conducted.findings, factor, best[factor.name], run[factor.name])
            decided.append(_chosen(searched, best[factor.name], p[factor.name], worse))
        else:
            decided.append(_ranged(searched, best[factor.name], run[factor.name], p[factor.name], prepared))
    return decided


def _set_aside(factor: Factor, bases: Iterable[str]) -> Decided:
    """Blocks are of no interest any more, seeds are fresh ones; any other noise is held at one level."""
    if factor.name not in bases and (factor.role == "block" or factor.name == "seed"):
        return Decided(None, f"{factor.name} is left out, as its role is {factor.role}.")
    held = replace(factor, levels=factor.levels[:1], role="control")
    return Decided(held, f"{factor.name} is held at {held.levels[0]}, as its role is {factor.role}.")


def _indifferent(factor: Factor, level: Level, p: float, *, keep: bool) -> Decided:
    said = f"{factor.name} is not told from chance ({_p(p)})"
    if keep:
        return Decided(factor, f"{said}, and kept: {_among(factor)}.", tested=True)
    return Decided(replace(factor, levels=(level,)), f"{said}: fixed at {level}, as in the best run.", tested=True)


def _worse(findings: Sequence[Finding], factor: Factor, best: Level, run: Level) -> list[Level]:
    """The levels that are told to be worse than the best, but for that of the best run."""
    others = [level for level in factor.levels if level not in {best, run}]
    if len(factor.levels) == PAIR:
        return others
    rows = [row for finding in findings if finding.name == "comparisons" for row in finding.table]
    apart = [
        {row["level"], row["against"]}
        for row in rows
        if row["factor"] == factor.name and float(row["p_tukey"] or 0.0) < LEVEL
    ]
    return [level for level in others if {level, best} in apart]


def _chosen(factor: Factor, best: Level, p: float, worse: Sequence[Level]) -> Decided:
    """The levels of a nominal factor that may be as good as the best."""
    left = replace(factor, levels=tuple(level for level in factor.levels if level not in worse))
    kept = _among(left) if len(left.levels) > 1 else f"fixed at {best}"
    out = f"as {shown(tuple(worse))} {'is' if len(worse) == 1 else 'are'} told to be worse than {best}"
    return Decided(left, f"{factor.name} matters ({_p(p)}): {kept}{f', {out}' if worse else ''}.", tested=True)


def _ranged(factor: Factor, best: Level, run: Level, p: float, prepared: Prepared) -> Decided:
    """The range of a numeric factor around its best level, or beyond an outermost one; the best run's lies in it."""
    levels = sorted(factor.levels, key=float)
    lower = [level for level in levels if float(level) < float(best)]
    upper = [level for level in levels if float(level) > float(best)]
    if lower and upper:
        found, where = (lower[-1], best, upper[0]), f"{best} is its best level, with others on both sides"
    else:
        inner = lower[-1] if lower else upper[0]
        beyond = _beyond(factor, float(best), float(inner), prepared)
        where = f"{best} is its best level and the outermost"
        where += ", and nothing beyond it is allowed" if beyond is None else ""
        found = tuple(level for level in (inner, best, beyond) if level is not None)  # type: ignore[assignment]
    if not min(map(float, found)) <= float(run) <= max(map(float, found)):
        found, where = (*found, run), f"{where}, {run} that of the best run"  # type: ignore[assignment]
    searched = replace(factor, levels=tuple(sorted(found, key=float)))
    return Decided(searched, f"{factor.name} matters ({_p(p)}), and {where}: {_among(searched)}.", tested=True)


def _beyond(factor: Factor, best: float, inner: float, prepared: Prepared) -> Level | None:
    """A step beyond the outermost level, as long as the one before it or what of it the trainer takes."""
    whole = all(isinstance(level, int) for level in factor.levels)
    for halving in range(HALVINGS):
        share = 0.5**halving
        far = best * (best / inner) ** share if factor.scale == "log" else best + (best - inner) * share
        level: Level = round(far) if whole else float(f"{far:.6g}")
        if level != best and _takes(factor, level, prepared):
            return level
    return None


def _takes(factor: Factor, level: Level, prepared: Prepared) -> bool:
    """Whether the trainer or the dataset takes the level, whatever it is multiplied by."""
    known = {**(prepared.source.options if prepared.source else {}), **prepared.trainer.hyperparameters}
    if factor.name not in known:
        return False
    told: list[Level] = [level]
    if factor.times is not None:
        told = [float(level) * base for _, base in factor.times.bases]
    kind = known[factor.name].kind
    return all(known[factor.name].admits(float(value) if kind is float else value) for value in told)


def _doubts(conducted: Conducted, decided: Iterable[Decided]) -> list[str]:
    """What limits the decisions as a whole."""
    said = []
    if not any(each.tested for each in decided):
        said.append(
            "No factor can be told from chance, as nothing is left for error: all are searched, between all levels."
        )
    elif untested := [each.factor.name for each in decided if each.factor and not each.why]:
        said.append(f"Nothing is known of {', '.join(untested)}: searched between all levels.")
    if "forbid" in conducted.study.layout:
        said.append("What the design's layout forbids is not kept from the search.")
    return said


def _how(conducted: Conducted, plan: Study) -> str:
    past = sum(isinstance(outcome, Completed) for outcome in conducted.outcomes)
    by = plan.layout.get("sampler", plan.design)
    return f"{plan.budget} trials by {by} under seed {plan.seed}, with the {past} before as its past."


def _among(factor: Factor) -> str:
    if factor.scale == "nominal" or not all(is_number(level) for level in factor.levels):
        return f"searched among {shown(factor.levels)}"
    low, *_, high = sorted(factor.levels, key=float)
    return f"searched from {low} to {high}"


def _p(p: float) -> str:
    return f"p {p:.2g}" if p >= 0.0001 else "p < 0.0001"  # noqa: PLR2004 - nobody reads more
