"""Images of a folder with one folder a class, already split into train, val and test or not."""

from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Interval

from trainers.datasets._dataset import Dataset

Fraction = Annotated[float, Interval(gt=0, lt=0.5)]
Side = Annotated[int, Interval(ge=8, le=1024)]


def load(
    path: str,
    *,
    size: Side = 48,
    height: Side | None = None,
    color: Literal["rgb", "gray"] = "rgb",
    val_fraction: Fraction = 0.2,
    test_fraction: Fraction = 0.2,
    split_seed: int = 0,
    skip_unreadable: bool = False,
    split: Annotated[int, Ge(0)] = 0,
    label_noise: Annotated[float, Interval(ge=0, le=1)] = 0.0,
) -> Dataset:
    """Load every PNG, JPEG, BMP, GIF, WebP and TIFF under `path`, resized to `size` by `height` (None: square).

    `path` holds `train`, `val` and `test` with a folder for each class inside; or `train` without val or test, and then
    what is missing is drawn from it; or the folders of the classes, and then both are drawn. What is drawn is a
    fraction of each class's files, shuffled by `split_seed`. Classes are numbered in alphabetical order. Of a moving
    image the first picture counts. A file that cannot be read is refused by name, or left out with `skip_unreadable`.
    A `split` other than 0 draws train and val anew from the images of both, and leaves test as it is; `label_noise` is
    the share of training labels that are replaced by another class.

    Raises:
        ValueError: With one line about what is missing or cannot be read.
    """
    from trainers.datasets import _cache, _decode, _disturb, _folders, _stratify

    folder = Path(path).expanduser().resolve()
    files = _folders.find(folder)
    shape = (size, height or size)
    states = [(str(file.path), file.label, file.split, file.size, file.modified) for file in files]
    options = {
        "files": states,
        "shape": shape,
        "color": color,
        "split": [val_fraction, test_fraction, split_seed],
        "skip_unreadable": skip_unreadable,
        "disturbed": [split, label_noise],
    }
    sources = (__file__, _decode.__file__, _disturb.__file__, _folders.__file__, _stratify.__file__)

    def make() -> Dataset:
        images, unreadable = _decode.decode([file.path for file in files], shape, color, skip=skip_unreadable)
        readable = [file for file in files if file.path not in unreadable]
        about = f"images of {folder.name}" + (f", {len(unreadable)} unreadable left out" if unreadable else "")
        classes = tuple(sorted({file.label for file in files}))
        rule = val_fraction, test_fraction, split_seed
        found = _folders.divide("image_folder", about, classes, readable, images, rule)
        return _disturb.disturbed(found, split, label_noise)

    return _cache.kept("image_folder", sources, options, make)
