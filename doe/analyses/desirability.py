"""Desirability: the setting that is predicted to serve several responses best at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doe.analyses._by_level import ByLevel
from doe.analyses._link import Link, linked
from doe.analyses._modelling import model_of
from doe.analyses._models import Chosen, Model, Tried, Wanted, tried, written
from doe.analyses._observed import sentences
from doe.analyses._several import each, objectives
from doe.model import Cell, Finding, Objective, Results

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix
    from doe.statistics.desirability import Ramp

MOST = 2_000
"""Settings that were run which are looked at."""

STEPS = 40
"""Rounds in which the best setting so far is bettered."""


def desirability(results: Results) -> Finding | None:
    """The compromise of highest overall desirability, beside the best settings for each response alone.

    Each response is predicted by a model of its own and rated from 0, its worst mean seen, to 1, its best (a target: 1
    at the target, 0 as far from it as the farthest mean seen); the overall desirability is the geometric mean:
    Derringer and Suich 1980. Applies only where further responses were asked for; the row ``observed`` is the best of
    the settings that were run, by their means.

    Raises:
        StudyError: A response that was asked for is not there.
    """
    several = objectives(results)
    if not several:
        return None
    parts = each(results, several)
    means = tried(results, *(objective.response for objective in several[1:]))
    if len(means.means) < 2 or not all(map(float, means.means.max(axis=0) - means.means.min(axis=0))):  # noqa: PLR2004
        return None  # There is nothing to weigh.
    ramps = [_ramp(objective, column.tolist()) for objective, column in zip(several, means.means.T, strict=True)]
    seen = _best_seen(several, means, ramps)
    models = [_modelled(part) for part in parts]
    kept = [model for model in models if model is not None]
    rows = _predicted(several, kept, ramps, seen) if len(kept) == len(models) else []
    rows.append(seen.row("observed", seen.best))
    scales = ", ".join(f"{objective.response} {_scale(ramp)}" for objective, ramp in zip(several, ramps, strict=True))
    note = sentences(
        f"Desirability, from 0 to 1 over what was seen: {scales}; overall their geometric mean.",
        ""
        if rows[0]["best"] != "observed"
        else "No model can be fitted to all of them; the best seen is all there is.",
        "Predictions, not trials: confirm the compromise." if rows[0]["best"] != "observed" else "",
    )
    title = f"Best compromise of {' and '.join(objective.response for objective in several)}"
    return Finding("desirability", title, tuple(rows), note)


@dataclass(frozen=True)
class _Modelled:
    """A response's model, and the way back from its scale."""

    model: Model
    link: Link

    def predict(self, settings: Sequence[Chosen]) -> Matrix:
        return self.link.back(self.model.predict(settings))


@dataclass(frozen=True)
class _Rated:
    """Settings with their responses."""

    objectives: tuple[Objective, ...]
    settings: Sequence[Chosen]
    values: Sequence[Sequence[float] | Matrix]
    """A list for each response."""
    ramps: Sequence[Ramp]

    @property
    def overall(self) -> Matrix:
        import numpy as np

        from doe.statistics.desirability import overall

        rated = [ramp.of(np.asarray(value)) for ramp, value in zip(self.ramps, self.values, strict=True)]
        return np.nan_to_num(overall(np.stack(rated, axis=1)), nan=-1.0)

    @property
    def best(self) -> int:
        return int(self.overall.argmax())

    def row(self, kind: str, place: int) -> dict[str, Cell]:
        responses = {
            objective.response: float(value[place])
            for objective, value in zip(self.objectives, self.values, strict=True)
        }
        return {
            "best": kind,
            "setting": written(self.settings[place]),
            **responses,
            "desirability": float(self.overall[place]),
        }


def _best_seen(several: tuple[Objective, ...], means: Tried, ramps: Sequence[Ramp]) -> _Rated:
    """The most desirable settings that were run, the best first; of very many the first of these."""
    import numpy as np

    rated = _Rated(several, (), list(means.means.T), ramps)
    kept = np.argsort(-rated.overall, kind="stable")[:MOST]
    return _Rated(several, [means.setting(place) for place in kept.tolist()], list(means.means[kept].T), ramps)


def _modelled(part: Results) -> _Modelled | None:
    on_scale, link = linked(part)
    model = model_of(on_scale)
    return None if model is None else _Modelled(model, link)


def _ramp(objective: Objective, means: Sequence[float]) -> Ramp:
    from doe.statistics.desirability import Ramp

    low, high = min(means), max(means)
    if objective.target is None:
        return Ramp(low, high) if objective.goal == "maximize" else Ramp(high, low)
    far = max(abs(low - objective.target), abs(high - objective.target))
    return Ramp(objective.target - far, objective.target, objective.target + far)


def _scale(ramp: Ramp) -> str:
    if ramp.beyond is None:
        return f"{ramp.useless:.4g} to {ramp.best:.4g}"
    return f"1 at {ramp.best:.4g} and 0 at {ramp.useless:.4g} and {ramp.beyond:.4g}"


def _predicted(
    several: tuple[Objective, ...], models: Sequence[_Modelled], ramps: Sequence[Ramp], seen: _Rated
) -> list[dict[str, Cell]]:
    """The compromise, and the best for each response alone, all with what the models say of all responses."""

    def rated(settings: Sequence[Chosen]) -> _Rated:
        return _Rated(several, settings, [model.predict(settings) for model in models], ramps)

    start = seen.settings[seen.best]
    alone = [
        model.model.best(Wanted(objective, model.link), start) for objective, model in zip(several, models, strict=True)
    ]
    whole = [_like(alone[0], setting) for setting in [*alone, *seen.settings, *models[0].model.candidates(start)]]
    found = rated(whole)
    best = found.settings[found.best]
    for step in range(STEPS):
        around = rated([best, *models[0].model.nearby(best, step)])
        better = around.settings[around.best]
        if better == best and isinstance(models[0].model, ByLevel):
            break
        best = better
    result = rated([best, *whole[: len(alone)]])
    kinds = ["compromise", *(f"{objective.response} alone" for objective in several)]
    return [result.row(kind, place) for place, kind in enumerate(kinds)]


def _like(shape: Chosen, setting: Chosen) -> Chosen:
    """A setting of the factors that the models know, in their order."""
    known = dict(setting)
    return tuple((name, known[name]) for name, _ in shape if name in known)
