"""What is taken for granted where a plan is judged before anything is known of its responses."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from doe.model import StudyError


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is known, or supposed, of the trainings to come."""

    sd: float | None = None
    """The standard deviation of the response among trainings that differ in their seed only."""

    sd_within: float | None = None
    """The standard deviation of a training's readings about what its factors and its own mean explain."""

    effect: float | None = None
    """The difference between two levels of a factor that must not be missed."""

    power: float = 0.8
    """How likely that difference is to be detected."""

    significance: float = 0.05
    """How often a factor that does nothing may be called significant."""

    accuracy: float | None = None
    """The share of images about right, where the response is an accuracy."""

    images: int | None = None
    """How many images the response is counted on."""

    train_images: int | None = None
    """How many images an epoch goes through."""

    epochs: tuple[int, ...] = ()
    """The epochs of each run's training, in the order of the runs; none where that is not known."""

    seconds_an_epoch: float | None = None
    """What an epoch of a trial took on average, measured on trials of this study; None where none has ended."""

    def __post_init__(self) -> None:
        for name, option in (("sd", "--sd"), ("sd_within", "--sd-within"), ("effect", "--detect")):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise StudyError(f"{option} {value:g}: wanted a number above 0")
        for name in ("power", "significance", "accuracy"):
            value = getattr(self, name)
            if value is not None and not 0 < value < 1:
                raise StudyError(f"--{name} {value:g}: wanted a number between 0 and 1")
        if self.power <= self.significance:
            raise StudyError(f"--power {self.power:g}: wanted more than the significance, {self.significance:g}")
        if self.images is not None and self.images < 1:
            raise StudyError(f"--images {self.images}: wanted 1 or more")
        if self.effect is not None and self.error_sd is None:
            raise StudyError(
                "--detect wants the standard deviation among trainings that differ in their seed only: --sd NUMBER,"
                " or --accuracy NUMBER and --images NUMBER for what chance alone does to an accuracy"
            )

    @property
    def error_sd(self) -> float | None:
        """The standard deviation to judge effects by: the one given, or what chance alone does to an accuracy."""
        if self.sd is not None or self.accuracy is None or self.images is None:
            return self.sd
        return float((self.accuracy * (1 - self.accuracy) / self.images) ** 0.5)
