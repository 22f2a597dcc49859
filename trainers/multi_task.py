"""One trunk with a head for the expression and one for each further label, such as age or glasses."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Ge

from trainers import _synthesis
from trainers._architecture import Architecture
from trainers._domains import Optimizer
from trainers._recipe import Recipe
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is learnt besides the expression, and what it counts."""

    tasks: str = "all"
    """Attributes of the dataset, joined by "+"; all; or none, for comparison."""
    expression_weight: Annotated[float, Ge(0)] = 1.0
    """Of the expression's loss."""
    attribute_weight: Annotated[float, Ge(0)] = 0.3
    """Of the mean of the attributes' losses."""


RECIPE = Recipe(rotation=10.0, zoom=0.0, shift=0.0, vertical_flip=False)
ARCHITECTURE = Architecture()
TASKS = Tasks()
SYNTHESIS = Synthesis()


def prepare(
    dataset: Dataset,
    *,
    optimizer: Optimizer = "adam",
    architecture: Architecture = ARCHITECTURE,
    tasks: Tasks = TASKS,
    synthesis: Synthesis = SYNTHESIS,
) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    from trainers import _architecture, _tasks

    _architecture.prepare(architecture, dataset, optimizer)
    values = _tasks.chosen(tasks.tasks, dataset)
    if not tasks.expression_weight and not (tasks.attribute_weight and values):
        raise ValueError("expression_weight=0 leaves nothing to learn; take tasks and an attribute_weight above 0")
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 30,
    seed: int = 0,
    *,
    recipe: Recipe = RECIPE,
    architecture: Architecture = ARCHITECTURE,
    tasks: Tasks = TASKS,
    synthesis: Synthesis = SYNTHESIS,
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train one network to tell the expression and, by further output layers on the same features, other labels.

    Hard parameter sharing (Caruana, Machine Learning 28, 1997). `tasks` names attributes of the dataset (`faces` has
    old, glasses and beard) joined by "+", or all or none of them. The loss is `expression_weight` times the cross
    entropy of the expression plus `attribute_weight` times the mean of the attributes' cross entropies, so that it does
    not grow with their number. With `attribute_weight` 0 the trunk learns nothing of them, and all numbers of the
    expression are those of the network's own trainer.

    `train_loss` and `val_loss` are that sum, `val_expression_loss` the expression's part before its weight.
    `val_accuracy` and its kin are the expression's; each task has `val_<task>_accuracy`, and `val_<task>_recall`, the
    mean over its values, which a rare one does not flatter. Class weights and oversampling are by expression; label
    smoothing is for all. Generated images teach the expression alone: of what they show besides nothing is known.

    Held constant: the network as in its own trainer; one output layer a task, freshly initialised by torch's rule.
    """
    import torch

    from trainers import _architecture, _fit, _random, _synthetic_images, _tasks

    values = _tasks.chosen(tasks.tasks, dataset)
    dataset = _synthetic_images.joined(dataset, synthesis)
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    network = _tasks.with_heads(_architecture.build(architecture, dataset), values)
    weights = _tasks.Weights(tasks.expression_weight, tasks.attribute_weight)
    lesson = _tasks.lesson(dataset, recipe, values, weights)
    yield from _fit.fit(dataset, network, epochs, seed, recipe, lesson, checkpoint=checkpoint, pictures=pictures)
