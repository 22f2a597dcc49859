"""How good a classifier's answers are: computed on the device they stand on, one number each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

BITS = 48
"""Answers that one number holds."""
_UNFIT = re.compile(r"[^\w.\- ]")
"""What no tracker takes in the name of a metric."""


def classification(logits: Tensor, labels: Tensor) -> dict[str, float]:
    """Judge answers of shape (images, classes): loss, accuracy, and macro means of precision, recall, F1 and AUC.

    Every class counts the same. As in scikit-learn, the precision of a class that is never answered is 0; the AUC (one
    class against the rest) is NaN where a class has no image, or where a logit is NaN.
    """
    classes = logits.shape[1]
    answers = logits.argmax(dim=1)
    confusion = torch.bincount(labels * classes + answers, minlength=classes**2).reshape(classes, classes).double()
    hits, wanted, answered = confusion.diagonal(), confusion.sum(dim=1), confusion.sum(dim=0)
    measures = {
        "loss": functional.cross_entropy(logits.float(), labels).double(),
        "accuracy": hits.sum() / len(labels),
        "precision": (hits / answered.clamp(min=1)).mean(),
        "recall": (hits / wanted.clamp(min=1)).mean(),
        "f1": (2 * hits / (wanted + answered).clamp(min=1)).mean(),
        "auc": _auc(logits, labels),
    }
    numbers: list[float] = torch.stack(list(measures.values())).tolist()  # one wait for the device, not six
    return dict(zip(measures, numbers, strict=True))


def more(logits: Tensor, labels: Tensor, classes: Sequence[str]) -> dict[str, float]:
    """Give what `classification` leaves out: Keras's binary accuracy, and the confusion matrix, a number a cell.

    Keras calls each class's probability right where it is above a half just for the true one, and averages over all
    images and classes: with many classes it is high for any answer, and no top-1 accuracy. A cell
    ``confusion/<true>/<answered>`` counts images.
    """
    found = logits.double().softmax(dim=1)
    wanted = functional.one_hot(labels, len(classes)).bool()
    right = float(((found > 0.5) == wanted).double().mean())  # noqa: PLR2004 - Keras's threshold
    pairs = labels * len(classes) + logits.argmax(dim=1)
    counts: list[float] = torch.bincount(pairs, minlength=len(classes) ** 2).double().tolist()
    names = in_metrics(classes)
    cells = [f"confusion/{true}/{answered}" for true in names for answered in names]
    return {"val_binary_accuracy": right, **dict(zip(cells, counts, strict=True))}


def in_metrics(classes: Sequence[str]) -> list[str]:
    """Write the names of classes as every tracker takes them in the name of a metric."""
    return [_UNFIT.sub("_", name) for name in classes]


def tested(logits: Tensor, labels: Tensor) -> dict[str, float]:
    """Give the accuracy on the test split, and for each of its images whether the answer was right.

    The answers stand in numbers ``test_right/0``, ``test_right/1``, ...: the lowest bit of the first is the first
    image's, and each holds `BITS`, so that it is exact as a float.
    """
    right = (logits.argmax(dim=1) == labels).long().cpu()
    padded = functional.pad(right, (0, -len(right) % BITS)).reshape(-1, BITS)
    numbers = (padded << torch.arange(BITS)).sum(dim=1).tolist()
    packed = {f"test_right/{place}": float(number) for place, number in enumerate(numbers)}
    return {"test_accuracy": float(right.double().mean()), "test_images": float(len(right)), **packed}


def _auc(logits: Tensor, labels: Tensor) -> Tensor:
    """Area under the ROC curve of each class's probability, by the rank sum; ties share their mean rank."""
    probabilities = logits.double().softmax(dim=1).T.contiguous()
    ordered = probabilities.sort(dim=1).values
    below = torch.searchsorted(ordered, probabilities)
    not_above = torch.searchsorted(ordered, probabilities, right=True)
    ranks = (below + not_above + 1) / 2
    members = functional.one_hot(labels, len(probabilities)).T.double()
    own = members.sum(dim=1)
    areas = ((ranks * members).sum(dim=1) - own * (own + 1) / 2) / (own * (len(labels) - own))
    return torch.where(probabilities.isfinite().all(), areas.mean(), torch.nan)
