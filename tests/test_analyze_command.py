"""``doe analyze`` on a table, as typed: what is asked comes through, what is wrong is one line and exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Said

ROWS = [(a, b, 1 + a * b + (a + 2 * b) % 3 / 10 + r / 7) for a in (0, 1, 2) for b in (0, 1, 2) for r in (0, 1)]
TABLE = "a,lambda,y\n" + "".join(f"{a},{b},{y}\n" for a, b, y in ROWS)


def _findings(doe: Said, *words: str) -> dict[str, dict[str, object]]:
    code, out, err = doe("analyze", "t.csv", "--response", "y", "--json", *words)
    assert (code, err) == (0, "")
    return {finding["name"]: finding for finding in json.loads(out)["findings"]}


def test_interactions_types_and_pooling_come_through(workplace: Path, doe: Said) -> None:
    """From the command line to the table of the analysis of variance."""
    (workplace / "t.csv").write_text(TABLE)
    found = _findings(doe, "--interactions", "a:lambda", "--type", "III")
    terms = [row["term"] for row in found["anova"]["table"]]  # type: ignore[attr-defined]
    assert terms == ["a", "lambda", "a x lambda", "error", "total"]
    assert len(found["interactions"]["table"]) == 9  # type: ignore[arg-type]
    pooled = _findings(doe, "--pool", "lambda")
    assert "as told by --pool" in str(pooled["anova"]["note"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--response", "yy"], "t.csv has no column 'yy'; did you mean 'y'?", id="no such column"),
        pytest.param(["--type", "IV"], "type 'IV': wanted I, II or III", id="type IV"),
        pytest.param(["--interactions", "a:lamda"], "no factor 'lamda'; did you mean 'lambda'?", id="no such factor"),
        pytest.param(["--interactions", "a"], "interaction 'a': wanted FACTOR:FACTOR", id="half an interaction"),
        pytest.param(["--interactions", "a:a"], "wanted two different factors", id="with itself"),
        pytest.param(["--trials-of", "0"], "trials of 0 images: wanted 1 or more", id="no images"),
        pytest.param(["--trials-of", "50"], "--trials-of wants shares, from 0 to 1", id="above one"),
        pytest.param(["--factors", "a,y"], "'y' is the response", id="the response a factor"),
        pytest.param(["--block", "a", "--within", "a"], "cannot be the block and be read off", id="two roles"),
        pytest.param(["--pool", "b"], "no factor 'b'", id="pooled"),
    ],
)
def test_what_is_wrong_is_one_line(workplace: Path, doe: Said, words: list[str], said: str) -> None:
    """On stderr, with exit code 2; stdout stays empty."""
    (workplace / "t.csv").write_text(TABLE)
    code, out, err = doe("analyze", "t.csv", *(["--response", "y"] if "--response" not in words else []), *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("goal", "text", "said"),
    [
        pytest.param("maximize", "a,y\n1,0.2\n1,0.2\n2,0.2\n2,0.2\n", "Every trial has the same y", id="all equal"),
        pytest.param("maximize", "a,y\n1,-2\n1,1\n2,2\n2,3\n", "the least here is -2", id="below zero"),
        pytest.param("minimize", "a,y\n1,0\n1,0\n2,2\n2,3\n", "all zero", id="zero"),
        pytest.param("maximize", "a,y\n1,1\n1,\n2,nan\n2,4\n1,2\n2,3\n", "2 rows without a number", id="no number"),
    ],
)
def test_what_is_odd_is_a_finding(workplace: Path, doe: Said, goal: str, text: str, said: str) -> None:
    """The table can be read, and what it cannot show is said."""
    (workplace / "t.csv").write_text(text)
    code, out, err = doe("analyze", "t.csv", "--response", "y", "--goal", goal)
    assert (code, err) == (0, "")
    assert said in " ".join(out.split())


def test_a_study_can_be_asked_anew_but_not_what_is_error(workplace: Path, doe: Said) -> None:
    """Interactions and the type of the sums of squares, over the study's own; pooling was declared, or it was not."""
    assert doe("run", "l9", "--trainer", "synthetic", "--executor", "serial", "--tracking-uri", "none", "--yes")[0] == 0
    asked = ("analyze", "l9-synthetic", "--interactions", "optimizer:epochs", "--type", "III", "--json")
    findings = {each["name"]: each for each in json.loads(doe(*asked)[1])["findings"]}
    assert "optimizer x epochs" in [row["term"] for row in findings["anova"]["table"]]
    for words, said in (
        (["--pool", "dropout"], "--pool is for a .csv table; a study declares its own"),
        (["--interactions", "optimizer:epoch"], "'epoch' is none of the factors"),
    ):
        code, out, err = doe("analyze", "l9-synthetic", *words)
        assert (code, out) == (2, "")
        assert said in err
