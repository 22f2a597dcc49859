"""What the readers are given: what nobody would write, and what somebody nearly would."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from doe.designs import DESIGNS
from doe.model import Factor, Objective, Study

STUDY = Study(
    "s",
    "full_factorial",
    (Factor("a", ("x", "y")), Factor("b", (1.0, 2.0), "linear"), Factor("f", (True, False))),
    Objective("y"),
    "trainer",
)

LEVELS = st.one_of(
    st.booleans(), st.integers(), st.integers(-(10**400), 10**400), st.floats(), st.text(max_size=8),
    st.sampled_from(["x", "y", "=1+1", "\0", "\x1b[2J", "~x", "../..", "a:b", "a=1,2", "1e999", "nan"]),
)  # fmt: skip
PLAIN = st.recursive(
    LEVELS | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = st.sampled_from([
    "design", "trainer", "dataset", "maximize", "minimize", "target", "replicates", "budget", "seed", "retries",
    "trial_timeout", "constants", "factors", "layout", "demo", "analysis", "levels", "scale", "role", "times", "a", "b",
    "c", "epochs", "interactions", "pool", "type", "trials_of", "file", "forbid", "question",
])  # fmt: skip
PIECES = st.sampled_from([
    "a", "b", "f", "c", "==", "!=", "<", ">=", "and", "or", "not", "(", ")", "'x'", "1", "-1", "1e9", "True", "true",
    "[", "]", "{", "}", ",", ":", ":=", "=", "lambda", "if", "else", "for", "in", "is", "await", "f'{a}'",
    ".", "...", "None",
    "\n", "\\", "#", "*", "**", "@", "~", "1j", "b''", "é", "\0", " ", "0x", "1_", "import", ";",
])  # fmt: skip
CELLS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["", "x", "1", "-2.5", "nan", "inf", "=1", "'=1", '"', "\n", "9" * 400, "1e400", "true", "²", ";"]),
)
TYPED = st.lists(st.sampled_from([*"ab=,:.-+1 9e~/\\\0é\udc80", "log", "times", "within", "inf", "x"])).map("".join)


def _toml(value: Any) -> str:
    """A value as TOML where it has one; else as JSON, which is no TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # TOML has no pairs of surrogates, as JSON writes what lies beyond its ASCII
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else repr(value)


def fields(study: Study) -> dict[str, Any]:
    """What other studies have from this one."""
    return {name: getattr(study, name) for name in ("name", "factors", "objective", "trainer")}


def lines() -> st.SearchStrategy[bytes]:
    """Lines of a journal that are nearly right."""
    trial = {"run": st.just(1) | LEVELS, "replicate": st.just(1) | LEVELS}
    small, number = st.integers(1, 3), st.floats(0, 9)
    setting = st.dictionaries(st.sampled_from(["a", "b", "f", "z"]), LEVELS, max_size=4)
    plan = {**fields(STUDY), "design": "full_factorial"}
    factors = [{"name": f.name, "levels": f.levels, "scale": f.scale, "role": "control"} for f in STUDY.factors]
    page = st.dictionaries(NAMES, PLAIN, max_size=2).map(
        lambda odd: {**plan, "factors": factors, "objective": {"response": "y", "goal": "maximize"}, **odd}
    )
    shapes = [
        {"event": "study", "version": st.just(1) | LEVELS, "study": page},
        {"event": "opened", "code_version": PLAIN, "images": PLAIN},
        {"event": "begun", **trial, "seed": small, "setting": setting, "attempt": small},
        {"event": "started", **trial, "host": PLAIN, "device": PLAIN},
        {"event": "reading", **trial, "epoch": small, "metrics": st.dictionaries(st.just("y"), number | PLAIN)},
        {"event": "completed", **trial, "seconds": number | PLAIN},
        {"event": "failed", **trial, "kind": PLAIN, "reason": PLAIN, "seconds": number},
        {"event": "reopened", **trial},
        {"event": "phase", "name": PLAIN, "first_run": small, "version": st.just(1), "study": page, "why": PLAIN},
    ]
    line = st.one_of(
        *(st.fixed_dictionaries({n: v if isinstance(v, st.SearchStrategy) else st.just(v) for n, v in shape.items()})
          for shape in shapes)
    )  # fmt: skip
    whole = st.lists(line, max_size=8).map(lambda lines: b"".join(json.dumps(each).encode() + b"\n" for each in lines))
    return st.builds(lambda content, tail: content + tail, whole, st.binary(max_size=20)) | st.binary(max_size=200)


def pages() -> st.SearchStrategy[bytes]:
    """Study files, from those that are none to those that are nearly right."""
    page = st.dictionaries(NAMES, PLAIN | st.sampled_from(["l9", "full_factorial", "table"]), max_size=5)
    inner = st.fixed_dictionaries({"factors": st.dictionaries(NAMES, st.lists(LEVELS, max_size=4) | PLAIN, max_size=3)})
    told = st.builds(lambda one, two: {"design": "full_factorial", **two, **one}, page, inner) | _nearly_pages()
    return told.map(lambda p: "\n".join(f"{n} = {_toml(v)}" for n, v in p.items()).encode("utf-8", "surrogatepass")) | (
        st.binary(max_size=100)
    )


def _nearly_pages() -> st.SearchStrategy[dict[str, Any]]:
    """Pages with at most one entry that is odd: most of them are taken, and laid out."""
    levels = {
        "a": st.lists(st.sampled_from("xyz"), min_size=2, max_size=3, unique=True),
        "b": st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True),
        "c": st.lists(st.integers(-5, 10**12), min_size=2, max_size=4, unique=True),
    }
    factors = st.fixed_dictionaries({"a": levels["a"]}, optional={"b": levels["b"], "c": levels["c"]})
    whole = st.fixed_dictionaries(
        {"design": st.sampled_from(["full_factorial", *sorted(DESIGNS)]), "factors": factors},
        optional={
            "maximize": st.just("val_accuracy"), "replicates": st.integers(0, 3), "seed": st.integers(0, 9),
            "budget": st.integers(0, 9), "retries": st.integers(0, 3),
            "constants": st.dictionaries(st.sampled_from("abc"), LEVELS, max_size=1),
            "layout": st.dictionaries(NAMES, PLAIN, max_size=1),
        },
    )  # fmt: skip
    odd = st.dictionaries(NAMES, PLAIN, max_size=1)
    return st.builds(lambda page, other: {**page, **other}, whole, st.just({}) | odd)


def conditions() -> st.SearchStrategy[bytes]:
    """Conditions, from noise to those that are right."""
    compared = st.builds(
        lambda *three: " ".join(three),
        st.sampled_from("abf"),
        st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        st.sampled_from(["'x'", "'y'", "1", "-1", "2.0", "1e9", "true", "b", "f", "a"]),
    )
    joined = st.recursive(
        compared,
        lambda inner: (
            st.builds(lambda one, word, two: f"({one}) {word} {two}", inner, st.sampled_from(["and", "or"]), inner)
            | inner.map(lambda one: f"not ({one})")
        ),
        max_leaves=12,
    )
    spoilt = st.builds(lambda one, piece, at: f"{one[:at]} {piece} {one[at:]}", joined, PIECES, st.integers(0, 200))
    noise = st.lists(PIECES, max_size=30).map(" ".join)
    return st.binary(max_size=50) | (noise | joined | spoilt).map(str.encode)


def tables() -> st.SearchStrategy[bytes]:
    """Tables of runs, the same."""
    rows = st.lists(st.lists(CELLS, min_size=4, max_size=5), max_size=6)
    head = st.sampled_from(["a,b,f,y", "run,a,b,f", "run,replicate,a,b,f", "a,b,f", "a,a,b,f"])
    right = st.lists(
        st.tuples(*map(st.sampled_from, (("x", "y"), ("1", "2.0"), ("true", "false")))).map(list),
        min_size=1, max_size=8, unique_by=tuple,
    )  # fmt: skip
    nearly = st.builds(
        lambda body, row, column, cell: [
            r if i != row else [*r[:column], cell, *r[column + 1 :]] for i, r in enumerate(body)
        ],
        right, st.integers(0, 9), st.integers(0, 3), CELLS,
    )  # fmt: skip
    return (
        st.builds(
            lambda first, body: "\n".join([first, *(",".join(row) for row in body)]).encode("utf-8", "surrogatepass"),
            head,
            rows,
        )
        | st.binary(max_size=200)
        | nearly.map(lambda body: "\n".join(["a,b,f", *map(",".join, body)]).encode("utf-8", "surrogatepass"))
    )
