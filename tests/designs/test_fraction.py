"""Two-level fractions: the published ones are found again, and what does not exist is refused with what does."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS, DesignError
from doe.model import Factor, Level, Objective, Study
from doe.statistics.arrays import strength, word_lengths
from doe.statistics.fractions import defining_relation, least_aberration, pattern, signs
from tests import golden

CASE = golden.case("frf2_minimum_aberration")

EXHAUSTED = [
    *((4, factors) for factors in range(5, 16)),
    *((5, factors) for factors in (6, 7, 8, 9)),
    *((6, factors) for factors in (7, 8, 9)),
    *((7, factors) for factors in (8, 9)),
    *(pytest.param(*each, marks=pytest.mark.slow) for each in ((5, 10), (5, 11), (7, 10))),
]
"""(Basic factors, factors) of fractions that are few enough to be all compared."""


def _study(factors: int, **layout: Level | tuple[Level, ...]) -> Study:
    levels = (0.1, 0.3)
    told = tuple(Factor(f"x{place}", levels, "linear") for place in range(factors))
    return Study("any", "fraction", told, Objective("score"), "any", layout=layout)


def _codes(study: Study) -> npt.NDArray[np.int_]:
    levels = {0.1: -1, 0.2: 0, 0.3: 1}
    return np.array(
        [[levels[float(value)] for value in trial.setting.values()] for trial in DESIGNS["fraction"].runs(study)]
    )


def _alias_groups(runs: npt.NDArray[np.int_]) -> list[int]:
    """How many two-factor interactions stand together in each group of more than one, by brute force."""
    columns = [tuple(runs[:, one] * runs[:, two]) for one, two in combinations(range(runs.shape[1]), 2)]
    keys = [max(column, tuple(-sign for sign in column)) for column in columns]
    mains = [tuple(column) for column in runs.T]
    mains += [tuple(-sign for sign in column) for column in mains]
    return sorted(keys.count(key) for key in set(keys) if keys.count(key) > 1 and key not in mains)


def _aliased_mains(runs: npt.NDArray[np.int_]) -> list[int]:
    """With how many two-factor interactions each main effect is aliased, if with any, by brute force."""
    pairs = np.stack([runs[:, one] * runs[:, two] for one, two in combinations(range(runs.shape[1]), 2)])
    return sorted(filter(None, (np.abs(pairs @ runs) == len(runs)).sum(axis=0).tolist()))


@pytest.mark.parametrize("name", CASE["expected"])
def test_the_published_fractions_are_found_again(name: str) -> None:
    """Runs, resolution, word lengths and the sizes of the alias groups are those of R's FrF2."""
    runs, factors = map(int, name.split("x"))
    expected = CASE["expected"][name]
    found = _codes(_study(factors, runs=runs, resolution=expected["resolution"]))
    assert found.shape == (runs, factors)
    wanted = expected["WLP_1_to_7"][: min(7, factors)]
    assert pattern(runs.bit_length() - 1, least_aberration(runs.bit_length() - 1, factors))[:7] == tuple(wanted)
    assert word_lengths((found + 1) // 2)[1:8] == pytest.approx(wanted)
    groups = expected["aliased"].get("fi2", [])
    assert _alias_groups(found) == sorted(group.count("=") + 1 for group in groups)
    assert _aliased_mains(found) == sorted(group.count("=") for group in expected["aliased"].get("main", []))


@pytest.mark.parametrize(("basic", "factors"), EXHAUSTED)
def test_no_other_fraction_confounds_less(basic: int, factors: int) -> None:
    """Every choice of further columns beside the basic factors, by brute force."""
    basis = tuple(2**bit for bit in range(basic))
    rest = [column for column in range(1, 2**basic) if column not in basis]
    best = min(pattern(basic, (*basis, *more)) for more in combinations(rest, factors - basic))
    assert pattern(basic, least_aberration(basic, factors)) == best


@pytest.mark.parametrize(("basic", "factors"), [(5, 16), (6, 32), (7, 64), (5, 31), (6, 63)])
def test_the_ends_of_the_range_are_what_theory_says(basic: int, factors: int) -> None:
    """Half of all columns: words of even length alone, n(n-1)(n-2)/24 of four; all columns: n(n-1)/6 of three."""
    words = pattern(basic, least_aberration(basic, factors))
    if factors == 2 ** (basic - 1):
        assert words[:4] == (0, 0, 0, factors * (factors - 1) * (factors - 2) // 24)
        assert not any(words[::2])
    else:
        assert words[:3] == (0, 0, factors * (factors - 1) // 6)


@given(st.integers(3, 5), st.integers(0, 8))
@settings(derandomize=True, max_examples=25, deadline=None)
def test_the_defining_relation_holds_and_is_complete(basic: int, more: int) -> None:
    """Every word is constant over the runs, and there are as many words of each length as the pattern says."""
    factors = min(basic + more, 2**basic - 1, 10)
    columns = least_aberration(basic, factors)
    runs = signs(basic, columns)
    words = defining_relation(runs)
    assert all((runs[:, list(word)].prod(axis=1) == sign).all() for sign, word in words)
    lengths = [len(word) for _, word in words]
    assert [lengths.count(length) for length in range(1, factors + 1)] == list(pattern(basic, columns))


def test_unless_told_it_is_the_smallest_of_resolution_four() -> None:
    """Strength three, that is, in the fewest runs; two factors have all four combinations."""
    assert [len(_codes(_study(factors))) for factors in (1, 2, 3, 4, 5, 8, 9, 16)] == [2, 4, 8, 8, 16, 16, 32, 32]
    assert strength((_codes(_study(8)) + 1) // 2) == 3
    assert len(_codes(_study(40))) == 128


@pytest.mark.parametrize(
    "generators", [("d=abc", "e=-ab"), ("x3=x0*x1*x2", "x4 = - x0:x1"), ("D = a*b*c", "E=-x0*b")], ids=str
)
def test_generators_are_letters_or_names(generators: tuple[str, ...]) -> None:
    """As they stand in books, or spelled out; a minus turns a column round."""
    runs = _codes(_study(5, generators=generators))
    assert (runs[:, 3] == runs[:, 0] * runs[:, 1] * runs[:, 2]).all()
    assert (runs[:, 4] == -runs[:, 0] * runs[:, 1]).all()
    assert [word for word in defining_relation(runs) if len(word[1]) == 3] == [(-1, (0, 1, 4)), (-1, (2, 3, 4))]


def test_a_foldover_frees_the_factors() -> None:
    """A full one leaves no word of three; one factor's frees it and its interactions; a semifold is half of that."""
    half = _codes(_study(7, runs=8))
    full = _codes(_study(7, runs=8, foldover="full"))
    assert (full[8:] == -half).all()
    assert [len(word) for _, word in defining_relation(full)].count(3) == 0
    one = _codes(_study(7, runs=8, foldover="x1"))
    assert not [word for _, word in defining_relation(one) if 1 in word]
    semi = _codes(_study(7, runs=8, foldover="x1", semifold="x2"))
    assert len(semi) == 12
    assert (semi[8:, 2] == 1).all()


def test_centre_points_are_in_the_middle() -> None:
    """As many as asked for, behind the others."""
    assert (_codes(_study(4, centre_points=3))[8:] == np.zeros((3, 4))).all()


@pytest.mark.parametrize(
    ("factors", "layout", "said"),
    [
        (6, {"resolution": 8}, "no resolution 8; there is resolution 3 in 8, resolution 4 in 16, resolution 6 in 32"),
        (6, {"runs": 12}, "fraction of 6 factors has no 12 runs; there is resolution 3 in 8"),
        (6, {"runs": 8, "resolution": 4}, "has no resolution 4 in 8 runs; there is resolution 3 in 8"),
        (6, {"reslution": 4}, "fraction has no layout option 'reslution'; did you mean 'resolution'?"),
        (6, {"runs": "many"}, "fraction: layout runs = many: wanted a whole number of 2 or more"),
        (4, {"generators": "d=abz"}, "fraction: no factor 'z' among the generators"),
        (4, {"generators": "dabc"}, "generator 'dabc': wanted d=abc"),
        (4, {"generators": ("d=abc", "c=ad")}, "'x2' cannot be made of 'x3', which is generated itself"),
        (4, {"generators": ("d=a",)}, "nothing tells 'x3' apart"),
        (4, {"generators": ("d=abc", "d=ab")}, "two generators say the same factor"),
        (4, {"generators": "d=abc", "runs": 8}, "generators leave nothing for resolution and runs to say"),
        (6, {"foldover": "full"}, "foldover = full only repeats the runs"),
        (6, {"semifold": "x1"}, "semifold = x1 needs foldover"),
        (6, {"foldover": "x9"}, "layout foldover has no 'x9'; there is full, x0, x1"),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_exist_is_refused(factors: int, layout: dict[str, Level | tuple[Level, ...]], said: str) -> None:
    """In one line, with what there is."""
    with pytest.raises(DesignError) as refused:
        DESIGNS["fraction"].runs(_study(factors, **layout))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_three_levels_are_refused() -> None:
    """A level that is listed is never left out in silence."""
    factor = Factor("optimizer", ("adam", "sgd", "lion"))
    with pytest.raises(DesignError, match=r"fraction wants 2 levels of 'optimizer', not 3 \(adam, sgd, lion\)"):
        DESIGNS["fraction"].runs(Study("any", "fraction", (factor,), Objective("score"), "any"))
    words = Factor("optimizer", ("adam", "sgd"))
    study = Study("any", "fraction", (words,), Objective("score"), "any", layout={"centre_points": 1})
    with pytest.raises(DesignError, match="'optimizer' has no centre between adam, sgd"):
        DESIGNS["fraction"].runs(study)
