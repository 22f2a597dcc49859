"""Facial expressions as muscle movements, and how often two of them are designed to be taken for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]

MOVEMENTS = (
    "brow_raise",
    "brow_pinch",
    "eye_widen",
    "mouth_curve",
    "mouth_open",
    "mouth_widen",
    "nose_wrinkle",
    "squint",
)

PROTOTYPES = {
    "anger": (-0.9, -1.0, -0.1, -0.6, 0.0, -0.2, 0.3, 0.4),
    "disgust": (-0.5, -0.2, -0.7, -0.3, 0.2, -0.4, 1.0, 0.6),
    "fear": (0.7, 0.8, 0.8, -0.5, 0.35, 0.7, 0.0, 0.0),
    "happiness": (0.1, 0.0, -0.1, 1.0, 0.25, 0.7, 0.0, 0.8),
    "neutral": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "sadness": (-0.1, 1.0, -0.5, -0.9, 0.0, -0.3, 0.0, 0.0),
    "surprise": (1.0, 0.0, 1.0, 0.0, 1.0, -0.5, 0.0, 0.0),
}
"""How far each movement goes in a clear expression."""

CONFUSIONS = {
    5: {("fear", "surprise"): 0.08, ("anger", "disgust"): 0.10, ("disgust", "fear"): 0.03},
    7: {
        ("neutral", "sadness"): 0.13,
        ("fear", "sadness"): 0.11,
        ("anger", "sadness"): 0.07,
        ("anger", "neutral"): 0.07,
        ("anger", "fear"): 0.05,
        ("anger", "disgust"): 0.05,
        ("fear", "neutral"): 0.04,
        ("fear", "surprise"): 0.04,
        ("happiness", "neutral"): 0.03,
        ("neutral", "surprise"): 0.01,
    },
}
"""How often the best possible judge takes one of a pair for the other, the same both ways.

With seven, neutral, fear, sadness and anger are confused most, as people and networks do on FER2013.
"""

BLEND = 0.25
"""How far the share of a blend's second expression may lie from one half."""


def classes(expressions: Literal[5, 7]) -> tuple[str, ...]:
    """Name the expressions, in alphabetical order: the order of the labels."""
    left_out = {"neutral", "sadness"} if expressions == 5 else set()  # noqa: PLR2004
    return tuple(name for name in PROTOTYPES if name not in left_out)


def bayes_confusion(expressions: Literal[5, 7]) -> Numbers:
    """Give the best possible judge's confusion matrix: rows the label, columns the answer, each row summing to one.

    The mean of its diagonal, 0.916 with five expressions and 0.829 with seven, is the accuracy that no network passes
    but by luck, for the classes are equally frequent.
    """
    names = classes(expressions)
    matrix = np.zeros((len(names), len(names)))
    for (one, other), share in CONFUSIONS[expressions].items():
        pair = names.index(one), names.index(other)
        matrix[pair] = matrix[pair[::-1]] = share
    np.fill_diagonal(matrix, 1 - matrix.sum(axis=1))
    return matrix


def blends(labels: NDArray[np.int64], expressions: Literal[5, 7], draws: Numbers) -> tuple[NDArray[np.int64], Numbers]:
    """Draw which other expression each face blends in, and its share; `draws` are uniform, of shape (faces, 2).

    A blend with share s of its second expression is labelled with that one with probability s, as votes would have it.
    So the best judge answers with the larger share and is wrong, over shares spread evenly over 1/2 -+ `BLEND`, in
    (1 - BLEND) / 2 of the blends: that many blends of each pair make the designed confusion. Clear faces have share 0.
    """
    often = bayes_confusion(expressions) / ((1 - BLEND) / 2)
    np.fill_diagonal(often, 0)
    thresholds = often[labels].cumsum(axis=1)
    clear = draws[:, 0] >= thresholds[:, -1]
    partners = np.where(clear, labels, (draws[:, :1] >= thresholds).sum(axis=1))
    # Given the label, the density of the other expression's share is proportional to 1 - share: its integral inverted.
    low, high = 1 - (0.5 - BLEND), 1 - (0.5 + BLEND)
    shares = 1 - np.sqrt(low**2 + draws[:, 1] * (high**2 - low**2))
    return partners, np.where(clear, 0, shares)


def movements(
    labels: NDArray[np.int64], partners: NDArray[np.int64], shares: Numbers, expressions: Literal[5, 7]
) -> Numbers:
    """Mix the movements of each face's two expressions, of shape (faces, movements)."""
    prototypes: Numbers = np.array([PROTOTYPES[name] for name in classes(expressions)])
    mixed: Numbers = (1 - shares[:, None]) * prototypes[labels] + shares[:, None] * prototypes[partners]
    return mixed
