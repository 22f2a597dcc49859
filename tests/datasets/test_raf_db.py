"""RAF-DB: the misspelt list, numbers from one, aligned names, train and test as given."""

from pathlib import Path

import numpy as np
import pytest

from tests.datasets import forms
from trainers.datasets import raf_db
from trainers.datasets._decode import read
from trainers.datasets._options import Drawing, Look

LIST = "EmoLabel/list_patition_label.txt"


def test_train_and_test_are_those_of_the_names(tmp_path: Path) -> None:
    """Val is drawn from train by class; test is whole."""
    dataset = raf_db.load(forms.raf_db(tmp_path), drawing=Drawing(val_fraction=0.25))
    assert dataset.classes == ("surprise", "fear", "disgust", "happy", "sad", "anger", "neutral")
    assert [set(counts.values()) for counts in dataset.counts.values()] == [{3}, {1}, {2}]
    assert dataset.shape == (3, 100, 100)


def test_a_label_is_that_of_the_aligned_picture(tmp_path: Path) -> None:
    """Line 6 says 6, which is anger, as numbers begin with one."""
    forms.raf_db(tmp_path)
    look = Look(size=12)
    dataset = raf_db.load(str(tmp_path), look=look)
    image = read(tmp_path / "Image" / "aligned" / "test_0006_aligned.jpg", (12, 12), "gray")
    (label,) = [
        label for one, label in zip(dataset.test.images, dataset.test.labels, strict=True) if (one == image).all()
    ]
    assert dataset.classes[label] == "anger"


def test_a_copy_of_a_test_face_is_left_out_of_train(tmp_path: Path) -> None:
    """And the line that describes the data says so."""
    forms.raf_db(tmp_path)
    aligned = tmp_path / "Image" / "aligned"
    (aligned / "train_00001_aligned.jpg").write_bytes((aligned / "test_0001_aligned.jpg").read_bytes())
    dataset = raf_db.load(str(tmp_path))
    assert sum(len(split) for split in dataset.splits.values()) == 41
    assert "RAF-DB, 1 copy of" in dataset.description


def _annotate(root: Path, last: str = "4") -> None:
    for picture in (root / "Image" / "aligned").iterdir():
        stem = picture.stem.removesuffix("_aligned")
        number = int(stem[-2:])
        lines = [*["100.1\t120.25"] * 5, str(number % 3), str(number % 2), str(number % 5)]
        place = root / "Annotation" / "manual" / f"{stem}_manu_attri.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("\n".join(lines if stem != "test_0009" else [*lines[:7], last]) + "\n")


def test_gender_race_and_age_are_attributes_where_they_are_annotated(tmp_path: Path) -> None:
    """Three lines below five places; each picture keeps its own, and multi_task takes them for tasks."""
    forms.raf_db(tmp_path)
    assert raf_db.load(str(tmp_path)).train.attributes == {}
    _annotate(tmp_path)
    test = raf_db.load(str(tmp_path)).test
    numbers = np.arange(1, 15)
    assert {name: column.tolist() for name, column in test.attributes.items()} == {
        "gender": (numbers % 3).tolist(),
        "race": (numbers % 2).tolist(),
        "age": (numbers % 5).tolist(),
    }


def test_a_bad_annotation_is_named(tmp_path: Path) -> None:
    """With what its last three lines may be; so is one that is missing."""
    forms.raf_db(tmp_path)
    _annotate(tmp_path, last="5")
    with pytest.raises(
        ValueError, match=r"test_0009_manu_attri\.txt ends in '0, 1, 5'; wanted 5 lines of .* age from 0 to 4"
    ):
        raf_db.load(str(tmp_path))
    (tmp_path / "Annotation" / "manual" / "test_0002_manu_attri.txt").unlink()
    with pytest.raises(
        ValueError, match=r"test_0002_manu_attri\.txt is missing; without the folder manual no attributes"
    ):
        raf_db.load(str(tmp_path))


def test_what_is_missing_is_counted(tmp_path: Path) -> None:
    """Refused by the first name, or left out and said."""
    forms.raf_db(tmp_path)
    for number in (8, 9):
        (tmp_path / "Image" / "aligned" / f"train_{number:05}_aligned.jpg").unlink()
    with pytest.raises(
        ValueError, match=r"raf_db: 2 of 42 listed pictures are missing, the first is .*train_00008_ali"
    ):
        raf_db.load(str(tmp_path))
    (tmp_path / "Image" / "aligned" / "train_00010_aligned.jpg").write_text("no picture")
    found = raf_db.load(str(tmp_path), look=Look(size=20, skip_unreadable=True))
    assert found.about == "RAF-DB, 3 missing or unreadable left out"
    assert len(found.train) + len(found.val) == 25


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("train_00001.jpg 8", r"line 1 of EmoLabel/list_patition_label\.txt is 'train_00001\.jpg 8'; wanted a name"),
        ("val_00001.jpg 1", "wanted a name that begins with train_ or test_ and a number from 1 to 7"),
        ("train_00001.jpg", "wanted a name that begins"),
    ],
    ids=["label", "split", "no label"],
)
def test_a_bad_line_is_named(text: str, line: str, tmp_path: Path) -> None:
    """With its number."""
    forms.raf_db(tmp_path)
    (tmp_path / LIST).write_text(text + "\n")
    with pytest.raises(ValueError, match=line):
        raf_db.load(str(tmp_path))


def test_no_list_is_one_line(tmp_path: Path) -> None:
    """As many would have it spelt right."""
    with pytest.raises(ValueError, match=r"has no EmoLabel/list_patition_label\.txt \(so spelled\)"):
        raf_db.load(str(tmp_path))
