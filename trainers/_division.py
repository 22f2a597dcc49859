"""How classes are divided among models: what is sought in a confusion matrix, and when."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge

from trainers._domains import Count

Grouping: TypeAlias = Literal["path", "ball", "greedy", "densest", "none"]
EdgeWeight: TypeAlias = Literal["inverse", "neglog", "difference", "rate", "rate_neglog"]
Loss: TypeAlias = Literal["ce", "l1"]

PAIR = 2
MOST = 16
"""Classes up to which every subset of them can be looked at."""


@dataclass(frozen=True, slots=True)
class Division:
    """When the classes are divided, and how."""

    flat_epochs: Count = 15
    """Epochs of the flat model; what is left of `epochs` is for the models of the tree, all of them in each epoch."""
    grouping: Grouping = "path"
    """How the group is found; none: the flat model is fitted for all epochs, for comparison."""
    group_size: Annotated[int, Ge(0)] = 0
    """Classes in the group; 0: half of them, rounded up."""
    edge_weight: EdgeWeight = "inverse"
    """What makes a frequent confusion a short edge."""
    warm_start: bool = True
    """Begin each model of the tree from the flat one, its outputs from the means of those of their classes."""


def size(division: Division, classes: int) -> int:
    """Count the classes of the group."""
    return division.group_size or (classes + 1) // 2


def divides(division: Division, classes: int) -> bool:
    """Whether a tree of more than one node comes of it."""
    members = size(division, classes)
    whole = members == classes and (members == PAIR or members % 2 == 1)
    return division.grouping != "none" and members >= PAIR and not whole


def check(division: Division, classes: int, name: str) -> None:
    """Refuse a group that cannot be.

    Raises:
        ValueError: With one line.
    """
    wanted, grouping = division.group_size, division.grouping
    if grouping == "none":
        return
    if wanted == 1 or wanted > classes:
        raise ValueError(
            f"group_size={wanted} is no group of the {classes} classes of {name}; take 2 to {classes}, or 0"
        )
    if classes > MOST and grouping in ("path", "densest"):
        raise ValueError(f"grouping={grouping} is exact up to {MOST} classes, and {name} has {classes}; take greedy")
    if classes > MOST and size(division, classes) > MOST:
        raise ValueError(f"group_size={size(division, classes)} is halved exactly up to {MOST} classes; take fewer")
