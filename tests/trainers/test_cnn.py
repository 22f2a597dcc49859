"""The networks of the tuning story, and the regularisation that they were trained with."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainers import _adversarial, _networks, cnn
from trainers._adversary import Adversary, Norm
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split

PARAMETERS = {"first": 3_722_567, "second": 9_543_111, "third": 3_868_551, "fourth": 3_395_751, "final": 6_000_295}
"""Of 48x48 gray images in seven classes: research/trainers.md 3.3."""


@pytest.mark.parametrize(("name", "count"), list(PARAMETERS.items()))
def test_the_networks_have_their_parameters(name: cnn.Story, count: int) -> None:
    """To the last one, and they answer every image once a class."""
    network = cnn.build((1, 48, 48), 7, name)
    assert sum(parameter.numel() for parameter in network.parameters()) == count
    assert network.eval()(torch.zeros(2, 1, 48, 48)).shape == (2, 7)


def test_one_dropout_replaces_them_all() -> None:
    """Or each block keeps its own."""
    rates = {
        name: [m.p for m in cnn.build((1, 32, 32), 7, "second", own).modules() if isinstance(m, torch.nn.Dropout)]
        for name, own in (("own", None), ("one", 0.25))
    }
    assert rates == {"own": [0.4, 0.4, 0.5, 0.5, 0.5, 0.6], "one": [0.25] * 6}


@given(st.integers(0, 2**31), st.sampled_from(["l2", "infinity", "l1"]))
def test_the_change_is_the_worst_of_its_length(seed: int, norm: Norm) -> None:
    """No other change of length one in the norm gains more along the gradient; its length is one."""
    generator = torch.Generator().manual_seed(seed)
    gradient = torch.randn(3, 2, 4, 4, generator=generator, dtype=torch.float64)
    found = _adversarial.direction(gradient, Adversary(adversarial_norm=norm)).flatten(1)
    order, dual = {"l2": (2.0, 2.0), "infinity": (torch.inf, 1.0), "l1": (1.0, torch.inf)}[norm]
    flat = gradient.flatten(1)
    assert torch.linalg.vector_norm(found, order, dim=1).tolist() == pytest.approx([1.0] * 3)
    # Hoelder's bound: what the best change gains is the dual norm of the gradient
    assert (found * flat).sum(1).tolist() == pytest.approx(torch.linalg.vector_norm(flat, dual, dim=1).tolist())


def test_what_is_not_finite_moves_nothing() -> None:
    """Nor does a gradient of nothing."""
    gradient = torch.tensor([[[[float("nan"), 3.0]]], [[[0.0, 0.0]]]])
    found = _adversarial.direction(gradient, Adversary())
    assert found.tolist() == [[[[0.0, 1.0]]], [[[0.0, 0.0]]]]


def _linear() -> tuple[_networks.Network, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    layers = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(8, 3)).double()
    images = torch.rand(5, 2, 2, 2, dtype=torch.float64) * 255
    return _networks.of_shades(layers), images, torch.tensor([0, 1, 2, 0, 1])


def test_the_loss_is_that_of_the_formula() -> None:
    """Of a linear network: the gradient by hand, one step along it on the scale from 0 to 1, 0.3 of the second loss."""
    network, images, labels = _linear()
    layer = network.trained[1]  # type: ignore[index]
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    shades = images.flatten(1).numpy() / 255
    wanted = np.eye(3)[labels.numpy()]

    def losses(inputs: np.ndarray) -> tuple[float, np.ndarray]:
        logits = inputs @ weight.T + bias
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return float(-np.log((chances * wanted).sum(axis=1)).mean()), chances

    clean, chances = losses(shades)
    gradient = (chances - wanted) @ weight / 5
    moved = shades + 0.05 * gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
    total = clean + 0.3 * losses(moved)[0]

    def plain(network: _networks.Network, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        seen = (images / 255).flatten(1)
        return torch.nn.functional.cross_entropy(layer(seen), labels)

    adversary = Adversary(0.3, 0.05)
    loss = _adversarial.regularised(plain, adversary)(network, images, labels)
    assert loss.item() == pytest.approx(total, rel=1e-6)
    assert _adversarial.regularised(plain, Adversary(0.0, 0.05)) is plain


def test_a_multiplier_changes_the_training_and_zero_does_not(squares: Dataset) -> None:
    """Zero gives the very numbers of plain cross entropy."""
    recipe = Recipe(batch_size=16, augmentation="none")

    def losses(adversary: Adversary) -> list[float]:
        readings = cnn.train(squares, 2, 0, recipe=recipe, adversary=adversary, network="first", width=0.0625)
        return [reading["train_loss"] for reading in readings]

    plain = losses(Adversary())
    assert losses(Adversary(0.0, 0.5)) == plain
    assert losses(Adversary(0.3, 0.5))[0] > plain[0]


def test_gray_and_color_are_both_taken(squares: Dataset) -> None:
    """The first layer has as many channels as the images."""

    def colored(split: Split) -> Split:
        return Split(np.repeat(split.images, 3, axis=1).astype(np.uint8), split.labels)

    color = Dataset("c", "c", squares.classes, colored(squares.train), colored(squares.val), colored(squares.test))
    (reading,) = cnn.train(color, 1, 0, recipe=Recipe(batch_size=16), network="first", width=0.0625)
    assert np.isfinite(reading["val_loss"])


def test_an_image_too_small_is_refused_in_a_line(squares: Dataset) -> None:
    """Five halvings want 32 points."""
    small = Split(squares.train.images[:, :, :20, :20], squares.train.labels)
    data = Dataset("small", "s", squares.classes, small, small, small)
    cnn.prepare(data, network="first")
    with pytest.raises(ValueError, match="images of at least 32x32 are wanted, and small has 20x20"):
        cnn.prepare(data, network="final")
