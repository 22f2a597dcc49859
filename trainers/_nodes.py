"""The models of a tree: what each is fitted to, what it begins from, and the losses they may have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from trainers.datasets._dataset import Dataset, Split

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from trainers._grouping import Branches
    from trainers._networks import Network


def under(dataset: Dataset, branches: Branches) -> Dataset:
    """Keep what stands under a node, labelled by its outputs."""
    place = np.full(len(dataset.classes), -1)
    for output, members in enumerate(branches):
        place[list(members)] = output

    def part(split: Split) -> Split:
        found = place[split.labels]
        inside = np.flatnonzero(found >= 0)
        images = split.images if len(inside) == len(found) else split.images[inside]
        return Split(images, found[inside])

    names = tuple("+".join(dataset.classes[member] for member in members) for members in branches)
    val = part(dataset.val)
    return Dataset(dataset.name, dataset.about, names, part(dataset.train), val, val)  # none reads the test split


def warmed(network: Network, flat: Network, branches: Branches) -> Network:
    """Let a network begin where the flat one ended, each output from the mean of the flat ones of its classes."""
    state = {name: tensor.detach().clone() for name, tensor in flat.trained.state_dict().items()}
    last = [name for name, layer in flat.trained.named_modules() if isinstance(layer, torch.nn.Linear)][-1]
    for name in (f"{last}.weight", f"{last}.bias"):
        state[name] = torch.stack([state[name][list(members)].mean(dim=0) for members in branches])
    network.trained.load_state_dict(state)
    return replace(network, frozen=flat.frozen)


def absolute_error(logits: Tensor, labels: Tensor, weight: Tensor | None = None, label_smoothing: float = 0) -> Tensor:
    """Give the mean distance, over images and classes, of probabilities from what is wanted: Lee and Yoo's L1 loss.

    It hardly moves an answer that is surely right or surely wrong, and so takes many epochs.
    """
    classes = logits.shape[1]
    wanted = functional.one_hot(labels, classes) * (1 - label_smoothing) + label_smoothing / classes
    each = (logits.softmax(dim=1) - wanted).abs().mean(dim=1)
    counted = torch.ones_like(each) if weight is None else weight[labels]
    return (each * counted).sum() / counted.sum()


LOSSES: dict[str, Callable[..., Tensor]] = {"ce": functional.cross_entropy, "l1": absolute_error}
