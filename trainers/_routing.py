"""What a tree of models answers: each image sent down it, hard or soft, and how good each part of that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from trainers import _metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from trainers._grouping import Branches


def soft(nodes: Sequence[Branches], scores: Sequence[Tensor], classes: int) -> Tensor:
    """Give the log of each class's probability: the product of those on the way to it, of shape (images, classes)."""
    total = scores[0].new_zeros((len(scores[0]), classes), dtype=torch.float64)
    for branches, logits in zip(nodes, scores, strict=True):
        logs = logits.double().log_softmax(dim=1)
        for output, members in enumerate(branches):
            total[:, list(members)] += logs[:, output, None]
    return total


def hard(nodes: Sequence[Branches], scores: Sequence[Tensor], classes: int) -> Tensor:
    """Give the class at the end of the likeliest branch of every node: the one to which all nodes above it point."""
    pointed = torch.ones((len(scores[0]), classes), dtype=torch.bool, device=scores[0].device)
    for branches, logits in zip(nodes, scores, strict=True):
        chosen = logits.argmax(dim=1)
        for output, members in enumerate(branches):
            pointed[:, list(members)] &= (chosen == output)[:, None]
    return pointed.int().argmax(dim=1)


def stages(nodes: Sequence[Branches], scores: Sequence[Tensor], labels: Tensor) -> list[float]:
    """Give the accuracy of each node on the images that belong under it, however they would be sent there."""
    found = []
    for branches, logits in zip(nodes, scores, strict=True):
        wanted = _wanted(branches, labels)
        right = (logits.argmax(dim=1) == wanted)[wanted >= 0]
        found.append(float(right.double().mean()))
    return found


def oracle(nodes: Sequence[Branches], scores: Sequence[Tensor], labels: Tensor) -> float:
    """Give the accuracy if each image were sent rightly to the last node on its way, and only that one could err."""
    right = torch.zeros(len(labels), dtype=torch.bool, device=labels.device)
    for branches, logits in zip(nodes, scores, strict=True):
        wanted = _wanted(branches, labels)
        last = torch.tensor([len(members) == 1 for members in branches], device=labels.device)
        right |= (wanted >= 0) & last[wanted] & (logits.argmax(dim=1) == wanted)
    return float(right.double().mean())


def _wanted(branches: Branches, labels: Tensor) -> Tensor:
    """Give the output under which each label stands; -1 where it stands under none."""
    wanted = torch.full_like(labels, -1)
    for output, members in enumerate(branches):
        wanted[torch.isin(labels, labels.new_tensor(members))] = output
    return wanted


def judge(nodes: Sequence[Branches], scores: Sequence[Tensor], labels: Tensor, classes: int) -> dict[str, float]:
    """Judge a tree: the usual metrics of the soft answers, and what each way of counting says, by its own name."""
    logs = soft(nodes, scores, classes)
    usual = {f"val_{name}": value for name, value in _metrics.classification(logs, labels).items()}
    parts = stages(nodes, scores, labels)
    return usual | {
        "val_routed_soft_accuracy": usual["val_accuracy"],
        "val_routed_hard_accuracy": float((hard(nodes, scores, classes) == labels).double().mean()),
        "val_oracle_routed_accuracy": oracle(nodes, scores, labels),
        "val_mean_stage_accuracy": sum(parts) / len(parts),
        **{f"val_stage_{number}_accuracy": part for number, part in enumerate(parts, start=1)},
    }
