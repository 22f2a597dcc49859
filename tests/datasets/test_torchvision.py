"""Torchvision's data sets as they lie on disk; nothing is fetched."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.datasets import forms
from trainers.datasets import torchvision
from trainers.datasets._options import Drawing, Look


def test_train_and_test_are_torchvisions(tmp_path: Path) -> None:
    """Every image, in the size and the classes it has there; val is drawn from train."""
    path = forms.torchvision(tmp_path)
    dataset = torchvision.load(path, look=Look(size=28), drawing=Drawing(val_fraction=0.34))
    assert [set(counts.values()) for counts in dataset.counts.values()] == [{4}, {2}, {2}]
    assert dataset.classes[9] == "Ankle boot"
    raw = np.frombuffer((tmp_path / "FashionMNIST/raw/t10k-images-idx3-ubyte").read_bytes()[16:], np.uint8)
    assert np.array_equal(dataset.test.images, raw.reshape(-1, 1, 28, 28))
    assert "torchvision's FashionMNIST" in dataset.description


def test_pictures_of_many_sizes_come_in_one(tmp_path: Path) -> None:
    """GTSRB's signs differ in size."""
    root = tmp_path / "gtsrb"
    for label in range(2):
        for number in range(5):
            folder = root / "GTSRB" / "Training" / f"{label:05}"
            forms.picture(folder / f"{number}.png", 10 * label + number, 20 + number).rename(folder / f"{number}.ppm")
    rows = ["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId"]
    for number in range(4):
        folder = root / "GTSRB" / "Final_Test" / "Images"
        forms.picture(folder / f"{number}.png", 100 + number).rename(folder / f"{number:05}.ppm")
        rows.append(f"{number:05}.ppm;12;12;0;0;1;1;{number % 2}")
    (root / "GT-final_test.csv").write_text("\n".join(rows))
    dataset = torchvision.load(str(tmp_path / "GTSRB"))
    assert dataset.classes == ("0", "1")
    assert dataset.shape == (3, 32, 32)
    assert [len(split) for split in dataset.splits.values()] == [8, 2, 4]


def test_the_name_hides_no_library() -> None:
    """Other modules that import torchvision get the library, also after this one was imported."""
    program = "import trainers.datasets.torchvision; import torchvision; assert torchvision.datasets.MNIST"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A name that torchvision has not, and files that the disk has not."""
    with pytest.raises(ValueError, match=r"ends in 'Faces'; wanted one of MNIST, FashionMNIST"):
        torchvision.load(str(tmp_path / "Faces"))
    with pytest.raises(ValueError, match=r"holds no whole CIFAR10: Dataset not found or corrupted\.$"):
        torchvision.load(str(tmp_path / "CIFAR10"))
    with pytest.raises(ValueError, match=r"holds no whole MNIST: Dataset not found\.$"):
        torchvision.load(str(tmp_path / "MNIST"))
