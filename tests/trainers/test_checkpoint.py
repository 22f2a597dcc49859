import itertools
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from doe.loading.trainers import load_trainer
from trainers import _checkpoint, _fit, _networks, _optimizers, _random, resnet18, vgg16
from trainers._domains import Schedule
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset

from .test_contract import SHELF, SMALL

GO_ON = ("cnn", "dcgan", "divide_and_conquer", "multi_task", "resnet18", "vgg16", "zoo")
EPOCHS = 4
BATCHES = 3
"""Of 33 images, 16 at a time, the last one alone joined to the others: see `_fit.batches`."""
RECIPE = Recipe(batch_size=12, patience=1, momentum=0.9, learning_rate=0.02)


def tiny(seed: int) -> _networks.Network:
    """A network with all that may remember something: convolutions, batch norm, dropout."""
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    layers = [nn.Conv2d(1, 4, 3, stride=4), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3)]
    layers += [nn.Conv2d(4, 4, 3, padding=1), nn.Flatten()]
    return _networks.of_shades(nn.Sequential(*layers, nn.Linear(256, 5)))


def fitted(
    dataset: Dataset,
    recipe: Recipe = RECIPE,
    folder: Path | None = None,
    stop: int | None = None,
    network: _networks.Network | None = None,
    seed: int = 5,
) -> list[str]:
    """Fit for EPOCHS, or be stopped after one of them; the readings to their last digit, NaN equal to itself."""
    network = network or tiny(seed)
    training = _fit.fit(dataset, network, EPOCHS, seed, recipe, checkpoint=folder, every=0)
    return [repr(reading) for reading in itertools.islice(training, stop)]


@pytest.fixture
def steps() -> Iterator[list[int]]:
    """Grows with every step of any optimizer."""
    taken: list[int] = []
    handle = register_optimizer_step_post_hook(lambda *_: taken.append(1))
    yield taken
    handle.remove()


@pytest.mark.parametrize("schedule", get_args(Schedule))
@pytest.mark.parametrize("optimizer", list(_optimizers.OPTIMIZERS))
def test_every_optimizer_and_schedule_goes_on(
    optimizer: Any, schedule: Any, few_faces: Dataset, tmp_path: Path, steps: list[int]
) -> None:
    """Stopped after the first epoch and after the third, all readings are those of a training that was not."""
    recipe = Recipe(**{**_plain(RECIPE), "optimizer": optimizer, "schedule": schedule})
    whole = fitted(few_faces, recipe)
    assert len(set(whole)) == EPOCHS
    steps.clear()
    for stop in (1, 3):
        assert fitted(few_faces, recipe, tmp_path, stop) == whole[:stop]
    assert fitted(few_faces, recipe, tmp_path) == whole
    assert len(steps) == BATCHES * EPOCHS
    assert [path.name for path in tmp_path.iterdir()] == [_checkpoint.FILE]


@pytest.mark.parametrize(
    "changed",
    [
        {"class_balance": "oversampling"},
        {"class_balance": "weights", "metrics": "full"},
        {"precision": "bfloat16"},
        {"read_test": True},
        {"stop_after_rises": 1, "learning_rate": 3.0},
    ],
    ids=lambda changed: " ".join(map(str, changed.values())),
)
def test_every_part_of_a_recipe_goes_on(changed: dict[str, Any], few_faces: Dataset, tmp_path: Path) -> None:
    """Wherever it is stopped, be it where it ends early."""
    recipe = Recipe(**{**_plain(RECIPE), **changed})
    whole = fitted(few_faces, recipe)
    assert len(whole) == EPOCHS or "stop_after_rises" in changed
    for stop in range(1, len(whole) + 1):
        assert fitted(few_faces, recipe, tmp_path / str(stop), stop) == whole[:stop]
        assert fitted(few_faces, recipe, tmp_path / str(stop)) == whole


@pytest.mark.parametrize("frozen", [True, False])
def test_convolutions_laid_out_by_channels_go_on(frozen: bool, few_faces: Dataset, tmp_path: Path) -> None:
    """Weights and moments of VGG16 and ResNet-18 lie channels last in memory, and do so again."""

    def vgg() -> _networks.Network:
        torch.manual_seed(1)
        base: Any = "frozen" if frozen else "trained"
        return vgg16.build(few_faces, base=base, weights="none", batch_norm=True, width=1 / 16)

    def resnet() -> _networks.Network:
        torch.manual_seed(1)
        return resnet18.build(few_faces, base="frozen" if frozen else "trained", weights="none", width=1 / 16)

    for place, build in enumerate((vgg, resnet)):
        whole = fitted(few_faces, network=build())
        assert fitted(few_faces, folder=tmp_path / str(place), stop=2, network=build()) == whole[:2]
        assert fitted(few_faces, folder=tmp_path / str(place), network=build()) == whole


def test_all_trainers_of_images_go_on(few_faces: Dataset, tmp_path: Path, steps: list[int]) -> None:
    """Side by side each is stopped when it has been written down once, after the second epoch, and goes on."""
    assert tuple(name for name in SHELF if load_trainer(name).goes_on) == GO_ON
    assert all("checkpoint" not in load_trainer(name).hyperparameters for name in GO_ON)
    whole, last = {}, 0
    for name in GO_ON:
        training = load_trainer(name).begin(few_faces, 3, 5, SMALL[name])
        before = [next(training), next(training)]
        steps.clear()
        whole[name] = repr([*before, *training])
        last += len(steps)
    begun = {name: load_trainer(name).begin(few_faces, 3, 5, SMALL[name], tmp_path / name) for name in GO_ON}
    for training in begun.values():
        next(training)
    time.sleep(1.5 * _checkpoint.EVERY)  # the zoo's 134 MB are written after 6.7 s, which a quick disk would justify
    for training in begun.values():
        with closing(training):  # type: ignore[type-var]
            next(training)
    steps.clear()
    for name in GO_ON:
        assert repr(list(load_trainer(name).begin(few_faces, 3, 5, SMALL[name], tmp_path / name))) == whole[name]
    assert len(steps) == last


@pytest.mark.parametrize("size", [0, 7, 100, 2000, -1], ids="{} bytes".format)
def test_a_checkpoint_cut_short_is_said_and_left(size: int, few_faces: Dataset, tmp_path: Path) -> None:
    """The training begins anew with one line, and writes the next over it."""
    whole = fitted(few_faces)
    fitted(few_faces, folder=tmp_path, stop=3)
    file = tmp_path / _checkpoint.FILE
    file.write_bytes(file.read_bytes()[:size])
    with pytest.warns(UserWarning, match="the checkpoint cannot be read: .*; the training begins anew$") as said:
        assert fitted(few_faces, folder=tmp_path, stop=3) == whole[:3]
    assert len(said) == 1
    assert fitted(few_faces, folder=tmp_path) == whole


def test_a_bit_turned_over_is_never_gone_on_from(few_faces: Dataset, tmp_path: Path) -> None:
    """Wherever it lies, in the header, in the readings or in a weight, the training begins anew."""
    whole = fitted(few_faces)
    fitted(few_faces, folder=tmp_path, stop=3)
    file = tmp_path / _checkpoint.FILE
    content = file.read_bytes()
    for place in range(0, len(content), len(content) // 60):
        hurt = bytearray(content)
        hurt[place] ^= 4
        file.write_bytes(hurt)
        with pytest.warns(UserWarning, match="the training begins anew$"):
            assert fitted(few_faces, folder=tmp_path, stop=1) == whole[:1]


def test_a_checkpoint_of_another_training_is_left(few_faces: Dataset, squares: Dataset, tmp_path: Path) -> None:
    """Another seed, recipe, network or dataset: it is said what differs, and none of it is taken over."""
    others: Sequence[tuple[str, dict[str, Any]]] = [
        ("seed", {"seed": 6}),
        ("recipe", {"recipe": Recipe(batch_size=12)}),
        ("network", {"network": _networks.of_shades(nn.Sequential(nn.Flatten(), nn.Linear(1024, 5)))}),
    ]
    fitted(few_faces, folder=tmp_path, stop=2)
    file = tmp_path / _checkpoint.FILE
    content = file.read_bytes()
    for other, changed in others:
        with pytest.warns(UserWarning, match=f"with another {other}; this one begins anew"):
            fitted(few_faces, folder=tmp_path, stop=1, **changed)
        file.write_bytes(content)
    with pytest.warns(UserWarning, match="with another data; this one begins anew"):
        fitted(squares, folder=tmp_path, stop=1)


FULL = """
import resource, sys, warnings
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from pathlib import Path
from tests.trainers.test_checkpoint import fitted
from trainers.datasets import faces
print(fitted(faces.load(size=32, train_images=33, val_images=20, test_images=5), folder=Path({folder!r})))
"""


@pytest.mark.parametrize("limit", [0, 10_000])
def test_where_nothing_can_be_written_it_goes_on_without(limit: int, few_faces: Dataset, tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the readings are all there, with one line, and no rest."""
    program = FULL.format(limit=limit, folder=str(tmp_path))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, env=environment, check=True)
    assert done.stdout.decode().strip() == str(fitted(few_faces))
    assert done.stderr.decode().count("no checkpoint can be written") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_said(few_faces: Dataset, tmp_path: Path) -> None:
    """As where a file stands in its place."""
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="no checkpoint can be written: .*; the training goes on without$"):
        assert fitted(few_faces, folder=tmp_path / "file") == fitted(few_faces)


def test_what_a_killed_writer_left_is_cleared(few_faces: Dataset, tmp_path: Path) -> None:
    """So that a trial killed a hundred times takes no more room than two checkpoints."""
    fitted(few_faces, folder=tmp_path, stop=2)
    for name in ("123.part", ".tmpGxq1Zb"):
        (tmp_path / name).write_bytes(b"half")
    assert fitted(few_faces, folder=tmp_path) == fitted(few_faces)
    assert [path.name for path in tmp_path.iterdir()] == [_checkpoint.FILE]


def test_what_is_no_number_comes_back(tmp_path: Path, few_faces: Dataset) -> None:
    """A loss that became NaN or infinite is one still, though JSON has no such numbers."""
    recipe = Recipe(batch_size=12, optimizer="sgd", learning_rate=1e30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = fitted(few_faces, recipe)
        fitted(few_faces, recipe, tmp_path, 2)
        again = fitted(few_faces, recipe, tmp_path)
    assert "'val_loss': nan" in whole[1]
    assert again == whole


def _plain(recipe: Recipe) -> dict[str, Any]:
    return {name: getattr(recipe, name) for name in Recipe.__slots__}
