"""Effects: the published ones of textbooks, and orthonormal contrasts whatever the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs._arrays import array
from doe.statistics.effects import MOST, Effects, effects
from doe.statistics.linear import Term
from doe.statistics.observations import observe
from doe.statistics.strata import fit
from tests import golden


def _found(
    frame: pd.DataFrame,
    names: Sequence[str],
    positions: Mapping[str, Sequence[float]] | None = None,
    asked: Sequence[Term] = (),
    blocks: Sequence[str] = (),
    within: str | None = None,
) -> Effects:
    levels = {name: sorted(set(frame[name])) for name in names}
    found = effects(observe(frame, "y", levels, blocks, within), positions or {}, asked)
    assert found is not None
    return found


def _named(found: Effects) -> dict[str, float]:
    return {effect.name: effect.value for effect in found.found}


def _on(name: str, factors: int, seed: int = 0) -> pd.DataFrame:
    """An array with responses of mere noise; factors a, b, c, ..."""
    rows = np.array(array(name))[:, :factors]
    frame = pd.DataFrame(rows, columns=list("abcdefghijklmnop")[:factors])
    return frame.assign(y=np.random.default_rng(seed).normal(size=len(rows)))


def test_the_pilot_plant_of_box_hunter_and_hunter() -> None:
    """All seven effects of the 2^3 of Box, Hunter and Hunter (2005), page 177: differences of two means."""
    published = golden.case("bhh_pilot_plant_2p3")["expected"]["published"]["effects"]
    found = _named(_found(golden.table("bhh_pilot_plant_2p3"), "TCK"))
    assert {name.replace(" x ", ""): value for name, value in found.items()} == pytest.approx(published, abs=1e-12)


def test_a_full_factorial_has_all_its_interactions() -> None:
    """NIST's ceramic strength, 2^5 unreplicated: 31 effects, and the sums of squares that NIST prints."""
    found = _found(golden.table("nist_ceramic_strength_2p5"), ["X1", "X2", "X3", "X4", "X5"])
    assert len(found.found) == 31
    published = golden.case("nist_ceramic_strength_2p5")["expected"]["published"]["anova12"]
    for term, row in published.items():
        assert found.sums[tuple(term.split(":"))][0] == pytest.approx(row["ss"], abs=0.006)


def test_trends_over_numbers_and_comparisons_of_names() -> None:
    """Numeric levels have a linear and a quadratic effect, where they lie; names are compared one after another."""
    frame = _on("l9", 4)
    found = _found(frame, "abcd", {"a": [30, 40, 50], "b": [0.0, 1.0, 3.0]})
    assert [effect.name for effect in found.found][:6] == [
        "a linear", "a quadratic", "b linear", "b quadratic", "c 1 against 0", "c 2 against 0, 1",
    ]  # fmt: skip
    means = [frame["y"][frame["a"] == level].mean() for level in range(3)]
    named = _named(found)
    assert named["a linear"] == pytest.approx((means[2] - means[0]) * np.sqrt(2 / 3))
    assert named["a quadratic"] == pytest.approx((means[2] - 2 * means[1] + means[0]) * np.sqrt(2) / 3)
    slope = np.polyfit(np.array([0.0, 1.0, 3.0])[frame["b"]], frame["y"], 1)[0]
    assert named["b linear"] == pytest.approx(slope * 2 * np.std([0.0, 1.0, 3.0]))


def test_sums_of_squares_are_those_of_the_analysis_of_variance() -> None:
    """On a saturated L18 the contrasts of each factor add up to its sum of squares."""
    frame = _on("l18", 8)
    found = _found(frame, list("abcdefgh"))
    model = fit(observe(frame, "y", {name: sorted(set(frame[name])) for name in "abcdefgh"}))
    for line in model.between.lines:
        assert found.sums[line.term] == pytest.approx((line.sum_sq, line.df))
    assert found.is_orthogonal


def test_room_that_is_left_goes_to_interactions_and_unassigned_columns() -> None:
    """L18 keeps the interaction of its first two columns apart; on L12 none is, so that its columns go by number."""
    assert [effect.term for effect in _found(_on("l18", 8), list("abcdefgh")).found][-2:] == [("a", "b")] * 2
    found = _found(_on("l12", 5), "abcde")
    assert [effect.name for effect in found.found][5:] == [f"unassigned {number}" for number in range(1, 6)]
    assert found.error[1] == 1  # two of its twelve settings are the same
    assert [effect.term for effect in _found(_on("l12", 5), "abcde", asked=[("a", "c")]).found][5] == ("a", "c")


def test_a_lost_run_loses_the_last_contrast() -> None:
    """L9 without its fifth run: one contrast fewer, each what those before it leave, as in type I."""
    frame = _on("l9", 4).drop(index=4)
    found = _found(frame, "abcd")
    assert found.lost == ("d 2 against 0, 1",)
    assert not found.is_orthogonal
    model = fit(observe(frame, "y", {name: [0, 1, 2] for name in "abcd"}), sums="I")
    assert {line.term: line.sum_sq for line in model.between.lines} == pytest.approx(
        {term: total for term, (total, _) in found.sums.items()}
    )


def test_replicates_and_blocks_are_error_and_base() -> None:
    """Three seeds of an L9: the same eight contrasts, and 16 degrees of freedom of error beside the blocks."""
    frame = pd.concat([_on("l9", 4, seed).assign(replicate=seed) for seed in (1, 2, 3)], ignore_index=True)
    found = _found(frame, "abcd")
    model = fit(observe(frame, "y", {name: [0, 1, 2] for name in "abcd"}))
    assert len(found.found) == 8
    assert found.error == pytest.approx((model.between.error_sum_sq, 16))


def test_readings_within_trainings_are_averaged() -> None:
    """Three epochs of each run of an L9 give the eight contrasts between trainings, of their means."""
    frame = pd.concat([_on("l9", 4, seed).assign(epochs=10 * seed) for seed in (1, 2, 3)], ignore_index=True)
    found = _found(frame, ["a", "b", "c", "d", "epochs"], within="epochs")
    means = pd.DataFrame(frame.groupby(["a", "b", "c", "d"])["y"].mean()).reset_index()
    assert found.estimates == pytest.approx(_found(means, "abcd").estimates)


def test_tables_to_which_it_does_not_apply() -> None:
    """Too many settings, or values between the levels: None."""
    many = pd.DataFrame({"a": range(MOST + 2), "y": np.arange(MOST + 2.0)})
    assert effects(observe(many, "y", {"a": list(range(MOST + 2))}), {}) is None
    assert effects(observe(_on("l9", 4), "y", {"a": [0, 1]}), {}) is None


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(6, 30), st.integers(0, 10**6))
def test_contrasts_are_orthonormal_and_use_up_the_table(runs: int, seed: int) -> None:
    """Of any table, balanced or not, in blocks: effects and error add up to what the blocks leave."""
    generator = np.random.default_rng(seed)
    codes = {
        "a": generator.integers(0, 2, runs),
        "b": generator.integers(0, 3, runs),
        "g": generator.integers(0, 2, runs),
    }
    frame = pd.DataFrame(codes | {"y": generator.normal(size=runs)})
    frame = pd.concat([frame, pd.DataFrame({"a": [0, 1, 0], "b": [0, 1, 2], "g": [0, 1, 1], "y": [0.0, 1.0, 2.0]})])
    found = _found(frame, ["a", "b", "g"], blocks=["g"])
    span = np.hstack([found.base, found.columns])
    assert np.abs(span.T @ span - np.eye(span.shape[1])).max() < 1e-10
    grouped = frame.groupby("g")["y"]
    left = float(((frame["y"] - grouped.transform("mean")) ** 2).sum())
    assert sum(total for total, _ in found.sums.values()) + found.error[0] == pytest.approx(left)
    cells = len(frame[["a", "b", "g"]].drop_duplicates())
    assert found.error[1] >= len(frame) - cells


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.sampled_from([("l9", 3), ("l12", 5), ("l18", 6), ("l8", 4)]), st.integers(0, 10**6))
def test_the_order_of_the_rows_changes_nothing(which: tuple[str, int], seed: int) -> None:
    """Unassigned columns, too, are the same whatever the order in which the runs were written down."""
    frame = _on(*which, seed)
    names = list("abcdef")[: which[1]]
    shuffled = frame.sample(frac=1, random_state=seed % 1000)
    assert _found(shuffled, names).estimates == pytest.approx(_found(frame, names).estimates)
