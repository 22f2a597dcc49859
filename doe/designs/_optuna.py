"""Optuna's samplers, rebuilt from the past at each question, so that none keeps a state of its own."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from doe.designs._errors import DesignError
from doe.loading import nearest
from doe.model import Factor, Level, Setting, is_number

if TYPE_CHECKING:
    from optuna import Study as Memory
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial as OptunaTrial

FORGETFUL = frozenset({"RandomSampler", "TPESampler", "GPSampler", "BruteForceSampler"})
"""Samplers that look at what was tried and nothing else; any other also notes things down as it is asked."""

STEADY = frozenset({"QMCSampler"})
"""Samplers that must have one seed from the first run to the last, as each takes the next point of one sequence."""

NUMERIC = frozenset({"CmaEsSampler"})
"""Samplers that move numbers only, two or more of them at once."""

SEVERAL = ("NSGA",)
"""How the names of samplers begin that are meant for several objectives."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run that was begun."""

    setting: Setting = field(hash=False)
    state: str
    """COMPLETE, RUNNING, FAIL or PRUNED: the names of Optuna's states."""
    losses: tuple[float, ...] = ()
    """One an objective, smaller is better; none unless it is complete."""
    readings: Mapping[int, float] = field(default_factory=dict, hash=False)
    """By epoch the loss of one that was stopped early."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """One of Optuna's samplers, and what it is told when it is made."""

    name: str
    """Its name in ``optuna.samplers``."""
    seed: int
    keywords: Mapping[str, Level] = field(default_factory=dict, hash=False)

    def ask(self, factors: Sequence[Factor], past: Sequence[Known], objectives: int) -> dict[str, Level]:
        """What it would try next, knowing the past in the order of its runs.

        Runs that lie outside the factors' present ranges, or lack one of the factors, are kept from it: it models
        the ranges that it searches. A factor of one level has it, and what was read at its other levels counts.

        Raises:
            DesignError: It cannot search these factors, in its own words.
        """
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        space = {factor.name: distribution(factor) for factor in factors if len(factor.levels) > 1}
        past = [known for known in past if lies_in(factors, known.setting)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is experimental, and what the user asked for by name
            try:
                sampler = _made(self.name, self.seed, self.keywords)
                memory = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler)
                tell = _add if self.name in FORGETFUL else _replay
                for known in past:
                    tell(memory, space, known)
                asked: dict[str, Level] = memory.ask(space).params
            except (ValueError, TypeError, RuntimeError, AssertionError, LookupError, ArithmeticError) as error:
                said = str(error).strip().partition("\n")[0] or type(error).__name__
                raise DesignError(f"{self.name}: {said}") from error
        return {factor.name: asked.get(factor.name, factor.levels[0]) for factor in factors}


def distribution(factor: Factor) -> BaseDistribution:
    """A factor's range as Optuna says it: categories, whole numbers or numbers between the outermost levels."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if factor.scale == "nominal":
        return CategoricalDistribution(factor.levels)
    numbers = [level for level in factor.levels if not isinstance(level, str)]
    if _is_whole(factor):
        return IntDistribution(int(min(numbers)), int(max(numbers)), log=factor.scale == "log")
    return FloatDistribution(min(numbers), max(numbers), log=factor.scale == "log")


def check_sampler(design: str, name: str, factors: Sequence[Factor]) -> None:
    """Refuse a sampler that Optuna has not, or that cannot take the factors.

    Raises:
        DesignError: It is none of Optuna's that can be made of a seed, lacks its package, or moves numbers only.
    """
    offered = _offered() if name not in FORGETFUL else (name,)
    if name not in offered:
        raise DesignError(f"{design}: Optuna has no sampler {name!r} that needs no more; {nearest(name, offered)}")
    if name not in NUMERIC:
        return
    for factor in factors:
        if factor.scale == "nominal" and len(factor.levels) > 1:
            raise DesignError(
                f"{design} moves numbers only, and factor {factor.name!r} is nominal; tpe, gp and nsga take it"
            )
    if sum(len(factor.levels) > 1 for factor in factors) < 2:  # noqa: PLR2004 - it adapts how numbers move together
        raise DesignError(f"{design} wants two or more factors with a range; tpe and gp take one")
    if find_spec("cmaes") is None:
        raise DesignError(f"{design} wants the package cmaes: pip install cmaes")


def keywords_of(name: str) -> dict[str, tuple[type, ...]]:
    """What a sampler may be told in a word or a number, and of what kind that is."""
    import inspect

    import optuna

    kinds: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float), "str": (str,)}
    arguments = inspect.signature(getattr(optuna.samplers, name).__init__).parameters.values()
    told = {argument.name: str(argument.annotation).removesuffix(" | None") for argument in arguments}
    return {
        argument: kinds[kind]
        for argument, kind in told.items()
        if kind in kinds and not argument.startswith(("warn_", "seed"))
    }


def _offered() -> list[str]:
    """Samplers that can be made of a seed and nothing else."""
    import inspect

    import optuna

    kinds = [getattr(optuna.samplers, name) for name in optuna.samplers.__all__ if name.endswith("Sampler")]
    usable = [kind for kind in kinds if not inspect.isabstract(kind)]
    return [kind.__name__ for kind in usable if "seed" in (made := inspect.signature(kind).parameters) and _free(made)]


def _free(arguments: Mapping[str, Any]) -> bool:
    return all(argument.default is not argument.empty for argument in arguments.values())


def _made(name: str, seed: int, keywords: Mapping[str, Level]) -> Any:
    import optuna

    steady = {"scramble": True} if name in STEADY else {}  # else every study would have the same points
    return getattr(optuna.samplers, name)(**{**steady, **keywords, "seed": seed})


def _add(memory: Memory, space: Mapping[str, BaseDistribution], known: Known) -> None:
    """Put a run among the memories as it stands."""
    from optuna.trial import TrialState, create_trial

    params = {name: known.setting[name] for name in space}
    told = {"params": params, "distributions": dict(space), "values": list(known.losses) or None}
    memory.add_trial(
        create_trial(**told, intermediate_values=dict(known.readings), state=TrialState[known.state]),
    )


def _replay(memory: Memory, space: Mapping[str, BaseDistribution], known: Known) -> None:
    """Have the sampler asked, give it this run instead, and tell it what came of it: so it notes down what it must."""
    from optuna.trial import TrialState

    memory.enqueue_trial({name: known.setting[name] for name in space})
    trial = memory.ask()
    _ = trial.relative_params  # here it notes it down; what it would have liked to try does not matter
    for name, range_ in space.items():
        _take(trial, name, range_)
    for epoch, loss in known.readings.items():
        trial.report(loss, epoch)
    if known.state == "COMPLETE":
        memory.tell(trial, list(known.losses))
    elif known.state != "RUNNING":
        memory.tell(trial, state=TrialState[known.state])


def _take(trial: OptunaTrial, name: str, range_: BaseDistribution) -> None:
    """Have a trial take up a value that stands ready for it."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match range_:
        case CategoricalDistribution():
            trial.suggest_categorical(name, range_.choices)
        case IntDistribution():
            trial.suggest_int(name, range_.low, range_.high, log=range_.log)
        case FloatDistribution():
            trial.suggest_float(name, range_.low, range_.high, log=range_.log)


def lies_in(factors: Sequence[Factor], setting: Setting) -> bool:
    """Whether a run can be told of in the factors' present ranges."""
    return all(_lies_on(factor, setting) for factor in factors)


def _lies_on(factor: Factor, setting: Setting) -> bool:
    if len(factor.levels) == 1:
        return True
    if factor.name not in setting:
        return False
    level = setting[factor.name]
    if factor.scale == "nominal":
        return level in factor.levels
    numbers = [float(number) for number in factor.levels]
    whole = isinstance(level, int) or not _is_whole(factor)
    return is_number(level) and whole and min(numbers) <= float(level) <= max(numbers)


def _is_whole(factor: Factor) -> bool:
    return all(isinstance(level, int) for level in factor.levels)
