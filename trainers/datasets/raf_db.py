"""RAF-DB's basic expressions: 15,339 faces from the net with their labels in a list, train and test given."""

from typing import TYPE_CHECKING

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

CLASSES = ("surprise", "fear", "disgust", "happy", "sad", "anger", "neutral")
"""In the order of the list's numbers, which begin with 1."""
LIST = "EmoLabel/list_patition_label.txt"
"""So spelled."""
if TYPE_CHECKING:
    from pathlib import Path

ATTRIBUTES = {"gender": 3, "race": 3, "age": 5}
"""In the order of the last three lines of an annotation, each with how many values it has."""
LANDMARKS = 5
LOOK = Look(size=100, color="rgb")
DRAWING = Drawing()


def load(path: str, *, look: Look = LOOK, drawing: Drawing = DRAWING) -> Dataset:
    """Load the aligned faces that `EmoLabel/list_patition_label.txt` lists, after Li, Deng and Du (CVPR 2017).

    A line is `train_00001.jpg 5`, its picture `Image/aligned/train_00001_aligned.jpg`, 100x100. The beginning of a name
    says train or test; val is drawn from train, class by class. Whose face it is is not known.

    Where there is a folder `Annotation/manual`, the attributes gender (0 male, 1 female, 2 unsure), race (0 Caucasian,
    1 African-American, 2 Asian) and age (0 to 3, to 19, to 39, to 69, and above) are read from it, for `multi_task`.

    Raises:
        ValueError: With one line about a folder, a line of the list or a picture.
    """
    from trainers.datasets import _listed

    folder = _listed.folder_of("raf_db", path)
    root = folder / "basic" if (folder / "basic").is_dir() else folder
    if not (root / LIST).is_file():
        raise ValueError(f"raf_db:{folder} has no {LIST} (so spelled); the folder that holds EmoLabel is wanted")
    manual, listed = root / "Annotation" / "manual", []
    annotated = manual.is_dir()
    for number, line in enumerate((root / LIST).read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        name, _, label = line.strip().partition(" ")
        stem, place = name.rpartition(".")[0], name.partition("_")[0]
        if place not in {"train", "test"} or not label.strip().isdigit() or not 1 <= int(label) <= len(CLASSES):
            raise ValueError(
                f"raf_db: line {number} of {LIST} is {line.strip()!r}; wanted a name that begins with train_ or test_"
                f" and a number from 1 to {len(CLASSES)}"
            )
        picture = root / "Image" / "aligned" / f"{stem}_aligned.jpg"
        attributes = _attributes(manual / f"{stem}_manu_attri.txt") if annotated else {}
        listed.append(_listed.Listed(picture, int(label) - 1, place, attributes=attributes))
    origin = _listed.Origin("raf_db", "RAF-DB", CLASSES, __file__)
    return _listed.kept(origin, listed, look, drawing)


def _attributes(annotation: "Path") -> dict[str, int]:
    """Read what stands below the places of eyes, nose and mouth."""
    try:
        lines = annotation.read_text(encoding="utf-8").split("\n")[LANDMARKS:]
    except OSError as error:
        raise ValueError(
            f"raf_db: {annotation} is missing; without the folder manual no attributes are read"
        ) from error
    found = [line.strip() for line in lines if line.strip()]
    if len(found) != len(ATTRIBUTES) or any(
        not text.isdigit() or int(text) >= values for text, values in zip(found, ATTRIBUTES.values(), strict=True)
    ):
        raise ValueError(
            f"raf_db: {annotation} ends in {', '.join(found)[:40]!r}; wanted {LANDMARKS} lines of places, then"
            f" {', '.join(f'{name} from 0 to {values - 1}' for name, values in ATTRIBUTES.items())}"
        )
    return dict(zip(ATTRIBUTES, map(int, found), strict=True))
