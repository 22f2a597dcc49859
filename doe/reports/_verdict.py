"""The answer of a study in a line and in three sentences, and how sure it is: read off its findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from doe.model import Cell, Finding, Results
from doe.reports._numbers import listed, short

LEVEL = 0.05
"""The usual level of a test."""

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said, and how sure it is."""

    line: str
    certainty: str
    sentences: tuple[str, ...]
    """What moves the response, the best setting, and how far this can be trusted."""


@dataclass(frozen=True, slots=True)
class _Effects:
    """What the findings say of the factors."""

    ranked: tuple[str, ...]
    """The factors whose span is known, the largest first."""
    spans: Mapping[str, str]
    """Of each how far apart its levels are, in words."""
    unknown: tuple[str, ...]
    """Factors that cannot be told from the others."""
    p: Mapping[str, float]
    """Of each term that is tested."""
    error_df: int | None
    """Degrees of freedom for error; None without an analysis of variance."""
    pooled: tuple[str, ...]
    """Terms that were declared to be error."""
    screened: tuple[str, ...]
    """Terms that stand out in a test which needs no error estimate."""


def verdict(results: Results, findings: Sequence[Finding]) -> Verdict:
    """Tell the answer from the findings, and no more than they bear."""
    found = {finding.name: finding for finding in findings}
    effects = _effects(results, found)
    best = " ".join(part for part in (_best(found), _confirmed(found)) if part)
    response = results.objective.response
    if not effects.ranked:
        note = found["response-table"].note if "response-table" in found else ""
        line = note or f"What each factor does to {response} cannot be told from these trials."
        unsure = "Nothing is tested here: it says what was seen, and not what would be seen again."
        return Verdict(line, "nothing tested", tuple(part for part in (line, best, unsure) if part))
    line, certainty, first, last = _tested(response, effects) if effects.p else _ranked(response, effects)
    return Verdict(line, certainty, tuple(part for part in (first, best, last + _left_out(results, effects)) if part))


def _effects(results: Results, found: Mapping[str, Finding]) -> _Effects:
    control = [factor.name for factor in results.factors if factor.role != "block"]
    table = found["response-table"].table if "response-table" in found else ()
    rows = {name: [row for row in table if row["factor"] == name] for name in control}
    ranks = {name: some[0].get("rank") for name, some in rows.items() if some}
    ranked = sorted(
        (name for name, rank in ranks.items() if rank is not None), key=lambda name: float(ranks[name] or 0)
    )
    spans = {name: _span(results, rows[name]) for name in ranked}
    known = {*ranked}
    unknown = tuple(name for name in control if name not in known and len(rows[name]) > 0)
    anova: Sequence[Row] = found["anova"].table if "anova" in found else ()
    # blocks and replicates stand among the terms as well, but nobody asked about them
    p = {term: _number(row["p"]) for row in anova if _is(row.get("p")) and _is_of(term := str(row["term"]), control)}
    error = [int(row["df"] or 0) for row in anova if str(row["term"]).startswith("error")]
    return _Effects(
        tuple(ranked), spans, unknown, p, min(error) if error else None, results.asked.pooled, _screened(found)
    )


def _is(cell: Cell) -> bool:
    return isinstance(cell, float | int) and cell == cell  # noqa: PLR0124 - NaN is no answer


def _is_of(term: str, factors: Collection[str]) -> bool:
    """Whether a term is one of the factors, or an interaction of them."""
    return term in factors or ("x" in (parts := term.split(" ")) and all(part in {*factors, "x"} for part in parts))


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, float | int) else float("nan")


def _screened(found: Mapping[str, Finding]) -> tuple[str, ...]:
    rows = found["lenth"].table if "lenth" in found else ()
    ps = [row.get("p_simultaneous", row.get("p_simulated")) for row in rows]
    told = [row for row, p in zip(rows, ps, strict=True) if _is(p) and float(p or 0) < LEVEL]
    return tuple(dict.fromkeys(str(row.get("term") or row.get("effect")) for row in told))


def _span(results: Results, rows: Sequence[Row]) -> str:
    """How far the best level is from the worst: ``0.031, 50 over 30``."""
    means = {str(row["level"]): _number(row["mean"]) for row in rows if _is(row["mean"])}
    best, worst = (pick(means, key=lambda level: results.objective.loss(means[level])) for pick in (min, max))
    return f"{short(abs(means[best] - means[worst]))}, {best} better than {worst}"


def _tested(response: str, effects: _Effects) -> tuple[str, str, str, str]:
    """The line, its certainty, the first sentence and the last, where there is an error to judge by."""
    clear = sorted((term for term in effects.p if effects.p[term] < LEVEL), key=lambda term: effects.p[term])
    unclear = [term for term in effects.p if term not in clear]
    untested = [name for name in effects.ranked if name not in effects.p]
    doubt = f"{listed(unclear)} cannot be told from chance" if unclear else ""
    line = (
        f"{listed(clear)} {_moves(clear)} {response}" if clear else f"no factor can be told from chance in {response}"
    )
    line = f"{line}; {doubt}." if clear and doubt else f"{line}."
    told = [f"{term} ({_size(effects, term)}{_p(effects.p[term])})" for term in clear or unclear[:3]]
    if clear:
        first = f"More than chance would do: {listed(told)}{f'; {doubt}' if doubt else ''}."
    else:
        first = f"What was seen is what chance alone would bring as well: {listed(told)}."
    several = len(effects.p)
    false = 1 - (1 - LEVEL) ** several
    many = f", so that one or more of {several} that do nothing would pass in {100 * false:.0f} % of studies"
    last = f"Not tested, for want of an error estimate: {listed(untested)}. " if untested else ""
    last += f"The error holds {listed(effects.pooled)}, pooled. " if effects.pooled else ""
    last += (
        f"Each is tested at {100 * LEVEL:.0f} %{many if several > 1 else ''}; the error is estimated with"
        f" {effects.error_df} degree{'' if effects.error_df == 1 else 's'} of freedom."
    )
    return _capital(line), f"tested at {100 * LEVEL:.0f} %, {effects.error_df} df for error", first, last


def _ranked(response: str, effects: _Effects) -> tuple[str, str, str, str]:
    """The same where nothing is left to judge by."""
    one, *others = effects.ranked
    after = f", before {listed(others)}" if others else ""
    line = f"{one} moves {response} most{after}; whether this is more than chance cannot be told."
    certainty = "ranked, not tested"
    told = [f"{name} ({effects.spans[name]})" for name in effects.ranked[:3]]
    first = f"From the worst to the best level the mean {response} moves by: {'; '.join(told)}."
    last = "Nothing is tested: "
    last += "no degrees of freedom are left for error" if effects.error_df == 0 else "there is no estimate of the error"
    last += ", so this is a ranking, which noise would make as well; replicates would tell."
    if effects.screened:
        line = f"{listed(effects.screened)} {_stands(effects.screened)} out in {response}, if most effects are null."
        certainty = "screened without an error estimate"
        last = (
            f"No degrees of freedom are left for error: {listed(effects.screened)} {_stands(effects.screened)} out"
            " of the other effects (Lenth), which holds only where few of them are real; replicates would tell."
        )
    return _capital(line), certainty, first, last


def _left_out(results: Results, effects: _Effects) -> str:
    failed = len(results.failures)
    said = f" {failed} trial{'' if failed == 1 else 's'} failed and left out." if failed else ""
    said = said.replace(" failed and", " failed and is" if failed == 1 else " failed and are")
    return said + (f" {listed(effects.unknown)} cannot be told from the other factors." if effects.unknown else "")


def _best(found: Mapping[str, Finding]) -> str:
    """The best predicted setting beside the best observed one, in a sentence."""
    rows = {str(row.get("best")): row for row in found["optimum"].table} if "optimum" in found else {}
    predicted, observed = rows.get("predicted"), rows.get("observed")
    seen = _value(observed, "observed")
    if predicted is None or not _is(predicted.get("predicted")):
        return f"The best setting seen is {observed['setting']}{seen}." if observed else ""
    if observed and observed["setting"] == predicted["setting"]:
        return f"The best setting, predicted and seen, is {predicted['setting']}{seen} seen and {_expected(predicted)}."
    state = "which was run, and did worse" if _is(predicted.get("observed")) else "which was never run"
    other = f"; the best seen is {observed['setting']}{seen}" if observed else ""
    return f"The best predicted setting is {predicted['setting']}, {state}: {_expected(predicted)}{other}."


def _confirmed(found: Mapping[str, Finding]) -> str:
    """What came of training the best setting again: the first sentence of that finding."""
    note = found["confirmation"].note if "confirmation" in found else ""
    end = note.find(". ")
    return note if end < 0 else note[: end + 1]


def _expected(row: Row) -> str:
    """What is expected of a setting, and with what interval."""
    corrected = row.get("corrected")
    expected = f"{short(corrected if _is(corrected) else row['predicted'])} expected where effects add up"
    sure = f"{short(row['low'])} to {short(row['high'])} with 95 % confidence" if _is(row.get("low")) else ""
    picked = "corrected for having been picked" if _is(corrected) else ""
    more = ", ".join(part for part in (sure, picked) if part)
    return f"{expected} ({more})" if more else expected


def _value(row: Row | None, name: str) -> str:
    return f" with {short(row[name])}" if row is not None and _is(row.get(name)) else ""


def _size(effects: _Effects, term: str) -> str:
    return f"{effects.spans[term]}, " if term in effects.spans else ""


def _p(value: float) -> str:
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.3g}"  # noqa: PLR2004 - below it says nothing more


def _moves(names: Sequence[str]) -> str:
    return "moves" if len(names) == 1 else "move"


def _stands(names: Sequence[str]) -> str:
    return "stands" if len(names) == 1 else "stand"


def _capital(text: str) -> str:
    """A sentence that begins as a sentence, unless its first word is a factor's own name."""
    return text[0].upper() + text[1:] if text.startswith("no ") else text
