"""Sequential designs: each run is chosen in the light of all that came before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from statistics import fmean
from typing import TypeAlias

from doe.designs import _layout as told
from doe.designs import _pruning as pruning
from doe.designs._errors import DesignError
from doe.designs._layout import check
from doe.designs._optuna import SEVERAL, STEADY, Known, Sampler, check_sampler, keywords_of, lies_in
from doe.model import Completed, Failed, Level, Objective, Outcome, Reading, Study, Trial, is_number

BUDGET = 30
"""How many runs a study without a budget gets; TPE begins to learn after ten."""

WHOLE = {"n_startup_trials": 1, "popsize": 2, "population_size": 2}
"""What samplers take as a whole number, and the least that makes sense."""

Key: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sequential:
    """One of Optuna's samplers, rebuilt from the past at each proposal, so that it keeps no state of its own."""

    summary: str
    """What it is, what it takes and where it comes from, in one line."""

    sampler: str | None = None
    """Its name in ``optuna.samplers``; None: the layout says it."""

    own: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What it may be told by name, as Optuna calls it, and what that says."""

    usual: Mapping[str, Level] = field(default_factory=dict, hash=False)
    """What it is told unless the layout says otherwise, where that is not Optuna's own choice."""

    @property
    def options(self) -> Mapping[str, str]:
        """What a study's layout may tell it: each option's name, and what it says; any other is refused."""
        return {**self.own, **pruning.OPTIONS}

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterator[Trial]:
        """The next trial: a replicate that is owed to a run begun before, else a run the sampler asks for.

        The budget counts all runs that were begun, by whatever design: a search that goes on from an array has the
        array's runs as its past, as far as they lie within the factors' present ranges.
        """
        name = self._checked(study)
        begun = sorted([*(outcome.trial for outcome in done), *pending], key=lambda trial: trial.key)
        settings = {trial.run: trial.setting for trial in begun}
        keys = {trial.key for trial in begun}
        for run, setting in settings.items():
            # what was run before this design began has numbers below 1, and is owed nothing
            for replicate in range(1, study.replicates + 1 if run > 0 else 1):
                if (run, replicate) not in keys:
                    yield Trial(run, replicate, study.seed + replicate - 1, setting)
                    return
        if len(settings) < (study.budget or BUDGET):
            # of several under way at once an early one may have been lost
            run = next(number for number in count(1) if number not in settings)
            mark = f"{study.seed}" if name in STEADY else f"{study.seed}-{run}"
            seed = Random(mark).getrandbits(32)  # noqa: S311 - a sample, not a secret
            sampler = Sampler(name, seed, self._keywords(study))
            objectives = self.objectives(study)
            past = _past(study, objectives, done, pending)
            yield Trial(run, 1, study.seed, sampler.ask(study.array_factors, past, len(objectives)))

    def runs(self, study: Study) -> Sequence[Trial]:
        """No run is known before the first trial."""
        self._checked(study)
        return ()

    def size(self, study: Study) -> int:
        """How many trials there will be, replicates included."""
        self._checked(study)
        return (study.budget or BUDGET) * study.replicates

    def columns(self, study: Study) -> Mapping[str, int]:  # noqa: ARG002 - asked as a fixed design is
        """A sampler has no columns."""
        return {}

    def stops(
        self, study: Study, done: Sequence[Outcome], under_way: Mapping[Key, Sequence[Reading]], trial: Trial
    ) -> str | None:
        """Why a trial under way should end after its last reading, in a line; None: it should go on."""
        return pruning.why_stop(study, done, under_way, trial.key)

    def learns_from(self, study: Study, past: Sequence[Outcome]) -> int:
        """How many of these runs the sampler is told of, as they lie within the factors' present ranges."""
        return len({each.trial.run for each in past if lies_in(study.array_factors, each.trial.setting)})

    def objectives(self, study: Study) -> tuple[Objective, ...]:
        """What it searches for: the study's objective, and what else matters where the sampler is made for several."""
        if self._name(study).startswith(SEVERAL):
            return (study.objective, *study.analysis.also)
        return (study.objective,)

    def _name(self, study: Study) -> str:
        name = self.sampler or told.text(study, "sampler")
        if name is None:
            raise DesignError(f"{study.design} wants a layout: sampler=NAME, as in sampler=NSGAIIISampler")
        return name

    def _checked(self, study: Study) -> str:
        """The sampler's name; refuse what it does not know, and factors that it would choose the best level of.

        Raises:
            DesignError: The layout or a factor is none that it takes.
        """
        name = self._name(study)
        for factor in study.factors:
            if factor.role in {"noise", "block"}:
                raise DesignError(
                    f"{study.design} would choose the best level of factor {factor.name!r}, whose role is "
                    f"{factor.role}; a fixed design takes it (doe list designs)"
                )
        check_sampler(study.design, name, study.array_factors)
        if study.layout:
            ours = self.options if self.sampler else {**self.options, **dict.fromkeys(keywords_of(name), "")}
            check(study, ours)
        self._keywords(study)
        pruning.check_pruning(study, len(self.objectives(study)))
        return name

    def _keywords(self, study: Study) -> dict[str, Level]:
        for name, least in WHOLE.items():
            told.whole(study, name, least)
        told.text(study, "qmc_type", ("sobol", "halton"))
        said = {name: value for name, value in study.layout.items() if name not in {"sampler", *pruning.OPTIONS}}
        kinds = keywords_of(self._name(study)) if said else {}
        for name, value in said.items():
            kind = kinds.get(name, ())
            if not isinstance(value, kind) or (isinstance(value, bool) and bool not in kind):
                wanted = " or ".join(each.__name__ for each in kind)
                raise DesignError(f"{study.design}: layout {name} = {value}: wanted {wanted}")
        return {**self.usual, **{name: value for name, value in said.items() if not isinstance(value, tuple)}}


def _past(
    study: Study, objectives: Sequence[Objective], done: Sequence[Outcome], pending: Sequence[Trial]
) -> list[Known]:
    """What is known of every run, in order: the means over its replicates, that it is under way, or how it ended."""
    losses: dict[int, list[Mapping[int, tuple[float, ...]]]] = defaultdict(list)
    stopped: dict[int, Failed] = {}
    settings = {trial.run: trial.setting for trial in (*(outcome.trial for outcome in done), *pending)}
    for outcome in done:
        if isinstance(outcome, Completed):
            losses[outcome.trial.run].append(_losses(study, objectives, outcome))
        elif outcome.kind == "pruned":
            stopped[outcome.trial.run] = outcome
    under_way = {trial.run for trial in pending}
    past = []
    for run, setting in sorted(settings.items()):
        if means := _worth(losses[run]):
            past.append(Known(setting, "COMPLETE", means))
        elif run in under_way:
            past.append(Known(setting, "RUNNING"))
        elif run in stopped:
            curve = pruning.losses(study.objective, stopped[run].readings)
            past.append(Known(setting, "PRUNED", readings=curve))
        else:
            past.append(Known(setting, "FAIL"))
    return past


def _losses(study: Study, objectives: Sequence[Objective], outcome: Completed) -> dict[int, tuple[float, ...]]:
    """How far a trial was from what is wanted at each level of ``within``; else, under 0, at its last epoch, whichever.

    Raises:
        DesignError: The trainer does not report one of several objectives.
    """
    return {
        reading.epoch if study.within else 0: tuple(_loss(study, each, outcome, reading) for each in objectives)
        for reading in outcome.counted(study.within)
    }


def _loss(study: Study, objective: Objective, outcome: Completed, reading: Reading) -> float:
    if objective.response == "seconds" and "seconds" not in reading.metrics:
        return objective.loss(outcome.seconds)
    if objective.response not in reading.metrics:
        raise DesignError(
            f"{study.design} wants {objective.response!r} of every trial; run {outcome.trial.run} reported "
            f"{', '.join(sorted(reading.metrics))}"
        )
    return objective.loss(reading.metrics[objective.response])


def _worth(replicates: Sequence[Mapping[int, tuple[float, ...]]]) -> tuple[float, ...]:
    """The means over a run's replicates, at the epoch at which the first objective's is the best.

    A training that is read at several epochs can be had with any of them.
    """
    epochs = [epoch for epoch in replicates[0] if all(epoch in each for each in replicates)] if replicates else []
    means = [tuple(map(fmean, zip(*(each[epoch] for each in replicates), strict=True))) for epoch in epochs]
    return min((mean for mean in means if all(map(is_number, mean))), default=())


_STARTUP = {"n_startup_trials": "how many runs are drawn at random before it begins to learn; 10 unless told"}

random = Sequential(
    "random search between the outermost levels: --budget runs, 30 unless told; Optuna's RandomSampler", "RandomSampler"
)
tpe = Sequential(
    "tree-structured Parzen estimator: --budget runs, 30 unless told; Optuna's TPESampler", "TPESampler", _STARTUP
)
gp = Sequential(
    "Gaussian process, expected improvement: --budget runs, 30 unless told; Optuna's GPSampler", "GPSampler", _STARTUP
)
cmaes = Sequential(
    "covariance matrix adaptation, two or more numbers: --budget runs, 30 unless told; CmaEsSampler",
    "CmaEsSampler",
    {"popsize": "how many runs make a generation; 4 + 3 ln(factors) unless told"},
)
qmc = Sequential(
    "quasi-random search, spread evenly: --budget runs, 30 unless told; Optuna's QMCSampler",
    "QMCSampler",
    {"qmc_type": "sobol or halton; sobol unless told"},
)
nsga = Sequential(
    "genetic search for one or several objectives: --budget runs, 30 unless told; NSGAIISampler",
    "NSGAIISampler",
    {"population_size": "how many runs make a generation; 10 unless told"},
    {"population_size": 10},  # Optuna's 50 would be random search to the end of most studies
)
optuna = Sequential(
    "any sampler of Optuna's by its name: layout sampler=NAME; --budget runs, 30 unless told",
    own={"sampler": "its name in optuna.samplers, as in NSGAIIISampler; what it takes are options as well"},
)
