from typing import Literal

import numpy as np
import pytest

from trainers.datasets import _expressions, faces


@pytest.mark.parametrize(("expressions", "best"), [(5, 0.916), (7, 0.8286)])
def test_the_best_judge_is_as_good_as_designed(expressions: Literal[5, 7], best: float) -> None:
    """Answering with the larger share gives the designed confusion matrix, and another cut does worse."""
    count = 70_000
    labels = np.arange(count) % expressions
    partners, shares = _expressions.blends(labels, expressions, np.random.default_rng(0).random((count, 2)))
    designed = faces.bayes_confusion(expressions)
    answers = np.where(shares < 0.5, labels, partners)
    confusion = np.zeros_like(designed)
    np.add.at(confusion, (labels, answers), expressions / count)
    assert np.abs(confusion - designed).max() < 0.01
    assert designed.diagonal().mean() == pytest.approx(best, abs=1e-4)
    assert np.allclose(designed.sum(axis=1), 1)
    for cut in (0.4, 0.6):
        # The share of whichever of the two comes later in the alphabet, cut elsewhere than in the middle.
        later = np.where(partners > labels, shares, 1 - shares)
        judged = np.where(later > cut, np.maximum(labels, partners), np.minimum(labels, partners))
        assert (np.where(shares == 0, labels, judged) == labels).mean() < (answers == labels).mean()


def test_more_faces_leave_the_first_ones() -> None:
    """What a face looks like does not depend on how many there are, nor on how many are drawn at a time."""
    few = faces.load(size=16, train_images=10, val_images=5, test_images=5).train
    many = faces.load(size=16, train_images=faces.CHUNK + 10, val_images=5, test_images=5).train
    assert np.array_equal(few.images, many.images[:10])
    assert np.array_equal(few.attributes["glasses"], many.attributes["glasses"][:10])


def test_splits_and_seeds_share_no_face() -> None:
    """Each split of each seed has faces of its own."""
    first, second = (
        faces.load(size=16, train_images=20, val_images=20, test_images=20, data_seed=seed) for seed in (0, 1)
    )
    pictures = [
        images.tobytes() for data in (first, second) for split in data.splits.values() for images in split.images
    ]
    assert len(set(pictures)) == 120


def test_attributes_are_as_frequent_as_stated() -> None:
    """Age, glasses and beard are known of each face, independently of its expression."""
    train = faces.load(size=16, train_images=3000, val_images=5, test_images=5).train
    for name, often in faces.ATTRIBUTES.items():
        assert train.attributes[name].mean() == pytest.approx(often, abs=0.03)
        assert abs(np.corrcoef(train.attributes[name], train.labels)[0, 1]) < 0.06


def test_genders_are_drawn_and_change_nothing_else() -> None:
    """Half of the faces are women, whose pictures are others, without a beard; all else is as without genders."""
    plain, told = (
        faces.load(size=32, train_images=400, val_images=5, test_images=5, genders=genders).train
        for genders in (False, True)
    )
    woman = told.attributes["woman"] == 1
    assert woman.mean() == pytest.approx(faces.WOMEN, abs=0.08)
    assert "woman" not in plain.attributes
    assert not told.attributes["beard"][woman].any()
    assert np.array_equal((plain.images != told.images).any(axis=(1, 2, 3)), woman)
    assert np.array_equal(plain.labels, told.labels)


def test_difficulty_adds_noise() -> None:
    """Without difficulty the pictures have neither grain nor turn; with it they differ more."""
    calm, hard = (
        faces.load(size=16, train_images=200, val_images=5, test_images=5, difficulty=level).train.images
        for level in (0.0, 2.0)
    )
    assert calm.astype(float).std(axis=0).mean() < hard.astype(float).std(axis=0).mean()


def test_in_color_it_is_the_same_face_in_another_light() -> None:
    """As bright as in gray, where nothing is too bright; each face in a light of its own, with the same labels."""
    gray = faces.load(size=32, train_images=20, val_images=5, test_images=5)
    color = faces.load(size=32, train_images=20, val_images=5, test_images=5, color="rgb")
    assert color.train.images.shape == (20, 3, 32, 32)
    assert (color.train.labels == gray.train.labels).all()
    bright = np.tensordot(color.train.images.astype(float), faces.LUMINANCE, axes=(1, 0))
    whole = color.train.images.max(axis=1) < 255
    assert np.abs(bright - gray.train.images[:, 0])[whole].max() < 1.5
    red = [picture[0].sum() / picture[2].sum() for picture in color.train.images.astype(float)]
    assert max(red) > 1.2
    assert min(red) < 0.9
