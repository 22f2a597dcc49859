"""Designs whose every run is known before the first trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from doe.designs import _around
from doe.designs._errors import DesignError
from doe.designs._laid import Lay, Layout, Table
from doe.designs._layout import check
from doe.designs._seeds import check_seeds, seed_of
from doe.model import Level, Outcome, Study, Trial

__all__ = ["DesignError", "Fixed", "Lay", "Layout", "Table"]


def _never(_: Study) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Fixed:
    """A table of runs, each trained once a replicate, in random order.

    Around it, once for all designs: centre points, and an outer array of the noise factors. The inner runs, counted
    from 1, come under each outer setting in turn: run = (inner - 1) x outer settings + outer.
    """

    summary: str
    """What it is, what it takes and where it comes from, in one line."""

    lay: Lay
    """Lays the design out for a study's ``array_factors``, none of them noise; raises DesignError where they misfit."""

    own: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The options of its own: each one's name, and what it says."""

    sets_noise: Callable[[Study], bool] = _never
    """Whether it says the levels of the noise factors, too, so that there is nothing to cross."""

    @property
    def options(self) -> Mapping[str, str]:
        """What a study's layout may tell it; any other option is refused."""
        theirs = {} if "centre_points" in self.own else {"centre_points": _around.OPTIONS["centre_points"]}
        return {**self.own, **theirs, "outer": _around.OPTIONS["outer"]}

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterator[Trial]:
        """The trials not begun: replicate by replicate, in each block after block, in each a random order of its own.

        The order of a replicate and its seeds depend on nothing else, so more replicates only add trials.
        """
        begun = {outcome.trial.key for outcome in done} | {trial.key for trial in pending}
        runs = self._laid(study)
        for replicate in range(1, study.replicates + 1):
            for run in _order(study, runs, replicate):
                if (run, replicate) not in begun:
                    yield _trial(study, runs, run, replicate)

    def stops(self, study: Study, done: object, under_way: object, trial: Trial) -> None:
        """Never: every trial of an array is needed to its end, or its effects are no longer balanced."""

    def runs(self, study: Study) -> Sequence[Trial]:
        """The first replicate in standard order: what can be judged before any trial."""
        runs = self._laid(study)
        return tuple(_trial(study, runs, run, 1) for run in range(1, runs.count + 1))

    def size(self, study: Study) -> int:
        """How many trials there are, replicates included."""
        return self._laid(study).count * study.replicates

    def columns(self, study: Study) -> Mapping[str, int]:
        """For each factor the column of the design, counted from 1, that says its level."""
        return self._laid(study).columns

    def _laid(self, study: Study) -> _around.Runs:
        check(study, self.options)
        check_seeds(study)
        return _around.laid_out(study, self.lay, own=self.own, crossed=not self.sets_noise(study))


def _order(study: Study, runs: _around.Runs, replicate: int) -> list[int]:
    """The runs, counted from 1, as a replicate trains them."""
    random = Random(f"{study.seed}-{replicate}")  # noqa: S311 - an order, not a secret
    order = list(range(1, runs.count + 1))
    random.shuffle(order)
    names = [factor.name for factor in study.array_factors if factor.role == "block"]
    if not names:
        return order

    def block(run: int) -> tuple[Level, ...]:
        setting = runs.setting(run - 1)
        return tuple(setting[name] for name in names)

    blocks = list(dict.fromkeys(block(run) for run in range(1, runs.count + 1)))
    random.shuffle(blocks)
    place = {levels: number for number, levels in enumerate(blocks)}
    return sorted(order, key=lambda run: place[block(run)])


def _trial(study: Study, runs: _around.Runs, run: int, replicate: int) -> Trial:
    setting = runs.setting(run - 1)
    return Trial(run, replicate, seed_of(study, setting, replicate), setting)
