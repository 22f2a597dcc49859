"""Findings as pages: aligned, narrow enough, exact where a machine reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from doe.analyses import analyze
from doe.designs import DESIGNS
from doe.evaluations import evaluate
from doe.model import Cell, Factor, Finding, Objective, Study
from doe.protocols import Account
from doe.reports import REPORTS, finding_on_screen
from tests import golden

RESULTS = golden.founding_l9()
STUDY = Study("l9", "l9", RESULTS.factors, RESULTS.objective, "vgg16", question="What moves accuracy?")
FINDINGS = [*evaluate(STUDY, tuple(DESIGNS["l9"].runs(STUDY))), *analyze(RESULTS)]
ACCOUNT = Account("l9", RESULTS, tuple(FINDINGS), STUDY)

LEVELS = """\
accuracy by level
  factor                                                      delta  rank
  epochs        30 0.9101       40 0.9145        50 0.9264  0.01630     1
  batch_size    32 0.9115       64 0.9149       128 0.9246  0.01307     2
  optimizer   Adam 0.9113  AdaGrad 0.9195  Adadelta 0.9201  0.00877     3
  dropout      0.4 0.9176      0.5 0.9167       0.6 0.9167  0.00087     4
  epochs moves accuracy most."""


def test_levels_stand_in_a_line_a_factor() -> None:
    """The factor that moves the response most comes first, levels beside their means."""
    assert finding_on_screen(next(finding for finding in FINDINGS if finding.name == "response-table")) == LEVELS


def test_no_line_is_wider_than_the_screen() -> None:
    """A hundred columns, with long settings, many levels and long notes."""
    factors = tuple(Factor(f"a_rather_long_name_{place}", tuple(range(3))) for place in range(7))
    study = Study("any", "l18", factors, Objective("score"), "any")
    found = evaluate(study, tuple(DESIGNS["l18"].runs(study)))
    setting = ", ".join(f"{factor.name}=2" for factor in factors)
    rows: tuple[Mapping[str, Cell], ...] = tuple(
        {"best": "predicted", "setting": setting, "predicted": 0.5, "low": 0.4} for _ in range(2)
    )
    levels: list[Mapping[str, Cell]] = [
        {"factor": "width", "level": 1000 + n, "mean": n / 7, "delta": 6 / 7, "rank": 1} for n in range(12)
    ]
    found += [Finding("optimum", "Best", rows, "word " * 60), Finding("response-table", "By level", tuple(levels))]
    page = REPORTS["screen"](replace(ACCOUNT, findings=(*FINDINGS, *found)))
    assert isinstance(page, str)
    assert max(map(len, page.splitlines())) <= 100


def test_json_keeps_every_digit() -> None:
    """What is written can be read again as it was; what JSON does not know is null."""
    page = json.loads(REPORTS["json"](ACCOUNT))
    assert (page["study"], page["digest"]) == ("l9", STUDY.digest)
    assert [set(finding) for finding in page["findings"]] == [{"name", "title", "note", "table"}] * len(FINDINGS)
    assert [tuple(finding["table"]) for finding in page["findings"]] == [finding.table for finding in FINDINGS]
    odd = Finding("odd", "Odd", ({"a": float("nan"), "b": float("inf"), "c": True, "d": "ä"},))
    page = json.loads(REPORTS["json"](Account("mine.csv", RESULTS, (odd,))))
    assert page["findings"][0]["table"] == [{"a": None, "b": None, "c": True, "d": "ä"}]
    assert page["table"] == "mine.csv"


@pytest.mark.parametrize(
    ("name", "cells", "shown"),
    [
        ("mean", [0.91234567, 0.5], ["0.9123", "0.5000"]),
        ("sum_sq", [123.456789, 0.5], ["123.46", "0.50"]),
        ("sum_sq", [4.3e-4, 1.5e-6], ["0.0004300", "0.0000015"]),
        ("sum_sq", [4.3e-9, None], ["4.300e-09", ""]),
        ("p", [0.03, 1e-7], ["0.0300", "<0.0001"]),
        ("contribution", [0.5024, 1.0], ["50.2 %", "100.0 %"]),
        ("level", [1e-4, 0.001], ["0.0001", "0.001"]),
        ("mean", [0.0, 0.0], ["0.0", "0.0"]),
        ("df", [2, 8], ["2", "8"]),
        ("F", [float("nan"), 12.3456], ["nan", "12.35"]),
    ],
)
def test_numbers_are_rounded_for_reading(name: str, cells: list[float | None], shown: list[str]) -> None:
    """Four digits of the largest, all of a column alike, and the smallest not lost if a digit or two will do."""
    from doe.reports._numbers import column

    assert column(name, cells) == shown
