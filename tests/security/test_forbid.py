"""A condition on settings is read into functions of our own: nothing that stands in it is ever run."""

from __future__ import annotations

import pytest

from doe.designs._forbid import condition
from doe.model import DoeError, Factor, Objective, Study

STUDY = Study(
    "s",
    "optimal",
    (Factor("a", ("x", "y")), Factor("b", (1.0, 2.0), "linear"), Factor("f", (True, False))),
    Objective("y"),
    "trainer",
)
ATTACKS = (
    "__import__('os').system('touch owned')", "().__class__.__bases__[0].__subclasses__()", "a.__class__ == 'x'",
    "open('owned', 'w')", "a == 'x' or exec('1')", "[x for x in (1,)]", "lambda: 1", "a[0] == 'x'", "f'{a}' == 'x'",
    "a == f'{open(1)}'", "(b := 1) > 1", "a == ...", "None == a", "b > 1j", "b'x' == a", "a is 'x'", "b in (1, 2)",
    "b + 1 > 2", "b > 10 ** 10 ** 10", "'x' * 10 ** 9 == a", "await a", "(yield)", "*a", "a; b", "import os", "", "#",
    "a == 'x' if f else f", "a @ b", "~f", "not b", "a", "b", "1", "a < 'x'", "c == 1", "a == 'z'",
    "\0", "a == '\udcff'",
    "-" * 999 + "1", "a" + ".b" * 490, "(" * 300 + "f" + ")" * 300, "b" + "+1" * 400 + " > 1", "x" * 1001,
    "b < " + "9" * 400, "b > 0x" + "f" * 900 + ".x", "a ==\n'x'\nimport os",
)  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS, ids=[text[:24].encode("ascii", "replace").decode() for text in ATTACKS])
def test_what_is_no_condition_is_refused(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Calls, attributes, subscripts, arithmetic, f-strings, names of no factor, and nesting beyond reading."""
    with pytest.raises(DoeError, match="forbid"):
        condition(STUDY, text)


@pytest.mark.parametrize(
    "text", ["not " * 248 + "f", "f and " * 160 + "f", "b" + " == 1" * 190, "1 < b < 10", "b < " + "9" * 300]
)
def test_long_conditions_still_hold_or_not(text: str) -> None:
    """What may be read may also be asked."""
    assert condition(STUDY, text)({"a": "x", "b": 1.0, "f": True}) in {True, False}
