"""Sequential designs one by one: what each learns, resumes and refuses, and what it makes of a past not its own."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import pytest
from scipy.stats import qmc as scipy_qmc

from doe.designs import DESIGNS, DesignError, Later, Sequential
from doe.designs.sequential import _past
from doe.model import Asked, Completed, Factor, Failed, Level, Objective, Outcome, Reading, Study, Trial

X = Factor("x", (0.0, 1.0), "linear")
Y = Factor("y", (-2.0, 2.0), "linear")
N = Factor("n", (1, 100), "log")
KIND = Factor("kind", ("a", "b", "c"))
ON = Factor("on", (False, True))
LAYOUTS: dict[str, dict[str, Level | tuple[Level, ...]]] = {
    "optuna": {"sampler": "NSGAIIISampler", "population_size": 5},
    "gp": {"n_startup_trials": 4},
}
NAMES = [name for name, design in DESIGNS.items() if isinstance(design, Sequential)]


def study_of(design: str, *factors: Factor, budget: int = 14) -> Study:
    """A study that the design can carry."""
    factors = factors or ((X, Y, N) if design == "cmaes" else (X, N, KIND, ON))
    return Study(
        "any", design, factors, Objective("loss", "minimize"), "any", budget=budget, layout=LAYOUTS.get(design, {})
    )


def loss(trial: Trial) -> float:
    """A bowl with its bottom at x = 0.7, y = 0.5, n = 10, where kind b is better."""
    s = {"x": 0.7, "y": 0.5, "n": 10, "kind": "b", **trial.setting}
    bowl = 4 * (float(s["x"]) - 0.7) ** 2 + (float(s["y"]) - 0.5) ** 2 + (float(s["n"]) - 10) ** 2 / 3000
    return bowl + (s["kind"] != "b")


def ended(trial: Trial) -> Outcome:
    """Every seventh run diverges."""
    if trial.run % 7 == 0:
        return Failed(trial, "diverged", "loss became NaN")
    return Completed(trial, (Reading(1, {"loss": loss(trial), "time": float(trial.setting["x"])}),), 1.0)


def carried_out(study: Study, done: tuple[Outcome, ...] = ()) -> list[Outcome]:
    """All that the design asks for."""
    outcomes = list(done)
    while (trial := next(iter(DESIGNS[study.design].propose(study, outcomes, [])), None)) is not None:
        outcomes.append(ended(trial))
    return outcomes


@pytest.mark.parametrize("design", NAMES)
def test_a_killed_study_goes_on_as_if_nothing_had_been(design: str) -> None:
    """Cut off anywhere, its past told in any order, failures among it, it ends with the same settings, no two alike."""
    study = study_of(design)
    whole = carried_out(study)
    for cut in (1, 6, 11):
        again = carried_out(study, tuple(reversed(whole[:cut])))
        assert sorted(again, key=lambda o: o.trial.run) == whole
    assert len({str(outcome.trial.setting) for outcome in whole}) >= len(whole) - 2


@pytest.mark.parametrize("design", NAMES)
def test_trials_under_way_are_reckoned_with(design: str) -> None:
    """Asked three times at once, it says three settings, and the same ones when asked again."""
    study = study_of(design)
    done = carried_out(study)[:8]
    asked = []
    for _ in range(2):
        pending: list[Trial] = []
        for _ in range(3):
            pending += DESIGNS[design].propose(study, done, pending)
        asked.append(pending)
    assert asked[0] == asked[1]
    assert [trial.run for trial in asked[0]] == [9, 10, 11]
    assert len({str(trial.setting) for trial in asked[0]}) == 3


@pytest.mark.parametrize("design", ["tpe", "gp", "cmaes", "nsga", "optuna"])
def test_it_learns(design: str) -> None:
    """The last third of its runs is better in the mean than the first, by a third; random search's is not."""
    budget = {"gp": 18, "tpe": 40}.get(design, 60)

    def thirds(name: str) -> tuple[float, float]:
        study = study_of(design, *(() if design == "cmaes" else (X, N, KIND)), budget=budget)
        outcomes = carried_out(replace(study, design=name, layout=LAYOUTS.get(name, {})))
        losses = [o.readings[0].metrics["loss"] for o in outcomes if isinstance(o, Completed)]
        third = len(losses) // 3
        return fmean(losses[:third]), fmean(losses[-third:])

    first, last = thirds(design)
    assert last < first * 2 / 3
    first, last = thirds("random")
    assert last > first * 2 / 3


def test_quasi_random_search_is_even() -> None:
    """Of 33 runs, the 32 after the first fill the square far more evenly than random ones: centred discrepancy."""

    def unevenness(design: str) -> float:
        outcomes = carried_out(study_of(design, X, Y, budget=33))[1:]
        points = [[float(o.trial.setting["x"]), float(o.trial.setting["y"]) / 4 + 0.5] for o in outcomes]
        return float(scipy_qmc.discrepancy(points))

    assert unevenness("qmc") < 0.4 * unevenness("random")


def test_several_objectives() -> None:
    """Genetic search looks for all that matters: its trade-offs span the front, where one objective finds its end."""
    study = replace(study_of("nsga", X, Y, budget=80), analysis=Asked(also=(Objective("time", "minimize"),)))
    both = [float(o.trial.setting["x"]) for o in carried_out(study)[50:]]
    alone = [float(o.trial.setting["x"]) for o in carried_out(replace(study, analysis=Asked()))[50:]]
    assert min(both) < 0.1
    assert sum(x < 0.5 for x in alone) < len(alone) / 4 < sum(x < 0.5 for x in both)
    with pytest.raises(DesignError, match=r"^nsga wants 'size' of every trial; run 1 reported loss, time$"):
        carried_out(replace(study, analysis=Asked(also=(Objective("size"),))))


def test_replicates_are_told_as_their_mean() -> None:
    """A run is one point of the search, whatever its seeds; a target is a distance; seconds are the trial's own."""
    study = replace(study_of("nsga", X, Y), objective=Objective("loss", "target", 1.0))
    trial = Trial(1, 1, 0, {"x": 0.5, "y": 0.0})
    done = [
        Completed(trial, (Reading(1, {"loss": 0.0}), Reading(2, {"loss": 3.0})), 10.0),
        Completed(replace(trial, replicate=2), (Reading(1, {"loss": 0.5}),), 20.0),
    ]
    (known,) = _past(study, (study.objective, Objective("seconds", "minimize")), done, [])
    assert known.losses == (fmean([2.0, 0.5]), 15.0)
    assert known.state == "COMPLETE"


def test_a_past_that_is_not_its_own() -> None:
    """An array's runs are learned from where they lie in the present ranges; a fixed factor has its one level.

    Twenty such runs are more than the ten that TPE would else draw at random, so its first run is near their best.
    """
    array = [
        Trial(run, 1, 0, {"x": run / 30, "kind": "abc"[run % 3], "n": (1, 10, 100)[run // 3 % 3]})
        for run in range(1, 31)
    ]
    past = tuple(Completed(t, (Reading(1, {"loss": loss(t)}),), 1.0) for t in array)
    narrowed = study_of("tpe", Factor("x", (0.35, 1.0), "linear"), Factor("kind", ("b",)), N, budget=40)
    design = Later(DESIGNS["tpe"], 31, past)
    done: list[Outcome] = []
    while trial := next(iter(design.propose(narrowed, done, [])), None):
        done.append(ended(trial))
    settings = [o.trial.setting for o in done]
    assert all(0.35 <= float(s["x"]) <= 1.0 and s["kind"] == "b" for s in settings)
    assert [list(s) for s in settings] == [["x", "kind", "n"]] * len(settings)
    assert min(o.trial.run for o in done) == 31
    tpe = DESIGNS["tpe"]
    assert isinstance(tpe, Sequential)
    assert tpe.learns_from(narrowed, past) == 20
    blind = [next(iter(DESIGNS["tpe"].propose(replace(narrowed, seed=seed), [], []))) for seed in range(20)]
    told = [next(iter(design.propose(replace(narrowed, seed=seed), [], []))) for seed in range(20)]
    assert fmean(map(loss, told)) < fmean(map(loss, blind)) / 2


def test_a_past_is_owed_nothing() -> None:
    """More replicates are trained of the search's own runs, not of those before it."""
    past = (ended(Trial(1, 1, 0, {"x": 0.5, "y": 0.0})),)
    study = replace(study_of("tpe", X, Y, budget=2), replicates=2)
    design = Later(DESIGNS["tpe"], 2, past)
    done: list[Outcome] = []
    while trial := next(iter(design.propose(study, done, [])), None):
        done.append(ended(trial))
    assert [o.trial.key for o in done] == [(2, 1), (2, 2), (3, 1), (3, 2)]


REFUSED = [
    ("cmaes", (X, KIND), {}, "cmaes moves numbers only, and factor 'kind' is nominal; tpe, gp and nsga take it"),
    ("cmaes", (X, Factor("one", ("a",))), {}, "cmaes wants two or more factors with a range; tpe and gp take one"),
    ("optuna", (X,), {}, "optuna wants a layout: sampler=NAME, as in sampler=NSGAIIISampler"),
    (
        "optuna",
        (X,),
        {"sampler": "TPE"},
        "optuna: Optuna has no sampler 'TPE' that needs no more; there is BruteForceSampler, CmaEsSampler,",
    ),
    ("optuna", (X,), {"sampler": "TPESampler", "n_start": 3}, "optuna has no layout option 'n_start'; did you mean"),
    ("optuna", (X,), {"sampler": "BruteForceSampler"}, "BruteForceSampler: "),
    ("optuna", (X,), {"sampler": "TPESampler", "multivariate": 1}, "optuna: layout multivariate = 1: wanted bool"),
    (
        "optuna",
        (X,),
        {"sampler": "TPESampler", "n_ei_candidates": True},
        "optuna: layout n_ei_candidates = True: wanted int",
    ),
    (
        "tpe",
        (X,),
        {"n_startup_trials": "many"},
        "tpe: layout n_startup_trials = many: wanted a whole number of 1 or more",
    ),
    ("qmc", (X,), {"qmc_type": "even"}, "qmc: layout qmc_type has no 'even'"),
    ("nsga", (X,), {"population_size": 1}, "nsga: layout population_size = 1: wanted a whole number of 2 or more"),
]


@pytest.mark.parametrize(("design", "factors", "layout", "said"), REFUSED)
def test_what_cannot_be_is_one_line(
    design: str, factors: tuple[Factor, ...], layout: dict[str, Level | tuple[Level, ...]], said: str
) -> None:
    """The design, what it wanted, and what there is."""
    study = replace(study_of(design, *factors), layout=layout)
    with pytest.raises(DesignError) as error:
        next(iter(DESIGNS[design].propose(study, [], [])))
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)
