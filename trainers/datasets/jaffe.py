"""JAFFE: 213 pictures of ten Japanese women in seven expressions, 256x256 and gray, split by subject."""

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

CODES = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
LOOK = Look()
DRAWING = Drawing()


def load(path: str, *, look: Look = LOOK, drawing: Drawing = DRAWING) -> Dataset:
    """Load `KA.AN1.39.tiff`: the subject, her expression and which take of it, the number of the picture.

    After Lyons and others (1998). Ten subjects make three splits of about 6, 2 and 2 of them; `folds=8` and its `fold`
    leave out one of the eight that are not in test.

    Raises:
        ValueError: With one line about a folder or a name.
    """
    from trainers.datasets import _listed

    folder = _listed.folder_of("jaffe", path)
    classes = tuple(CODES.values())
    listed = []
    for found in _listed.pictures(folder):
        subject, code, *rest = [*found.stem.split("."), "", ""]
        if code[:2] not in CODES or not code[2:].isdigit() or not rest[0].isdigit():
            raise ValueError(f"jaffe: {found} is no name like KA.AN1.39.tiff, with one of {', '.join(CODES)}")
        listed.append(_listed.Listed(found, classes.index(CODES[code[:2]]), subject=subject))
    origin = _listed.Origin("jaffe", "JAFFE, by subject", classes, __file__)
    return _listed.kept(origin, listed, look, drawing)
