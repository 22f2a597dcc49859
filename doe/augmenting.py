"""Augmentation: runs added to a study's design, so that it tells more, or again what it told before some failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from doe.concluding import Conducted, next_run, unfinished
from doe.history import History
from doe.loading import nearest
from doe.model import Cell, Finding, Level, Phase, Study, StudyError
from doe.nobody import check_trainer
from doe.standing import Pairs, Row, Standing, standing

FOLDED = 2
"""Two levels are mirrored, more are shifted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the added runs are for."""

    clear: Pairs = ()
    """Interactions that are to be told from everything else."""
    foldover: bool = False
    of: tuple[str, ...] = ()
    """The factors whose levels change in a foldover; all where none is said."""
    runs: int | None = None
    repair: bool = False

    @property
    def said(self) -> str:
        """As it is typed; empty where nothing is wanted."""
        words = [f"--clear {_listed(self.clear)}"] if self.clear else []
        words += ["--foldover"] if self.foldover else []
        words += [f"--of {','.join(self.of)}"] if self.of else []
        words += [f"--runs {self.runs}"] if self.runs is not None else []
        return " ".join([*words, *(["--repair"] if self.repair else [])])

    def check(self, study: Study) -> None:
        """Refuse what does not go together, or names no factor.

        Raises:
            StudyError: It is so.
        """
        one = sum((bool(self.clear) or self.runs is not None, self.foldover, self.repair))
        if one != 1 or (self.of and not self.foldover):
            said = f"not {self.said}" if self.said else "nothing was said"
            raise StudyError(f"wanted one of --clear A:B, --foldover, --runs N, --repair; {said}")
        if any(factor.name == "phase" for factor in study.factors):
            raise StudyError(f"{study.name} has a factor 'phase', as the block of added runs is called")
        replace(study.analysis, interactions=self.clear).check([factor.name for factor in study.factors])


@dataclass(frozen=True, slots=True)
class Decided:
    """The runs to add, and why."""

    rows: Sequence[Row]
    why: tuple[str, ...]
    pairs: Pairs = ()
    """Interactions that the analysis takes in with them."""


def augmentation(conducted: Conducted, history: History, wanted: Wanted) -> Phase:
    """The phase that adds runs to a study's design, or the last one where that is not finished, or nothing is wanted.

    Raises:
        StudyError: Trials of the study are left, it has no runs to add to, or none would bring what is wanted.
    """
    study = conducted.study
    check_trainer(study)
    if (going := _gone_on(study, history, wanted)) is not None:
        return going
    wanted.check(study)
    known = standing(conducted, history)
    if left := conducted.total - conducted.completed - conducted.failed:
        raise StudyError(f"{study.name} has {left} trials left; augment it when doe run has completed them")
    if not known.had:
        raise StudyError(f"no trial of {study.name} has completed: there is nothing to add to")
    decided = _folded(known, wanted) if wanted.foldover else _chosen(known, wanted)
    again = len(known.trained.intersection(decided.rows))
    fresh = 1 + max(outcome.trial.seed for outcome in conducted.outcomes)
    layout: dict[str, Level | tuple[Level, ...]] = {"settings": tuple(level for row in decided.rows for level in row)}
    layout |= {"outer": study.layout["outer"]} if known.under and "outer" in study.layout else {}
    plan = replace(
        study,
        design="listed",
        layout=layout,
        factors=known.plan_factors,
        budget=None,
        seed=fresh if again else study.seed,
        analysis=replace(study.analysis, interactions=decided.pairs),
    )
    said = [f"as asked: {wanted.said}", *decided.why, *_further(known, decided)]
    said += [f"{again} of these settings were run before; all have fresh seeds, from {fresh} on"] if again else []
    return Phase("augment", next_run(study, history), plan, tuple(said))


def compared(conducted: Conducted, history: History, phase: Phase) -> list[Finding]:
    """What the study's runs tell, without a phase that is not begun and with it: degrees of freedom, and aliases."""
    known = standing(conducted, history)
    width, levels = len(known.factors), phase.study.layout["settings"]
    settings: Row = levels if isinstance(levels, tuple) else (levels,)
    rows = [settings[start : start + width] for start in range(0, len(settings), width)]
    own, pairs = known.study.analysis.interactions, phase.study.analysis.interactions
    findings = []
    if known.is_at_levels:
        before, after = known.told(pairs), known.told(pairs, rows)
        told: list[Mapping[str, Cell]] = [
            {"effect": name, "df": whole, "told before": found, "told then": after[name][0]}
            for name, (found, whole) in before.items()
        ]
        findings.append(Finding("told", "Degrees of freedom told from all else", tuple(told)))
    shares, then = known.aliases(own), known.aliases(pairs, rows)
    aliased: list[Mapping[str, Cell]] = [
        {"effect": effect, "aliased with": other, "before": shares.get((effect, other), 0.0), "then": share}
        for (effect, other), share in {**dict.fromkeys(shares, 0.0), **then}.items()
    ]
    title = "What of main effects may be an interaction outside the model"
    return [*findings, *([Finding("aliases", title, tuple(aliased))] if aliased else [])]


def _gone_on(study: Study, history: History, wanted: Wanted) -> Phase | None:
    """The phase to go on with: the last one, unfinished or to be tried again; None where a new one is to be decided.

    Raises:
        StudyError: Another one is unfinished.
    """
    last = unfinished(history)
    if last is None:
        last = history.phases[-1] if history.phases and not wanted.said else None
        return last if last is not None and last.name == "augment" else None
    if last.name != "augment":
        raise StudyError(f"{study.name} has trials of {last.name} left; doe {last.name} {study.name} goes on with them")
    if wanted.said and last.why[0] != f"as asked: {wanted.said}":
        asked = last.why[0].removeprefix("as asked: ")
        raise StudyError(f"{study.name} has trials of {asked} left; doe augment {study.name} goes on with them")
    return last


def _chosen(known: Standing, wanted: Wanted) -> Decided:
    """The fewest runs, or so many, that tell all that is wanted."""
    study = known.study
    if not known.is_at_levels:
        raise StudyError(f"{study.name} has runs between levels, or beyond them; doe refine goes on from such a design")
    pairs = _united(study.analysis.interactions, wanted.clear)
    if wanted.repair:
        pairs = pairs if known.tells(pairs, runs=known.planned) else ()
        _check_lost(known, pairs)
    _check_clear(known, wanted, pairs)
    rows = known.fewest(pairs) if wanted.clear or wanted.repair else []
    least = max(len(rows), 2)
    if wanted.runs is not None and wanted.runs < least:
        what = f"{_listed(wanted.clear)} and the block of the new runs" if rows else "more than the block that they are"
        raise StudyError(f"--runs {wanted.runs}: wanted {least} or more, to tell {what}")
    if wanted.runs is not None:
        rows = known.most(pairs, wanted.runs)
    interactions = _united(wanted.clear, study.analysis.interactions)
    return Decided(rows, tuple(_why(known, wanted, pairs, rows)), interactions)


def _why(known: Standing, wanted: Wanted, pairs: Pairs, rows: Sequence[Row]) -> Iterable[str]:
    before, after = known.told(pairs), known.told(pairs, rows)
    short = [f"{name} {told} of {whole}" for name, (told, whole) in before.items() if told < whole]
    still = [f"{name} {told} of {whole}" for name, (told, whole) in after.items() if told < whole]
    if wanted.clear or wanted.repair:
        fewer = "; fewer would not do" if wanted.runs is None else ""
        new = "1 new run tells" if len(rows) == 1 else f"{len(rows)} new runs tell"
        yield f"{new} every effect from the others and from the block that new runs are{fewer}"
    if wanted.repair and not known.doomed:
        yield "none failed by its setting: doe run with --retry-failed would try the lost again, without a block"
    if short:
        told = ", ".join(still) or "all"
        yield f"degrees of freedom told by the runs so far: {', '.join(short)}; with the new ones: {told}"
    spread, then = known.spread(pairs), known.spread(pairs, rows)
    if spread is not None and then is not None:
        yield f"standard errors of effects fall to {(then / spread) ** 0.5:.2f} of what they were, on average"
    count = len(known.open(pairs, len(rows)))
    yield f"of {count:,} settings that could be added, those that tell most of all coefficients (D-optimal)"


def _folded(known: Standing, wanted: Wanted) -> Decided:
    """Every run again with the levels of some factors, or all, changed."""
    names = [factor.name for factor in known.factors if factor.role != "block"]
    for name in wanted.of:
        if name not in names:
            raise StudyError(f"--of {name}: no factor that a foldover could change; {nearest(name, names)}")
    of = [name for name in names if not wanted.of or name in wanted.of]
    rows, there = known.folded(of)
    if not rows:
        said = "all its mirrored runs are there already" if there else "no run has levels only"
        raise StudyError(f"{known.study.name} has no foldover of {', '.join(of)}: {said}")
    levels = {factor.name: len(factor.levels) for factor in known.factors}
    mirrored = [name for name in of if levels[name] == FOLDED]
    shifted = [name for name in of if levels[name] > FOLDED]
    stay = [name for name in names if name not in of]
    parts = [f"{', '.join(mirrored)}: each run again at the other level"] if mirrored else []
    parts += [f"{', '.join(shifted)}: at the next level, and at the first in place of the last"] if shifted else []
    parts += [f"{', '.join(stay)}: as before"] if stay else []
    parts += [f"left out, as they are there already or failed by themselves: {there}"] if there else []
    return Decided(rows, tuple(parts), known.study.analysis.interactions)


def _further(known: Standing, decided: Decided) -> Iterable[str]:
    before, after = known.aliases(known.study.analysis.interactions), known.aliases(decided.pairs, decided.rows)
    if before:
        worst, then = max(before.values()), max(after.values(), default=0.0)
        yield (
            f"the largest share of a main effect that may be an interaction outside the model: {worst:.2g} before,"
            f" {then:.2g} with them"
        )
    if known.doomed:
        yield f"settings that failed by themselves, and are not run again: {len(known.doomed)}"


def _check_clear(known: Standing, wanted: Wanted, pairs: Pairs) -> None:
    pooled = {frozenset(term.split(":")) for term in known.study.analysis.pooled}
    for pair in wanted.clear:
        if frozenset(pair) in pooled:
            raise StudyError(f"{':'.join(pair)} was declared to be error before any result was seen")
    if wanted.clear and wanted.runs is None and known.tells(pairs):
        clear = _listed(wanted.clear)
        raise StudyError(
            f"nothing to add: {clear} can be told from everything else; doe analyze {known.study.name} --interactions"
            f" {clear} shows it"
        )


def _check_lost(known: Standing, pairs: Pairs) -> None:
    lost = len(known.planned) - len(known.had)
    if not lost:
        raise StudyError(f"no run of {known.study.name} was lost: there is nothing to repair")
    if known.tells(pairs):
        raise StudyError(f"every effect of {known.study.name} can be told without what was lost: {lost} of its runs")
    if not known.tells(pairs, runs=known.planned):
        raise StudyError(f"the design of {known.study.name} could not tell every effect with all its runs")


def _united(first: Pairs, second: Pairs) -> Pairs:
    """Each pair once, whichever way round."""
    return tuple({frozenset(pair): pair for pair in (*second, *first)}.values())


def _listed(pairs: Pairs) -> str:
    return ",".join(":".join(pair) for pair in pairs)
