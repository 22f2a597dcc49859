"""Readers of what strangers write, given what nobody would: they read it, or raise a DoeError, and nothing else.

The fast form tries ``FEW`` inputs a reader, the slow one ``MANY``; both the same ones every time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS
from doe.designs._forbid import condition
from doe.history import fold
from doe.journal import Journal, read
from doe.loading import Wishes, guarded, load_study, read_results, unguarded
from doe.model import DoeError, Factor, Objective, Study
from doe.results import tabulate

FEW, MANY = 150, 5000
TRAINER = Path(__file__).parent.parent / "plain_trainer.py"
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
    return json.dumps(value) if not isinstance(value, float) else repr(value)


def _page(content: bytes, folder: Path) -> None:
    (folder / "page.toml").write_bytes(content)
    study = load_study(str(folder / "page.toml"), DESIGNS, Wishes(trainer=str(TRAINER))).study
    if study.design in DESIGNS and DESIGNS[study.design].size(study) < 100:
        next(iter(DESIGNS[study.design].propose(study, (), ())), None)


def _journal(content: bytes, folder: Path) -> None:
    path = folder / "journal.jsonl"
    path.write_bytes(content)
    with suppress(DoeError):
        fold(read(path))
    with Journal(path) as journal:
        journal.write("opened", code_version="1")
    history = fold(read(path))
    if history.study is not None:
        tabulate(history.study, history)


def _table(content: bytes, folder: Path) -> None:
    path = folder / "table.csv"
    path.write_bytes(content)
    with suppress(DoeError):
        read_results(path, Objective("y"), asked=None)
    study = Study(**{**_fields(STUDY), "design": "table", "layout": {"file": str(path)}})
    list(DESIGNS["table"].runs(study))


def _typed(content: bytes, folder: Path) -> None:
    text = content.decode("utf-8", "surrogateescape")
    (folder / "page.toml").write_text('design = "full_factorial"\n[factors]\na = ["x", "y"]\n')
    for wishes in (Wishes(factors=[text]), Wishes(settings=[text]), Wishes(layout=[text]), Wishes(design=text)):
        with suppress(DoeError):
            load_study(str(folder / "page.toml"), DESIGNS, _with_trainer(wishes))
    with suppress(DoeError):
        load_study(str(folder / "page.toml"), DESIGNS, Wishes(trainer=text))
    load_study(text, DESIGNS)


def _condition(content: bytes, folder: Path) -> None:
    condition(STUDY, content.decode("utf-8", "surrogateescape"))({"a": "x", "b": 1.0, "f": True})


def _fields(study: Study) -> dict[str, Any]:
    return {name: getattr(study, name) for name in ("name", "factors", "objective", "trainer")}


def _with_trainer(wishes: Wishes) -> Wishes:
    return Wishes(
        str(TRAINER), design=wishes.design, factors=wishes.factors, settings=wishes.settings, layout=wishes.layout
    )


def _lines() -> st.SearchStrategy[bytes]:
    """Lines of a journal that are nearly right."""
    trial = {"run": st.just(1) | LEVELS, "replicate": st.just(1) | LEVELS}
    small, number = st.integers(1, 3), st.floats(0, 9)
    setting = st.dictionaries(st.sampled_from(["a", "b", "f", "z"]), LEVELS, max_size=4)
    plan = {**_fields(STUDY), "design": "full_factorial"}
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


def _pages() -> st.SearchStrategy[bytes]:
    page = st.dictionaries(NAMES, PLAIN | st.sampled_from(["l9", "full_factorial", "table"]), max_size=5)
    inner = st.fixed_dictionaries({"factors": st.dictionaries(NAMES, st.lists(LEVELS, max_size=4) | PLAIN, max_size=3)})
    told = st.builds(lambda one, two: {"design": "full_factorial", **two, **one}, page, inner)
    return told.map(lambda p: "\n".join(f"{n} = {_toml(v)}" for n, v in p.items()).encode("utf-8", "surrogatepass")) | (
        st.binary(max_size=100)
    )


def _tables() -> st.SearchStrategy[bytes]:
    rows = st.lists(st.lists(CELLS, min_size=4, max_size=5), max_size=6)
    head = st.sampled_from(["a,b,f,y", "run,a,b,f", "run,replicate,a,b,f", "a,b,f", "a,a,b,f"])
    return st.builds(
        lambda first, body: "\n".join([first, *(",".join(row) for row in body)]).encode("utf-8", "surrogatepass"),
        head,
        rows,
    ) | st.binary(max_size=200)


READERS: dict[str, tuple[Callable[[bytes, Path], None], st.SearchStrategy[bytes]]] = {
    "journal": (_journal, _lines()),
    "study": (_page, _pages()),
    "table": (_table, _tables()),
    "typed": (_typed, TYPED.map(lambda text: text.encode("utf-8", "surrogateescape")) | st.binary(max_size=30)),
    "forbid": (
        _condition,
        st.lists(PIECES, max_size=30).map(lambda some: " ".join(some).encode()) | st.binary(max_size=50),
    ),
}


def _fuzz(name: str, folder: Path, times: int) -> None:
    reader, inputs = READERS[name]

    @settings(max_examples=times, suppress_health_check=list(HealthCheck), database=None)
    @given(inputs)
    def check(content: bytes) -> None:
        with suppress(DoeError):
            reader(content, folder)

    check()


@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_or_refuses(name: str, workplace: Path) -> None:
    """Nothing but a DoeError comes of any input."""
    _fuzz(name, workplace, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_or_refuses_many(name: str, workplace: Path) -> None:
    """The same with many more inputs."""
    _fuzz(name, workplace, MANY)


@given(st.text())
@settings(max_examples=500)
def test_every_text_comes_back_from_a_guarded_cell(text: str) -> None:
    """And what is written begins as no formula does, unless it is a number."""
    written = guarded(text)
    assert isinstance(written, str)
    assert unguarded(written) == text
    with suppress(ValueError):
        float(written)
        return
    assert written[:1] not in set("=+-@\t\r\n")
