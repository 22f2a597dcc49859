"""How an image network is fitted, whatever the network: what trainers of images take alike, written once."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge

from trainers._domains import (
    Count,
    Degrees,
    Metrics,
    Optimizer,
    OptimizerDefaults,
    Positive,
    Precision,
    Probability,
    Schedule,
)

Balance: TypeAlias = Literal["none", "weights", "oversampling"]
Moves: TypeAlias = Literal["ranges", "none", "mirror", "turn", "geometric"]

KNOWS_THE_LAST_EPOCH = {"schedule": ("cosine", "one_cycle")}
"""With these an epoch depends on how many are still to come: a short training is no beginning of a long one."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is held constant or varied in fitting, with the defaults of the founding study."""

    optimizer: Optimizer = "adam"
    """muon: for hidden weights, convolutions' flattened; adamw for the first layer, the output layer and the rest."""
    optimizer_defaults: OptimizerDefaults = "torch"
    """Whose defaults count for what is not said: they differ, most of all in the learning rate of adadelta."""
    learning_rate: Positive | None = None
    """None: the optimizer's own default."""
    relative_learning_rate: Positive = 1.0
    """Times the learning rate, so that it means the same for every optimizer."""
    momentum: Probability = 0.0
    """Of sgd."""
    weight_decay: Probability | None = None
    schedule: Schedule = "plateau"
    patience: Count = 20
    """Epochs without a lower validation loss after which `plateau` halves the learning rate."""
    stop_after_rises: Annotated[int, Ge(0)] = 0
    """End after so many rises of the validation loss in a row; 0: never."""
    label_smoothing: Probability = 0.0
    class_balance: Balance = "none"
    """Against classes of unequal size: weigh the loss, or draw the images of every class equally often."""
    batch_size: Count = 64
    augmentation: Moves = "ranges"
    """A named set of random moves, or by the five ranges that follow."""
    rotation: Degrees = 5.0
    zoom: Probability = 0.1
    shift: Probability = 0.1
    horizontal_flip: bool = True
    vertical_flip: bool = True
    """As in the founding study; a face upside down is seldom wanted."""
    precision: Precision = "auto"
    metrics: Metrics = "usual"
    """`full` adds Keras's binary accuracy and the confusion matrix."""
    read_test: bool = False
    """Read the test split after the last epoch: for confirming what was chosen, and for nothing else."""
    share: bool = True
    """Read what the frozen layers make of the images from the cache, where another trial has made it; the same bits."""


def check(optimizer: Optimizer, *, hidden: bool = True) -> None:
    """Refuse muon where torch has none, or where no hidden layer is trained.

    Raises:
        ValueError: With one line that says what there is instead.
    """
    if optimizer != "muon":
        return
    import torch

    if not hasattr(torch.optim, "Muon"):
        raise ValueError(f"optimizer=muon wants torch 2.9 or later, and there is {torch.__version__}; take adamw")
    if not hidden:
        raise ValueError(
            "optimizer=muon is for hidden layers, and none is trained here; take base=trained, or optimizer=adamw"
        )
