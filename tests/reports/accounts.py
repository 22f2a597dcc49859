"""Accounts to write reports of: the founding L9, the same replicated, and one that is out to break the page."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from doe.analyses import analyze
from doe.designs import DESIGNS
from doe.evaluations import Assumptions, evaluate
from doe.model import Factor, Failed, Finding, Objective, Results, Study, Trial
from doe.plots import PLOTS
from doe.protocols import Account
from tests import golden

EVIL = "<script>alert(1)</script>"
"""Nothing but a name."""

ODD = r"50%_$x$ #1 {a}\b ~^&'\"|*[0]" + "\u00e9\u03c3\u4e2d\x07"
"""Everything that means something else in some format, letters of other alphabets, and a bell."""

OPENED = {
    "time": 1769817600.0,
    "code_version": "v1.2-3-gabc",
    "host": "node7",
    "versions": {"python": "3.11.7", "torch": None, "numpy": "2.0"},
    "data": "generated faces",
    "images": {"train": 1000, "val": 400},
    "command": "doe run l9 --trainer vgg16",
}


def founding() -> Account:
    """The founding L9, saturated."""
    return _account(golden.founding_l9())


def replicated() -> Account:
    """Two replicates of it, which leave eight degrees of freedom for error."""
    results = golden.founding_l9()
    first = results.table.assign(replicate=1)
    second = first.assign(replicate=2, accuracy=first["accuracy"] + 0.004 * (first["run"] % 2))
    return _account(replace(results, table=pd.concat([first, second], ignore_index=True)))


def broken() -> Account:
    """Names, levels, reasons and notes that would break a page that took them for its own."""
    factors = (Factor(EVIL, (EVIL, ODD)), Factor(ODD, (1.5, 2.5), "linear"))
    rows = [(a, b, 0.5 + 0.01 * n) for n, (a, b) in enumerate([(a, b) for a in (EVIL, ODD) for b in (1.5, 2.5)])]
    table = pd.DataFrame(rows, columns=[EVIL, ODD, ODD + "response"])
    failed = Failed(Trial(5, 1, 0, {EVIL: ODD, ODD: 1.5}), "error", EVIL)
    results = Results(factors, Objective(ODD + "response"), table, (failed,))
    strange = Finding("strange", EVIL, ({EVIL: ODD, ODD: 0.1},), f"{EVIL} {ODD}", warns=True)
    account = Account(EVIL + ODD, results, (*analyze(results), strange), opened=({**OPENED, "command": EVIL},))
    return replace(account, next=((ODD, EVIL),))


def _account(results: Results) -> Account:
    study = Study("l9-vgg16", "l9", results.factors, results.objective, "vgg16", question="What moves accuracy?")
    runs = tuple(DESIGNS["l9"].runs(study))
    figures = {name: figure for name, plot in PLOTS.items() if (figure := plot(results)) is not None}
    return Account(
        study.name,
        results,
        tuple(analyze(results)),
        study,
        tuple(evaluate(study, runs, Assumptions(sd=0.001))),
        figures,
        (OPENED,),
        "figures",
        "2026-01-31",
        (("Confirm it:", "doe run full_factorial"),),
    )
