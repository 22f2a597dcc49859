"""How good a classifier's answers are: computed on the device they stand on, one number each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor


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
