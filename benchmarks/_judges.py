"""Ways of judging the effects in a table, each applied to many simulated tables by doe's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from doe.analyses.box_meyer import LIKELY, ORDER
from doe.designs._arrays import array
from doe.statistics.box_meyer import effect_posteriors, models
from doe.statistics.contrasts import Matrix
from doe.statistics.effects import Effects, effects
from doe.statistics.lenth import pseudo_standard_error
from doe.statistics.linear import Decomposition, Term, p_value
from doe.statistics.observations import Observations, observe
from doe.statistics.strata import fit

TABLES = 2_000
SIZE = 1.5
"""An active factor's outer levels lie so many standard deviations of the noise from its mean on nine runs.

On more runs they lie closer, so that an active factor is as easy to tell from noise on each array.
"""

SEEDS = 3
SEED_SPREAD = 1.0
CHECKPOINTS, CHECKPOINT_NOISE = 3, 0.3
LEVEL = 0.05
MODELS = 1_200
"""Sets of active factors: up to four of the L27's thirteen, where an analysis takes up to six and seconds."""


@dataclass(frozen=True)
class Plan:
    """An array, some of its factors active."""

    name: str
    factors: int
    active: tuple[int, ...]

    @cached_property
    def _runs(self) -> Matrix:
        return np.array(array(self.name), dtype=float)[:, : self.factors]

    @cached_property
    def means(self) -> Matrix:
        """What each run would be without noise: a linear trend in each active factor."""
        codes = self._runs[:, list(self.active)]
        size = SIZE * np.sqrt(9 / len(codes))
        return np.asarray((size * (2 * codes / codes.max(axis=0, initial=1) - 1)).sum(axis=1))

    @cached_property
    def names(self) -> list[str]:
        """What the factors are called."""
        return [f"f{number}" for number in range(self.factors)]

    def _table(self, copies: int = 1) -> pd.DataFrame:
        frame = pd.DataFrame(np.tile(self._runs, (copies, 1)), columns=self.names)
        runs = len(self._runs)
        return frame.assign(copy=np.repeat(range(copies), runs), run=np.tile(range(runs), copies), y=0.0)

    def seen(self, copies: int = 1, blocks: Sequence[str] = (), within: str | None = None) -> Observations:
        """The array so many times over, without responses; the column ``copy`` tells the times apart."""
        frame = self._table(copies)
        levels = {name: sorted(set(frame[name])) for name in self.names}
        extra = {name: list(range(copies)) for name in (*blocks, *([within] if within else []))}
        return observe(frame, "y", levels | extra, blocks, within)


class Calls(NamedTuple):
    """Which tests called an effect, one row a table; and whose factor each test is, -1 for no factor's."""

    called: Matrix
    owner: Sequence[int]


Judge = Callable[[Plan, np.random.Generator], Calls]


def _tested(plan: Plan, part: Decomposition) -> list[bool]:
    """Whether each factor has p < 0.05; False where it was not tested."""
    error = part.mean_square
    small = {
        line.term: error is not None and p_value(line.sum_sq / line.df / error, line.df, part.error_df) < LEVEL
        for line in part.lines
    }
    return [small.get((name,), False) for name in plan.names]


def _noise(plan: Plan, generator: np.random.Generator) -> Iterator[Matrix]:
    for _ in range(TABLES):
        yield plan.means + generator.standard_normal(len(plan.means))


def replicated(*, blocks: bool) -> Judge:
    """Three seeds, which shift all runs alike."""

    def judge(plan: Plan, generator: np.random.Generator) -> Calls:
        seen = plan.seen(SEEDS, ["copy"] if blocks else [])
        rows = []
        for _ in range(TABLES):
            shift = SEED_SPREAD * np.repeat(generator.standard_normal(SEEDS), len(plan.means))
            y = np.tile(plan.means, SEEDS) + shift + generator.standard_normal(len(shift))
            rows.append(_tested(plan, fit(replace(seen, response=y)).between))
        return Calls(np.array(rows), range(plan.factors))

    return judge


def unassigned(spare: int) -> Judge:
    """The last factors are left off the array from the start, which leaves their columns to the error."""

    def judge(plan: Plan, generator: np.random.Generator) -> Calls:
        fewer = replace(plan, factors=plan.factors - spare)
        seen = fewer.seen()
        rows = [_tested(fewer, fit(replace(seen, response=y)).between) for y in _noise(fewer, generator)]
        return Calls(np.array(rows), range(fewer.factors))

    return judge


def declared(which: Callable[[Plan], list[int]]) -> Judge:
    """Factors declared to be error before any response was seen."""

    def judge(plan: Plan, generator: np.random.Generator) -> Calls:
        seen, pool = plan.seen(), which(plan)
        terms = [(plan.names[factor],) for factor in pool]
        rows = [_tested(plan, fit(replace(seen, response=y), pooled=terms).between) for y in _noise(plan, generator)]
        kept = [factor for factor in range(plan.factors) if factor not in pool]
        return Calls(np.array(rows)[:, kept], kept)

    return judge


def pooled_afterwards(count: int) -> Judge:
    """The factors with the smallest sums of squares pooled, and the one with the largest tested."""

    def judge(plan: Plan, generator: np.random.Generator) -> Calls:
        seen, rows = plan.seen(), []
        for y in _noise(plan, generator):
            whole = fit(replace(seen, response=y)).between
            ranked: list[Term] = [line.term for line in sorted(whole.lines, key=lambda line: line.sum_sq / line.df)]
            small = _tested(plan, fit(replace(seen, response=y), pooled=ranked[:count]).between)
            rows.append([name == ranked[-1][0] and is_small for name, is_small in zip(plan.names, small, strict=True)])
        return Calls(np.array(rows), range(plan.factors))

    return judge


@cache
def _contrasts(plan: Plan) -> Effects:
    seen = plan.seen()
    found = effects(seen, {name: [float(level) for level in seen.levels[name]] for name in plan.names})
    assert found is not None
    return found


def _owners(plan: Plan) -> list[int]:
    found = _contrasts(plan).found
    return [plan.names.index(effect.term[0]) if len(effect.term) == 1 else -1 for effect in found]


def lenth(margin: Callable[[int], float], *, by_factor: bool = False) -> Judge:
    """An effect is called if it is beyond the margin, a multiple of Lenth's pseudo standard error."""

    def judge(plan: Plan, generator: np.random.Generator) -> Calls:
        columns, owners = _contrasts(plan).columns, _owners(plan)
        values = np.stack(list(_noise(plan, generator))) @ columns
        called = np.abs(values) > margin(values.shape[1]) * pseudo_standard_error(values)[:, None]
        if not by_factor:
            return Calls(called, owners)
        grouped = [called[:, [owner == factor for owner in owners]].any(axis=1) for factor in range(plan.factors)]
        return Calls(np.stack(grouped, axis=1), range(plan.factors))

    return judge


def effects_active(plan: Plan, generator: np.random.Generator) -> Calls:
    """Box and Meyer (1986): a factor's own effect is more probably active than not."""
    found = _contrasts(plan)
    dfs = [df for _, df in found.sums.values()]
    starts = np.cumsum([0, *dfs[:-1]])
    squares = (np.stack(list(_noise(plan, generator))) @ found.columns) ** 2
    called = np.array([effect_posteriors(sums, dfs) > LIKELY for sums in np.add.reduceat(squares, starts, axis=1)])
    owners = [plan.names.index(term[0]) if len(term) == 1 else -1 for term in found.sums]
    return Calls(called, owners)


def factors_active(plan: Plan, generator: np.random.Generator) -> Calls:
    """Box and Meyer (1993): a factor is more probably active than not, alone or in interactions."""
    seen = plan.seen()
    compared = models([seen.contrasts(name) for name in plan.names], _contrasts(plan).base, ORDER, MODELS)
    called = np.array([compared.posterior(y).factors > LIKELY for y in _noise(plan, generator)])
    return Calls(called, range(plan.factors))


def trajectories(factors: int, *, strata: bool) -> Judge:
    """Each training read at three epochs; its readings share its noise. Judged by strata, or as if all were runs."""

    def judge(plan: Plan, generator: np.random.Generator) -> Calls:
        fewer = replace(plan, factors=factors, active=tuple(each for each in plan.active if each < factors))
        seen = fewer.seen(CHECKPOINTS, within="copy")
        if not strata:
            seen = replace(seen, within=None, plots=np.arange(len(seen.response)))
        rows = []
        for training in _noise(fewer, generator):
            y = np.tile(training, CHECKPOINTS)
            y += CHECKPOINT_NOISE * generator.standard_normal(len(y))
            rows.append(_tested(fewer, fit(replace(seen, response=y)).between))
        return Calls(np.array(rows), range(fewer.factors))

    return judge
