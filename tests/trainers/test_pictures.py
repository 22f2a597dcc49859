"""What trainers draw of what they have trained: without a word in their numbers."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from doe.loading.trainers import load_trainer
from trainers import _fit, _networks, _pictures, _random
from trainers._pictures import Shown
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset

from .test_contract import SHELF, SMALL

USUAL = {"saliency.png", "mistakes.png"}
DRAWN: dict[str, set[str]] = {
    "cnn": USUAL,
    "dcgan": {"generated.png"},
    "divide_and_conquer": {
        *("grouping.png", "mistakes.png"),
        *(f"saliency-stage-{number}.png" for number in (1, 2)),
    },
    "multi_task": USUAL | {f"saliency-{task}.png" for task in ("old", "glasses", "beard")},
    "resnet18": USUAL,
    "vgg16": USUAL,
    "zoo": USUAL,
}
TOLD: dict[str, dict[str, Any]] = {"multi_task": {"tasks": "all"}}


def drawing(name: str, dataset: Dataset, pictures: Path | None, epochs: int = 2) -> tuple[list[str], torch.Tensor]:
    """The readings to their last digit, and what the global stream of random numbers is in the end."""
    told = {**SMALL[name], **TOLD.get(name, {})}
    torch.manual_seed(1)
    readings = [repr(reading) for reading in load_trainer(name).begin(dataset, epochs, 3, told, pictures=pictures)]
    return readings, torch.get_rng_state()


def test_all_trainers_of_images_draw() -> None:
    """And a folder for it is no hyperparameter; the one that counts people has a test of its own."""
    assert {name for name in SHELF if load_trainer(name).draws} - {"people_counting"} == set(DRAWN)
    assert all("pictures" not in load_trainer(name).hyperparameters for name in DRAWN)


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_drawing_changes_no_number(name: str, few_faces: Dataset, tmp_path: Path) -> None:
    """The readings are those of a training that draws nothing, and no random number is drawn for it."""
    plain, stream = drawing(name, few_faces, None)
    drawn, after = drawing(name, few_faces, tmp_path / "of" / "it")
    assert drawn == plain
    assert torch.equal(after, stream)
    assert {path.name for path in (tmp_path / "of" / "it").iterdir()} == DRAWN[name]
    for path in (tmp_path / "of" / "it").iterdir():
        with Image.open(path) as picture:
            assert min(picture.size) > 100
            assert len(set(picture.convert("L").tobytes())) > 50


@pytest.mark.parametrize("stop", [1, 2])
def test_it_is_drawn_before_the_last_reading_and_not_earlier(stop: int, few_faces: Dataset, tmp_path: Path) -> None:
    """Who asks for no more than the last one has it; a training that ends early is drawn as well."""
    training = _fit.fit(few_faces, tiny(few_faces), 2, 0, Recipe(batch_size=12), pictures=tmp_path / "a")
    for _ in range(stop):
        next(training)
    assert (tmp_path / "a").exists() == (stop == 2)
    rises = Recipe(batch_size=12, stop_after_rises=1, optimizer="sgd", learning_rate=5.0)
    assert len(list(_fit.fit(few_faces, tiny(few_faces), 9, 0, rises, pictures=tmp_path / "b"))) < 9
    assert {path.name for path in (tmp_path / "b").iterdir()} == USUAL


def test_one_that_goes_on_draws_the_same(few_faces: Dataset, tmp_path: Path) -> None:
    """Byte for byte, of the network that it ends with."""
    for name, stop in (("whole", 0), ("in parts", 2)):
        for last in (stop, 3):
            pictures = tmp_path / name
            fit = _fit.fit(
                few_faces,
                tiny(few_faces),
                3,
                0,
                Recipe(batch_size=12),
                every=0,
                checkpoint=tmp_path / f"kept {name}",
                pictures=pictures,
            )
            for _ in range(last):
                next(fit)
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("whole", "in parts"))
    assert one == other


def test_images_are_the_first_of_each_kind(squares: Dataset) -> None:
    """By class two that are told rightly and two that are not; where there are fewer the place stays empty."""
    answers = torch.eye(2)[torch.tensor(squares.val.labels)]
    answers[[0, 5]] = answers[[1, 0]].clone()
    shown = Shown(squares.classes, torch.tensor(squares.val.images), torch.tensor(squares.val.labels), answers)
    assert _pictures._chosen(shown) == [[2, 4, 0, None], [1, 3, 5, None]]


def test_the_surest_mistakes_come_first(squares: Dataset, tmp_path: Path) -> None:
    """As many as there are; of a network without any there is no picture."""
    labels = torch.tensor(squares.val.labels)
    right = 9 * torch.eye(2)[labels]
    _pictures.mistakes(tmp_path, Shown(squares.classes, torch.tensor(squares.val.images), labels, right))
    assert not list(tmp_path.iterdir())
    wrong = right.clone()
    wrong[3] = torch.tensor([1.0, 0.0])
    wrong[7] = torch.tensor([4.0, 0.0])
    _pictures.mistakes(tmp_path, Shown(squares.classes, torch.tensor(squares.val.images), labels, wrong))
    assert {path.name for path in tmp_path.iterdir()} == {"mistakes.png"}
    shown = Shown(squares.classes, torch.tensor(squares.val.images), labels, wrong)
    assert _pictures._mistaken(shown).tolist() == [7, 3]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_of_any_channels_and_shape_are_drawn(channels: int, tmp_path: Path) -> None:
    """Oblong ones keep their shape, and long names of many classes find room."""
    random = np.random.default_rng(0)
    classes = tuple(f"a class of number {number}" for number in range(14))
    images = torch.tensor(random.integers(0, 256, (28, channels, 40, 25), dtype=np.uint8))
    wanted = torch.arange(28) % 14
    layers = nn.Sequential(nn.Conv2d(channels, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 14))
    network = _networks.of_shades(layers)
    shown = Shown(classes, images, wanted, _fit.answers(network, images))
    _pictures.of_training(tmp_path, network, shown)
    assert {path.name for path in tmp_path.iterdir()} == USUAL


def test_what_cannot_be_drawn_is_said_and_loses_nothing(few_faces: Dataset, tmp_path: Path) -> None:
    """A file in the folder's place, or a network that has no places to look at."""
    plain = list(_fit.fit(few_faces, tiny(few_faces), 1, 0, Recipe(batch_size=12)))
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="a picture cannot be drawn: .*; the training goes on without$") as said:
        drawn = list(_fit.fit(few_faces, tiny(few_faces), 1, 0, Recipe(batch_size=12), pictures=tmp_path / "file"))
    assert drawn == plain
    assert len(said) == 2
    dense = _networks.of_shades(nn.Sequential(nn.Flatten(), nn.Linear(1024, 5)))
    with pytest.warns(UserWarning, match="a picture cannot be drawn: Grad-CAM wants a convolution"):
        list(_fit.fit(few_faces, dense, 1, 0, Recipe(batch_size=12), pictures=tmp_path / "dense"))
    assert [path.name for path in (tmp_path / "dense").iterdir()] == ["mistakes.png"]


@pytest.mark.parametrize("name", ["multi_task", "divide_and_conquer"])
def test_the_test_split_is_read_once_and_of_the_classes(name: str, few_faces: Dataset) -> None:
    """In the last reading alone, whatever else is told: as many images as there are, each right or not."""
    many = dataclasses.replace(few_faces, test=few_faces.val)
    told = {**SMALL[name], **TOLD.get(name, {}), "read_test": True}
    *before, last = load_trainer(name).begin(many, 3, 3, told)
    assert not any("test" in key for reading in before for key in reading)
    assert last["test_images"] == len(few_faces.val)
    assert last["test_accuracy"] == last["val_accuracy"]


def tiny(dataset: Dataset) -> _networks.Network:
    """A network of one convolution."""
    torch.manual_seed(_random.stream(0, 0, "weights"))
    layers = [nn.Conv2d(1, 4, 3, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(256, len(dataset.classes))]
    return _networks.of_shades(nn.Sequential(*layers))
