import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from trainers.datasets import image_folder
from trainers.datasets._options import Drawing, Look

NUMBERS = itertools.count()
SMALL = Look(size=8, color="rgb")


def paint(path: Path, shade: int = 100, mode: str = "RGB", size: tuple[int, int] = (10, 10)) -> Path:
    """Save an image of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (shade, shade, shade)).convert(mode).save(path)
    return path


def classes(root: Path, count: int, *labels: str) -> Path:
    """Fill a folder of each class with images, each its number's shade but for a corner that no other has."""
    for label in labels:
        for number in range(count):
            path = paint(root / label / f"{number}.png", shade=number)
            corner = next(NUMBERS)
            with Image.open(path) as image:
                image.paste((corner // 100 % 10, corner // 10 % 10, corner % 10), (5, 5, 10, 10))
                image.save(path)
    return root


def test_given_splits_are_kept(tmp_path: Path) -> None:
    """Folders named for splits, also in their other spellings, are taken as they are."""
    for split, count in (("train", 4), ("Validation", 3), ("test", 2)):
        classes(tmp_path / split, count, "happy", "angry")
    dataset = image_folder.load(str(tmp_path), look=SMALL)
    assert dataset.classes == ("angry", "happy")
    assert dataset.counts == {
        "train": {"angry": 4, "happy": 4},
        "val": {"angry": 3, "happy": 3},
        "test": {"angry": 2, "happy": 2},
    }


def test_a_missing_val_is_drawn_from_train(tmp_path: Path) -> None:
    """With train and test alone, as FER2013 comes, test stays whole."""
    classes(tmp_path / "train", 10, "a", "b")
    classes(tmp_path / "test", 3, "a", "b")
    dataset = image_folder.load(str(tmp_path), look=SMALL, drawing=Drawing(val_fraction=0.3))
    assert [len(split) for split in dataset.splits.values()] == [14, 6, 6]


def test_one_folder_is_split_by_class_and_seed(tmp_path: Path) -> None:
    """Each class gives its fraction to each split; no image is lost or doubled; another seed draws others."""
    classes(classes(tmp_path, 20, "a"), 10, "b")
    first, again, other = (
        image_folder.load(str(tmp_path), look=SMALL, drawing=Drawing(split_seed=seed)) for seed in (0, 0, 1)
    )
    assert first.counts == {"train": {"a": 12, "b": 6}, "val": {"a": 4, "b": 2}, "test": {"a": 4, "b": 2}}
    drawn = [int(image[0, 0, 0]) for split in first.splits.values() for image in split.images[split.labels == 0]]
    assert sorted(drawn) == list(range(20))
    assert np.array_equal(first.train.images, again.train.images)
    assert not np.array_equal(first.train.images, other.train.images)


@pytest.mark.parametrize("ending", ["png", "jpg", "JPEG", "bmp", "gif", "webp", "tif", "TIFF"])
def test_common_formats_are_read(ending: str, tmp_path: Path) -> None:
    """Every format that is promised is read, in either spelling."""
    for label, shade in (("dark", 20), ("light", 200)):
        for number in range(3):
            paint(tmp_path / label / f"{number}.{ending}", shade + number)
    dataset = image_folder.load(str(tmp_path), look=Look(size=8, height=12))
    assert dataset.shape == (1, 12, 8)
    means = [float(dataset.train.images[dataset.train.labels == label].mean()) for label in (0, 1)]
    assert means == pytest.approx([21, 201], abs=4)


@pytest.mark.parametrize(
    ("mode", "pixels"),
    [
        ("L", np.full((10, 10), 100, np.uint8)),
        ("RGBA", np.full((10, 10, 4), (100, 100, 100, 255), np.uint8)),
        ("LA", np.full((10, 10, 2), (100, 255), np.uint8)),
        ("I;16", np.full((10, 10), 100 << 8, np.uint16)),
    ],
)
def test_other_modes_keep_their_shade(mode: str, pixels: Any, tmp_path: Path) -> None:
    """Gray, see-through and 16-bit images come out as bright as they are."""
    classes(tmp_path, 3, "a")
    for number in range(3):
        (tmp_path / "b").mkdir(exist_ok=True)
        mine = np.array(pixels)
        mine[9, 9] //= number + 2  # no copy of another
        Image.fromarray(mine).save(tmp_path / "b" / f"{number}.png")
    dataset = image_folder.load(str(tmp_path), look=SMALL)
    assert (dataset.train.images[dataset.train.labels == 1][:, :, :6, :6] == 100).all()


def test_what_is_no_image_is_passed_over(tmp_path: Path) -> None:
    """Hidden files, texts and other folders' leavings do not count."""
    classes(tmp_path, 3, "a", "b")
    (tmp_path / "a" / "notes.txt").touch()
    (tmp_path / "a" / "._0.png").touch()
    (tmp_path / "README.md").touch()
    classes(tmp_path / ".ipynb_checkpoints", 1, "c")
    assert sum(len(split) for split in image_folder.load(str(tmp_path), look=SMALL).splits.values()) == 6


def test_a_changed_folder_is_read_again(tmp_path: Path) -> None:
    """A new image, or one that was written anew, is seen."""
    classes(tmp_path, 3, "a", "b")
    assert image_folder.load(str(tmp_path), look=SMALL).train.images.max() < 10
    paint(tmp_path / "a" / "3.png", 250)
    paint(tmp_path / "b" / "0.png", 251)
    dataset = image_folder.load(str(tmp_path), look=SMALL)
    assert sum(int((split.images >= 250).all(axis=(1, 2, 3)).sum()) for split in dataset.splits.values()) == 2


def missing(root: Path) -> str:
    """No such folder."""
    return str(root / "nowhere")


def file_instead(root: Path) -> str:
    """A file where a folder is wanted."""
    return str(paint(root / "a.png"))


def no_classes(root: Path) -> str:
    """Images, but no folders."""
    paint(root / "0.png")
    return str(root)


def one_class(root: Path) -> str:
    """A single folder."""
    return str(classes(root, 4, "happy"))


def empty_class(root: Path) -> str:
    """A class without images."""
    (root / "sad").mkdir()
    return str(classes(root, 4, "happy", "angry"))


def class_missing_in_split(root: Path) -> str:
    """A class that val does not know."""
    classes(root / "train", 4, "happy", "sad")
    classes(root / "test", 4, "happy", "sad")
    classes(root / "val", 4, "happy")
    return str(root)


def too_few(root: Path) -> str:
    """A class whose only two images go to val and test."""
    return str(classes(classes(root, 4, "happy"), 2, "sad"))


def all_copies(root: Path) -> str:
    """A class whose pictures are one and the same."""
    classes(root, 4, "happy")
    for number in range(4):
        paint(root / "sad" / f"{number}.png", 200)
    return str(root)


def truncated(root: Path) -> str:
    """An image cut short."""
    path = classes(root, 4, "happy", "sad") / "sad" / "2.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 40), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:700])
    return str(root)


def no_image(root: Path) -> str:
    """A text that is called an image."""
    path = classes(root, 4, "happy", "sad") / "sad" / "2.png"
    path.write_text("not an image")
    return str(root)


def empty_file(root: Path) -> str:
    """A file of no bytes."""
    (classes(root, 4, "happy", "sad") / "sad" / "2.png").write_bytes(b"")
    return str(root)


def bomb(root: Path) -> str:
    """A small file of a hundred million points."""
    path = classes(root, 4, "happy", "sad") / "sad" / "2.png"
    Image.new("1", (10_000, 10_000)).save(path)
    return str(root)


def postscript(root: Path) -> str:
    """A program that only an interpreter could draw, under an image's name."""
    path = classes(root, 4, "happy", "sad") / "sad" / "2.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    return str(root)


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (missing, "nowhere is missing; a folder is wanted"),
        (file_instead, "is a file; a folder is wanted"),
        (no_classes, "wants one folder for each class, and there is none with images"),
        (one_class, "wants at least two classes, and there is only 'happy'"),
        (empty_class, "class folder sad holds no image"),
        (class_missing_in_split, "val has no image of class sad"),
        (too_few, "train has no image of class sad"),
        (all_copies, "every image of class sad in val stands in another split too, and is left out there as a copy"),
        (truncated, "sad/2.png cannot be read: .*truncated"),
        (no_image, "sad/2.png is no image in PNG"),
        (empty_file, "sad/2.png is no image in PNG"),
        (bomb, "sad/2.png has more than .* pixels"),
        (postscript, "sad/2.png is no image in PNG"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_the_user_can_mend_is_one_line(make: Any, line: str, tmp_path: Path) -> None:
    """Each error names the user's own word, what was wanted and what there is."""
    place = make(tmp_path)
    with pytest.raises(ValueError, match=line) as error:
        image_folder.load(place, look=SMALL)
    assert "\n" not in str(error.value)


def test_unreadable_images_may_be_left_out(tmp_path: Path) -> None:
    """They are counted in the description, and those that are left keep their labels."""
    dataset = image_folder.load(truncated(tmp_path), look=replace(SMALL, skip_unreadable=True))
    assert sum(len(split) for split in dataset.splits.values()) == 7
    assert "1 missing or unreadable left out" in dataset.description
    assert dataset.counts["train"] == {"happy": 2, "sad": 1}
