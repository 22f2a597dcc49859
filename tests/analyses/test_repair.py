"""What failed and missing runs cost, and the fewest trainings that mend it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doe.analyses.repair import repair
from doe.model import Failed, Kind, Results, Trial
from tests import golden

FACTORS = ["optimizer", "epochs", "dropout", "batch_size"]


def _without(*runs: int, kind: Kind = "crashed") -> Results:
    """The founding L9, of which these runs (counted from 1) failed."""
    results = golden.founding_l9()
    table = results.table.assign(run=range(1, 10), replicate=1)
    lost = [table.iloc[run - 1] for run in runs]
    failures = tuple(Failed(Trial(int(r["run"]), 1, 0, {f: r[f] for f in FACTORS}), kind, "lost") for r in lost)
    return replace(results, table=table.drop(index=[run - 1 for run in runs]), failures=failures)


def test_every_run_of_a_saturated_table_counts() -> None:
    """Two runs of an L9 lost: all four effects are hurt, and both must be trained again."""
    found = repair(_without(5, 9))
    assert found is not None
    assert [row["run"] for row in found.table] == [5, 9]
    assert found.table[0]["setting"] == "optimizer=AdaGrad, epochs=40, dropout=0.6, batch_size=32"
    assert "2 runs were lost" in found.note
    assert "degrees of freedom left: optimizer (0 of 2)" in found.note or "optimizer (1 of 2)" in found.note
    assert "Training these 2 again would bring all back; fewer would not." in found.note


def test_a_table_with_runs_to_spare_needs_fewer() -> None:
    """With two factors in nine runs a lost run costs precision, and no effect."""
    whole = _without(5, 9)
    found = repair(replace(whole, factors=whole.factors[:2]))
    assert found is not None
    assert found.table == ()
    assert "every effect can still be estimated" in found.note


def test_a_level_that_died_is_brought_back_by_one_run() -> None:
    """All three runs of a level failed: one of them suffices for two factors."""
    whole = _without(7, 8, 9)
    found = repair(replace(whole, factors=whole.factors[:2]))
    assert found is not None
    assert len(found.table) == 1
    assert "optimizer (1 of 2)" in found.note
    assert "Training this one again would bring all back" in found.note


def test_what_would_fail_again_is_taken_last_and_said_to() -> None:
    """A loss that diverged will under the same setting; a crash need not."""
    mixed = _without(7, 8, 9, kind="diverged")
    spared = replace(mixed.failures[2], kind="crashed")
    results = replace(mixed, factors=mixed.factors[:2], failures=(*mixed.failures[:2], spared))
    found = repair(results)
    assert found is not None
    assert [row["run"] for row in found.table] == [9]
    assert "will again" not in found.note
    doomed = repair(_without(5, kind="diverged"))
    assert doomed is not None
    assert "1 of them failed because of the setting and will again" in doomed.note


def test_rows_without_a_number_are_lost_runs_too() -> None:
    """A table from anywhere names them by their place."""
    results = golden.founding_l9()
    table = results.table.assign(accuracy=results.table["accuracy"].where(results.table.index != 4))
    found = repair(replace(results, table=table))
    assert found is not None
    assert [row["row"] for row in found.table] == [5]


@pytest.mark.parametrize("runs", [(), tuple(range(1, 10))], ids=["none lost", "all lost"])
def test_where_there_is_nothing_to_mend_or_nothing_left(runs: tuple[int, ...]) -> None:
    """No finding."""
    assert repair(_without(*runs)) is None
