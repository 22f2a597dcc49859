"""Muxspace's legend: tabs after commas, other words for four classes, one person in many pictures."""

from pathlib import Path

import pytest

from tests.datasets import forms
from trainers.datasets import muxspace
from trainers.datasets._options import Look


def _add(root: Path, *rows: str) -> None:
    legend = root / "data" / "legend.csv"
    legend.write_text(legend.read_text() + "\n".join(rows) + "\n")


def test_tabs_and_other_words_are_read(tmp_path: Path) -> None:
    """Eighty rows, twenty of them parted by tabs, ten a class."""
    dataset = muxspace.load(forms.muxspace(tmp_path))
    assert dataset.classes[0] == "anger"
    totals = [sum(counts[name] for counts in dataset.counts.values()) for name in dataset.classes]
    assert totals == [10] * 8


def test_a_person_stands_in_one_split(tmp_path: Path) -> None:
    """Aaron_Peirsol_0001 and Aaron_Peirsol_0004 are one man; Obama0003 has no line between; others stand alone."""
    dataset = muxspace.load(forms.muxspace(tmp_path))
    who = [set(split.attributes["subject"].tolist()) for split in dataset.splits.values()]
    assert sum(map(len, who)) == len(set.union(*who)) == 10
    persons = [muxspace._person(name) for name in ("Al_Gore_0008", "Obama0003", "facial-expressions_2868588k", "12345")]
    assert persons == ["Al_Gore", "Obama", "facial-expressions_2868588k", "12345"]


def test_a_picture_with_two_labels_is_left_out(tmp_path: Path) -> None:
    """One that is listed twice with the same label counts once."""
    forms.muxspace(tmp_path)
    _add(tmp_path, "1,First_Persona_0000.jpg,sadness", "1,First_Personb_0001.jpg,anger")
    dataset = muxspace.load(str(tmp_path))
    assert sum(len(split) for split in dataset.splits.values()) == 79
    assert dataset.about == "muxspace/facial_expressions, by person, 1 with two labels left out"


def test_pictures_that_are_missing(tmp_path: Path) -> None:
    """As copies of it lack some hundreds."""
    forms.muxspace(tmp_path)
    _add(tmp_path, "1,Nobody_0001.jpg,anger")
    with pytest.raises(
        ValueError, match=r"1 of 81 listed pictures are missing, .*Nobody_0001\.jpg; skip_unreadable=true"
    ):
        muxspace.load(str(tmp_path))
    assert "1 missing or unreadable left out" in muxspace.load(str(tmp_path), look=Look(skip_unreadable=True)).about


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("1,a.jpg,joy", "row 82 of .*legend.csv says 'joy', which is none of anger, contempt"),
        ("1 a.jpg anger", "row 82 of .*legend.csv is '1 a.jpg anger'; wanted a user, a picture and an emotion"),
    ],
    ids=["word", "row"],
)
def test_a_bad_row_is_named(row: str, line: str, tmp_path: Path) -> None:
    """With its number."""
    forms.muxspace(tmp_path)
    _add(tmp_path, row)
    with pytest.raises(ValueError, match=line):
        muxspace.load(str(tmp_path))


def test_a_class_of_two_leaves_a_split_without(tmp_path: Path) -> None:
    """Tiny classes are named, not hidden."""
    forms.muxspace(tmp_path)
    legend = tmp_path / "data" / "legend.csv"
    rows = legend.read_text().splitlines()
    legend.write_text("\n".join(row for row in rows if "contempt" not in row or row.endswith("0010.jpg,contempt")))
    with pytest.raises(ValueError, match=r"muxspace: \w+ has no image of class contempt"):
        muxspace.load(str(tmp_path))


def test_another_header_and_none(tmp_path: Path) -> None:
    """One line each."""
    with pytest.raises(ValueError, match=r"has no data/legend\.csv"):
        muxspace.load(str(tmp_path))
    (tmp_path / "legend.csv").write_text("image,emotion\n")
    with pytest.raises(ValueError, match=r"begins with 'image,emotion'; wanted user\.id,image,emotion"):
        muxspace.load(str(tmp_path))
