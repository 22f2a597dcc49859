"""Muxspace's facial_expressions: some 13,700 pictures of known people, most of them neutral or happy."""

import re
from pathlib import Path

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

CLASSES = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
HEADER = ["user.id", "image", "emotion"]
NUMBERED = re.compile(r"(.*\D)\d{4}")
"""A person's name and the number of the picture: Aaron_Peirsol_0001, Obama0003."""
LOOK = Look()
DRAWING = Drawing()


def load(path: str, *, look: Look = LOOK, drawing: Drawing = DRAWING) -> Dataset:
    """Load what `data/legend.csv` lists, a user, a picture in `images` and an emotion a row, whatever parts them.

    Its last rows are parted by tabs instead of commas, and it says angry, surprised, disgusted and fearful for some of
    the eight. The user is who labelled. A picture listed twice counts once; one that was given two labels is left out,
    and counted. Most names are a person's and a number, and so a person stands in one split only; a picture with
    another name is its own person. The smallest classes have about ten pictures: a draw may leave a split without.

    Raises:
        ValueError: With one line about a folder, a row of the legend or a picture.
    """
    from trainers.datasets import _listed, _spelling

    folder = _listed.folder_of("muxspace", path)
    legend = next((place for place in (folder / "data" / "legend.csv", folder / "legend.csv") if place.is_file()), None)
    if legend is None:
        raise ValueError(f"muxspace:{folder} has no data/legend.csv")
    images = next((place for place in (folder / "images", folder / "data" / "images") if place.is_dir()), folder)
    labels, twice = dict[str, int](), set[str]()
    for number, name, emotion in _rows(legend):
        label = _spelling.class_of(emotion, CLASSES, f"muxspace: row {number} of {legend}")
        if labels.setdefault(name, label) != label:
            twice.add(name)
    listed = [
        _listed.Listed(images / name, label, subject=_person(Path(name).stem))
        for name, label in labels.items()
        if name not in twice
    ]
    about = "muxspace/facial_expressions, by person"
    if twice:
        about += f", {len(twice)} with two labels left out"
    return _listed.kept(_listed.Origin("muxspace", about, CLASSES, __file__), listed, look, drawing)


def _rows(legend: Path) -> list[tuple[int, str, str]]:
    """Give the number, the picture and the emotion of each row."""
    found = []
    for number, line in enumerate(legend.read_text(encoding="utf-8-sig").splitlines(), start=1):
        cells = [cell.strip(' "') for cell in re.split(r"[,\t]", line)]
        if number == 1:
            if [cell.lower() for cell in cells] != HEADER:
                raise ValueError(f"muxspace: {legend} begins with {line!r}; wanted {','.join(HEADER)}")
        elif len(cells) == len(HEADER):
            found.append((number, cells[1], cells[2]))
        elif line.strip():
            raise ValueError(f"muxspace: row {number} of {legend} is {line!r}; wanted a user, a picture and an emotion")
    return found


def _person(stem: str) -> str:
    numbered = NUMBERED.fullmatch(stem)
    return numbered[1].rstrip("_") if numbered else stem
