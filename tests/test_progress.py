"""What is seen while a study runs is derived from the events alone."""

from __future__ import annotations

import re

import pytest

import doe
from doe.commands._progress import Screen
from doe.commands._rows import clock, columns_of, shown_level
from doe.model import Completed, Failed, Level, Reading, Trial
from doe.protocols import Again, Epoch, Started, TakenUp
from doe.running import plan


@pytest.fixture
def nine() -> doe.Plan:
    """The plan of nine trials."""
    return plan("l9", doe.Wishes(trainer="synthetic"))


def test_plain_lines_tell_of_outcomes_and_end_on_how_far_it_is(
    nine: doe.Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    """A header once, a line for each outcome with its reason, and a footer that counts."""
    one, two = nine.trials[:2]
    failed = Failed(two, "crashed", "ended with exit code 3", 1.0)
    with Screen(nine, lambda: False, moving=False) as screen:
        screen(TakenUp(1))
        for trial in (one, two):
            screen(Started(trial, {}))
        screen(Epoch(one, Reading(1, {"val_accuracy": 0.5})))
        screen(Again(failed))
        screen(Started(two, {}))
        screen(Completed(one, (Reading(30, {"val_accuracy": 0.8765}),), 65.0))
        screen(failed)
        assert re.fullmatch(r"  3 of 9 done, 1 failed · 0:00, about \d+:\d\d(:\d\d)? left", screen.footer)
    said = capsys.readouterr()
    assert said.out == ""
    header, again, completed, final = said.err.splitlines()
    assert header.split() == ["run", "optimizer", "epochs", "dropout", "batch_size", "val_accuracy"]
    assert again.endswith("failed  ended with exit code 3 · tried once more")
    assert completed.split() == ["1", "adam", "30", "0.4", "32", "0.8765", "30", "epochs", "1:05"]
    assert final.endswith("failed  ended with exit code 3")


def test_columns_are_wide_enough_for_every_level(nine: doe.Plan) -> None:
    """All lines of a table are aligned."""
    columns = columns_of(nine.study)
    lines = [columns.header, *(columns.line(trial, "0.1") for trial in nine.trials)]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (59.6, "1:00"), (61, "1:01"), (3599.6, "1:00:00"), (90061, "25:01:01")]
)
def test_a_clock_is_read_at_a_glance(seconds: float, shown: str) -> None:
    """Minutes and seconds, and hours where there are any."""
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("level", "shown"), [(0.1 + 0.2, "0.3"), (1e-5, "1e-05"), (True, "True"), ("sgd", "sgd"), (32, "32")]
)
def test_a_level_is_shown_short(level: Level, shown: str) -> None:
    """Six digits of a number are enough for a person."""
    assert shown_level(level) == shown


def test_a_trial_keeps_its_place() -> None:
    """Run and replicate are a trial's key, whatever became of it."""
    assert Trial(3, 2, 1, {}).key == (3, 2)
