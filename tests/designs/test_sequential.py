"""Sequential designs: they learn from the past, and stop at their budget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doe.designs import DESIGNS
from doe.designs.sequential import BUDGET
from doe.model import Completed, Factor, Failed, Goal, Objective, Outcome, Reading, Study, Trial

NUMBERS = (Factor("x", (0.0, 1.0), "linear"), Factor("n", (1, 100), "log"), Factor("kind", ("a", "b", "c")))
STUDY = Study("any", "tpe", NUMBERS, Objective("score"), "any")


def _score(trial: Trial) -> float:
    x = trial.setting["x"]
    assert isinstance(x, float)
    return -((x - 0.8) ** 2) + (0.5 if trial.setting["kind"] == "b" else 0.0)


def _search(design: str, runs: int, goal: Goal = "maximize", sign: float = 1.0) -> list[Outcome]:
    study = replace(STUDY, design=design, objective=Objective("score", goal), budget=runs)
    done: list[Outcome] = []
    for _ in range(runs):
        (trial,) = DESIGNS[design].propose(study, done, [])
        done.append(Completed(trial, (Reading(1, {"score": sign * _score(trial)}),), 1.0))
    assert list(DESIGNS[design].propose(study, done, [])) == []
    return done


@pytest.mark.parametrize(("goal", "sign"), [("maximize", 1.0), ("minimize", -1.0)])
def test_tpe_learns_where_random_search_does_not(goal: Goal, sign: float) -> None:
    """Of 40 runs, the later half of TPE's takes the better kind far more often than one in three."""
    kinds = {
        design: [o.trial.setting["kind"] for o in _search(design, 40, goal, sign)[20:]] for design in ("tpe", "random")
    }
    assert kinds["tpe"].count("b") >= 14
    assert kinds["random"].count("b") <= 13


def test_whole_numbers_stay_whole() -> None:
    """Levels that are whole numbers span whole numbers; others do not."""
    settings = [outcome.trial.setting for outcome in _search("random", 12)]
    assert all(isinstance(setting["n"], int) and 1 <= setting["n"] <= 100 for setting in settings)
    assert all(isinstance(setting["x"], float) for setting in settings)


def test_without_a_budget_there_is_one() -> None:
    """And the summary says how large it is."""
    assert DESIGNS["tpe"].size(STUDY) == BUDGET == 30
    assert "30" in DESIGNS["tpe"].summary


def test_failures_and_pending_trials_are_told() -> None:
    """A run that failed, and one under way, are known to the sampler and are not counted as scores."""
    done: list[Outcome] = []
    for _ in range(15):
        (trial,) = DESIGNS["tpe"].propose(STUDY, done, [])
        failed = trial.setting["kind"] == "a"
        outcome = (
            Failed(trial, "diverged", "loss became NaN")
            if failed
            else Completed(trial, (Reading(1, {"score": _score(trial)}),), 1.0)
        )
        done.append(outcome)
    (pending,) = DESIGNS["tpe"].propose(STUDY, done, [])
    (following,) = DESIGNS["tpe"].propose(STUDY, done, [pending])
    assert (pending.run, following.run) == (16, 17)


def test_two_seeds_share_no_settings() -> None:
    """Random searches under neighbouring seeds are different searches."""
    one, other = (
        {str(trial.setting) for seed in [seed] for trial in _settings(replace(STUDY, design="random", seed=seed))}
        for seed in (0, 1)
    )
    assert not one & other


def _settings(study: Study) -> list[Trial]:
    trials: list[Trial] = []
    for _ in range(8):
        trials += DESIGNS["random"].propose(study, [], trials)
    return trials


def _read_within(design: str, scores: dict[int, tuple[float, float]]) -> list[dict[str, object]]:
    """What a search asks for next after one training, read at the epochs 2, 4 and 8."""
    within = Factor("epochs", (2, 8), "linear", "within")
    study = replace(STUDY, design=design, factors=(*NUMBERS, within), budget=20)
    if design == "nsga":
        study = replace(study, analysis=replace(study.analysis, also=(Objective("loss", "minimize"),)))
    (trial,) = DESIGNS[design].propose(study, [], [])
    assert "epochs" not in trial.setting
    done: list[Outcome] = []
    for _ in range(12):
        (trial,) = DESIGNS[design].propose(study, done, [])
        bonus = _score(trial)
        readings = (
            Reading(epoch, {"score": score + bonus, "loss": loss - bonus}) for epoch, (score, loss) in scores.items()
        )
        done.append(Completed(trial, tuple(readings), 1.0))
    return [dict(outcome.trial.setting) for outcome in done]


@pytest.mark.parametrize("design", ["tpe", "gp", "nsga"])
def test_a_training_is_worth_its_best_epoch_that_may_be_chosen(design: str) -> None:
    """Read at 2 and 8, a search goes the same way whichever of them is the best, and epoch 4 says nothing."""
    early = _read_within(design, {2: (0.9, 0.1), 4: (0.0, 0.0), 8: (0.2, 0.7)})
    late = _read_within(design, {2: (0.2, 0.7), 4: (5.0, 0.0), 8: (0.9, 0.1)})
    assert early == late
    once = _read_within(design, {8: (0.9, 0.1)})
    assert early == once


def test_its_best_epoch_is_that_of_the_mean_over_replicates() -> None:
    """Epoch 2 is best in one replicate by luck, epoch 8 is on average: only that can be asked for again."""
    from doe.designs.sequential import _past

    within = Factor("epochs", (2, 8), "linear", "within")
    study = replace(STUDY, factors=(*NUMBERS, within), replicates=2)
    scores = [{2: 1.0, 8: 0.8}, {2: 0.2, 8: 0.7}]
    done = [
        Completed(
            Trial(1, number, number, {"x": 0.5, "n": 3, "kind": "a"}),
            tuple(Reading(epoch, {"score": score}) for epoch, score in each.items()),
            1.0,
        )
        for number, each in enumerate(scores, 1)
    ]
    (known,) = _past(study, [study.objective], done, [])
    assert known.losses == pytest.approx((-0.75,))
