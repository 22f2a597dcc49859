"""A distance between samples that is zero on average where they are alike."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import polynomial_kernel

from trainers import _kernel_distance
from trainers.datasets import faces
from trainers.datasets._dataset import Dataset


@pytest.fixture(scope="module")
def many_faces(cache: object) -> Dataset:
    """Enough to tell samples apart."""
    return faces.load(size=32, train_images=300, val_images=200, test_images=5)


@given(st.integers(0, 2**31), st.integers(2, 9), st.integers(2, 9), st.integers(1, 6))
def test_the_estimate_is_that_of_the_paper(seed: int, ones: int, others: int, width: int) -> None:
    """The sums of Gretton and others (2012), lemma 6, over scikit-learn's kernel; either sample may come first."""
    random = np.random.default_rng(seed)
    one, other = random.normal(size=(ones, width)), random.normal(1, 2, size=(others, width))
    within = sum(
        polynomial_kernel(sample)[i, j] / (len(sample) * (len(sample) - 1))
        for sample in (one, other)
        for i in range(len(sample))
        for j in range(len(sample))
        if i != j
    )
    wanted = within - 2 * polynomial_kernel(one, other).mean()
    left, right = torch.from_numpy(one), torch.from_numpy(other)
    assert _kernel_distance.kernel_distance(left, right) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert _kernel_distance.kernel_distance(right, left) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_the_same_faces_are_at_no_distance_on_average(many_faces: Dataset) -> None:
    """Halves of one sample, drawn 200 times: the mean lies within three standard errors of zero."""
    judge = _kernel_distance.features(torch.tensor(many_faces.train.images))
    seen = judge.of(torch.tensor(many_faces.val.images))
    draws = torch.Generator().manual_seed(0)
    found = []
    for _ in range(200):
        order = torch.randperm(len(seen), generator=draws)[:40]
        found.append(_kernel_distance.kernel_distance(seen[order[:20]], seen[order[20:]]))
    assert abs(np.mean(found)) < 3 * np.std(found) / 200**0.5
    assert min(found) < 0


def test_worse_images_are_further_away(many_faces: Dataset) -> None:
    """Other faces, blurred ones, one face over and over, and noise: each is further from the validation faces."""
    train, val = (torch.tensor(split.images) for split in (many_faces.train, many_faces.val))
    judge = _kernel_distance.features(train)
    blurred = torch.nn.functional.avg_pool2d(train.float(), 3, 1, 1, count_include_pad=False).to(torch.uint8)
    noise = torch.randint(0, 256, train.shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    candidates = {"other": train, "blurred": blurred, "noise": noise, "one": train[:2].repeat(50, 1, 1, 1)}
    wanted = judge.of(val)
    found = {name: _kernel_distance.kernel_distance(judge.of(images), wanted) for name, images in candidates.items()}
    assert abs(found["other"]) < 0.03
    assert 0.1 < found["blurred"] < found["noise"]
    assert found["one"] > 1


def test_features_are_the_same_whatever_was_drawn_before(many_faces: Dataset) -> None:
    """They depend on the training images alone, are of one length, and a dead one is zero."""
    train = torch.tensor(many_faces.train.images)
    first = _kernel_distance.features(train).of(train[:4])
    torch.manual_seed(123)
    assert torch.equal(_kernel_distance.features(train).of(train[:4]), first)
    assert first.shape == (4, 512)
    assert first.norm(dim=1).tolist() == pytest.approx([512**0.5] * 4)
    even = torch.full_like(train, 7)
    assert torch.equal(_kernel_distance.features(even).of(even[:2]), torch.zeros(2, 512, dtype=torch.float64))
