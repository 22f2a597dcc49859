"""Which classes are taken for one another most, found in a confusion matrix as a path; and the tree that follows."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from trainers._division import EdgeWeight, Grouping

    Numbers: TypeAlias = NDArray[np.float64]

Tree: TypeAlias = "int | tuple[Tree, ...]"
"""A class, or what a model tells apart: classes, and groups that further models tell apart."""
Branches: TypeAlias = "tuple[tuple[int, ...], ...]"
"""The classes under each output of one model."""

TIE = 1e-12
"""Paths whose costs differ by this share cost the same: less is rounding."""
DECIMALS = 12


def confusion(labels: NDArray[np.int64], answers: NDArray[np.int64], classes: int) -> Numbers:
    """Count how often each class (row) was answered with each (column)."""
    return np.bincount(labels * classes + answers, minlength=classes**2).reshape(classes, classes).astype(float)


def lengths(counts: Numbers, edge_weight: EdgeWeight) -> Numbers:
    """Give the length of the edge from each class (row) to each (column): short where it is often answered instead.

    With `inverse` a confusion that never occurred is no edge: it counts as long as there are classes, which is more
    than any path of edges, so that a path through all vertices exists and avoids such edges where it can.
    """
    counts = np.asarray(counts, dtype=float)
    apart = ~np.eye(len(counts), dtype=bool)
    rows = counts.sum(axis=1, keepdims=True)
    smoothed = counts + 1
    with np.errstate(divide="ignore"):
        found = {
            "inverse": np.where(counts > 0, 1 / counts, len(counts)),
            "neglog": -np.log(smoothed / smoothed[apart].sum()),
            "difference": counts[apart].max() + 1 - counts,
            "rate": 1 - counts / np.maximum(rows, 1),
            "rate_neglog": -np.log(smoothed / smoothed.sum(axis=1, keepdims=True)),
        }[edge_weight]
    return np.where(apart, found, np.inf)


def cost(edges: Numbers, path: Iterable[int]) -> float:
    """Add up the edges along a path."""
    stops = list(path)
    return float(sum(edges[one, other] for one, other in pairwise(stops)))


def cheapest_path(edges: Numbers, size: int, within: Iterable[int] | None = None) -> tuple[int, ...]:
    """Give the cheapest simple path through exactly `size` vertices; of equal ones the first in alphabetical order.

    Exact, by the dynamic program over subsets of Held and Karp (A dynamic programming approach to sequencing problems,
    1962), which costs memory of 2 ** vertices.
    """
    names = sorted(range(len(edges)) if within is None else within)
    edges = edges[np.ix_(names, names)]
    sets = np.arange(1 << len(names))
    members = (sets[:, None] >> np.arange(len(names)) & 1).astype(bool)
    sizes = members.sum(axis=1)
    costs = np.full((len(names), len(sets)), np.inf)
    """Of the cheapest path that begins at a vertex and goes through all of a set."""
    costs[np.arange(len(names)), 1 << np.arange(len(names))] = 0
    for count in range(2, size + 1):
        for start in range(len(names)):
            chosen = sets[(sizes == count) & members[:, start]]
            costs[start, chosen] = (edges[start][:, None] + costs[:, chosen ^ (1 << start)]).min(axis=0)
    return tuple(names[stop] for stop in _first(edges, costs, sets[sizes == size], size))


def _first(edges: Numbers, costs: Numbers, left: NDArray[np.int64], size: int) -> list[int]:
    """Walk the first of the cheapest paths, always on to the lowest vertex from which the rest costs no more."""
    bound = costs[:, left].min() * (1 + TIE)
    path: list[int] = []
    spent = 0.0
    for _ in range(size):
        step = edges[path[-1]] if path else np.zeros(len(edges))
        good = spent + step[:, None] + costs[:, left] <= bound
        stop = int(good.any(axis=1).argmax())
        left = left[good[stop]] ^ (1 << stop)
        spent += step[stop]
        path.append(stop)
    return path


def ball(edges: Numbers, size: int) -> tuple[int, ...]:
    """Give the vertex whose nearest others are nearest, and them: by shortest paths (Dijkstra 1959, Floyd 1962)."""
    far = edges.copy()
    np.fill_diagonal(far, 0)
    for middle in range(len(far)):
        far = np.minimum(far, far[:, [middle]] + far[[middle], :])
    far = far.round(DECIMALS)
    # a stable sort: of equally far vertices the lowest come first
    nearest = np.argsort(far, axis=1, kind="stable")[:, :size]
    radii = np.take_along_axis(far, nearest[:, -1:], axis=1)
    return tuple(int(v) for v in nearest[int(np.argmin(radii))])


def greedy(edges: Numbers, size: int) -> tuple[int, ...]:
    """Begin with the cheapest edge and lengthen the path at either end by the cheapest, the far end first."""
    rounded = edges.round(DECIMALS)
    places = range(len(edges))
    path = [int(end) for end in np.unravel_index(int(rounded.argmin()), rounded.shape)]
    while len(path) < size:
        free = [v for v in places if v not in path]
        ahead = [(rounded[path[-1], v], 0, v) for v in free]
        behind = [(rounded[v, path[0]], 1, v) for v in free]
        _, end, found = min(ahead + behind)
        path = [found, *path] if end else [*path, found]
    return tuple(path)


def densest(counts: Numbers, size: int) -> tuple[int, ...]:
    """Give the set with the most confusions inside, the first of equal ones."""
    counts = np.asarray(counts, dtype=float)
    inside = {
        chosen: _off_diagonal(counts[np.ix_(chosen, chosen)]) for chosen in combinations(range(len(counts)), size)
    }
    return max(inside, key=lambda chosen: (inside[chosen], [-v for v in chosen]))


def _off_diagonal(counts: Numbers) -> float:
    return float(counts.sum() - np.trace(counts))


def group(
    counts: Numbers, size: int, grouping: Grouping = "path", edge_weight: EdgeWeight = "inverse"
) -> tuple[int, ...]:
    """Find the classes that one model is to tell apart, in the order in which they were found."""
    edges = lengths(counts, edge_weight)
    if grouping == "densest":
        return densest(counts, size)
    return {"path": cheapest_path, "ball": ball, "greedy": greedy}[grouping](edges, size)


def tree(edges: Numbers, chosen: Iterable[int]) -> Tree:
    """Put a group before all other classes, and halve it while it is even: the cheapest path of half of it, the rest.

    After Lee and Yoo, Divide-and-conquer facial expression recognition (IEEE Access, 2023), whose text leaves the
    halving open: with 4 in the group the best pair and the other two are told apart first, then each pair.
    """
    inside = sorted(chosen)
    rest = [v for v in range(len(edges)) if v not in inside]
    halved = _halved(edges, inside)
    return (halved, *rest) if rest else halved


def _halved(edges: Numbers, members: list[int]) -> Tree:
    if len(members) == 2 or len(members) % 2:  # noqa: PLR2004
        return tuple(members)
    first = sorted(cheapest_path(edges, len(members) // 2, members))
    return _halved(edges, first), _halved(edges, [v for v in members if v not in first])


def classes_under(part: Tree) -> tuple[int, ...]:
    """List the classes of a part of a tree, in ascending order."""
    return (part,) if isinstance(part, int) else tuple(sorted(v for child in part for v in classes_under(child)))


def nodes(part: Tree) -> list[Branches]:
    """List the models of a tree, each before those under it, by the classes under each of its outputs."""
    if isinstance(part, int):
        return []
    own = tuple(classes_under(child) for child in part)
    return [own, *(node for child in part for node in nodes(child))]


def stability(
    counts: Numbers, find: Callable[[Numbers], tuple[int, ...]], resamples: int, generator: np.random.Generator
) -> float:
    """Give the share of bootstrap samples of the images in which the same group is found.

    Drawing images with replacement is drawing cells of their confusion matrix (Efron 1979).
    """
    wanted = set(find(counts))
    total = int(counts.sum())
    drawn = generator.multinomial(total, (counts / total).ravel(), size=resamples)
    return sum(set(find(sample.reshape(counts.shape).astype(float))) == wanted for sample in drawn) / resamples
