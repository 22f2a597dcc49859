"""How far images are changed to the network's harm, and how much that counts."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge

Norm: TypeAlias = Literal["l2", "infinity", "l1"]


@dataclass(frozen=True, slots=True)
class Adversary:
    """How far images are changed, and how much that counts."""

    adversarial_multiplier: Annotated[float, Ge(0)] = 0.0
    """What the loss on changed images counts beside the loss on clean ones; 0: plain fitting."""
    adversarial_step: Annotated[float, Ge(0)] = 0.01
    """How far each image is moved, on the scale on which shades run from 0 to 1."""
    adversarial_norm: Norm = "l2"
    """In which norm: all points together, each point alike, or only the point that counts most."""
