"""The defining relation of two-level fractions and all that it aliases, against textbooks and brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from doe.designs import DESIGNS
from doe.evaluations import Assumptions
from doe.evaluations.defining_relation import alias_sets, defining_relation
from doe.model import Factor, Finding, Level, Objective, Study

NONE = Assumptions()


def _study(factors: str, design: str = "fraction", **layout: Level) -> Study:
    return Study(
        "any", design, tuple(Factor(name, (1, 3), "linear") for name in factors), Objective("y"), "any", layout=layout
    )


def _found(study: Study) -> tuple[Finding | None, Finding | None]:
    runs = DESIGNS[study.design].runs(study)
    return defining_relation(study, runs, NONE), alias_sets(study, runs, NONE)


def _sets(finding: Finding | None) -> set[frozenset[str]]:
    assert finding is not None
    return {frozenset([str(row["effect"]), *str(row["is aliased with"]).split(", ")]) for row in finding.table}


def test_the_half_fraction_of_four_factors_is_the_textbooks() -> None:
    """2^(4-1) with I = ABCD: AB = CD, AC = BD, AD = BC (Box, Hunter and Hunter 2005, chapter 6)."""
    relation, sets = _found(_study("abcd"))
    assert relation is not None
    assert relation.note == "8 of the 16 combinations, resolution IV: I = a x b x c x d."
    assert _sets(sets) >= {frozenset(pair) for pair in (("a x b", "c x d"), ("a x c", "b x d"), ("a x d", "b x c"))}
    assert frozenset({"a", "b x c x d"}) in _sets(sets)


def test_the_generators_are_found_again_with_their_signs() -> None:
    """D = -AB and E = AC give I = -ABD = ACE = -BCDE."""
    relation, sets = _found(_study("abcde", generators=("d=-ab", "e=ac")))  # type: ignore[arg-type]
    assert relation is not None
    assert {row["word"] for row in relation.table} == {"-a x b x d", "a x c x e", "-b x c x d x e"}
    assert "resolution III" in relation.note
    assert frozenset({"a", "-b x d", "c x e", "-a x b x c x d x e"}) in _sets(sets)


@pytest.mark.parametrize(("factors", "resolution"), [("abcde", 3), ("abcdef", 3), ("abcdef", 4), ("abcdefg", 3)])
def test_sets_are_those_of_brute_force(factors: str, resolution: int) -> None:
    """Every product of columns that is another one's, or its mirror image, over all interactions of all orders."""
    study = _study(factors, resolution=resolution)
    signs = np.array([[int(r.setting[name]) - 2 for name in factors] for r in DESIGNS["fraction"].runs(study)])
    expected: dict[bytes, set[str]] = {}
    for size in range(1, len(factors) + 1):
        for effect in combinations(range(len(factors)), size):
            column = signs[:, list(effect)].prod(axis=1)
            if abs(column.sum()) < len(column):
                expected.setdefault((column * column[0]).tobytes(), set()).add(" x ".join(factors[i] for i in effect))
    found = {frozenset(name.lstrip("-") for name in effects) for effects in _sets(_found(study)[1])}
    assert found == {frozenset(effects) for effects in expected.values()}


def test_a_foldover_keeps_the_words_that_hold_in_all_of_it() -> None:
    """Mirrored in every factor, resolution III becomes IV: words of odd length go."""
    relation, _ = _found(_study("abcdefg", resolution=3, foldover="full"))
    assert relation is not None
    assert {row["factors"] for row in relation.table} == {4}
    assert relation.note.startswith("16 of the 128 combinations, resolution IV: I = ")


def test_a_semifold_is_no_regular_fraction() -> None:
    """Mirrored in one factor, half of it run: what is left of the relation are the words without that factor."""
    relation, sets = _found(_study("abcde", resolution=3, foldover="a", semifold="b"))
    assert relation is not None
    assert sets is not None
    assert "12 different runs, no regular fraction" in relation.note
    assert [row["word"] for row in relation.table] == ["c x d x e"]
    assert "partly aliased besides" in sets.note


def test_centre_points_change_no_word() -> None:
    """They lie at no level."""
    assert _found(_study("abcd", centre_points=3))[0] == _found(_study("abcd"))[0]


@pytest.mark.parametrize(("design", "factors"), [("full_factorial", "abcde"), ("l12", "abcde"), ("l12", "abcdefghijk")])
def test_without_words_nothing_is_said(design: str, factors: str) -> None:
    """A full factorial has none, and the twelve runs of Plackett and Burman alias in parts only."""
    assert _found(_study(factors, design)) == (None, None)


def test_many_words_are_told_in_part() -> None:
    """Fifteen factors in 32 runs: 1023 words, of which sets name those of three factors at most."""
    relation, sets = _found(_study("abcdefghijklmno", resolution=4))
    assert relation is not None
    assert sets is not None
    assert len(relation.table) == 1023
    assert "and 1,016 more words" in relation.note
    assert "of more than 3 factors" in str(sets.table[0]["is aliased with"])
    assert DESIGNS["fraction"].size(_study("abcdefghijklmno", resolution=4)) == 32
