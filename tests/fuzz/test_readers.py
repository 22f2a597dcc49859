"""Readers of what strangers write, given what nobody would: they read it, or raise a DoeError, and nothing else.

The fast form tries ``FEW`` inputs a reader, the slow one ``MANY``; both the same ones every time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS
from doe.designs._forbid import condition
from doe.history import fold
from doe.journal import Journal, read
from doe.loading import Wishes, guarded, load_study, read_results, unguarded
from doe.model import DoeError, Objective, Study
from doe.results import tabulate
from tests.fuzz.inputs import STUDY, TYPED, conditions, fields, lines, pages, tables

FEW, MANY = 150, 5000
TRAINER = Path(__file__).parent.parent / "plain_trainer.py"


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
    study = Study(**{**fields(STUDY), "design": "table", "layout": {"file": str(path)}})
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


def _with_trainer(wishes: Wishes) -> Wishes:
    return Wishes(
        str(TRAINER), design=wishes.design, factors=wishes.factors, settings=wishes.settings, layout=wishes.layout
    )


READERS: dict[str, tuple[Callable[[bytes, Path], None], st.SearchStrategy[bytes]]] = {
    "journal": (_journal, lines()),
    "study": (_page, pages()),
    "table": (_table, tables()),
    "typed": (_typed, TYPED.map(lambda text: text.encode("utf-8", "surrogateescape")) | st.binary(max_size=30)),
    "forbid": (_condition, conditions()),
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
