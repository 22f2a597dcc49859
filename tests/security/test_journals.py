"""A journal that a file system, a backup or somebody has spoiled: repaired, or refused with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from doe.history import History, fold, take_up, write_begun, write_event
from doe.journal import Journal, JournalError, read
from doe.model import Completed, Factor, Failed, Objective, Reading, Study, Trial
from doe.protocols import Epoch
from tests.conftest import Said

STUDY = Study("s", "full_factorial", (Factor("a", ("x", "y")),), Objective("y"), "trainer")


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A journal of two trials, the second of which failed once."""
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        take_up(journal, History(), STUDY)
        journal.write("opened", code_version="1")
        for outcome in _outcomes():
            attempt = 2 if outcome.trial.run == 2 and isinstance(outcome, Completed) else 1
            write_begun(journal, outcome.trial, attempt)
            for reading in outcome.readings:
                write_event(journal, Epoch(outcome.trial, reading))
            write_event(journal, outcome)
    lines = [json.loads(line) | {"time": float(second)} for second, line in enumerate(path.read_text().splitlines())]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def _outcomes() -> Iterator[Completed | Failed]:
    readings = tuple(Reading(epoch, {"y": epoch / 7, "odd": float("nan")}) for epoch in (1, 2))
    yield Completed(Trial(1, 1, 0, {"a": "x"}), readings, 1.0)
    yield Failed(Trial(2, 1, 0, {"a": "y"}), "crashed", "killed", 1.0, readings[:1])
    yield Completed(Trial(2, 1, 0, {"a": "y"}), readings, 1.0)


def test_every_line_may_stand_twice(whole: Path) -> None:
    """What is written twice happened once: the history is the same, failures and attempts counted."""
    lines, expected = whole.read_bytes().splitlines(keepends=True), repr(fold(read(whole)))
    for number, line in enumerate(lines):
        whole.write_bytes(b"".join([*lines[: number + 1], line, *lines[number + 1 :]]))
        history = fold(read(whole))
        history.opened = history.opened[:1]
        assert repr(history) == expected, line
    whole.write_bytes(b"".join(line * 2 for line in lines))
    history = fold(read(whole))
    history.opened = history.opened[:1]
    assert repr(history) == expected


def test_a_line_out_of_its_turn_is_refused_with_its_number(whole: Path) -> None:
    """Any two neighbours that change places, unless it is all one, and any trial without its beginning."""
    lines, expected = whole.read_bytes().splitlines(keepends=True), repr(fold(read(whole)))
    same = 0
    for number in range(2, len(lines) - 1):
        whole.write_bytes(b"".join([*lines[:number], lines[number + 1], lines[number], *lines[number + 2 :]]))
        with suppress(JournalError):
            assert repr(fold(read(whole))) == expected
            same += 1
    assert same <= 2
    for number, line in enumerate(lines):
        if b'"begun"' in line:
            whole.write_bytes(b"".join([*lines[:number], *lines[number + 1 :]]))
            with pytest.raises(JournalError, match=f"line {number + 1} of the journal"):
                fold(read(whole))


def test_cut_anywhere_the_trials_before_are_kept(whole: Path) -> None:
    """At every byte: each trial whose last line is whole has completed, the journal opens, and goes on."""
    content = whole.read_bytes()
    ends = [place for place in range(len(content)) if content[place : place + 1] == b"\n"]
    done = [place for place in ends if b'"completed"' in content[content.rfind(b"\n", 0, place) + 1 : place]]
    for cut in range(0, len(content) + 1, 3):
        whole.write_bytes(content[:cut])
        expected = sum(end < cut for end in done)
        assert len(fold(read(whole)).completed) == expected
        with Journal(whole) as journal:
            journal.write("opened", code_version="2")
        # a last line that lacks nothing but its end counts
        assert len(fold(read(whole)).completed) - expected in {0, int(cut in done)}


READ = b'{"event": "reading", "run": 1, "replicate": 1, "epoch": 1, "metrics": '
GARBAGE = {
    "words": b"nonsense\n",
    "zeros": b"\0" * 4096 + b"\n",
    "a list": b"[]\n",
    "no event": b'{"run": 1}\n',
    "an event that is no text": b'{"event": []}\n',
    "a deep line": b'{"event": ' + b"[" * 100_000 + b"\n",
    "a long line": b'{"event": "' + b"x" * 100_000_000 + b"\n",
    "a huge number": READ + b'{"y": 1' + b"0" * 400 + b"}}\n",
    "metrics that are none": b'{"event": "reading", "run": 1, "replicate": 1, "epoch": 1, "metrics": [1]}\n',
    "a metric that is no number": b'{"event": "reading", "run": 1, "replicate": 1, "epoch": 1, "metrics": {"y": {}}}\n',
    "a run that is a path": b'{"event": "begun", "run": "../../x", "replicate": 1, "seed": 0, "setting": {}}\n',
    "a setting of lists": b'{"event": "begun", "run": 9, "replicate": 1, "seed": 0, "setting": {"a": []}}\n',
    "a time that is a text": b'{"event": "completed", "run": 1, "replicate": 1, "seconds": "long"}\n',
    "a trial never begun": b'{"event": "completed", "run": 9, "replicate": 1, "seconds": 1}\n',
    "another reading of what has ended": (
        b'{"event": "reading", "run": 1, "replicate": 1, "epoch": 2, "metrics": {"y": 9}}\n'
    ),
    "a plan without factors": b'{"event": "study", "version": 1, "study": {}}\n',
    "a plan of a newer doe": b'{"event": "study", "version": 99, "study": {}}\n',
    "a plan of a list": b'{"event": "study", "version": 1, "study": {"name": [], "factors": []}}\n',
    "a phase without a name": b'{"event": "phase", "name": [], "version": 1, "study": {}, "why": []}\n',
    "a plan of another kind": b'{"event": "study", "version": [], "study": 3}\n',
    "a broken letter": b'{"event": "\xff"}\n',
}  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_in_the_middle_is_refused_in_one_line(garbage: bytes, whole: Path) -> None:
    """Before the last line nothing is skipped, whatever it is; the message stays short."""
    lines = whole.read_bytes().splitlines(keepends=True)
    whole.write_bytes(b"".join([*lines[:6], garbage, *lines[6:]]))
    with pytest.raises(JournalError) as refused:
        fold(read(whole))
    assert len(str(refused.value)) < 400
    assert "line 7" in str(refused.value) or "newer doe" in str(refused.value)


def test_garbage_at_the_end_is_set_aside(whole: Path) -> None:
    """Zeros after the last line, as a file system leaves them after a power cut, end in a file of their own."""
    content = whole.read_bytes()
    whole.write_bytes(content + b"\0" * 5000)
    with Journal(whole) as journal:
        assert journal.mended == 5000
    assert whole.read_bytes() == content
    assert [json.loads(line)["event"] for line in content.splitlines()][-1] == "completed"


def test_the_name_in_a_journal_leads_nowhere_else(whole: Path, doe: Said, workplace: Path) -> None:
    """A journal from elsewhere cannot have files written outside the folder of studies."""
    folder = workplace / "mlruns/studies/s"
    folder.mkdir(parents=True)
    (folder / "journal.jsonl").write_bytes(whole.read_bytes().replace(b'"name": "s"', b'"name": "../../../owned"'))
    for words in (("show", "s"), ("analyze", "s"), ("export", "mlflow", "s"), ("report", "s", "--to", "r.md")):
        code, _, err = doe(*words)
        assert (code, err.count("\n")) == (2, 1), err
        assert "no name of a folder" in err
