"""JAFFE: subjects and expressions from the names, no subject in two splits."""

from pathlib import Path

import pytest

from doe.loading import find_dataset, load_dataset
from tests.datasets import forms
from trainers.datasets import jaffe
from trainers.datasets._options import Drawing, Look


def test_names_say_who_and_what(tmp_path: Path) -> None:
    """Ten subjects part six, two and two, each with two takes of each of seven expressions."""
    dataset = jaffe.load(forms.jaffe(tmp_path))
    assert dataset.classes == ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
    assert [set(counts.values()) for counts in dataset.counts.values()] == [{12}, {4}, {4}]
    who = [set(split.attributes["subject"].tolist()) for split in dataset.splits.values()]
    assert [len(some) for some in who] == [6, 2, 2]
    assert len(set.union(*who)) == 10
    assert dataset.shape == (1, 48, 48)


def test_a_picture_has_the_label_of_its_name(tmp_path: Path) -> None:
    """YM.SU2.140.tiff is a surprise, wherever it is drawn to."""
    forms.jaffe(tmp_path)
    dataset = jaffe.load(str(tmp_path), look=Look(size=12))
    wanted = forms.picture(tmp_path / "again.png", 140)
    from trainers.datasets._decode import read

    image = read(wanted, (12, 12), "gray")
    found = [
        int(label)
        for split in dataset.splits.values()
        for one, label in zip(split.images, split.labels, strict=True)
        if (one == image).all()
    ]
    assert found == [6]


def test_one_subject_left_out(tmp_path: Path) -> None:
    """With as many folds as subjects outside test, val is one subject, and each of them once."""
    forms.jaffe(tmp_path)
    left = set[int]()
    for fold in range(8):
        val = jaffe.load(str(tmp_path), drawing=Drawing(folds=8, fold=fold)).val
        (who,) = set(val.attributes["subject"].tolist())
        left.add(who)
    assert len(left) == 8


@pytest.mark.parametrize("name", ["KA.XX1.39.tiff", "happy.tiff", "KA.AN.39.tiff", "KA.AN1.tiff"])
def test_another_name_is_one_line(name: str, tmp_path: Path) -> None:
    """With what is wanted instead."""
    forms.picture(tmp_path / forms.jaffe(tmp_path) / name, 1)
    with pytest.raises(ValueError, match=r"is no name like KA\.AN1\.39\.tiff, with one of AN, DI, FE, HA, NE, SA, SU"):
        jaffe.load(str(tmp_path))


def test_the_user_tells_each_by_its_own_name(tmp_path: Path) -> None:
    """What is grouped in the signature is typed flat, each with its domain, and reaches the loader."""
    source = find_dataset(f"jaffe:{forms.jaffe(tmp_path)}")
    assert {"size", "color", "folds", "fold", "split", "label_noise"} <= set(source.options)
    assert not source.options["val_fraction"].admits(0.5)
    typed = load_dataset(source.reference, {"size": 20, "folds": 4, "fold": 1})
    called = jaffe.load(str(tmp_path), look=Look(size=20), drawing=Drawing(folds=4, fold=1))
    assert typed.shape == (1, 20, 20)
    assert (typed.val.images == called.val.images).all()
