"""What may change the last digits of readings is recorded, and said where it is not as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import doe
from doe import folders
from doe.history import fold
from doe.journal import read
from doe.provenance import mixed, unlike

NOW = {"versions": {"python": "3.11.7", "torch": "2.15.0", "ray": "2.60.0"}}


def test_nothing_is_said_where_all_is_as_it_was() -> None:
    """Nor of packages that readings are not computed with."""
    before = {"versions": {**NOW["versions"], "ray": "2.50.0"}}
    assert unlike((), (), 1, "xeon") == ()
    assert unlike((before, NOW), ({"threads": 1, "processor": "xeon"}, {"threads": 1}, {}), 1, "xeon") == ()


def test_other_versions_and_threads_are_said() -> None:
    """Each in a line, with what was and what is."""
    before = {"versions": {**NOW["versions"], "torch": "2.14.1"}}
    where = ({"threads": 1, "processor": "xeon"}, {"threads": 4, "processor": "epyc"})
    torch, threads, processor = unlike((before, NOW), where, 1, "xeon")
    assert torch.startswith("torch was 2.14.1, now 2.15.0: ")
    assert threads.startswith("trials so far had 4 threads, now 1: ")
    assert processor.startswith("trials so far ran on epyc, now on xeon: ")
    assert len(unlike((before, NOW), where, 1, None)) == 2
    (mixture,) = mixed(where)
    assert "2 kinds of processor (epyc, xeon)" in mixture
    assert mixed(where[:1]) == ()


def test_a_study_that_goes_on_elsewhere_says_so(workplace: Path) -> None:
    """The journal holds each trial's threads and each opening's versions, and the next driver compares them."""
    factors, manner = ("optimizer=adam,sgd",), doe.Manner("serial", tracking_uri="none")
    wishes = doe.Wishes(trainer="synthetic", factors=factors, settings=("epochs=2",), name="s")
    doe.run(doe.plan("full_factorial", wishes), manner, say=lambda _: None)
    path = folders.journal_of("s")
    history = fold(read(path))
    assert [told["threads"] for told in history.where.values()] == [1, 1]
    assert len({told["processor"] for told in history.where.values()}) == 1
    assert history.opened[0]["versions"]["torch"]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        if line["event"] == "opened":
            line["versions"]["torch"] = "1.0"
        if line["event"] == "started":
            line["processor"] = "a slide rule"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    said: list[str] = []
    manner = doe.Manner("serial", doe.Resources(threads=2), tracking_uri="none")
    doe.run(doe.plan("full_factorial", replace(wishes, replicates=2)), manner, say=said.append)
    assert any(line.startswith("torch was 1.0, now ") for line in said)
    assert any(line.startswith("trials so far had 1 threads, now 2") for line in said)
    assert any(line.startswith("trials so far ran on a slide rule, now on ") for line in said)
