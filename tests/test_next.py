"""``doe next``: the one command worth running now, at each state that a study may be in."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from doe import folders
from doe.advising import Step, next_steps
from doe.analyses import best_settings
from doe.commands import COMMANDS
from doe.concluding import recall
from doe.evaluations import Assumptions, sensitivity
from doe.model import Asked
from tests.conftest import Said

STUDY = ["run", "l9", "--trainer", "synthetic"]
QUIET = ["--executor", "serial", "--tracking-uri", "none"]
TWICE = [*STUDY, "--replicates", "2"]


def _run(doe: Said, *words: str, code: int = 0) -> None:
    found, _, error = doe(*words, *QUIET, "--json")
    assert found == code, error


def _next(doe: Said, name: str = "l9") -> list[dict[str, Any]]:
    code, out, error = doe("next", name, "--json")
    assert code == 0, error
    steps: list[dict[str, Any]] = json.loads(out)["next"]
    assert all(shlex.split(step["command"])[0] == "doe" for step in steps)
    return steps


def _steps(name: str = "l9") -> tuple[Step, ...]:
    found = recall(name)
    return next_steps(found.study, found.results, found.findings, found.history)


def test_from_a_saturated_array_to_nothing_left(doe: Said) -> None:
    """Each time the command that it names is typed as it stands there, until nothing more is worth training."""
    _run(doe, *STUDY)
    said = []
    while steps := _next(doe):
        words = shlex.split(steps[0]["command"])[1:]
        said.append(words[0])
        assert words[0] in COMMANDS
        count = len(recall("l9").outcomes)
        assert doe(*words, "--json", *QUIET)[0] == 0
        assert len(recall("l9").outcomes) - count == steps[0]["trials"]
    assert said == ["run", "refine", "confirm"]
    _, out, _ = doe("next", "l9")
    assert out.startswith("Nothing more is worth training. Confirmed: ")


def test_two_lines_are_printed(doe: Said) -> None:
    """The doubt and what would settle it; then what comes after."""
    _run(doe, *STUDY)
    _, out, _ = doe("next", "l9")
    first, then = out.splitlines()
    assert first.startswith("Largest doubt: is the epochs effect real (0 error df)?  ->  doe run l9 ")
    assert "--replicates 2     9 trials, ~" in first
    assert then.startswith("Then:          refine optimizer, epochs, dropout and batch_size around adam / 50 / ")


def test_the_power_is_that_of_the_plan_with_more_replicates(doe: Said) -> None:
    """For the difference that was seen, where the number of images says what chance does to an accuracy."""
    from scipy.stats import f, ncf

    _run(doe, *STUDY)
    found = recall("l9")
    results = replace(found.results, asked=Asked(trials_of=400))
    gain = next_steps(found.study, results, found.findings, found.history)[0].gain
    rows = {row["factor"]: row for each in found.findings if each.name == "response-table" for row in each.table}
    mean, delta = float(results.table["val_accuracy"].mean()), float(rows["epochs"]["delta"])  # type: ignore[arg-type]
    # each level has 6 trials, all others lie halfway: sum of squares 6 (d/2)^2 2, by 2 and 18 - 1 - 8 - 1 df
    size = 3 * delta**2 / (mean * (1 - mean) / 400)
    power = ncf.sf(f.isf(0.05, 2, 8), 2, 8, size)
    assert gain == f"power {power:.2f} for {delta:.3g}"


def test_without_a_known_error_the_gain_is_in_standard_deviations(doe: Said) -> None:
    """As the plan's own evaluation has it for one replicate more."""
    _run(doe, *STUDY)
    found = recall("l9")
    runs = [outcome.trial for outcome in found.outcomes]
    tests = sensitivity(found.study, runs)
    assert tests is not None
    assert (
        _steps()[0].gain == f"notices {tests.noticed('epochs', 2, Assumptions()):.2g} standard deviations among seeds"
    )


def test_what_is_left_comes_first(doe: Said) -> None:
    """Of the design, by the command that ran it; of a phase, by its own."""
    _run(doe, *TWICE)
    journal = folders.journal_of("l9-synthetic")
    whole = journal.read_text().splitlines(keepends=True)
    ended = [place for place, line in enumerate(whole) if "completed" in line]
    journal.write_text("".join(whole[: ended[10] + 1]))
    first = _steps()[0]
    assert (first.why, first.trials) == ("7 trials of the design left", 7)
    assert shlex.split(first.command)[1:6] == [*TWICE[:4], "--replicates"]
    _run(doe, *TWICE)
    done = len(journal.read_text().splitlines())
    _run(doe, "refine", "l9", "--trials", "3")
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: done + 3]))
    assert (_steps()[0].why, _steps()[0].command) == ("3 trials of refine left", "doe refine l9-synthetic")


def test_what_broke_is_tried_again(doe: Said) -> None:
    """What failed for a reason outside its setting, as often as it failed."""
    study = ["run", "full_factorial", "--trainer", "synthetic", "--factor", "dropout=0.4,0.6", "--set", "epochs=2"]
    journal = folders.journal_of("full_factorial-synthetic")
    _run(doe, *study, "--replicates", "3")
    lines = journal.read_text().splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if '"completed"' in line)
    ended = json.loads(lines[place])
    broken = json.dumps({**ended, "event": "failed", "kind": "crashed", "reason": "lost"}) + "\n"
    begun = {"event": "begun", "run": ended["run"], "replicate": ended["replicate"]}
    trial = next(each for each in map(json.loads, lines) if begun.items() <= each.items())
    lines[place : place + 1] = [broken, json.dumps({**trial, "attempt": 2}) + "\n", broken]
    journal.write_text("".join(lines))
    first = _steps("full_factorial")[0]
    assert (first.why, first.trials) == ("1 trial failed (crashed)", 1)
    assert first.command.endswith("--retry-failed")
    assert doe(*shlex.split(first.command)[1:])[0] == 0
    assert not recall("full_factorial").failed


def test_an_interaction_is_found_out_step_by_step(doe: Said) -> None:
    """Dropout and batch size interact, unknown to an L9: it is not confirmed, then folded over, cleared, confirmed.

    The foldover leaves three pairs that explain as much; the first of them is tried.
    """
    factors = ["--factor", "learning_rate:log=1e-4,1e-3,1e-2", "--factor", "dropout=0.4,0.5,0.6"]
    more = ["--factor", "batch_size=32,64,128", "--factor", "optimizer=adam,sgd,adagrad"]
    told = ["--set", "interaction=0.04", "--set", "noise=0.001", "--set", "epochs=10"]
    _run(doe, "run", "l9", "--trainer", "synthetic", *factors, *more, *told, "--replicates", "3")
    _run(doe, "confirm", "l9")
    verdict = next(finding for finding in recall("l9").findings if finding.name == "confirmation")
    assert (verdict.note.startswith("Not confirmed"), verdict.warns) == (True, True)
    said: list[str] = []
    while (step := _steps()[0]).doubts and len(said) < 5:
        said.append(step.command)
        _run(doe, *shlex.split(step.command)[1:])
    augment = "doe augment l9-synthetic"
    assert said == [f"{augment} --foldover", f"{augment} --clear dropout:batch_size"]
    best = dict(best_settings(recall("l9").results)[0] or ())
    assert best == {"learning_rate": 1e-3, "dropout": 0.6, "batch_size": 128, "optimizer": "adam"}


def test_where_nothing_is_told_replicates_are_advised_as_far_as_they_help(doe: Said) -> None:
    """The fewest that would notice the difference seen, by the error of the trials."""
    factors = ["--factor", "dropout=0.3,0.6", "--set", "noise=0.005", "--set", "epochs=3"]
    _run(doe, "run", "full_factorial", "--trainer", "synthetic", *factors, "--replicates", "2")
    first = _steps("full_factorial")[0]
    assert first.why == "no effect is told from chance: is there any?"
    count = int(shlex.split(first.command)[-1])
    assert 2 < count <= 10
    assert first.trials == 2 * (count - 2)
    assert float(first.gain.split()[1]) >= 0.8


def test_bad_input_is_one_line(doe: Said) -> None:
    """No study of that name."""
    code, _, error = doe("next", "l9")
    assert (code, error) == (2, "doe: no study 'l9' has been run here; there is none\n")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "~1 s"), (80.0, "~80 s"), (170.0, "~2.8 min"), (1800.0, "~30 min"), (7000.0, "~1.9 h")]
)
def test_the_price_is_said_in_the_unit_of_a_person(seconds: float, said: str) -> None:
    """Seconds, minutes, hours."""
    assert Step("why", "doe", 2, seconds, "gain").price == f"2 trials, {said}, gain"
