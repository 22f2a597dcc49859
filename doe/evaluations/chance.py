"""Chance: how far an accuracy moves because it is counted on so many images and no more."""

from __future__ import annotations

from collections.abc import Sequence

from doe.evaluations._assumptions import Assumptions
from doe.model import Finding, Study, Trial

USUAL = 0.9
"""The accuracy that is supposed where none is stated."""


def chance(study: Study, _: Sequence[Trial], assumed: Assumptions) -> Finding | None:
    """The binomial standard deviation of an accuracy; None where the response is none, or the images are not known."""
    response = study.objective.response
    if assumed.images is None or ("accuracy" not in response and assumed.accuracy is None):
        return None
    about = assumed.accuracy or USUAL
    sd = (about * (1 - about) / assumed.images) ** 0.5
    row = {"images": assumed.images, "one image": 1 / assumed.images, "accuracy": about, "sd by chance": sd}
    note = (
        f"One of {assumed.images:,} images is {1 / assumed.images:.2g}; chance alone moves {response} of"
        f" {about:g} by ±{1.96 * sd:.2g}. All trainings are judged on the same images, so that their differences"
        " move less; how they would do on new images does not."
    )
    return Finding("chance", "What chance does to an accuracy", (row,), note)
