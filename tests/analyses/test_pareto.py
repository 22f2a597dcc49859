"""Trade-offs: the settings that no other betters, and what may be asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from doe.analyses.pareto import pareto
from doe.model import Asked, Objective, Results, StudyError
from tests import golden
from tests.conftest import Said


def _asked(results: Results, *also: Objective) -> Results:
    return replace(results, asked=Asked(also=also))


def _founding() -> Results:
    results = golden.founding_l9()
    seconds = results.table["epochs"] * 64 / results.table["batch_size"]
    return replace(results, table=results.table.assign(seconds=seconds))


def test_accuracy_and_seconds_of_the_founding_study() -> None:
    """Three of nine: the most accurate, the fastest, and one between; the most accurate first."""
    found = pareto(_asked(_founding(), Objective("seconds", "minimize")))
    assert found is not None
    assert [(row["accuracy"], row["seconds"]) for row in found.table] == [(0.928, 25.0), (0.9258, 20.0), (0.9199, 15.0)]
    assert found.table[0]["setting"] == "optimizer=Adam, epochs=50, dropout=0.6, batch_size=128"
    assert "Wanted: more accuracy, less seconds. 3 of 9 settings" in found.note


def test_nothing_is_traded_where_nothing_else_was_asked() -> None:
    """Seconds stand in every table of a study, and are no response until someone says so."""
    assert pareto(_founding()) is None
    empty = replace(_founding(), table=_founding().table[:0])
    assert pareto(_asked(empty, Objective("parameters", "minimize"))) is None


def test_replicates_count_by_their_means() -> None:
    """A lucky replicate does not make a setting undominated."""
    frame = pd.DataFrame({"a": [1, 1, 2, 2], "y": [5.0, 1.0, 4.0, 4.0], "cost": [2.0, 2.0, 1.0, 1.0]})
    found = pareto(_asked(golden.results_of(frame, ["a"]), Objective("cost", "minimize")))
    assert found is not None
    assert [row["setting"] for row in found.table] == ["a=2"]
    assert "One setting is the best in all of them" in found.note


@pytest.mark.parametrize("seed", range(3))
def test_the_set_is_that_of_brute_force(seed: int) -> None:
    """With a target among three responses."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": range(40), "y": generator.normal(size=40), "u": generator.normal(size=40)})
    frame["v"] = generator.normal(size=40)
    several = (Objective("y"), Objective("u", "minimize"), Objective("v", "target", 0.2))
    found = pareto(_asked(golden.results_of(frame, ["a"]), *several[1:]))
    losses = np.column_stack([[one.loss(value) for value in frame[one.response]] for one in several])
    wanted = {
        f"a={place}"
        for place, row in enumerate(losses)
        if not any((other <= row).all() and (other < row).any() for other in losses)
    }
    assert found is not None
    assert {row["setting"] for row in found.table} == wanted


def test_rows_without_a_number_are_counted() -> None:
    """One of nine has no seconds."""
    results = _founding()
    seconds = results.table["seconds"].where(results.table.index != 2)
    found = pareto(
        _asked(replace(results, table=results.table.assign(seconds=seconds)), Objective("seconds", "minimize"))
    )
    assert found is not None
    assert found.note.endswith("1 row without all of these numbers left out.")
    assert found.table[0]["accuracy"] == 0.9274


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("secondz", "'secondz', asked for besides 'accuracy', was not measured; did you mean 'seconds'?"),
        ("optimizer", "'optimizer', asked for besides 'accuracy', is a factor; there is seconds"),
        ("word", "'word', asked for besides 'accuracy', is not numeric; there is seconds"),
        ("accuracy", "'accuracy' is asked for twice; each response has one goal"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(name: str, complaint: str) -> None:
    """Their word, what was wanted, what there is."""
    results = replace(_founding(), table=_founding().table.assign(word="a"))
    with pytest.raises(StudyError) as caught:
        pareto(_asked(results, Objective(name, "minimize")))
    assert str(caught.value) == complaint


TABLE = "a,b,y,cost,when\n" + "".join(
    f"{a},{b},{a + b + c / 9},{2 * a - b + c / 7},{a * b}\n" for a in (1, 2) for b in (1, 2) for c in (0, 1)
)


def test_further_responses_can_be_typed(workplace: Path, doe: Said) -> None:
    """Of a table, each with its goal; a column that is one is no factor."""
    (workplace / "t.csv").write_text(TABLE)
    words = ["analyze", "t.csv", "--response", "y", "--factors", "a,b", "--json", "--also"]
    code, out, err = doe(*words, "minimize=cost,target=when:2")
    assert (code, err) == (0, "")
    found = {finding["name"]: finding for finding in json.loads(out)["findings"]}
    assert list(found["pareto"]["table"][0]) == ["setting", "y", "cost", "when"]
    assert "Wanted: more y, less cost, when at 2." in found["pareto"]["note"]
    assert "desirability" in found["desirability"]["table"][0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("minimize=csot", "t.csv has no column 'csot'; did you mean 'cost'?"),
        ("minmize=cost", "--also minmize=cost: no goal 'minmize'; did you mean 'minimize'?"),
        ("minimize", "--also minimize: wanted minimize=COLUMN"),
        ("target=cost", "--also target=cost: wanted target=COLUMN:VALUE"),
        ("target=cost:low", "--also target=cost:low: 'low' is not a number"),
        ("maximize=y", "'y' is asked for twice; each response has one goal"),
    ],
)
def test_what_is_typed_wrong_is_one_line(workplace: Path, doe: Said, typed: str, said: str) -> None:
    """And exit code 2."""
    (workplace / "t.csv").write_text(TABLE)
    code, out, err = doe("analyze", "t.csv", "--response", "y", "--factors", "a,b", "--also", typed)
    assert (code, out) == (2, "")
    assert err == f"doe: {said}\n"
