"""Predictions as sums of the effects of levels, and of the interactions asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product as every
from typing import TYPE_CHECKING

from doe.analyses._models import Chosen, Wanted, chosen_factors
from doe.fitting import fitted
from doe.model import Results

if TYPE_CHECKING:
    from doe.statistics.choosing import Codes
    from doe.statistics.contrasts import Matrix
    from doe.statistics.linear import Term
    from doe.statistics.optimism import Choices
    from doe.statistics.strata import Estimate, Fit

LEVEL = 0.05
"""The usual level of a test."""

SIMULATED = 2_000
"""Rows of a table for which pure noise is drawn; larger ones leave degrees of freedom for error."""

LISTED = 20_000
"""Settings that are listed; of more, those in the neighbourhood of what was tried."""


@dataclass(frozen=True)
class ByLevel:
    """The model of main effects and the interactions asked for, and the settings among which it chooses."""

    fit: Fit
    groups: tuple[tuple[str, ...], ...]
    """Factors that interact stand in one group."""
    options: tuple[tuple[Codes, ...], ...]
    """For each group the levels of its factors that can be predicted."""

    @cached_property
    def choices(self) -> Choices:
        """The options as weights of the coefficients."""
        from doe.statistics.choosing import choices_of

        return choices_of(self.fit, self.groups, self.options)

    def best(self, wanted: Wanted, start: Chosen) -> Chosen:
        """The setting predicted to be best; a tie goes to the start."""
        from doe.statistics.optimism import best_choice

        codes = self._codes(dict(start))
        begin = [
            some.index(here) if (here := tuple(codes.get(name, 0) for name in group)) in some else 0
            for group, some in zip(self.groups, self.options, strict=True)
        ]
        places = best_choice(self.choices, self._coefficients, wanted.loss, begin)
        return self._setting(start, places)

    def estimate(self, setting: Chosen) -> Estimate | None:
        """The mean at a setting, blocks and noise averaged over."""
        return self.fit.at(self._codes(dict(setting)))

    def predict(self, settings: Sequence[Chosen]) -> Matrix:
        """The mean at each setting."""
        import numpy as np

        base = float(self.choices.base @ self._coefficients)
        values = [
            dict(zip(some, (part @ self._coefficients).tolist(), strict=True))
            for some, part in zip(self.options, self.choices.parts, strict=True)
        ]
        predicted = []
        for setting in settings:
            codes = self._codes(dict(setting))
            keys = [tuple(codes[name] for name in group) for group in self.groups]
            predicted.append(base + sum(value.get(key, np.nan) for value, key in zip(values, keys, strict=True)))
        return np.array(predicted)

    def nearby(self, setting: Chosen, step: int) -> list[Chosen]:
        """Settings that differ in the options of one group."""
        del step
        codes = self._codes(dict(setting))
        here = [
            some.index(tuple(codes[name] for name in group))
            for group, some in zip(self.groups, self.options, strict=True)
        ]
        return [
            self._setting(setting, [*here[:place], other, *here[place + 1 :]])
            for place, some in enumerate(self.options)
            for other in range(len(some))
        ]

    def candidates(self, start: Chosen) -> list[Chosen]:
        """All settings; none where they are too many."""
        if self.choices.count > LISTED:
            return []
        return [self._setting(start, places) for places in every(*(range(len(some)) for some in self.options))]

    def new_variance(self) -> float | None:
        """Of a reading about its setting's mean: within trainings, between them, and between blocks."""
        between, within = self.fit.between, self.fit.within
        if between.mean_square is None or (within is not None and within.mean_square is None):
            return None
        rows = len(self.fit.observations.response)
        total = between.mean_square
        if within is not None and within.mean_square is not None:
            readings = rows / (int(self.fit.observations.plots.max()) + 1)
            total = within.mean_square + max(0.0, between.mean_square - within.mean_square) / readings
        for line in between.lines:
            if line.term[0] in self.fit.observations.blocks and len(line.term) == 1 and line.df:
                total += max(0.0, line.sum_sq / line.df - between.mean_square) * (line.df + 1) / rows
        return total

    def excess(self, wanted: Wanted) -> float | None:
        """By a parametric bootstrap with effects as large as they are likely to be."""
        from doe.statistics.optimism import optimism

        covariance = self._covariance
        if covariance is None:
            return None
        target = wanted.loss if wanted.objective.goal == "target" else None
        return optimism(self.choices, self._truth, covariance, wanted.sign, target)

    def excess_seen(self, wanted: Wanted) -> float | None:
        """The best mean of a setting, by the same effects."""
        import numpy as np

        from doe.statistics.optimism import optimism_of_the_seen

        if self._covariance is None or wanted.objective.goal == "target" or self.fit.within is not None:
            return None
        seen = self.fit.observations
        codes = np.stack([seen.codes[name] for group in self.groups for name in group], axis=1)
        _, first, counts = np.unique(codes, axis=0, return_index=True, return_counts=True)
        errors = np.sqrt((self.fit.between.mean_square or 0.0) / counts)
        return optimism_of_the_seen((self.fit.model @ self._truth)[first], errors, wanted.sign)

    def by_chance(self) -> float | None:
        """In saturated tables, whose only spread is that of the responses."""
        from doe.statistics.optimism import best_by_chance

        response = self.fit.observations.response
        if self.fit.within is not None or len(response) > SIMULATED or self.fit.between.error_df:
            return None
        return best_by_chance(self.choices, self.fit.model)[1] * float(response.std(ddof=1))

    def untold(self) -> list[str]:
        """Factors of which no term is told from chance; none where nothing can be tested."""
        from doe.statistics.linear import p_value

        told, tested = set(), set()
        for term in self.fit.terms:
            statistic, df, error_df = self._ratio(term)
            if statistic is not None:
                tested |= {*term}
                told |= {*term} if p_value(statistic, df, error_df) < LEVEL else set()
        return [name for group in self.groups for name in group if name in tested - told]

    def note(self) -> str:
        """Nothing: adding up effects is what is expected."""
        return ""

    @cached_property
    def _coefficients(self) -> Matrix:
        import numpy as np

        response = self.fit.observations.response
        centre = response.mean()
        found = np.linalg.lstsq(self.fit.model, response - centre, rcond=None)[0]
        found[0] += centre
        return np.asarray(found)

    @cached_property
    def _truth(self) -> Matrix:
        from doe.statistics.choosing import spans_of
        from doe.statistics.optimism import shrunken

        spans = spans_of(self.fit).items()
        return shrunken(self._coefficients, [(span, self._ratio(term)[0] or 0.0) for term, span in spans])

    @cached_property
    def _covariance(self) -> Matrix | None:
        """Of the coefficients; readings of one training share its error."""
        import numpy as np

        between, within, seen = self.fit.between.mean_square, self.fit.within, self.fit.observations
        if between is None or (within is not None and within.mean_square is None):
            return None
        inverse = np.linalg.pinv(self.fit.model.T @ self.fit.model, hermitian=True)
        if within is None or within.mean_square is None:
            return np.asarray(inverse * between)
        plots = np.stack([np.bincount(seen.plots, column) for column in self.fit.model.T])
        readings = len(seen.response) / plots.shape[1]
        shared = max(0.0, between - within.mean_square) / readings
        return np.asarray(inverse * within.mean_square + shared * inverse @ plots @ plots.T @ inverse)

    def _ratio(self, term: Term) -> tuple[float | None, int, int]:
        """F of a term, with its degrees of freedom and those of its error."""
        stratum = self.fit.stratum(term)
        line = next((line for line in stratum.lines if line.term == term), None)
        if line is None or not line.df or stratum.mean_square is None:
            return None, 0, 0
        return line.sum_sq / line.df / stratum.mean_square, line.df, stratum.error_df

    def _codes(self, setting: dict[str, object]) -> dict[str, int]:
        levels = self.fit.observations.levels
        names = [name for group in self.groups for name in group if name in setting]
        return {name: list(levels[name]).index(setting[name]) for name in names}  # type: ignore[arg-type]

    def _setting(self, start: Chosen, places: Sequence[int]) -> Chosen:
        levels = self.fit.observations.levels
        setting = dict(start)
        for group, some, place in zip(self.groups, self.options, places, strict=True):
            setting |= {name: levels[name][code] for name, code in zip(group, some[place], strict=True)}
        return tuple(setting.items())


def by_level(results: Results) -> ByLevel | None:
    """The model of levels; None where it leaves a level of a factor open, or values lie between them."""
    from doe.statistics.choosing import groups_of, options_of

    fit = fitted(results)
    if fit is None or fit.observations.loose:
        return None
    seen = fit.observations
    names = [name for name in chosen_factors(results) if name in seen.codes]
    groups = groups_of(fit, names)
    options = tuple(options_of(fit, group) for group in groups)
    for group, some in zip(groups, options, strict=True):
        if any(len({codes[place] for codes in some}) < len(seen.levels[name]) for place, name in enumerate(group)):
            return None
    return ByLevel(fit, groups, options) if groups else None
