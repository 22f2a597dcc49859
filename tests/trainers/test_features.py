"""What the frozen part of a network makes of images: made once, read by all, and the same bits as without."""

import os
import resource
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from trainers import _augment, _features, _networks, _random, _shared_cache, vgg16
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split

WIDTH = 1 / 16
RECIPE = Recipe(batch_size=16, precision="float32")
TRIAL = """
import sys, torch, warnings
import numpy as np
from trainers import vgg16
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split
warnings.simplefilter("always")
torch.set_num_threads(1)
arrays = np.load(sys.argv[1])
parts = [Split(arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name in ("train", "val", "test")]
dataset = Dataset("squares", "bright squares", ("above", "below"), *parts)
recipe = Recipe(batch_size=16, precision="float32")
print("begins", flush=True)
training = vgg16.train(dataset, int(sys.argv[3]), 0, recipe=recipe, weights=sys.argv[2], width=1 / 16)
print([measured["train_loss"] for measured in training])
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing was made yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Random weights for the base, in a file."""
    torch.manual_seed(0)
    tensors = vgg16.convolutions(WIDTH, batch_norm=False).state_dict()
    path = tmp_path_factory.mktemp("weights") / "base.safetensors"
    save_file({f"features.{name}": tensor for name, tensor in tensors.items()}, path)
    return str(path)


@pytest.fixture
def trial(squares: Dataset, weights: str, tmp_path: Path) -> list[str]:
    """A process that trains on the squares: the command but for how many epochs."""
    arrays = {
        f"{name}_{what}": getattr(split, what)
        for name, split in squares.splits.items()
        for what in ("images", "labels")
    }
    np.savez(tmp_path / "squares.npz", **arrays)
    return [sys.executable, "-c", TRIAL, str(tmp_path / "squares.npz"), weights]


def numbers(dataset: Dataset, weights: str, recipe: Recipe, epochs: int = 3, seed: int = 0) -> list[dict[str, float]]:
    """All readings of a training."""
    return list(vgg16.train(dataset, epochs, seed, recipe=recipe, weights=weights, width=WIDTH))


def kept() -> dict[Path, int]:
    """The files of features there are, and when each was made."""
    return {path: path.stat().st_mtime_ns for path in _features.cache_folder().rglob("0*.safetensors")}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(("augmentation", "files"), [("ranges", 4), ("none", 2)], ids=["moved", "still"])
def test_shared_and_not_shared_are_the_same_bits(
    precision: str, augmentation: str, files: int, squares: Dataset, weights: str
) -> None:
    """For who makes the features, for who reads them, and for who computes his own, whatever else each varies."""
    recipe = replace(RECIPE, precision=precision, augmentation=augmentation)  # type: ignore[arg-type]
    alone = numbers(squares, weights, replace(recipe, share=False))
    assert not kept()
    assert numbers(squares, weights, recipe) == alone
    made = kept()
    assert len(made) == files
    assert numbers(squares, weights, recipe) == alone
    other = replace(recipe, batch_size=7, optimizer="adadelta", label_smoothing=0.1, class_balance="oversampling")
    assert numbers(squares, weights, other) == numbers(squares, weights, replace(other, share=False)) != alone
    assert kept() == made


def test_features_are_what_the_frozen_part_makes(squares: Dataset, weights: str) -> None:
    """Of the images as the seed and the epoch move them, to rounding: a batch of another size computes otherwise."""
    network = vgg16.build(squares, base="frozen", weights=weights, batch_norm=False, width=WIDTH)
    network = network.on(torch.device("cpu"), torch.float32)
    images = torch.from_numpy(squares.train.images)
    moves = _augment.NAMED["geometric"]
    found = _features.Features(network, images, augmentation=moves, seed=5).at(2, 2)
    maps = _augment.draw(moves, 64, 32, 32, _random.generator(5, 2, "augmentation"))
    wanted = network.see(_augment.warp(images.float(), maps)[:10])
    torch.testing.assert_close(found[:10], wanted)
    assert not torch.equal(found, _features.Features(network, images, augmentation=moves, seed=5).at(1, 1))
    assert network.see(images.float()).shape == found.shape


def test_what_they_depend_on_has_files_of_its_own(squares: Dataset, weights: str, tmp_path: Path) -> None:
    """Another seed, other moves, numbers, images or weights; validation images are the same for every seed."""
    numbers(squares, weights, RECIPE, 1)
    count = len(kept())
    brighter = Split(squares.train.images + np.uint8(1), squares.train.labels)
    changed = vgg16.convolutions(WIDTH, batch_norm=False).state_dict()
    other = tmp_path / "other.safetensors"
    save_file({f"features.{name}": tensor for name, tensor in changed.items()}, other)
    for more, (dataset, file, recipe, seed) in [
        (1, (squares, weights, RECIPE, 1)),
        (1, (squares, weights, replace(RECIPE, rotation=6.0), 0)),
        (2, (squares, weights, replace(RECIPE, precision="bfloat16"), 0)),
        (1, (replace(squares, train=brighter), weights, RECIPE, 0)),
        (2, (squares, str(other), RECIPE, 0)),
    ]:
        numbers(dataset, file, recipe, 1, seed)
        assert len(kept()) == count + more
        count += more


def test_a_base_that_is_trained_has_no_features(squares: Dataset) -> None:
    """Nothing is shared of what changes."""
    list(vgg16.train(squares, 1, 0, recipe=RECIPE, weights="none", base="trained", width=WIDTH))
    assert not kept()


def test_too_many_features_are_made_a_batch_at_a_time(squares: Dataset, weights: str) -> None:
    """A network whose one view would not fit learns from images as before."""
    network = vgg16.build(squares, base="frozen", weights=weights, batch_norm=False, width=WIDTH)
    network = network.on(torch.device("cpu"), torch.float32)
    images = torch.zeros(1, 3, 32, 32, dtype=torch.uint8)
    numbers_each = network.see(images.float()).numel()
    fits = _features.LARGEST // (4 * numbers_each)
    assert _features.learner(network, images.expand(fits, -1, -1, -1)).seen
    assert _features.learner(network, images.expand(fits + 1, -1, -1, -1)) is network
    assert isinstance(_networks.of_shades(torch.nn.Flatten()).frozen, torch.nn.Identity)


def test_what_was_cut_short_is_made_again(squares: Dataset, weights: str) -> None:
    """A file of half its bytes is no file, nor is an empty one."""
    before = numbers(squares, weights, RECIPE)
    for place, path in enumerate(kept()):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 if place else 0])
    assert numbers(squares, weights, RECIPE) == before


def test_others_make_the_next_while_one_makes_the_first(squares: Dataset, weights: str, trial: list[str]) -> None:
    """Who finds an epoch held makes those to come; then it waits, and reads what was made."""
    alone = [reading["train_loss"] for reading in numbers(squares, weights, RECIPE)]
    (first,) = (path for path in kept() if path.name == "000001.safetensors")
    for path in kept():
        if path.parent == first.parent and path != first:
            path.unlink()
    aside = first.rename(first.with_suffix(".aside"))
    with _shared_cache.locked(first.with_suffix(".lock"), patient=False) as held:
        assert held
        process = subprocess.Popen([*trial, "3"], stdout=subprocess.PIPE, text=True)
        while not first.with_name("000003.safetensors").exists() and process.poll() is None:
            time.sleep(0.01)
        assert first.with_name("000002.safetensors").exists()
        aside.rename(first)
        stamp = first.stat().st_mtime_ns
    assert process.communicate()[0].splitlines() == ["begins", str(alone)]
    assert first.stat().st_mtime_ns == stamp


def test_a_killed_maker_keeps_nobody_waiting(squares: Dataset, weights: str, trial: list[str]) -> None:
    """Its locks end with it, what it had begun to write goes, and others come to the same numbers."""
    with subprocess.Popen([*trial, "1000000"], stdout=subprocess.PIPE, text=True) as process:
        while len(kept()) < 4 and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    for path in kept():
        path.rename(path.with_name(f"unfinished-{process.pid}-{path.name}"))
    found = numbers(squares, weights, RECIPE)
    assert found == numbers(squares, weights, replace(RECIPE, share=False))
    assert {path.name for path in kept()} == {f"{epoch:06d}.safetensors" for epoch in range(4)}
    assert not list(_features.cache_folder().rglob("unfinished-*-000001.safetensors"))


def test_a_full_disk_is_said_once_and_changes_no_number(squares: Dataset, weights: str, trial: list[str]) -> None:
    """A process that may write no file longer than a kilobyte trains all the same, and leaves nothing half-written."""
    alone = [reading["train_loss"] for reading in numbers(squares, weights, replace(RECIPE, share=False))]
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))  # noqa: E731
    said = subprocess.run([*trial, "3"], capture_output=True, text=True, check=True, preexec_fn=limit)
    assert said.stdout.splitlines() == ["begins", str(alone)]
    lines = [line for line in said.stderr.splitlines() if "not shared" in line and "warn(" not in line]
    assert len(lines) == 2, said.stderr  # of the training images, and of those to judge by
    assert not kept()


def test_a_cache_that_cannot_be_written_is_done_without(
    squares: Dataset, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file where the folder should be: a line, and the same numbers."""
    alone = numbers(squares, weights, replace(RECIPE, share=False))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert numbers(squares, weights, RECIPE) == alone
    assert all("not shared: the cache" in str(line.message) for line in said)
    assert len(said) == 2


def test_the_longest_unused_makes_room(tmp_path: Path) -> None:
    """Folders go in the order of their last use, no more than is needed, and never one in use or one's own."""
    cache = tmp_path / "features"
    for age, name in enumerate(("own", "oldest", "older", "new")):
        (cache / name).mkdir(parents=True)
        (cache / name / "1").write_bytes(bytes(100))
        os.utime(cache / name, (1000 + age, 1000 + age))
    assert _shared_cache.make_room(cache / "own", 50, limit=450)
    assert not _shared_cache.make_room(cache / "own", 50, limit=400, in_use=1e12)
    assert sorted(path.name for path in cache.iterdir()) == ["new", "older", "oldest", "own"]
    assert _shared_cache.make_room(cache / "own", 150, limit=400)
    assert sorted(path.name for path in cache.iterdir()) == ["new", "own"]
    assert not _shared_cache.make_room(cache / "own", 150, limit=200)
    assert [path.name for path in cache.iterdir()] == ["own"]
