"""Plans that cannot be: refused in one line that says what was wanted, what there is, and what would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Said


def _factors(names: str, levels: str) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--factor", f"{name}={levels}"))


THREE, TWO = _factors("abcd", "1,2,3"), _factors("abcde", "1,2")
ODD = ("--factor", "a=1,2,3,4,5", "--factor", "b=1,2,3,4,5,6,7", "--factor", "c=1,2,3,4,5,6,7,8,9,10,11")
BAD: list[Any] = [
    pytest.param(
        ["auto", *ODD, "--layout", "runs=50"],
        "no array of at most 50 runs takes factors of levels: 1 of 5, 1 of 7, 1 of 11; full_factorial does, in 385",
        id="no array fits",
    ),
    pytest.param(
        ["l9", *THREE, "--factor", "e=1,2,3"],
        "l9 takes 4 factors of 3 levels, not 5 (a, b, c, d, e); l18 takes them",
        id="too many factors",
    ),
    pytest.param(["l8", *THREE], "l8 wants 2 levels of 'a', not 3 (1, 2, 3); l9 takes them", id="too many levels"),
    pytest.param(
        ["auto", *THREE, "--layout", "interactions=a:b", "--layout", "runs=9"],
        "no array of at most 9 runs takes factors of levels: 4 of 3, with a:b clear; L27(3^13) does, in 27",
        id="an interaction that cannot be estimated",
    ),
    pytest.param(
        ["auto", *THREE, "--layout", "interactions=a:q"], "interaction 'a:q': no factor 'q'", id="no such interaction"
    ),
    pytest.param(
        ["fraction", *TWO, "--layout", "resolution=7"],
        "fraction of 5 factors has no resolution 7; there is resolution 3 in 8, resolution 5 in 16, all in 32",
        id="a resolution that does not exist",
    ),
    pytest.param(
        ["fraction", *TWO, "--layout", "runs=8", "--layout", "resolution=4"],
        "fraction of 5 factors has no resolution 4 in 8 runs",
        id="a resolution that so few runs have not",
    ),
    pytest.param(
        ["optimal", *THREE, "--layout", "runs=12", "--layout", "forbid=a > 0"],
        "optimal: forbid = a > 0 leaves no runs",
        id="a constraint that leaves no runs",
    ),
    pytest.param(["optimal", *THREE, "--layout", "runs=3"], "optimal wants 5 runs or more", id="too few runs"),
    pytest.param(
        ["full_factorial", *TWO, "--design", "unknown.csv"],
        "unknown.csv row 2: e = high is none of 1, 2",
        id="a CSV with an unknown level",
    ),
    pytest.param(
        ["full_factorial", *TWO, "--design", "missing.csv"],
        "missing.csv has no column for factor 'e'",
        id="a CSV with a missing factor",
    ),
    pytest.param(["full_factorial", *TWO, "--design", "none.csv"], "none.csv cannot be read: No such", id="no CSV"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
@pytest.mark.parametrize("form", ["--json", "--power=0.9"])
def test_what_cannot_be_planned_is_refused_in_one_line(doe: Said, words: list[str], said: str, form: str) -> None:
    """On the screen and as JSON alike: exit code 2, nothing on stdout."""
    Path("unknown.csv").write_text("a,b,c,d,e\n1,2,1,2,1\n1,2,1,2,high\n")
    Path("missing.csv").write_text("a,b,c,d\n1,2,1,2\n")
    code, out, err = doe("plan", words[0], "--trainer", "none", *words[1:], form)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("doe: ")
    assert said in err


def test_an_interaction_that_the_analysis_asks_for_in_vain_is_warned_of(doe: Said) -> None:
    """Before anything is trained, with the design that would do; that design warns of nothing."""
    Path("asked.toml").write_text(
        'design = "l9"\n[factors]\na = [1, 2, 3]\nb = [1, 2, 3]\nc = [1, 2, 3]\n[analysis]\ninteractions = ["a:b"]\n'
    )
    said = " ".join(doe("plan", "asked.toml")[1].split())
    assert "! a x b, asked for, cannot be estimated beside the rest of the model" in said
    said = " ".join(doe("plan", "asked.toml", "--design", "auto", "--layout", "interactions=a:b")[1].split())
    assert "All interactions asked for can be had." in said
