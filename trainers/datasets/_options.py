"""What loaders of files may be told alike: how pictures are read, and how what is not given is drawn."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Interval

Fraction: TypeAlias = Annotated[float, Interval(gt=0, lt=0.5)]
Side: TypeAlias = Annotated[int, Interval(ge=8, le=1024)]


@dataclass(frozen=True, slots=True)
class Look:
    """How pictures are read."""

    size: Side = 48
    """Points across."""
    height: Side | None = None
    """Points down; None: as many as across."""
    color: Literal["rgb", "gray"] = "gray"
    skip_unreadable: bool = False
    """Leave out what is missing or cannot be read, and say how many, instead of refusing it by name."""

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height."""
        return self.size, self.height or self.size


@dataclass(frozen=True, slots=True)
class Drawing:
    """How splits are drawn that the files do not give, and what is disturbed on purpose."""

    val_fraction: Fraction = 0.2
    """Of all that test is drawn from too, or else of train; not read where val is given."""
    test_fraction: Fraction = 0.2
    """Not read where test is given."""
    split_seed: int = 0
    folds: Annotated[int, Ge(0)] = 0
    """Into how many parts train and val together are dealt, one of them being val; 0: val is as given or drawn."""
    fold: Annotated[int, Ge(0)] = 0
    """Which part is val, counted from 0: a noise factor."""
    split: Annotated[int, Ge(0)] = 0
    """Another draw of train and val from the images of both; 0: the first."""
    label_noise: Annotated[float, Interval(ge=0, le=1)] = 0.0
    """The share of training labels that are replaced by another class."""
