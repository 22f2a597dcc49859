"""Generated images that join a training split, and nothing else."""

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from trainers import (
    _shared_cache,
    _synthetic_images,
    classical,
    cnn,
    divide_and_conquer,
    multi_task,
    resnet18,
    vgg16,
    zoo,
)
from trainers._architecture import Architecture
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset, Split

SMALL = Synthesis("dcgan", 0.5, gan_epochs=2, gan_width=1 / 16, gan_batch_size=16)
MAKER = """
import sys, time, torch
from pathlib import Path
import numpy as np
from trainers import _synthetic_images
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset, Split
torch.set_num_threads(1)
arrays = np.load(sys.argv[1])
parts = [Split(arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name in ("train", "val", "test")]
dataset = Dataset("squares", "bright squares", ("above", "below"), *parts)
synthesis = Synthesis("dcgan", 0.5, gan_epochs=int(sys.argv[2]), gan_width=1 / 16, gan_batch_size=16)
print("begins", flush=True)
train = _synthetic_images.joined(dataset, synthesis).train
print(train.images.sum(dtype=np.int64), len(train))
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing was made yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def maker(squares: Dataset, tmp_path: Path) -> list[str]:
    """A process that joins generated images to the squares: the command but for how many epochs."""
    arrays = {
        f"{name}_{what}": getattr(split, what)
        for name, split in squares.splits.items()
        for what in ("images", "labels")
    }
    np.savez(tmp_path / "squares.npz", **arrays)
    return [sys.executable, "-c", MAKER, str(tmp_path / "squares.npz")]


def kept() -> list[Path]:
    """The files of the cache."""
    return sorted(path for path in _synthetic_images.cache_folder().rglob("*") if path.is_file())


def test_none_gives_what_there_was(squares: Dataset) -> None:
    """The very dataset, and nothing is made."""
    assert _synthetic_images.joined(squares, Synthesis()) is squares
    assert not kept()


def test_generated_images_join_the_training_split_alone(squares: Dataset) -> None:
    """Behind the real ones, as many of each class as its fraction; val and test are the very same."""
    found = _synthetic_images.joined(squares, SMALL)
    assert (found.val, found.test) == (squares.val, squares.test)
    assert found.counts["train"] == {"above": 48, "below": 48}
    assert np.array_equal(found.train.images[:64], squares.train.images)
    assert found.train.labels[64:].tolist() == [0] * 16 + [1] * 16
    known = {image.tobytes() for split in squares.splits.values() for image in split.images}
    assert not known & {image.tobytes() for image in found.train.images[64:]}


def test_a_class_is_made_of_its_own_training_images(squares: Dataset) -> None:
    """Other images of val, test or another class change nothing of it; others of its own do."""

    def other(split: Split, label: int | None) -> Split:
        images = np.where(
            (split.labels == label if label is not None else split.labels >= 0)[:, None, None, None], 9, 0
        )
        return Split(split.images + images.astype(np.uint8), split.labels)

    before = _synthetic_images.joined(squares, SMALL).train.images[64:]
    replaced = dataclasses.replace(squares, val=other(squares.val, None), test=other(squares.test, None))
    files = len(kept())
    assert np.array_equal(_synthetic_images.joined(replaced, SMALL).train.images[64:], before)
    assert len(kept()) == files
    below = dataclasses.replace(squares, train=other(squares.train, 1))
    found = _synthetic_images.joined(below, SMALL).train.images[64:]
    assert np.array_equal(found[:16], before[:16])
    assert not np.array_equal(found[16:], before[16:])


def test_another_fraction_trains_nothing(squares: Dataset) -> None:
    """More images begin with the same ones, from the same weights; other settings have their own."""
    few = _synthetic_images.joined(squares, SMALL).train.images
    states = {path: path.stat().st_mtime_ns for path in kept()}
    many = _synthetic_images.joined(squares, dataclasses.replace(SMALL, synthetic_fraction=1.5)).train.images
    assert len(many) == 160
    assert np.array_equal(many[64 : 64 + 16], few[64 : 64 + 16])
    assert {path: path.stat().st_mtime_ns for path in states if path.name != "lock"}.items() <= states.items()
    assert sum(path.suffix == ".safetensors" for path in kept()) == 2
    changed = _synthetic_images.joined(squares, dataclasses.replace(SMALL, gan_seed=1)).train.images
    assert not np.array_equal(changed[64:], few[64:])
    assert sum(path.suffix == ".safetensors" for path in kept()) == 4


def test_what_was_cut_short_is_made_again(squares: Dataset) -> None:
    """A file of half its bytes is no file; nor are weights."""
    before = _synthetic_images.joined(squares, SMALL).train.images
    for path in kept():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert np.array_equal(_synthetic_images.joined(squares, SMALL).train.images, before)


def test_others_wait_for_a_maker_and_read_what_it_made(squares: Dataset, maker: list[str]) -> None:
    """While one is at work on a class another makes the next; then it takes what there is and trains nothing."""
    held, free = (_synthetic_images._wish(squares.train, label, SMALL) for label in (0, 1))
    with _shared_cache.locked(held.folder / "lock", patient=True):
        process = subprocess.Popen([*maker, "2"], stdout=subprocess.PIPE, text=True)
        while not free.file.exists():
            assert process.poll() is None
        assert [path.name for path in held.folder.iterdir()] == ["lock"]
        _synthetic_images._make(held, SMALL)
        states = {path: path.stat().st_mtime_ns for path in held.folder.iterdir()}
    answer, _ = process.communicate()
    assert states == {path: path.stat().st_mtime_ns for path in held.folder.iterdir()}
    total = _synthetic_images.joined(squares, SMALL).train.images.sum(dtype=np.int64)
    assert answer.splitlines() == ["begins", f"{total} 96"]


def test_a_killed_maker_keeps_nobody_waiting(squares: Dataset, maker: list[str]) -> None:
    """Its lock ends with it, and another makes the images."""
    with subprocess.Popen([*maker, "1000000"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        while not kept():
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
    (folder,) = {path.parent for path in kept()}
    assert [path.name for path in kept()] == ["lock"]
    with _shared_cache.locked(folder / "lock", patient=False) as held:
        assert held
    assert len(_synthetic_images.joined(squares, SMALL).train) == 96


def test_half_a_file_of_a_killed_maker_is_written_over(squares: Dataset) -> None:
    """What it had begun to write never has the name of a whole one."""
    before = _synthetic_images.joined(squares, SMALL).train.images
    for path in kept():
        if path.name != "lock":
            path.with_name(f"unfinished-{path.name}").write_bytes(path.read_bytes()[:50])
            path.unlink()
    assert np.array_equal(_synthetic_images.joined(squares, SMALL).train.images, before)
    assert not any(path.name.startswith("unfinished") for path in kept())


@pytest.mark.parametrize(
    ("trainer", "told"),
    [
        (vgg16, {"weights": "none", "base": "trained"}),
        (resnet18, {"weights": "none", "base": "trained"}),
        (cnn, {}),
        (zoo, {}),
        (classical, {}),
        (divide_and_conquer, {"architecture": Architecture(weights="none")}),
        (multi_task, {"architecture": Architecture(weights="none")}),
    ],
    ids=["vgg16", "resnet18", "cnn", "zoo", "classical", "divide_and_conquer", "multi_task"],
)
def test_a_class_with_too_few_images_is_refused_in_a_line(
    trainer: ModuleType, told: dict[str, object], few_faces: Dataset
) -> None:
    """Before any training, with the class and the number; without generated images nothing is refused."""
    trainer.prepare(few_faces, **told)
    with pytest.raises(ValueError, match=r"a GAN wants at least 16 training images .* faces has 6 of 'happiness'"):
        trainer.prepare(few_faces, synthesis=SMALL, **told)
