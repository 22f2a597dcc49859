import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from trainers import _augment, _device, _fit, _metrics, _optimizers, _random, _schedules, vgg16
from trainers._augment import Augmentation
from trainers._domains import Optimizer
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split

FOUNDING = Augmentation(rotation=5, zoom=0.1, shift=0.1, horizontal_flip=True, vertical_flip=True)


def keras_plateau(losses: Sequence[float], patience: int, rate: float) -> list[float]:
    """Keras's ReduceLROnPlateau(factor=0.5, min_delta=1e-4, cooldown=0, min_lr=1e-10), written from its source."""
    best, wait, rates = math.inf, 0, []
    for loss in losses:
        if loss < best - 1e-4:
            best, wait = loss, 0
        else:
            wait += 1
            if wait >= patience and rate > 1e-10:
                rate, wait = max(rate * 0.5, 1e-10), 0
        rates.append(rate)
    return rates


@given(
    st.lists(st.sampled_from([0.5, 0.50005, 0.4, 0.3999, 0.39985, 0.1, math.nan]), max_size=60),
    st.integers(1, 6),
)
def test_the_plateau_schedule_is_that_of_keras(losses: list[float], patience: int) -> None:
    """Torch's schedule, as it is set up here, halves in the very epochs in which Keras's does."""
    fitted = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule, rates = _schedules.plateau(fitted, patience), []
    for loss in losses:
        schedule.step(loss)
        rates.append(fitted.param_groups[0]["lr"])
    assert rates == keras_plateau(losses, patience, 0.1)


@pytest.mark.parametrize("name", list(_optimizers.OPTIMIZERS))
def test_the_learning_rate_is_relative_to_the_optimizers_own(name: Optimizer) -> None:
    """Without a learning rate torch's default counts, and the relative one multiplies whichever it is."""
    weights = [torch.nn.Parameter(torch.ones(3, 3)) for _ in range(3)]  # muon is for what lies between others
    default = _optimizers.OPTIMIZERS[name](weights).defaults["lr"]
    for rate, relative, wanted in ((None, 1.0, default), (None, 0.1, default * 0.1), (0.02, 0.5, 0.01)):
        recipe = Recipe(name, learning_rate=rate, relative_learning_rate=relative, weight_decay=0.0)
        fitted = _optimizers.optimizer(recipe, weights)
        assert {group["lr"] for group in fitted.param_groups} == {wanted}
        before = [weight.detach().clone() for weight in weights]
        for weight in weights:
            weight.grad = torch.ones(3, 3)
        fitted.step()
        assert all((weight < earlier).all() for weight, earlier in zip(weights, before, strict=True))


def test_without_ranges_nothing_moves(few_faces: Dataset) -> None:
    """An augmentation of nothing is no augmentation, and its maps are the identity."""
    assert not Augmentation().moves
    maps = _augment.draw(Augmentation(), 4, 32, 32, torch.Generator().manual_seed(0))
    images = torch.from_numpy(np.array(few_faces.train.images[:4])).float()
    assert torch.allclose(_augment.warp(images, maps), images, atol=1e-2)


@pytest.mark.parametrize(
    ("augmentation", "axis"),
    [(Augmentation(horizontal_flip=True), 3), (Augmentation(vertical_flip=True), 2)],
    ids=["mirrored", "upside down"],
)
def test_flips_turn_about_half_of_the_images(augmentation: Augmentation, axis: int) -> None:
    """A flipped image is the mirror image, and about every second one is flipped."""
    images = torch.rand(400, 1, 6, 9)
    seen = _augment.warp(images, _augment.draw(augmentation, 400, 6, 9, torch.Generator().manual_seed(0)))
    flipped = [torch.allclose(a, b, atol=1e-5) for a, b in zip(seen, images.flip(axis), strict=True)]
    kept = [torch.allclose(a, b, atol=1e-5) for a, b in zip(seen, images, strict=True)]
    assert sum(flipped) + sum(kept) == 400
    assert 150 < sum(flipped) < 250


def test_a_turn_keeps_distances_in_oblong_images() -> None:
    """Turned about the middle of a wide image, a point keeps its distance in pixels."""
    height, width = 40, 80
    maps = _augment.draw(Augmentation(rotation=90), 50, height, width, torch.Generator().manual_seed(1))
    scale = torch.tensor([width / 2, height / 2])
    for point in (torch.tensor([0.3, 0.0]), torch.tensor([0.0, 0.3]), torch.tensor([0.2, -0.4])):
        moved = (maps[:, :, :2] @ point) * scale
        assert torch.allclose(moved.norm(dim=1), (point * scale).norm(), atol=1e-3)


def test_the_border_is_continued() -> None:
    """What comes in from outside has the color of the border, as in Keras."""
    images = torch.full((20, 1, 16, 16), 200.0)
    maps = _augment.draw(FOUNDING, 20, 16, 16, torch.Generator().manual_seed(0))
    assert torch.allclose(_augment.warp(images, maps), images)


@pytest.mark.parametrize("batch_size", [1, 7, 64], ids=str)
def test_every_batch_size_sees_the_same_images(batch_size: int, few_faces: Dataset) -> None:
    """The order and the moves of an epoch's images do not depend on how they are cut into batches."""
    lesson = _fit.classification(few_faces, Recipe())
    data = _fit._resident(few_faces.train, lesson, torch.device("cpu"))

    def epoch(size: int) -> torch.Tensor:
        return torch.cat([images for images, _ in _fit._epoch(data, Recipe(batch_size=size), seed=1, epoch=2)])

    assert torch.allclose(epoch(batch_size), epoch(32), atol=1e-3)


def test_streams_differ_by_seed_epoch_and_purpose() -> None:
    """No two of them are the same, and each is always the same."""
    keys = [(seed, epoch, purpose) for seed in range(4) for epoch in range(4) for purpose in ("order", "dropout")]
    assert len({_random.stream(*key) for key in keys}) == len(keys)
    assert _random.stream(1, 2, "order") == 9_201_919_948_593_756_875


@given(st.integers(2, 5), st.integers(0, 2**31), st.booleans())
def test_metrics_agree_with_scikit_learn(classes: int, seed: int, ties: bool) -> None:
    """Accuracy, macro precision, recall, F1 and AUC are what scikit-learn says, ties and absent answers included."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, 30)])
    logits = random.normal(size=(len(labels), classes))
    logits = np.round(logits) if ties else logits
    ours = _metrics.classification(torch.from_numpy(logits), torch.from_numpy(labels))
    answers = torch.from_numpy(logits).argmax(dim=1).numpy()
    precision, recall, f1, _ = reference.precision_recall_fscore_support(
        labels, answers, labels=range(classes), average="macro", zero_division=0
    )
    chances = torch.from_numpy(logits).softmax(dim=1).numpy()
    areas = [reference.roc_auc_score(labels == label, chances[:, label]) for label in range(classes)]
    assert ours["accuracy"] == pytest.approx(reference.accuracy_score(labels, answers))
    assert (ours["precision"], ours["recall"], ours["f1"]) == pytest.approx((precision, recall, f1))
    assert ours["auc"] == pytest.approx(np.mean(areas))
    assert ours["loss"] == pytest.approx(reference.log_loss(labels, chances, labels=range(classes)), rel=1e-5)


@pytest.mark.parametrize(
    ("logits", "labels"),
    [([[math.nan, 0.0], [0.0, 1.0]], [0, 1]), ([[1.0, 0.0], [0.0, 1.0]], [0, 0])],
    ids=["not a number", "absent class"],
)
def test_an_undefined_auc_is_nan(logits: list[list[float]], labels: list[int]) -> None:
    """A diverged network and a class without images leave the other metrics standing."""
    found = _metrics.classification(torch.tensor(logits), torch.tensor(labels))
    assert math.isnan(found["auc"])
    assert 0 <= found["accuracy"] <= 1


def test_precision_is_what_is_asked() -> None:
    """A named precision counts everywhere, and auto is one of the two."""
    cpu = torch.device("cpu")
    assert _device.computes_in(cpu, "bfloat16") is torch.bfloat16
    assert _device.computes_in(cpu, "float32") is torch.float32
    assert _device.computes_in(cpu, "auto") in {torch.bfloat16, torch.float32}


def test_the_test_split_is_never_read(few_faces: Dataset) -> None:
    """Another test split changes no number."""
    other = Dataset(
        few_faces.name,
        few_faces.about,
        few_faces.classes,
        few_faces.train,
        few_faces.val,
        Split((255 - np.array(few_faces.test.images)).astype(np.uint8), few_faces.test.labels),
    )
    small = {"width": 1 / 16, "batch_norm": True, "weights": "none"}
    first, second = (list(vgg16.train(data, 1, 0, base="trained", **small)) for data in (few_faces, other))  # type: ignore[arg-type]
    assert first == second
