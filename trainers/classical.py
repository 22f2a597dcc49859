"""Models of scikit-learn on the pixels themselves: logistic regression, neighbours, a tree, a forest, an SVM."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge

from trainers import _synthesis
from trainers._domains import Count, Positive
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trainers.datasets._dataset import Split

    Rows = NDArray[np.float64]

Model = Literal["logistic_regression", "nearest_neighbours", "tree", "forest", "svm"]
Shades = Literal["bytes", "unit", "standard"]
LEAST = 1e-12
"""A probability of nothing would make a loss of infinity of one wrong answer."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Which model it is, and what each is told; the rest are scikit-learn's defaults."""

    model: Model = "logistic_regression"
    penalty: Annotated[float, Ge(0)] = 1.0
    """Of logistic regression, L2; 0: none, as in the founding comparison."""
    neighbours: Count = 5
    """How many vote."""
    depth: Annotated[int, Ge(0)] = 0
    """Of a tree, and of those of the forest; 0: not bounded."""
    trees: Count = 100
    """How many stand in the forest."""
    cost: Positive = 1.0
    """Of the support vector machine."""
    kernel: Literal["rbf", "linear", "poly"] = "rbf"
    """Of the support vector machine."""


MACHINE = Machine()
SYNTHESIS = Synthesis()


def prepare(dataset: Dataset, *, synthesis: Synthesis = SYNTHESIS) -> None:
    """Refuse in one line what cannot be fitted, before any fitting."""
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 1,  # noqa: ARG001 - there is one
    seed: int = 0,
    *,
    machine: Machine = MACHINE,
    shades: Shades = "unit",
    synthesis: Synthesis = SYNTHESIS,
) -> Iterator[dict[str, float]]:
    """Fit a model of scikit-learn to the pixels, row by row and channel after channel; there is one reading.

    `shades` are bytes from 0 to 255, from 0 to 1, or standardised point by point. Pixels are what is given: no network
    looks at them first. The features of a table are taken as they are, or standardised. `train_loss` is over generated
    images too.

    A fit is one call of scikit-learn, which does not stop in between: there is nothing from which it could go on.

    Held constant: scikit-learn's other defaults. The losses of a support vector machine are those of the softmax of its
    margins, which are no probabilities.
    """
    import torch

    from trainers import _metrics, _synthetic_images

    dataset = _synthetic_images.joined(dataset, synthesis)
    fitted = _model(machine, seed)
    if shades == "standard":
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        fitted = make_pipeline(StandardScaler(), fitted)
    scale = 1.0 if shades == "bytes" or dataset.train.tabular else 255.0
    fitted.fit(_rows(dataset.train, scale), dataset.train.labels)
    train_split, val = (
        _metrics.classification(
            torch.from_numpy(_logits(fitted, _rows(split, scale), len(dataset.classes))),
            torch.from_numpy(split.labels.copy()),
        )
        for split in (dataset.train, dataset.val)
    )
    yield {"train_loss": train_split["loss"], **{f"val_{name}": value for name, value in val.items()}}


def _model(machine: Machine, seed: int) -> Any:
    depth = machine.depth or None
    if machine.model == "logistic_regression":
        from sklearn.linear_model import LogisticRegression

        # C is the inverse of the penalty
        return LogisticRegression(C=1 / machine.penalty if machine.penalty else float("inf"), max_iter=10_000)
    if machine.model == "nearest_neighbours":
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(machine.neighbours)
    if machine.model == "tree":
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(max_depth=depth, random_state=seed)
    if machine.model == "forest":
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(machine.trees, max_depth=depth, random_state=seed, n_jobs=1)
    from sklearn.svm import SVC

    return SVC(C=machine.cost, kernel=machine.kernel, random_state=seed)


def _rows(split: "Split", scale: float) -> "Rows":
    """A row an image: its points, channel after channel."""
    import numpy as np

    return np.asarray(split.images.reshape(len(split), -1) / scale, dtype=np.float64)


def _logits(fitted: Any, rows: "Rows", classes: int) -> "Rows":
    """What the model says of each class: logarithms of its probabilities, or an SVM's margins."""
    import numpy as np

    if hasattr(fitted, "predict_proba"):
        return np.asarray(np.log(np.clip(fitted.predict_proba(rows), LEAST, None)))
    margins = np.asarray(fitted.decision_function(rows), dtype=float)
    return np.stack([-margins, margins], axis=1) / 2 if classes == 2 else margins  # noqa: PLR2004
