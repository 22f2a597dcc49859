"""Sequential designs: each run is chosen in the light of all that came before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING, Literal

from doe.designs._errors import DesignError
from doe.designs._layout import check
from doe.model import Completed, Factor, Level, Outcome, Setting, Study, Trial

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

BUDGET = 30
"""How many runs a study without a budget gets; TPE begins to learn after ten."""


@dataclass(frozen=True, slots=True)
class Sequential:
    """One of Optuna's samplers, rebuilt from the past at each proposal, so that it keeps no state of its own."""

    summary: str
    """What it is, what it takes and where it comes from, in one line."""

    sampler: Literal["RandomSampler", "TPESampler"]
    """Its name in ``optuna.samplers``."""

    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What a study's layout may tell it: each option's name, and what it says; any other is refused."""

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterator[Trial]:
        """The next trial: a replicate that is owed to a run begun before, else a run the sampler asks for."""
        _check(study, self.options)
        begun = sorted([*(outcome.trial for outcome in done), *pending], key=lambda trial: trial.key)
        settings = {trial.run: trial.setting for trial in begun}
        keys = {trial.key for trial in begun}
        for run, setting in settings.items():
            for replicate in range(1, study.replicates + 1):
                if (run, replicate) not in keys:
                    yield Trial(run, replicate, study.seed + replicate - 1, setting)
                    return
        if len(settings) < (study.budget or BUDGET):
            run = max(settings, default=0) + 1
            under_way = {trial.run for trial in pending}
            yield Trial(run, 1, study.seed, self._ask(study, run, settings, _losses(study, done), under_way))

    def runs(self, study: Study) -> Sequence[Trial]:
        """No run is known before the first trial."""
        _check(study, self.options)
        return ()

    def size(self, study: Study) -> int:
        """How many trials there will be, replicates included."""
        _check(study, self.options)
        return (study.budget or BUDGET) * study.replicates

    def columns(self, study: Study) -> Mapping[str, int]:  # noqa: ARG002 - asked as a fixed design is
        """A sampler has no columns."""
        return {}

    def _ask(
        self,
        study: Study,
        run: int,
        settings: Mapping[int, Setting],
        losses: Mapping[int, float],
        under_way: AbstractSet[int],
    ) -> Setting:
        """What the sampler would try as this run; a run without a loss is under way or has failed."""
        import optuna
        from optuna.trial import TrialState, create_trial

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        space = {factor.name: _distribution(factor) for factor in study.array_factors}
        seed = Random(f"{study.seed}-{run}").getrandbits(32)  # noqa: S311 - a sample, not a secret
        memory = optuna.create_study(sampler=getattr(optuna.samplers, self.sampler)(seed=seed))
        for known, setting in settings.items():
            state = TrialState.RUNNING if known in under_way else TrialState.FAIL
            if known in losses:
                state = TrialState.COMPLETE
            told = {"params": dict(setting), "distributions": space, "value": losses.get(known)}
            memory.add_trial(create_trial(**told, state=state))
        asked: dict[str, Level] = memory.ask(space).params
        return asked


def _check(study: Study, options: Mapping[str, str]) -> None:
    """Refuse what a sampler does not know, and factors that it would choose the best level of.

    Raises:
        DesignError: The layout names an option, or a factor is noise or a block.
    """
    check(study, options)
    for factor in study.factors:
        if factor.role in {"noise", "block"}:
            raise DesignError(
                f"{study.design} would choose the best level of factor {factor.name!r}, whose role is {factor.role}; "
                "a fixed design takes it (doe list designs)"
            )


def _losses(study: Study, done: Sequence[Outcome]) -> dict[int, float]:
    """The mean loss of each run's last readings, over the replicates that completed."""
    seen = defaultdict(list)
    for outcome in done:
        if isinstance(outcome, Completed):
            seen[outcome.trial.run].append(study.objective.loss(outcome.readings[-1].metrics[study.objective.response]))
    return {run: fmean(losses) for run, losses in seen.items()}


def _distribution(factor: Factor) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    numbers = [level for level in factor.levels if not isinstance(level, str)]
    if factor.scale == "nominal":
        return CategoricalDistribution(factor.levels)
    if all(isinstance(number, int) for number in numbers):
        return IntDistribution(int(min(numbers)), int(max(numbers)), log=factor.scale == "log")
    return FloatDistribution(min(numbers), max(numbers), log=factor.scale == "log")


random = Sequential(
    "random search between the outermost levels: --budget runs, 30 unless told; Optuna's RandomSampler", "RandomSampler"
)
tpe = Sequential("tree-structured Parzen estimator: --budget runs, 30 unless told; Optuna's TPESampler", "TPESampler")
