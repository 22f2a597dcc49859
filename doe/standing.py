"""How a study stands: the runs that it has and has lost, what they tell, and what further ones would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from math import prod
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from doe.concluding import Conducted, design_of
from doe.designs import Later, condition
from doe.history import History
from doe.model import FINAL, Completed, Factor, Failed, Level, Setting, Study, StudyError

if TYPE_CHECKING:
    from doe.statistics.arrays import Array
    from doe.statistics.augment import Model
    from doe.statistics.contrasts import Matrix

Row: TypeAlias = tuple[Level, ...]
"""The levels of a run, in the order of the factors that an added run sets."""

Run: TypeAlias = tuple[int, Setting]
"""A run of the study: the part that it belongs to (0 its own design; 1, 2, ... augmented it), and its setting."""

Pairs: TypeAlias = tuple[tuple[str, str], ...]

CANDIDATES = 5000
"""More settings than this are sampled."""


@dataclass(frozen=True)
class Standing:
    """The runs of a study, and of those that augmented it."""

    study: Study
    """With the interactions that runs were added for before among those of its model."""
    factors: tuple[Factor, ...]
    """What an added run sets."""
    under: tuple[Row, ...]
    """The noise settings under which each run comes; one without levels where noise is set, or there is none."""
    planned: tuple[Run, ...]
    had: tuple[Run, ...]
    """Of which a training completed."""
    doomed: frozenset[Row]
    """What failed by itself, be it under one noise setting."""
    new_part: int
    """The number of a part that would be added."""

    @property
    def plan_factors(self) -> tuple[Factor, ...]:
        """The study's factors as an added part has them: noise that is not crossed is set like any other."""
        set_too = [factor for factor in self.factors if factor.role == "noise"]
        return tuple(replace(f, role="control") if f in set_too else f for f in self.study.factors)

    @cached_property
    def trained(self) -> frozenset[Row]:
        """What completed, be it under one noise setting."""
        return frozenset(self._row(setting) for _, setting in self.had)

    @property
    def is_at_levels(self) -> bool:
        """Whether no run has a value that is none of its factor's levels."""
        return len(self._at_levels(self.planned)) == len(self.planned)

    def told(
        self, pairs: Pairs, rows: Sequence[Row] = (), runs: Sequence[Run] | None = None
    ) -> dict[str, tuple[int, int]]:
        """For each effect the degrees of freedom that are told from all others and from blocks, and how many it has.

        Interactions of these pairs are in the model; the rows are added to the runs, those that completed unless told.
        """
        model, matrix = self._whole(pairs, rows, self.had if runs is None else runs)
        names = [factor.name for factor in self.study.array_factors]
        told = model.told(matrix)
        return {":".join(names[each] for each in effect): (n, model.size(effect)) for effect, n in told.items()}

    def tells(self, pairs: Pairs, rows: Sequence[Row] = (), runs: Sequence[Run] | None = None) -> bool:
        """Whether all of every effect is told."""
        return all(told == whole for told, whole in self.told(pairs, rows, runs).values())

    def spread(self, pairs: Pairs, rows: Sequence[Row] = ()) -> float | None:
        """The mean variance of the effects' contrasts, in variances of one run; None where some cannot be had."""
        model, matrix = self._whole(pairs, rows, self.had)
        return model.spread(matrix)

    def open(self, pairs: Pairs, count: int = 1) -> list[Row]:
        """What could be added: settings without a training; those with one, too, where others are too few."""
        new, every = self._possible(self.trained | self.doomed), self._possible(self.doomed)
        if len(new) >= count and self.told(pairs, new) == self.told(pairs, every):
            return new
        return every

    def fewest(self, pairs: Pairs) -> list[Row]:
        """The fewest rows that tell all of every effect, and of those the ones that tell most.

        Raises:
            StudyError: All that there are would not do.
        """
        from doe.statistics.augment import fewest

        every = self.open(pairs)
        if not self.tells(pairs, every):
            short = ", ".join(name for name, (told, whole) in self.told(pairs, every).items() if told < whole)
            raise StudyError(f"no runs that {self.study.name} could add tell {short} from everything else")
        count = fewest(*self._matrices(pairs, every))
        # interactions with noise that were lost in part may take more than the inner array says
        counts = range(count, len(every) + 1)
        return next(rows for more in counts if self.tells(pairs, rows := self.most(pairs, more)))

    def most(self, pairs: Pairs, count: int) -> list[Row]:
        """So many rows that tell most: D-optimal, given the runs that there are.

        Raises:
            StudyError: There are not so many.
        """
        from threadpoolctl import threadpool_limits

        from doe.statistics.augment import added

        some = self.open(pairs, count)
        if count > len(some):
            raise StudyError(f"{self.study.name} has {len(some):,} settings that could be added, not {count:,}")
        with threadpool_limits(limits=1, user_api="blas"):
            places = added(*self._matrices(pairs, some), count, self.study.seed)
        return [some[place] for place in places]

    def folded(self, names: Sequence[str]) -> tuple[list[Row], int]:
        """Every run at levels with these factors' changed, and how many of them are there already, or must fail."""
        from doe.statistics.augment import shifted

        plain = self._at_levels(self.planned)
        columns = [place for place, factor in enumerate(self.factors) if factor.name in names]
        codes = shifted(_codes(self.factors, plain), [len(factor.levels) for factor in self.factors], columns)
        mirrored = dict.fromkeys(
            tuple(f.levels[code] for f, code in zip(self.factors, line, strict=True)) for line in codes.tolist()
        )
        new = [row for row in mirrored if row not in self.trained and row not in self.doomed]
        return new, len(mirrored) - len(new)

    def aliases(self, pairs: Pairs, rows: Sequence[Row] = ()) -> dict[tuple[str, str], float]:
        """The share of each main effect that an interaction of two others outside the model may be, if there is one."""
        from doe.statistics.augment import alias_shares

        names = [factor.name for factor in self.factors]
        modelled = {frozenset(names.index(name) for name in pair) for pair in pairs if set(pair) <= set(names)}
        found = alias_shares(_codes(self.factors, [*self._at_levels(self.had), *map(self._named, rows)]))
        return {
            (names[one], f"{names[two]} x {names[three]}"): share
            for (one, (two, three)), share in found.items()
            if frozenset((two, three)) not in modelled
        }

    def _possible(self, without: frozenset[Row]) -> list[Row]:
        """Every setting of the factors that is not forbidden, or a sample of them."""
        said = self.study.layout.get("forbid")
        forbidden = condition(self.study, said) if isinstance(said, str) else lambda _: False
        rows: Iterator[Row] = product(*(factor.levels for factor in self.factors))
        if prod(len(factor.levels) for factor in self.factors) > CANDIDATES:
            random = Random(self.study.seed)  # noqa: S311 - a sample, not a secret
            rows = (tuple(random.choice(f.levels) for f in self.factors) for _ in range(4 * CANDIDATES))
        left = (row for row in dict.fromkeys(rows) if row not in without and not forbidden(self._named(row)))
        return list(islice(left, CANDIDATES))

    def _whole(self, pairs: Pairs, rows: Sequence[Row], runs: Sequence[Run]) -> tuple[Model, Matrix]:
        """The model of runs and what is added to them, under all noise settings, and its columns."""
        noise = [factor.name for factor in self.study.array_factors if factor not in self.factors]
        under = [dict(zip(noise, levels, strict=True)) for levels in self.under]
        added = [(self.new_part, {**self._named(row), **each}) for row in rows for each in under]
        return _modelled(self.study.array_factors, pairs, [*runs, *added])

    def _matrices(self, pairs: Pairs, rows: Sequence[Row]) -> tuple[Matrix, Matrix]:
        """The runs that there are, and those that could be added, as far as an added run sets them."""
        runs = [*self.had, *((self.new_part, self._named(row)) for row in rows)]
        _, matrix = _modelled(self.factors, pairs, runs)
        return matrix[: len(self.had)], matrix[len(self.had) :]

    def _at_levels(self, runs: Sequence[Run]) -> list[Setting]:
        return [setting for _, setting in runs if all(setting[f.name] in f.levels for f in self.factors)]

    def _row(self, setting: Setting) -> Row:
        return tuple(setting[factor.name] for factor in self.factors)

    def _named(self, row: Row) -> Setting:
        return {factor.name: level for factor, level in zip(self.factors, row, strict=True)}


def standing(conducted: Conducted, history: History) -> Standing:
    """The runs of a study that was begun.

    Raises:
        StudyError: It has no runs beforehand, as its design chooses each in the light of the last.
    """
    study = conducted.study
    trials = {0: design_of(study).runs(study)}
    for number, phase in enumerate(history.phases, start=1):
        if phase.name == "augment":
            trials[number] = Later(design_of(phase.study), phase.first_run).runs(phase.study)
    if not trials[0]:
        raise StudyError(f"{study.design} chooses each run in the light of the last: there is no design to add to")
    planned = {trial.run: (part, trial.setting) for part, some in trials.items() for trial in some}
    factors, under = _crossing(study, [trial.setting for trial in trials[0]])
    had = {outcome.trial.run for outcome in conducted.outcomes if isinstance(outcome, Completed)}
    doomed = {o.trial.run for o in conducted.outcomes if isinstance(o, Failed) and o.kind in FINAL}
    return Standing(
        replace(study, analysis=conducted.results.asked),
        factors,
        under,
        tuple(planned.values()),
        tuple(run for number, run in planned.items() if number in had),
        frozenset(tuple(planned[run][1][f.name] for f in factors) for run in doomed if run in planned),
        1 + max(trials),
    )


def _crossing(study: Study, settings: Sequence[Setting]) -> tuple[tuple[Factor, ...], tuple[Row, ...]]:
    """The factors of the inner array, and the noise settings that each of its runs meets; all if they differ."""
    inner = [factor for factor in study.array_factors if factor.role != "noise"]
    noise = [factor for factor in study.array_factors if factor.role == "noise"]
    met: dict[Row, dict[Row, None]] = {}
    for setting in settings:
        met.setdefault(tuple(setting[f.name] for f in inner), {})[tuple(setting[f.name] for f in noise)] = None
    first = next(iter(met.values()))
    if all(others.keys() == first.keys() for others in met.values()):
        return tuple(inner), tuple(first)
    return study.array_factors, ((),)


def _modelled(factors: Sequence[Factor], pairs: Pairs, runs: Sequence[Run]) -> tuple[Model, Matrix]:
    """A model of the factors, of pairs among them and of the parts that these runs belong to, and its columns."""
    import numpy as np

    from doe.statistics.augment import Model

    names = [factor.name for factor in factors]
    met = tuple((names.index(one), names.index(two)) for one, two in pairs if {one, two} <= set(names))
    parts = {part: number for number, part in enumerate(sorted({part for part, _ in runs}))}
    model = Model(tuple(len(factor.levels) for factor in factors), met, len(parts))
    blocks = np.array([parts[part] for part, _ in runs], dtype=np.intp)
    return model, model.rows(_codes(factors, [setting for _, setting in runs]), blocks)


def _codes(factors: Sequence[Factor], settings: Sequence[Setting]) -> Array:
    import numpy as np

    codes = [[factor.levels.index(setting[factor.name]) for factor in factors] for setting in settings]
    return np.array(codes, dtype=np.intp).reshape(len(settings), len(factors))
