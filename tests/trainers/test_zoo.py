"""The zoo: every network is the published one, learns, and says what it cannot take."""

from typing import get_args

import pytest
import torch
from safetensors.torch import save_file

from trainers import zoo
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split

PARAMETERS = {
    "resnet18": 11_689_512 - 513_000,
    "resnet50": 25_557_032 - 2_049_000,
    "vgg16": 138_357_544 - 4_097_000,
    "vgg19": 143_667_240 - 4_097_000,
    "googlenet": 6_624_904 - 1_025_000,
    "mobilenet_v2": 3_504_872 - 1_281_000,
    "efficientnet_b0": 5_288_548 - 1_281_000,
}
"""Of the ImageNet networks as torchvision's documentation counts them, less their output layer of 1,000 classes."""


@pytest.mark.parametrize(("model", "count"), list(PARAMETERS.items()))
def test_networks_have_their_published_size(model: zoo.Model, count: int) -> None:
    """To the last parameter."""
    with torch.device("meta"):
        features, width = zoo._features(model)
    assert sum(parameter.numel() for parameter in features.parameters()) == count
    assert features.eval()(torch.zeros(1, 3, 96, 96, device="meta")).shape == (1, width)


@pytest.mark.parametrize("model", get_args(zoo.Model))
def test_every_network_takes_faces_or_says_that_it_cannot(model: zoo.Model, squares: Dataset) -> None:
    """Of 32x32 points; Inception wants more."""
    if model == "inception_v3":
        with pytest.raises(ValueError, match="model=inception_v3 cannot take images of 32x32, as squares has"):
            zoo.prepare(squares, model=model)
    else:
        zoo.prepare(squares, model=model)


def test_a_network_learns(squares: Dataset) -> None:
    """Bright above from bright below."""
    recipe = Recipe(batch_size=16, augmentation="none", learning_rate=1e-3)
    readings = list(zoo.train(squares, 4, 0, recipe=recipe, model="mobilenet_v1"))
    assert readings[-1]["train_loss"] < 0.7 * readings[0]["train_loss"]


def test_weights_come_from_a_file(squares: Dataset, tmp_path: object) -> None:
    """A frozen base of given weights stays as it is; another architecture's file is refused by the first name."""
    torch.manual_seed(0)
    features, _ = zoo._features("resnet18")
    path = f"{tmp_path}/weights.safetensors"
    save_file(dict(features.state_dict()), path)
    zoo.prepare(squares, weights=path, base="frozen")
    recipe = Recipe(batch_size=16)
    (frozen,) = zoo.train(squares, 1, 0, recipe=recipe, weights=path, base="frozen")
    (fresh,) = zoo.train(squares, 1, 0, recipe=recipe)
    assert frozen["train_loss"] != fresh["train_loss"]
    with pytest.raises(ValueError, match=r"weights\.safetensors has no "):
        zoo.prepare(squares, model="mobilenet_v2", weights=path)


def test_what_is_missing_is_said_in_a_line(squares: Dataset) -> None:
    """Weights that are not there, and a frozen base without any."""
    with pytest.raises(ValueError, match="leaves base=frozen nothing to rest on"):
        zoo.prepare(squares, base="frozen")
    with pytest.raises(ValueError, match=r"model=se_resnet18 has no weights=imagenet in the cache; take download=true"):
        zoo.prepare(squares, model="se_resnet18", weights="imagenet")
    with pytest.raises(ValueError, match="googlenet has no weights=imagenet here"):
        zoo.prepare(squares, model="googlenet", weights="imagenet")


def test_an_image_of_nothing_is_refused() -> None:
    """Too small for any halving."""
    tiny = Split(torch.zeros(4, 1, 2, 2, dtype=torch.uint8).numpy(), torch.tensor([0, 1, 0, 1]).numpy())
    with pytest.raises(ValueError, match="cannot take images of 2x2"):
        zoo.prepare(Dataset("tiny", "t", ("a", "b"), tiny, tiny, tiny), model="vgg11")
