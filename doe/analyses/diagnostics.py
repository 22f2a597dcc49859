"""Diagnostics: whether what the model leaves over looks like chance, as every p of the analysis supposes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, sentences
from doe.analyses._readings import last_readings
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    import pandas as pd

    from doe.statistics.arrays import Array
    from doe.statistics.residuals import Check, Residuals
    from doe.statistics.strata import Fit

LEVEL = 0.05
"""The usual level of a test."""

LEAST = 3
"""Rows of a level that can show how far it spreads."""

FEW = 10
"""Degrees of freedom below which only gross faults show."""

NORMAL = "errors are normal"
ADDITIVE = "effects add up"
EVEN = "same spread by fitted value"
LEVELS = "same spread by level of"
STEADY = "no trend in run order"
APART = "neighbours in run order differ"
PLACE = "same on every"
WITHIN = "no outlier"

ADVICE: Mapping[str, str] = {
    NORMAL: "p of small effects and intervals are not exact; look for an outlier or another scale of the response.",
    ADDITIVE: "an interaction is missing, or another scale of the response is wanted.",
    EVEN: "another scale of the response (log odds, or a power) may even it out.",
    LEVELS: "that level is less steady than others, which may matter in itself.",
    STEADY: "something changed while the study ran.",
    APART: "trials begun one after the other resemble each other, so there is less evidence than rows.",
    PLACE: "make it a block.",
    WITHIN: "look at that training before anything is concluded from it.",
}
"""What follows where a check fails."""

Found = tuple[str, str, "Check"]
"""What is checked, by which figure, and what came of it."""


def diagnostics(results: Results) -> Finding | None:
    """One check a row: each supposes that all is well, and its ``p`` is the chance of so odd a figure then.

    ``verdict`` is ``doubtful`` where p is below 0.05, and ``fails`` where it still is after Holm's correction for the
    number of checks. Without degrees of freedom for error there is nothing to look at, and the note says so.
    """
    single, said = last_readings(results)
    fit = fitted(single)
    if fit is None or fit.observations.is_constant or fit.observations.loose:
        return None
    from doe.statistics.residuals import Residuals

    seen, title = fit.observations, f"Residuals of {results.objective.response}"
    left = Residuals(seen.response, list(fit.columns.values()))
    if fit.between.mean_square is None:
        why = "No degrees of freedom are left for error, so that there are no residuals to look at."
        exact = "The model fits to the last digit, so that there are no residuals to look at."
        return Finding("diagnostics", title, (), sentences(exact if left.error_df else why, caveats(single, seen)))
    table = _kept(single)
    checks = [*_shape(left, fit), *_course(left, table), *_places(left, table), *_outlier(left, table)]
    verdicts = _verdicts([check.p for _, _, check in checks])
    rows: list[Mapping[str, Cell]] = [
        {"check": name, "figure": figure, "statistic": check.statistic, "p": check.p, "verdict": verdict}
        for (name, figure, check), verdict in zip(checks, verdicts, strict=True)
    ]
    note = sentences(_note(rows), _limits(left, table, checks), said, caveats(single, seen))
    return Finding("diagnostics", title, tuple(rows), note, warns="fails" in verdicts)


def _kept(results: Results) -> pd.DataFrame:
    """The rows that the model is of."""
    import numpy as np

    finite = np.isfinite(results.table[results.objective.response].to_numpy(dtype=float))
    kept: pd.DataFrame = results.table.loc[finite]
    return kept


def _shape(left: Residuals, fit: Fit) -> Iterator[Found]:
    """Normal, additive, and of one spread."""
    import numpy as np

    from doe.statistics.residuals import Check, curvature, departure, grows_with, unequal

    some, rows = left.sampled()
    if check := some.simulated(departure):
        yield NORMAL, "W' of Shapiro and Francia", Check(1 - check.statistic, check.p)
    if bent := curvature(left):
        yield ADDITIVE, "F of Tukey's one degree of freedom", bent[1]
    if check := some.simulated(grows_with(some.fitted)):
        yield EVEN, "correlation with its size", check
    for name, codes in fit.observations.codes.items():
        enough = np.bincount(codes[rows]).min() >= LEAST
        if check := some.simulated(unequal(codes[rows])) if enough else None:
            yield f"{LEVELS} {name}", "F of Brown and Forsythe", check


def _course(left: Residuals, table: pd.DataFrame) -> Iterator[Found]:
    """Whether the time at which a trial was begun shows."""
    from doe.statistics.residuals import Check, drift

    order = _order(table)
    if order is None:
        return
    if trend := left.beside((order - order.mean())[:, None]):
        yield STEADY, "F of a straight line", trend[1]
    some, rows = left.sampled()
    if check := some.simulated(drift(order[rows])):
        yield APART, "d of Durbin and Watson", Check(2 - check.statistic, check.p)


def _order(table: pd.DataFrame) -> Array | None:
    """The place in which each row was begun, where that is known."""
    if "order" not in table or table["order"].isna().any() or table["order"].nunique() < len(table):
        return None
    return table["order"].to_numpy(dtype=int)


def _places(left: Residuals, table: pd.DataFrame) -> Iterator[Found]:
    """Whether it shows on which device, and on which host, a trial ran."""
    from doe.statistics.contrasts import helmert

    for name, groups in _where(table).items():
        if found := left.beside(helmert(int(groups.max()) + 1)[groups]):
            yield f"{PLACE} {name}", f"F of {found[0] + 1} {name}s" if found[0] > 1 else f"F of two {name}s", found[1]


def _where(table: pd.DataFrame) -> dict[str, Array]:
    """The device and the host of each row, as numbers, where they are known and differ; one if the two agree."""
    import numpy as np

    found: dict[str, Array] = {}
    for name in ("device", "host"):
        if name not in table or table[name].isna().any() or len(set(table[name])) == 1:
            continue
        groups = np.unique(table[name].astype(str).to_numpy(), return_inverse=True)[1]
        pairs = {(one, two) for before in found.values() for one, two in zip(before, groups, strict=True)}
        if not found or len(pairs) > max(len(set(groups)), *(len(set(before)) for before in found.values())):
            found[name] = groups
    return found


def _outlier(left: Residuals, table: pd.DataFrame) -> Iterator[Found]:
    if found := left.outlier():
        row, check = found
        yield f"{WITHIN} ({_label(table, row)})", "externally studentized residual", check


def _label(table: pd.DataFrame, row: int) -> str:
    """The name of a row: its run and replicate where they are known, else its place in the table."""
    known = [name for name in ("run", "replicate") if name in table]
    if "run" not in known:
        return f"row {row + 1}"
    if "replicate" in known and len(set(table["replicate"])) == 1:
        known.remove("replicate")
    return ", ".join(f"{name} {table[name].tolist()[row]}" for name in known)


def _verdicts(p: list[float]) -> list[str]:
    from doe.statistics.comparisons import holm

    return [
        "fails" if adjusted < LEVEL else "doubtful" if alone < LEVEL else "fine"
        for alone, adjusted in zip(p, holm(p), strict=True)
    ]


def _note(rows: list[Mapping[str, Cell]]) -> str:
    odd = [row for row in rows if row["verdict"] != "fine"]
    if not odd:
        return "Nothing speaks against the model."
    said = []
    for row in odd:
        advice = next(text for check, text in ADVICE.items() if str(row["check"]).startswith(check))
        said.append(f"'{row['check']}' {'fails' if row['verdict'] == 'fails' else 'is doubtful'}: {advice}")
    if all(row["verdict"] == "doubtful" for row in odd):
        said.append(f"Of {len(rows)} checks one in twenty is doubtful by chance alone.")
    return " ".join(said)


def _limits(left: Residuals, table: pd.DataFrame, checks: list[Found]) -> str:
    """What the checks cannot see."""
    from doe.statistics.residuals import FULL

    alone = [_label(table, row) for row in (left.leverage >= FULL).nonzero()[0].tolist()]
    named = f"{alone[0]} and {len(alone) - 1} more" if len(alone) > 1 else "".join(alone)
    degrees = "degree" if left.error_df == 1 else "degrees"
    few = f"With {left.error_df} {degrees} of freedom for error only gross faults show." if left.error_df < FEW else ""
    made = {check for check, _, _ in checks}
    tangled = [name for name in _where(table) if f"{PLACE} {name}" not in made]
    tangled += ["run order"] if _order(table) is not None and STEADY not in made else []
    return sentences(
        few,
        f"The {' and the '.join(tangled)} cannot be told from the factors and blocks." if tangled else "",
        f"Cannot be judged, as nothing else tells of it: {named}." if alone else "",
    )
