"""One heap in three splits: nothing lost, no subject and no copy in two of them, folds that are folds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing
from trainers.datasets._part import Heap, part

CLASSES = ("a", "b", "c")


def _heap(count: int, subjects: int = 0, **changed: object) -> Heap:
    """So many images, each of its own two bytes, of three classes in turn."""
    numbers = np.arange(count)
    images = np.stack([numbers // 256, numbers % 256], axis=1).astype(np.uint8)[:, :, None, None]
    labels = (numbers % 3).astype(np.int64)
    attributes = {"subject": (numbers // 3 % subjects).astype(np.int64)} if subjects else {}
    told = {"images": images, "labels": labels, "places": [""] * count, "attributes": attributes}
    return Heap(**{"classes": CLASSES, **told, **changed})  # type: ignore[arg-type]


def _numbers(dataset: Dataset) -> list[set[int]]:
    """Which images of the heap stand in each split."""
    parts = [split.images[:, :, 0, 0].astype(int) for split in dataset.splits.values()]
    return [set((pairs[:, 0] * 256 + pairs[:, 1]).tolist()) for pairs in parts]


SEEDS = st.integers(0, 10_000)


@given(seed=SEEDS, split=st.integers(0, 3), folds=st.sampled_from([0, 2, 5]), subjects=st.sampled_from([0, 12]))
@settings(max_examples=60, deadline=None)
def test_every_thing_stands_in_one_split(seed: int, split: int, folds: int, subjects: int) -> None:
    """Whatever is drawn, nothing is lost and nothing stands twice; a subject stands in one split."""
    drawing = Drawing(split_seed=seed, split=split, folds=folds)
    found = part("mine", "dots", _heap(120, subjects), drawing)
    parts = _numbers(found)
    assert sum(map(len, parts)) == 120
    assert len(set.union(*parts)) == 120
    if subjects:
        who = [set(one.attributes["subject"].tolist()) for one in found.splits.values()]
        assert sum(map(len, who)) == len(set.union(*who)) == subjects


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_shares_by_subject_are_near_the_fractions(seed: int) -> None:
    """Of 40 subjects of equal size: the fractions to within one of them."""
    found = part("mine", "dots", _heap(360, 40), Drawing(split_seed=seed, val_fraction=0.25, test_fraction=0.15))
    assert [len(split) / 9 for split in found.splits.values()] == pytest.approx([24, 10, 6], abs=1)


@pytest.mark.parametrize("subjects", [0, 10], ids=["one by one", "by subject"])
@pytest.mark.parametrize("split", [0, 1])
def test_folds_take_turns(subjects: int, split: int) -> None:
    """Over all folds each thing that is not in test is in val once; test is the same in all; classes are even."""
    every = [
        part("mine", "dots", _heap(150, subjects), Drawing(folds=5, fold=fold, split=split, test_fraction=0.2))
        for fold in range(5)
    ]
    parts = [_numbers(found) for found in every]
    assert len({frozenset(test) for _, _, test in parts}) == 1
    judged = [number for _, val, _ in parts for number in val]
    assert len(judged) == len(set(judged)) == 150 - len(parts[0][2])
    assert set(judged).isdisjoint(parts[0][2])
    for found in every:
        counts = found.counts["val"].values()
        assert max(counts) - min(counts) <= 1


def test_folds_are_even_though_classes_are_not() -> None:
    """Each class begins where the one before it ended, so that no fold gets the remainder of all."""
    labels = np.array([0] * 12 + [1] * 11 + [2] * 11)
    places = ["test" if number in {0, 12, 23} else "train" for number in range(34)]
    heap = _heap(34, labels=labels, places=places)
    sizes = [len(part("mine", "dots", heap, Drawing(folds=4, fold=fold)).val) for fold in range(4)]
    assert sorted(sizes) == [7, 8, 8, 8]


def test_another_split_is_another_draw_with_the_same_test() -> None:
    """By subject as one by one."""
    for subjects in (0, 30):
        zero, one, two = (_numbers(part("mine", "dots", _heap(180, subjects), Drawing(split=n))) for n in range(3))
        assert zero[2] == one[2] == two[2]
        assert zero[1] != one[1] != two[1] != zero[1]


def test_what_is_given_stays() -> None:
    """Val and test that the files give are not drawn, and fractions are not read."""
    places = (["train"] * 6 + ["val"] * 3 + ["test"] * 3) * 3
    found = part("mine", "dots", _heap(36, places=places), Drawing(val_fraction=0.4, test_fraction=0.4))
    assert [len(split) for split in found.splits.values()] == [18, 9, 9]
    assert _numbers(found)[2] == {number for number in range(36) if places[number] == "test"}


def test_copies_stay_where_they_harm_least() -> None:
    """Test before val before train; within a split they stay; and the line says how many there were."""
    heap = _heap(45, places=(["train"] * 9 + ["val"] * 3 + ["test"] * 3) * 3)
    images = np.array(heap.images)
    images[0] = images[9]  # train as val
    images[1] = images[2] = images[12]  # train as test, twice
    images[10] = images[13]  # val as test
    images[3] = images[4]  # both in train
    found = part("mine", "dots", _heap(45, places=heap.places, images=images), Drawing())
    assert [len(split) for split in found.splits.values()] == [24, 8, 9]
    assert (
        found.about == "dots, 3 copies of val or test images left out of train, 1 copy of test images left out of val"
    )
    train, val, test = _numbers(found)
    assert train.isdisjoint(val | test)
    assert val.isdisjoint(test)


def test_copies_that_a_draw_parts_are_found_too() -> None:
    """Pairs of copies that a fold would part are seen after it is dealt, and rows of a table are no copies."""
    images = np.repeat(_heap(60).images[:30], 2, axis=0)
    labels = np.repeat(_heap(30).labels, 2)
    heap = _heap(60, images=images, labels=labels)
    found = part("mine", "dots", heap, Drawing(folds=3))
    train, val, test = _numbers(found)
    assert train.isdisjoint(val | test)
    assert val.isdisjoint(test)
    assert "copies of val or test images left out of train" in found.description
    rows = part("mine", "dots", _heap(60, images=images, labels=labels, distinct=False), Drawing(folds=3))
    assert sum(len(split) for split in rows.splits.values()) == 60


def test_labels_are_spoilt_after_all_is_drawn() -> None:
    """In train alone, so many of them."""
    clean, noisy = (part("mine", "dots", _heap(150), Drawing(label_noise=share, folds=3)) for share in (0.0, 0.25))
    assert (clean.train.labels != noisy.train.labels).sum() == round(0.25 * len(clean.train))
    assert np.array_equal(clean.val.labels, noisy.val.labels)


@pytest.mark.parametrize(
    ("drawing", "line"),
    [
        (Drawing(folds=1), "mine: folds=1 leaves nothing to train on"),
        (Drawing(fold=1), "mine: there is no fold=1; folds=0 makes none"),
        (Drawing(folds=3, fold=3), "mine: there is no fold=3; there is fold=0 to fold=2"),
    ],
    ids=["one fold", "no folds", "past the last"],
)
def test_folds_that_are_none(drawing: Drawing, line: str) -> None:
    """One line about the fold."""
    with pytest.raises(ValueError, match=line):
        part("mine", "dots", _heap(60), drawing)


def test_a_class_that_a_split_lacks_is_named() -> None:
    """Three of a class cannot be dealt to a val, a test and a train by two subjects."""
    with pytest.raises(ValueError, match=r"mine: \w+ has no image of class"):
        part("mine", "dots", _heap(6, 2), Drawing())


def test_uneven_classes_are_told() -> None:
    """Class by class, where one is half again as frequent as another."""
    labels = np.array([0] * 60 + [1] * 20 + [2] * 40)
    uneven = part("mine", "dots", _heap(120, labels=labels), Drawing()).description
    assert uneven == "dots (3 classes, 72 / 24 / 24 2-channel images of 1x1; of train 36 a, 12 b, 24 c)"
    assert part("mine", "dots", _heap(120), Drawing()).description.endswith("images of 1x1)")


def test_very_many_uneven_classes_are_told_in_short() -> None:
    """The page would be full of them."""
    labels = np.repeat(np.arange(20), [40, *[20] * 19])
    heap = _heap(len(labels), labels=labels, classes=tuple(f"c{number}" for number in range(20)))
    assert part("mine", "dots", heap, Drawing()).description.endswith("; of train 12 c1 to 24 c0)")
