"""Images of a folder with one folder a class, already split into train, val and test or not."""

from pathlib import Path

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

LOOK = Look(color="rgb")
DRAWING = Drawing()


def load(path: str, *, look: Look = LOOK, drawing: Drawing = DRAWING) -> Dataset:
    """Load every PNG, JPEG, BMP, GIF, WebP and TIFF under `path`, resized to `size` by `height` (None: square).

    `path` holds `train`, `val` and `test` with a folder for each class inside; or `train` without val or test, and then
    what is missing is drawn from it; or the folders of the classes, and then both are drawn. What is drawn is a
    fraction of each class's files, shuffled by `split_seed`. Classes are numbered in alphabetical order. Of a moving
    image the first picture counts. A file that cannot be read is refused by name, or left out with `skip_unreadable`.
    Of images that are alike to the last pixel in two splits one is left out, and they are counted. A `split` other than
    0 draws train and val anew from the images of both, and leaves test as it is; so do `folds`, of which `fold` is val.

    Raises:
        ValueError: With one line about what is missing or cannot be read.
    """
    from trainers.datasets import _folders, _listed

    folder = Path(path).expanduser().resolve()
    files = _folders.find(folder)
    classes = tuple(sorted({file.label for file in files}))
    listed = [_listed.Listed(file.path, classes.index(file.label), file.split) for file in files]
    origin = _listed.Origin("image_folder", f"images of {folder.name}", classes, __file__)
    return _listed.kept(origin, listed, look, drawing)
