"""Three hundred random tables: every sum of squares is that of statsmodels, or of two models compared by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from doe.statistics.linear import Sums, Term, p_value
from doe.statistics.observations import observe
from doe.statistics.strata import Fit, fit

TYPES: tuple[Sums, ...] = ("I", "II", "III")
NAMES = ("C", "lambda", "batch size", "a:b", 'Q("x")', "Ärger", "1", "class")
Pairs = tuple[tuple[str, str], ...]


def _table(seed: int, rows: int | None = None) -> tuple[pd.DataFrame, list[str], list[str], Pairs]:
    """A table, its factors, its blocks and interactions: balanced or not, rows missing, noise of any size."""
    generator = np.random.default_rng(seed)
    names = [str(name) for name in generator.permutation(NAMES)[: generator.integers(2, 5)]]
    sizes = [int(size) for size in generator.integers(2, 4, len(names))]
    full = np.stack([axis.ravel() for axis in np.meshgrid(*map(np.arange, sizes), indexing="ij")], axis=1)
    repeated = np.tile(full, (int(generator.integers(1, 3)), 1))
    kept = rows or round(len(repeated) * generator.choice([1.0, 0.9, 0.7]))
    frame = pd.DataFrame(repeated[np.sort(generator.permutation(len(repeated))[:kept])], columns=names)
    blocks = ["block"] if generator.random() < 0.4 else []
    if blocks:
        frame["block"] = generator.integers(0, 3, len(frame))
    every = list(combinations(names, 2))
    chosen = generator.permutation(len(every))[: generator.integers(0, 3)]
    effects = frame.to_numpy(dtype=float) @ generator.normal(size=frame.shape[1])
    frame["y"] = 10 ** float(generator.integers(-3, 4)) * (effects + generator.normal(size=len(frame))) + 5
    return frame, names, blocks, tuple(every[place] for place in chosen)


def _ours(frame: pd.DataFrame, names: Sequence[str], blocks: Sequence[str], pairs: Pairs, sums: Sums) -> Fit:
    levels = {name: sorted(set(frame[name])) for name in [*names, *blocks]}
    return fit(observe(frame, "y", levels, blocks), pairs, sums=sums)


def _coded(codes: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Columns that are one at a level, minus one at the last and zero elsewhere."""
    levels = len(np.unique(codes))
    marks = np.eye(levels)[np.unique(codes, return_inverse=True)[1]]
    return marks[:, :-1] - marks[:, -1:]


def _columns(frame: pd.DataFrame, terms: Sequence[Term]) -> Mapping[Term, npt.NDArray[np.float64]]:
    columns = {}
    for term in terms:
        parts = [_coded(frame[name].to_numpy()) for name in term]
        columns[term] = parts[0]
        if len(parts) > 1:
            columns[term] = np.einsum("ni,nj->nij", *parts).reshape(len(frame), -1)
    return columns


def _left(response: npt.NDArray[np.float64], parts: Sequence[npt.NDArray[np.float64]]) -> tuple[int, float]:
    """The rank of a model with a constant, and the sum of squares that it leaves."""
    model = np.hstack([np.ones((len(response), 1)), *parts])
    residual = response - model @ np.linalg.lstsq(model, response, rcond=1e-10)[0]
    return int(np.linalg.matrix_rank(model, tol=1e-8)), float(residual @ residual)


def _given(term: Term, terms: Sequence[Term], sums: Sums) -> list[Term]:
    """What a term is judged given."""
    if sums == "I":
        return list(terms[: terms.index(term)])
    return [o for o in terms if o != term and not (sums == "II" and set(term) < set(o))]


@pytest.mark.parametrize("chunk", range(5))
@pytest.mark.parametrize("sums", TYPES)
def test_every_line_is_the_difference_of_two_models(chunk: int, sums: Sums) -> None:
    """200 tables and each type: degrees of freedom exactly, sums of squares to 1e-8 of the total.

    A third of them has as many rows as columns or fewer, so that models are saturated and terms aliased.
    """
    for seed in range(40 * chunk, 40 * chunk + 40):
        frame, names, blocks, pairs = _table(seed, rows=[None, None, 6][seed % 3])
        model = _ours(frame, names, blocks, pairs, sums)
        columns, response = _columns(frame, model.terms), frame["y"].to_numpy()
        total = model.between.total_sum_sq
        for line in model.between.lines:
            others = [columns[each] for each in _given(line.term, model.terms, sums)]
            low, more = _left(response, others)
            high, less = _left(response, [*others, columns[line.term]])
            assert line.df == high - low, (seed, line.term)
            assert line.sum_sq == pytest.approx(more - less, rel=1e-8, abs=1e-8 * total), (seed, line.term)
        rank, error = _left(response, list(columns.values()))
        assert model.between.error_df == len(frame) - rank
        assert model.between.error_sum_sq == pytest.approx(error, rel=1e-8, abs=1e-8 * total)


@pytest.mark.parametrize("chunk", range(5))
def test_every_line_is_that_of_statsmodels(chunk: int) -> None:
    """100 tables of full rank, each under one of the types: sums of squares, F and p as anova_lm has them."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    compared, seed = 0, 1000 * (chunk + 1)
    while compared < 20:
        seed += 1
        frame, names, blocks, pairs = _table(seed)
        sums = TYPES[seed % 3]
        model = _ours(frame, names, blocks, pairs, sums)
        error = model.between.mean_square
        if error is None or model.model.shape[1] + model.between.error_df > len(frame):
            continue
        compared += 1
        plain = {name: f"f{place}" for place, name in enumerate([*names, *blocks])}
        terms = [":".join(f"C({plain[name]}, Sum)" for name in term) for term in model.terms]
        fitted = ols("y ~ " + " + ".join(terms), frame.rename(columns=plain)).fit()
        theirs = anova_lm(fitted, typ={"I": 1, "II": 2, "III": 3}[sums])
        for term, line in zip(terms, model.between.lines, strict=True):
            statistic = line.sum_sq / line.df / error
            assert line.df == theirs.loc[term, "df"]
            assert line.sum_sq == pytest.approx(theirs.loc[term, "sum_sq"], rel=1e-8, abs=1e-8 * error), (seed, term)
            assert statistic == pytest.approx(theirs.loc[term, "F"], rel=1e-8, abs=1e-8)
            p = p_value(statistic, line.df, model.between.error_df)
            assert p == pytest.approx(theirs.loc[term, "PR(>F)"], rel=1e-6, abs=1e-12)
