"""A folder of images: nothing stands in two splits, and folds take turns."""

from pathlib import Path

from doe.loading.datasets import find_dataset
from trainers.datasets import image_folder
from trainers.datasets._options import Drawing

from .test_image_folder import SMALL, classes


def test_copies_are_left_out_and_counted(tmp_path: Path) -> None:
    """A picture that stands in train and in test under two names stays in test; the description says so."""
    for place, each in (("train", 6), ("val", 2), ("test", 2)):
        classes(tmp_path / place, each, "a", "b")
    for name in ("0.png", "1.png"):
        picture = (tmp_path / "test" / "a" / name).read_bytes()
        (tmp_path / "train" / "a" / f"copy of {name}").write_bytes(picture)
    (tmp_path / "val" / "b" / "again.png").write_bytes((tmp_path / "test" / "b" / "0.png").read_bytes())
    dataset = image_folder.load(str(tmp_path), look=SMALL)
    assert dataset.counts == {"train": {"a": 6, "b": 6}, "val": {"a": 2, "b": 2}, "test": {"a": 2, "b": 2}}
    assert "2 copies of val or test images left out of train, 1 copy of test images left out of val" in str(
        dataset.description
    )


def test_folds_take_turns(tmp_path: Path) -> None:
    """Every picture that is not in test is in val in one of three folds; both are options of a study."""
    classes(tmp_path / "train", 9, "a", "b")
    classes(tmp_path / "test", 2, "a", "b")
    judged = []
    for fold in range(3):
        dataset = image_folder.load(str(tmp_path), look=SMALL, drawing=Drawing(folds=3, fold=fold))
        assert dataset.counts["val"] == {"a": 3, "b": 3}
        judged += [image.tobytes() for image in dataset.val.images]
    assert len(set(judged)) == len(judged) == 18
    options = find_dataset(f"image_folder:{tmp_path}").options
    assert {"size", "height", "color", "skip_unreadable", "val_fraction", "folds", "fold", "split"} <= set(options)
    assert options["color"].default == "rgb"
