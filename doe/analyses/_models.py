"""A model of the results that predicts settings: level by level, or as a surface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from doe.model import Level, Objective, Results

if TYPE_CHECKING:
    from doe.analyses._link import Link
    from doe.statistics.contrasts import Matrix
    from doe.statistics.strata import Estimate

Chosen: TypeAlias = tuple[tuple[str, Level], ...]
"""A setting that can be a key."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An objective, asked of predictions on the scale of a link."""

    objective: Objective
    link: Link

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is."""
        return -1.0 if self.objective.goal == "minimize" else 1.0

    def loss(self, predicted: Matrix) -> Matrix:
        """How far predictions are from what is wanted."""
        import numpy as np

        if self.objective.target is None:
            return -self.sign * predicted
        return np.abs(self.link.back(predicted) - self.objective.target)


class Model(Protocol):
    """What predicts."""

    def best(self, wanted: Wanted, start: Chosen) -> Chosen:
        """The setting predicted to be best."""

    def estimate(self, setting: Chosen) -> Estimate | None:
        """The mean at a setting, with its error; None if left open."""

    def predict(self, settings: Sequence[Chosen]) -> Matrix:
        """The mean at each setting; NaN if left open."""

    def nearby(self, setting: Chosen, step: int) -> list[Chosen]:
        """Settings that differ little from one, the less the higher the step."""

    def candidates(self, start: Chosen) -> list[Chosen]:
        """Settings all over the region, or all there are; what the model does not know is as in the start."""

    def new_variance(self) -> float | None:
        """The variance of one new trial about the mean of its setting."""

    def excess(self, wanted: Wanted) -> float | None:
        """By how much picking the best raises its prediction; None without an error, or where it cannot be had."""

    def excess_seen(self, wanted: Wanted) -> float | None:
        """The same of the best mean seen."""

    def by_chance(self) -> float | None:
        """How far above the mean pure noise of the spread seen would put the best prediction; None if not known."""

    def untold(self) -> list[str]:
        """Factors whose effects are not told from chance."""

    def note(self) -> str:
        """What the model is, where it is not the additive one."""


@dataclass(frozen=True)
class Tried:
    """The settings in a table, each once."""

    names: tuple[str, ...]
    levels: Mapping[str, Mapping[Level, Level]]
    """Each factor's levels as they were declared: 1 where the table has 1.0."""
    columns: Sequence[Sequence[Level]]
    """For each factor its level in each setting."""
    means: Matrix
    """The mean responses, one row a setting, one column a response."""

    def setting(self, place: int) -> Chosen:
        """A setting by its place."""
        values = (column[place] for column in self.columns)
        return tuple(
            (name, self.levels[name].get(value, value)) for name, value in zip(self.names, values, strict=True)
        )

    def mean(self, setting: Chosen) -> float | None:
        """The mean of the first response at a setting; None if it was not tried."""
        plain = dict(setting)
        if plain.keys() != set(self.names):
            return None
        places = list(range(len(self.means)))
        for name, column in zip(self.names, self.columns, strict=True):
            places = [place for place in places if column[place] == plain[name]]
        return float(self.means[places[0], 0]) if places else None


def tried(results: Results, *further: str) -> Tried:
    """The settings in the table with their mean responses over replicates, blocks and noise.

    Args:
        results: The factors and the response.
        further: Other columns of which means are taken; rows that lack a number for one of them are left out.
    """
    import numpy as np

    names = chosen_factors(results)
    responses = [results.objective.response, *further]
    own = {factor.name: {level: level for level in factor.levels} for factor in results.factors}
    table = results.table[np.isfinite(results.table[responses].to_numpy(dtype=float)).all(axis=1)]
    if names:
        grouped = table.groupby(names, sort=False)[responses].mean().reset_index()
    else:
        grouped = table[responses].mean().to_frame().T
    columns = [grouped[name].tolist() for name in names]
    return Tried(tuple(names), own, columns, grouped[responses].to_numpy(dtype=float))


def chosen_factors(results: Results) -> list[str]:
    """The factors one chooses a level of: not blocks, and not noise, whose levels come as they come."""
    return [factor.name for factor in results.factors if factor.role in {"control", "within"}]


def written(setting: Iterable[tuple[str, Level]] | Mapping[str, Level]) -> str:
    """A setting on one line."""
    pairs = setting.items() if isinstance(setting, Mapping) else setting
    return ", ".join(f"{name}={level}" for name, level in pairs)
