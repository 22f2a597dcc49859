"""Groups and trees: the worked examples, the groups of two datasets, and the exact search against trying every path."""

from __future__ import annotations

from itertools import pairwise, permutations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from tests import golden
from trainers import _grouping
from trainers._division import Division, EdgeWeight, check, divides, size
from trainers._grouping import Tree
from trainers.datasets import faces

if TYPE_CHECKING:
    from trainers._grouping import Numbers

LETTERS = np.array([[80, 14, 4, 2], [10, 70, 18, 2], [3, 12, 83, 2], [2, 1, 3, 94]], dtype=float)
"""The worked example of four classes A, F, S and H: research/trainers.md 2.3."""
WEIGHTS: tuple[EdgeWeight, ...] = ("inverse", "neglog", "difference", "rate", "rate_neglog")


def read(name: str) -> tuple[list[str], Numbers]:
    """Read a confusion matrix and its classes; each file says where it comes from."""
    path = Path(golden.FOLDER) / "dac" / f"{name}.csv"
    names = path.read_text().partition("\n")[0].removeprefix("# ").split(",")
    return names, np.loadtxt(path, delimiter=",")


def named(tree: Tree, names: list[str]) -> object:
    """Write a tree with the names of its classes."""
    return names[tree] if isinstance(tree, int) else tuple(named(part, names) for part in tree)


def test_four_classes_by_hand() -> None:
    """The costs, the group {F, S} and the tree ((F, S), A, H) of the worked example."""
    edges = _grouping.lengths(LETTERS, "inverse")
    a, f, s, _ = range(4)
    told = {(f, s): 0.0556, (a, f): 0.0714, (s, f): 0.0833, (f, a): 0.1}
    for (one, other), length in told.items():
        assert edges[one, other] == pytest.approx(length, abs=5e-5)
    assert _grouping.cheapest_path(edges, 2) == (f, s)
    tree = _grouping.tree(edges, (f, s))
    assert named(tree, list("AFSH")) == (("F", "S"), "A", "H")
    assert _grouping.nodes(tree) == [((1, 2), (0,), (3,)), ((1,), (2,))]


def test_seven_classes_by_hand() -> None:
    """The three cheapest paths of FER2013, to the last digit printed, and the tree (((Sa, N), (A, F)), D, H, Su)."""
    names, counts = read("fer2013_ipf_from_seed004")
    edges = _grouping.lengths(counts, "inverse")
    a, f, sa, n = (names.index(name) for name in ("anger", "fear", "sadness", "neutral"))
    told = {(a, sa, f, n): 0.04945, (a, f, sa, n): 0.04994, (f, sa, n, a): 0.05196}
    for path, cost in told.items():
        # the third is the sum of parts that were rounded before
        assert _grouping.cost(edges, path) == pytest.approx(cost, abs=1e-5)
    assert _grouping.cheapest_path(edges, 4) == (a, sa, f, n)
    tree = _grouping.tree(edges, (a, sa, f, n))
    wanted = ((("sadness", "neutral"), ("anger", "fear")), "disgust", "happiness", "surprise")
    assert named(tree, names) == wanted


FER = {"neutral", "fear", "sadness", "anger"}
RAF = {"neutral", "sadness", "disgust", "happiness"}


@pytest.mark.parametrize(
    ("name", "grouping", "edge_weight", "wanted"),
    [
        *[("fer2013_ipf_from_seed004", "path", weight, FER) for weight in WEIGHTS],
        *[("fer2013_ipf_from_seed004", grouping, "inverse", FER) for grouping in ("ball", "greedy", "densest")],
        *[("fer2013_ipf_from_seed004", grouping, "rate", FER) for grouping in ("ball", "greedy")],
        *[("raf_ipf_from_simanegar", "path", weight, RAF) for weight in ("inverse", "neglog", "difference")],
        *[("raf_ipf_from_simanegar", grouping, "inverse", RAF) for grouping in ("greedy", "densest")],
        ("raf_ipf_from_simanegar", "ball", "rate", RAF),
    ],
)
def test_the_groups_of_the_slides(name: str, grouping: str, edge_weight: EdgeWeight, wanted: set[str]) -> None:
    """FER2013 and RAF-DB give the groups of Lee and Yoo's slides: research/trainers.md 2.4."""
    names, counts = read(name)
    found = _grouping.group(counts, 4, grouping, edge_weight)  # type: ignore[arg-type]
    assert {names[number] for number in found} == wanted


@pytest.mark.parametrize(
    ("grouping", "edge_weight", "stray"),
    [("path", "rate", "fear"), ("ball", "inverse", "surprise"), ("greedy", "rate", None)],
)
def test_what_does_not_give_the_group_of_the_slides(grouping: str, edge_weight: EdgeWeight, stray: str | None) -> None:
    """On RAF-DB rates and balls give others, which is why counts and the path are the defaults."""
    names, counts = read("raf_ipf_from_simanegar")
    found = {names[number] for number in _grouping.group(counts, 4, grouping, edge_weight)}  # type: ignore[arg-type]
    assert found != RAF
    assert stray is None or stray in found


@given(st.data())
def test_the_cheapest_path_is_the_first_of_the_cheapest(data: st.DataObject) -> None:
    """Of all orders of so many vertices, by cost and then by number; ties abound, as counts are small."""
    classes = data.draw(st.integers(2, 6))
    stops = data.draw(st.integers(1, classes))
    cells = st.lists(st.integers(0, 4), min_size=classes**2, max_size=classes**2)
    counts = np.array(data.draw(cells), dtype=float).reshape(classes, classes)
    edges = _grouping.lengths(counts, data.draw(st.sampled_from(WEIGHTS)))
    within = data.draw(st.permutations(range(classes)))[: data.draw(st.integers(stops, classes))]
    costs = {path: _grouping.cost(edges, path) for path in permutations(sorted(within), stops)}
    bound = min(costs.values()) * (1 + 1e-12)
    wanted = min(path for path, cost in costs.items() if cost <= bound)
    assert _grouping.cheapest_path(edges, stops, within) == wanted


def test_the_other_ways_by_hand() -> None:
    """Of the letters: the path F, S is lengthened at its head by A (1/14); F has S and A within 1/10."""
    edges = _grouping.lengths(LETTERS, "inverse")
    assert _grouping.greedy(edges, 3) == (0, 1, 2)
    assert _grouping.ball(edges, 3) == (1, 2, 0)
    assert _grouping.densest(LETTERS, 3) == (0, 1, 2)


@given(st.integers(0, 2**31), st.integers(2, 7))
def test_a_ball_is_the_nearest_by_shortest_paths(seed: int, members: int) -> None:
    """Against scipy's Dijkstra: no source has as many others within less."""
    counts = np.random.default_rng(seed).integers(1, 50, (7, 7)).astype(float)
    edges = _grouping.lengths(counts, "inverse")
    far = dijkstra(np.where(np.isinf(edges), 0, edges))
    found = _grouping.ball(edges, members)
    assert far[found[0], list(found)].max() == pytest.approx(np.sort(far, axis=1)[:, members - 1].min())
    assert len(set(found)) == members


@given(st.permutations(range(6)))
def test_names_do_not_matter(order: list[int]) -> None:
    """Classes in another order give the same group, where no two paths cost the same."""
    counts = np.random.default_rng(0).integers(1, 10_000, (6, 6)).astype(float)
    found = _grouping.group(counts, 3)
    assert {order[number] for number in _grouping.group(counts[np.ix_(order, order)], 3)} == set(found)


def test_a_confusion_that_never_was_is_the_last_resort() -> None:
    """A chain of single confusions is longer in its counts than any other way round, and is found."""
    counts = np.diag([50.0] * 5)
    for one, other in pairwise((3, 1, 4, 0)):
        counts[one, other] = 1
    assert _grouping.cheapest_path(_grouping.lengths(counts, "inverse"), 4) == (3, 1, 4, 0)
    assert _grouping.group(np.diag([50.0] * 5), 3) == (0, 1, 2)


@pytest.mark.parametrize(
    ("classes", "members", "shape"),
    [
        (3, 2, ("xx", "x")),
        (4, 2, ("xx", "x", "x")),
        (5, 3, ("xxx", "x", "x")),
        (6, 3, ("xxx", "x", "x", "x")),
        (7, 4, (("xx", "xx"), "x", "x", "x")),
        (8, 4, (("xx", "xx"), "x", "x", "x", "x")),
        (9, 5, ("xxxxx", "x", "x", "x", "x")),
        (11, 6, (("xxx", "xxx"), "x", "x", "x", "x", "x")),
        (8, 8, ((("xx", "xx")), (("xx", "xx")))),
        (4, 4, ("xx", "xx")),
        (12, 12, ((("xxx", "xxx")), (("xxx", "xxx")))),
        (5, 5, "xxxxx"),
    ],
)
def test_the_tree_halves_what_is_even(classes: int, members: int, shape: object) -> None:
    """A group of 4 is two pairs, of 6 two triples; odd groups and pairs are told apart by one model."""
    counts = np.random.default_rng(classes).integers(1, 99, (classes, classes)).astype(float)
    tree = _grouping.tree(_grouping.lengths(counts, "inverse"), _grouping.group(counts, members))

    def drawn(part: Tree) -> object:
        parts = part if isinstance(part, tuple) else ()
        return "x" * len(parts) if all(isinstance(p, int) for p in parts) and parts else tuple(map(drawn, parts)) or "x"

    assert drawn(tree) == shape
    assert _grouping.classes_under(tree) == tuple(range(classes))
    division = Division(group_size=members)
    assert divides(division, classes) == (len(_grouping.nodes(tree)) > 1)


@pytest.mark.parametrize(("classes", "members", "models"), [(4, 2, 2), (7, 4, 4), (8, 4, 4)])
def test_half_the_classes_rounded_up(classes: int, members: int, models: int) -> None:
    """The group of the slides' four, seven and eight classes, and how many models there are: 2, 4 and 4."""
    assert size(Division(), classes) == members
    counts = np.ones((classes, classes))
    tree = _grouping.tree(_grouping.lengths(counts, "inverse"), _grouping.group(counts, members))
    assert len(_grouping.nodes(tree)) == models


def test_confusions_are_counted() -> None:
    """Rows are what was true."""
    labels, answers = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 0, 0])
    assert _grouping.confusion(labels, answers, 3).tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 0]]


def test_the_designed_group_is_found_in_designed_confusions() -> None:
    """Of 700 images that the best judge of the generated faces has answered, and in most bootstrap samples of them."""
    expected = faces.bayes_confusion(7) * 100
    names = ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]

    def find(counts: Numbers) -> tuple[int, ...]:
        return _grouping.group(counts, 4)

    assert {names[number] for number in find(expected)} == FER
    share = _grouping.stability(expected.round(), find, 200, np.random.default_rng(0))
    assert 0.7 < share < 1.0


def test_stability_counts_the_samples_with_the_same_group() -> None:
    """A coin's toss where two pairs are confused alike, and always where one pair alone is."""
    tied = np.array([[9.0, 30, 0], [0, 9, 30], [0, 0, 9]])
    sure = np.array([[9.0, 30, 0], [30, 9, 0], [0, 0, 9]])

    def share(counts: Numbers) -> float:
        return _grouping.stability(counts, lambda sample: _grouping.group(sample, 2), 400, np.random.default_rng(1))

    assert share(sure) == 1.0
    # which of two equal counts is drawn more often, or as often: a half, and half of the ties of about 5 %
    assert share(tied) == pytest.approx(0.525, abs=0.075)


@pytest.mark.parametrize(
    ("division", "classes", "line"),
    [
        (Division(group_size=8), 7, "group_size=8 is no group of the 7 classes of faces; take 2 to 7, or 0"),
        (Division(group_size=1), 7, "group_size=1 is no group of the 7 classes of faces; take 2 to 7, or 0"),
        (Division(), 17, "grouping=path is exact up to 16 classes, and faces has 17; take greedy"),
        (Division(grouping="densest"), 17, "grouping=densest is exact up to 16 classes, and faces has 17; take greedy"),
        (Division(grouping="greedy"), 99, "group_size=50 is halved exactly up to 16 classes; take fewer"),
    ],
)
def test_a_group_that_cannot_be_is_one_line(division: Division, classes: int, line: str) -> None:
    """The line names what was said and what there is."""
    with pytest.raises(ValueError, match=line) as error:
        check(division, classes, "faces")
    assert "\n" not in str(error.value)
    check(Division(), 16, "faces")
    check(Division(grouping="none", group_size=1), 99, "faces")
