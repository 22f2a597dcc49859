"""The same images, disturbed: another draw of train and val, labels that are wrong on purpose."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from trainers.datasets import digits, faces
from trainers.datasets._dataset import Dataset, Split
from trainers.datasets._disturb import disturbed


def _dataset(train: list[int], val: list[int]) -> Dataset:
    """Images that are told apart by their one pixel, the same number as their attribute."""
    counts = [0, len(train), len(train) + len(val)]

    def part(labels: list[int], start: int) -> Split:
        numbers = np.arange(start, start + len(labels))
        images = numbers.astype(np.uint8).reshape(-1, 1, 1, 1)
        return Split(images, np.array(labels, dtype=np.int64), {"subject": numbers.astype(np.int64)})

    return Dataset("mine", "pixels", ("a", "b", "c"), part(train, 0), part(val, counts[1]), part([0, 1, 2], counts[2]))


LABELS = st.lists(st.integers(0, 2), min_size=3, max_size=60).map(lambda labels: [0, 1, 2, *labels])


@given(train=LABELS, val=LABELS, split=st.integers(0, 20), share=st.sampled_from([0.0, 0.1, 0.25]))
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_and_test_is_not_touched(train: list[int], val: list[int], split: int, share: float) -> None:
    """Every image stays whole and stands once, each class keeps its numbers in val, and so many labels are wrong."""
    before = _dataset(train, val)
    try:
        after = disturbed(before, split, share)
    except ValueError:  # so many wrong labels may leave a class of one image without any
        reject()
    pixels = np.concatenate([after.train.images.ravel(), after.val.images.ravel()])
    assert sorted(pixels.tolist()) == list(range(len(train) + len(val)))
    assert (after.train.images.ravel() == after.train.attributes["subject"]).all()
    assert after.test is before.test
    assert after.counts["val"] == before.counts["val"]
    truth = np.array([*train, *val])
    assert (truth[after.val.images.ravel()] == after.val.labels).all()
    wrong = truth[after.train.images.ravel()] != after.train.labels
    assert wrong.sum() == round(share * len(train))


def test_undisturbed_it_is_the_dataset_itself() -> None:
    """Nothing is copied where nothing is asked for."""
    dataset = _dataset([0, 1, 2], [0, 1, 2])
    assert disturbed(dataset, 0, 0.0) is dataset


def test_more_wrong_labels_keep_the_ones_that_were_wrong() -> None:
    """So that shares differ by what is added, not by chance; each other class is as likely."""
    dataset = _dataset([0, 1, 2] * 60, [0, 1, 2])
    few, many = (disturbed(dataset, 0, share).train.labels for share in (0.2, 0.5))
    truth = dataset.train.labels
    assert (few != truth).sum() == 36
    assert (many[few != truth] == few[few != truth]).all()
    steps = Counter(((many - truth) % 3)[many != truth].tolist())
    assert set(steps) == {1, 2}
    assert min(steps.values()) > 30


@pytest.mark.parametrize("load", [faces.load, digits.load])
def test_each_split_is_another(load: object) -> None:
    """Two draws differ, the same draw does not, and test stays."""
    small = {"size": 16, "train_images": 60, "val_images": 20, "test_images": 5} if load is faces.load else {}
    zero, one, again, two = (load(**small, split=split) for split in (0, 1, 1, 2))  # type: ignore[operator]
    assert np.array_equal(one.val.images, again.val.images)
    assert not np.array_equal(one.val.images, two.val.images)
    assert not np.array_equal(one.val.images, zero.val.images)
    assert np.array_equal(one.test.images, zero.test.images)
    assert one.counts == zero.counts
    noisy = load(**small, split=1, label_noise=0.5)  # type: ignore[operator]
    assert np.array_equal(noisy.train.images, one.train.images)
    assert np.array_equal(noisy.val.labels, one.val.labels)
    assert np.mean(noisy.train.labels != one.train.labels) == pytest.approx(0.5, abs=0.01)
