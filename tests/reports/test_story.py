"""The story of a report: its order, and that its verdict says no more than the findings bear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from doe.analyses import ANALYSES, analyze
from doe.evaluations import EVALUATIONS, THOROUGH
from doe.model import Cell, Failed, Finding, Objective, Results, Trial
from doe.plots import PLOTS
from doe.protocols import Account
from doe.reporting import OF_PLANS
from doe.reports._page import Heading, Page, Paragraph, Picture, Table
from doe.reports._places import PLACES, TABLED
from doe.reports._runs import side_by_side
from doe.reports._story import story
from doe.reports._verdict import verdict
from tests import golden
from tests.reports import accounts

RESULTS = golden.founding_l9()
FOUNDING, REPLICATED = accounts.founding(), accounts.replicated()


def _texts(page: Page, title: str) -> list[str]:
    section = next(section for section in page.sections if section.title == title)
    return [block.text for block in section.blocks if isinstance(block, Heading | Paragraph)]


def _tables(page: Page, title: str) -> list[tuple[Mapping[str, Cell], ...]]:
    section = next(section for section in page.sections if section.title == title)
    return [block.rows for block in section.blocks if isinstance(block, Table)]


def test_it_goes_from_the_question_to_how_it_was_done() -> None:
    """Answer, runs, limits, effects, best setting, provenance, in this order."""
    page = story(FOUNDING)
    assert page.question == "What moves accuracy?"
    assert "maximize accuracy" in page.about
    assert "2026-01-31" in page.about
    titles = [section.title for section in page.sections]
    wanted = [
        "The answer",
        "What was run",
        "What can and cannot be concluded",
        "Effects",
        "Best setting, and what to do next",
        "How it was done",
    ]
    assert [title for title in titles if title in wanted] == wanted
    (answer,) = (section for section in page.sections if section.title == "The answer")
    assert [block.kind for block in answer.blocks if isinstance(block, Paragraph)] == ["lead"] * 3
    assert [block.name for block in answer.blocks if isinstance(block, Picture)] == ["main-effects"]


def test_every_finding_and_figure_stands_in_it_once() -> None:
    """A finding nobody has heard of among the effects; each figure in one place."""
    strange = Finding("no-such-analysis", "Strange", ({"a": 1},), "Strange indeed.")
    page = story(replace(REPLICATED, findings=(*REPLICATED.findings, strange)))
    said = [text for section in page.sections for text in _texts(page, section.title)]
    for finding in (*REPLICATED.findings, strange):
        assert said.count(finding.title) == 1
    assert "Strange" in _texts(page, "Effects")
    pictures = [block.name for section in page.sections for block in section.blocks if isinstance(block, Picture)]
    assert sorted(pictures) == sorted(REPLICATED.figures)


def test_the_places_are_of_things_there_are() -> None:
    """What the report treats apart is on the shelves; a plot of contours is to come."""
    assert {*EVALUATIONS, *THOROUGH} >= TABLED
    assert {*EVALUATIONS, *THOROUGH} >= OF_PLANS
    assert {*ANALYSES, *PLOTS, "contour"} >= set(PLACES)


def test_a_saturated_table_is_ranked_and_not_tested() -> None:
    """The founding L9: reference numbers of its level means, and that its best predicted setting was never run."""
    told = verdict(RESULTS, FOUNDING.findings)
    assert told.line.startswith("epochs moves accuracy most, before batch_size, optimizer and dropout")
    assert "cannot be told" in told.line
    assert told.certainty == "ranked, not tested"
    first, best, last = told.sentences
    assert "epochs (0.0163, 50 better than 30); batch_size (0.01307, 128 better than 32)" in first
    assert "optimizer=Adadelta, epochs=50, dropout=0.4, batch_size=128, which was never run" in best
    assert "no degrees of freedom are left for error" in last
    assert "p <" not in " ".join(told.sentences)


def test_replicates_make_a_test_of_it() -> None:
    """What is told from chance is named with its p, what is not as well, and how many would pass by chance."""
    told = verdict(REPLICATED.results, REPLICATED.findings)
    (anova,) = (finding for finding in REPLICATED.findings if finding.name == "anova")
    p = {str(row["term"]): row["p"] for row in anova.table if row["p"] is not None}
    clear = [name for name in ("optimizer", "epochs", "dropout", "batch_size") if float(p[name] or 0) < 0.05]
    assert "tested at 5 %" in told.certainty
    moved, _, rest = told.line.partition("; ")
    assert all(name in moved for name in clear)
    assert "dropout" not in clear
    assert "dropout cannot be told from chance" in rest
    assert "replicate" not in told.line
    assert "one or more of 4 that do nothing would pass in 19 % of studies" in told.sentences[-1]


@pytest.mark.parametrize(
    ("goal", "best"),
    [(Objective("accuracy", "minimize"), "30 better than 50"), (Objective("accuracy", "target", 0.914), "40 better")],
    ids=["minimize", "target"],
)
def test_better_is_what_the_objective_says(goal: Objective, best: str) -> None:
    """Less, or nearer to a target."""
    results = replace(RESULTS, objective=goal)
    assert best in " ".join(verdict(results, analyze(results)).sentences)


def test_where_no_factor_can_be_told_from_chance_none_is_named() -> None:
    """Though one of them must come first."""
    rows: list[Mapping[str, Cell]] = [{"term": "epochs", "df": 2, "p": 0.4}, {"term": "error", "df": 6, "p": None}]
    found = [finding for finding in FOUNDING.findings if finding.name != "anova"]
    told = verdict(RESULTS, [*found, Finding("anova", "", tuple(rows))])
    assert told.line.startswith("No factor can be told from chance")
    assert "Not tested, for want of an error estimate: batch_size, optimizer and dropout." in told.sentences[-1]


def test_a_screening_test_is_called_one() -> None:
    """What stands out by Lenth's method holds only where few effects are real."""
    lenth = Finding("lenth", "", ({"term": "epochs linear", "p_simulated": 0.001, "p_simultaneous": 0.01},))
    found = [finding for finding in FOUNDING.findings if finding.name != "lenth"]
    told = verdict(RESULTS, [*found, lenth])
    assert told.line == "epochs linear stands out in accuracy, if most effects are null."
    assert told.certainty == "screened without an error estimate"


def test_trials_that_moved_nothing_are_no_discovery() -> None:
    """All responses equal: said, and nothing is ranked."""
    results = replace(RESULTS, table=RESULTS.table.assign(accuracy=0.5))
    told = verdict(results, analyze(results))
    assert "no factor moved it" in told.line
    assert told.certainty == "nothing tested"
    assert story(Account("any", results, tuple(analyze(results)))).verdict == told.line


def test_failures_are_named() -> None:
    """Each with its setting and its reason, and counted in the answer."""
    failed = Failed(Trial(3, 1, 7, {"epochs": 50}), "diverged", "loss became NaN at epoch 4")
    page = story(replace(FOUNDING, results=replace(RESULTS, failures=(failed,))))
    assert "1 failed" in page.about
    assert "1 trial failed and is left out." in _texts(page, "The answer")[-1]
    table = _tables(page, "What was run")[-1]
    assert table == (
        {"run": 3, "replicate": 1, "epochs": 50, "failure": "diverged", "reason": "loss became NaN at epoch 4"},
    )


def test_runs_stand_in_their_order_with_the_levels_as_they_were_typed() -> None:
    """Sorted by run, whatever the order of the table, and 0.4 is no 0.4000."""
    shuffled: Results = replace(RESULTS, table=RESULTS.table.sample(frac=1, random_state=1))
    rows = _tables(story(replace(FOUNDING, results=shuffled)), "What was run")[1]
    assert [row["run"] for row in rows] == list(range(1, 10))
    assert [row["dropout"] for row in rows[:3]] == ["0.4", "0.5", "0.6"]
    assert rows[0]["accuracy"] == RESULTS.table["accuracy"][0]


def test_means_by_level_stand_side_by_side_unless_their_numbers_differ() -> None:
    """A row a factor; where levels have unequal numbers of responses, each level has its own."""
    (table,) = (finding.table for finding in FOUNDING.findings if finding.name == "response-table")
    rows = side_by_side(table)
    assert [row["factor"] for row in rows] == ["epochs", "batch_size", "optimizer", "dropout"]
    assert rows[0]["level 3"] == "50: 0.9264"
    uneven = ({**table[0], "n": 2}, *table[1:])
    assert side_by_side(uneven) == uneven


def test_how_it_was_done_is_all_that_the_journal_knows() -> None:
    """Digest, data, images, code, host, versions; and the command that was typed."""
    page = story(FOUNDING)
    facts = next(block for block in page.sections[-1].blocks if not isinstance(block, Heading | Paragraph | Table))
    assert FOUNDING.study is not None
    known = dict(facts.rows)  # type: ignore[union-attr]
    assert known["study"] == f"l9-vgg16, digest {FOUNDING.study.digest}"
    assert known["images"] == "train 1,000, val 400"
    assert known["versions"] == "python 3.11.7, numpy 2.0"
    assert (known["code"], known["driven from"], known["data"]) == ("v1.2-3-gabc", "node7", "generated faces")
    assert page.sections[-1].blocks[-1] == Paragraph("doe run l9 --trainer vgg16", "command")


def test_the_answer_says_whether_it_was_confirmed() -> None:
    """The first sentence of the confirmation follows the best setting."""
    results = golden.founding_l9()
    confirmed = Finding("confirmation", "Confirmation", (), "Confirmed: 0.93 on average of 3. In y, more.")
    said = verdict(results, [*analyze(results), confirmed]).sentences
    assert any(sentence.endswith("Confirmed: 0.93 on average of 3.") for sentence in said)
