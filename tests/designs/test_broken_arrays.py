"""Arrays that others publish with misprints: found out, and refused with the pair of columns named."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from doe.designs import DesignError
from doe.designs._arrays import _ask, array, checked
from doe.statistics.arrays import Array, level_counts, unbalanced, word_lengths
from tests import golden
from tests.conftest import Said

BROKEN = golden.case("negative_broken_arrays")["expected"]
AUDIT = golden.case("pydoe16_catalogue_audit")["expected"]

MISPRINTS = {
    "L18_2_3": ("l18", range(1, 9), 8, ((5, 6),)),
    "L36_2_3_b": ("l36b", range(1, 17), 12, ((1, 9), (3, 7))),
    "L16_4_2_d": ("l16-2x3-4x4", (4, 5, 6, 1, 7, 2, 3), 5, ((1, 2), (5, 7))),
}
"""Ours, with the columns in this order, and in one of them the digits of these runs exchanged.

In qualityTools' L18 it is these very digits; the others are ours, spoilt until the same pairs of columns are. The
originals are under the GPL.
"""


def _spoilt(name: str) -> Array:
    ours, order, column, swaps = MISPRINTS[name]
    rows = np.array(array(ours))[:, [place - 1 for place in order]]
    for one, two in swaps:
        rows[[one - 1, two - 1], column - 1] = rows[[two - 1, one - 1], column - 1]
    return rows


@pytest.mark.parametrize("name", MISPRINTS)
def test_every_spoilt_pair_is_found(name: str) -> None:
    """As many and the same as R and numpy counted in qualityTools 1.55."""
    found = [[one + 1, two + 1] for one, two in unbalanced(_spoilt(name), 2)]
    assert found == BROKEN[name]["bad_pairs"]


@pytest.mark.parametrize("name", MISPRINTS)
def test_it_is_refused_with_a_pair_named(name: str) -> None:
    """No design is made of it."""
    one, two = BROKEN[name]["bad_pairs"][0]
    with pytest.raises(DesignError, match=rf"^{name} is not orthogonal: columns {one} and {two} do not meet at all"):
        checked(name, tuple(map(tuple, _spoilt(name).tolist())))


@pytest.mark.parametrize("name", MISPRINTS)
def test_as_a_table_of_runs_it_is_told(name: str, doe: Said) -> None:
    """A table may be unbalanced, but a plan made of one says which pair of factors is the first."""
    rows = _spoilt(name) + 1
    names = [f"c{place}" for place in range(1, rows.shape[1] + 1)]
    with Path("broken.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["run", *names], *([run, *row] for run, row in enumerate(rows.tolist(), start=1))])
    factors = []
    for factor, size in zip(names, level_counts(rows - 1), strict=True):
        factors += ["--factor", f"{factor}={','.join(map(str, range(1, size + 1)))}"]
    code, out, _ = doe("plan", "table", "--design", "broken.csv", *factors, "--json")
    assert code == 0
    balance = next(finding for finding in json.loads(out)["findings"] if finding["name"] == "balance")
    pairs = BROKEN[name]["bad_pairs"]
    said = f"{len(pairs)} pairs of factors are not balanced, the first c{pairs[0][0]} and c{pairs[0][1]}"
    assert said in balance["note"]


def test_pydoes_broken_array() -> None:
    """Its L64(2^31): pairs that are not orthogonal, and runs that come twice."""
    rows = np.array(_ask("L64(2^31)"))
    assert len(unbalanced(rows, 2)) == BROKEN["pyDOE_L64"]["n_bad_pairs"]
    assert len(rows) - len(np.unique(rows, axis=0)) == BROKEN["pyDOE_L64"]["duplicate_rows"]
    with pytest.raises(DesignError, match=r"columns \d+ and \d+ do not meet"):
        checked("L64(2^31)", _ask("L64(2^31)"))


@pytest.mark.parametrize("name", AUDIT)
def test_pydoes_arrays_are_what_the_audit_says(name: str) -> None:
    """Shape, levels, pairs that are not orthogonal, runs that come twice, and A3, whatever its name promises."""
    rows, expected = np.array(_ask(name)), AUDIT[name]
    assert list(rows.shape) == expected["shape"]
    assert Counter(level_counts(rows)) == {int(size): times for size, times in expected["levels"].items()}
    assert len(unbalanced(rows, 2)) == expected["n_bad_pairs"]
    assert len(rows) - len(np.unique(rows, axis=0)) == expected["duplicate_rows"]
    if expected["A3"] is not None:
        assert word_lengths(rows)[3] == pytest.approx(expected["A3"])
