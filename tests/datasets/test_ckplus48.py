"""CK+48: no subject in two splits, and what is wrong with a folder in one line."""

from pathlib import Path

import numpy as np
import pytest

from tests.datasets import forms
from trainers.datasets import ckplus48
from trainers.datasets._options import Drawing, Look


@pytest.mark.parametrize("drawing", [Drawing(), Drawing(split=3), Drawing(folds=4, fold=2), Drawing(split_seed=9)])
def test_no_subject_stands_in_two_splits(drawing: Drawing, tmp_path: Path) -> None:
    """However it is drawn: the three frames of a sequence and the sequences of a subject stay together."""
    dataset = ckplus48.load(forms.ckplus48(tmp_path), drawing=drawing)
    who = [set(split.attributes["subject"].tolist()) for split in dataset.splits.values()]
    assert sum(map(len, who)) == len(set.union(*who)) == 10
    assert sum(len(split) for split in dataset.splits.values()) == 210
    assert all(count % 3 == 0 for counts in dataset.counts.values() for count in counts.values())


def test_one_by_one_it_would_leak(tmp_path: Path) -> None:
    """Drawn as a folder of images, nearly every subject of val stands in train: what the loader is for."""
    from trainers.datasets import image_folder

    forms.ckplus48(tmp_path)
    by_subject = ckplus48.load(str(tmp_path / "CK+48"))
    one_by_one = image_folder.load(str(tmp_path / "CK+48"), look=Look())
    pictures = {image.tobytes(): who for image, who in _pairs(by_subject.splits)}
    train, val = ({pictures[image.tobytes()] for image in split.images} for split in (one_by_one.train, one_by_one.val))
    assert len(val & train) == len(val)


def _pairs(splits: object) -> list[tuple[np.ndarray, int]]:
    return [
        (image, int(who))
        for split in splits.values()  # type: ignore[attr-defined]
        for image, who in zip(split.images, split.attributes["subject"], strict=True)
    ]


def test_only_some_expressions(tmp_path: Path) -> None:
    """The five of the founding study, numbered anew in their order."""
    dataset = ckplus48.load(forms.ckplus48(tmp_path), only="happy+surprise+disgust+fear+angry")
    assert dataset.classes == ("anger", "disgust", "fear", "happy", "surprise")
    assert sum(len(split) for split in dataset.splits.values()) == 150
    with pytest.raises(ValueError, match="ckplus48: only says 'joy', which is none of anger, contempt"):
        ckplus48.load(str(tmp_path), only="joy")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("CK+48/anger/smith_1.png", r"ckplus48: smith_1 is no name like S005_001_00000009"),
        ("CK+48/joy/S005_001_00000009.png", r"png says 'joy', which is none of anger, contempt"),
    ],
    ids=["name", "folder"],
)
def test_a_stranger_is_one_line(name: str, line: str, tmp_path: Path) -> None:
    """A file whose subject or expression is not known."""
    forms.picture(tmp_path / forms.ckplus48(tmp_path) / name, 1)
    with pytest.raises(ValueError, match=line):
        ckplus48.load(str(tmp_path))


def test_an_empty_folder_and_none(tmp_path: Path) -> None:
    """One line each, and one for too few subjects."""
    with pytest.raises(ValueError, match="ckplus48: there is no picture"):
        ckplus48.load(str(tmp_path))
    with pytest.raises(ValueError, match="nowhere is missing; a folder is wanted"):
        ckplus48.load(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=r"ckplus48: \w+ has no image of class anger, contempt"):
        ckplus48.load(forms.ckplus48(tmp_path, subjects=2))
