"""CK+48: the last three frames of posed expressions, 48x48, in one folder an expression, split by subject."""

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

CLASSES = ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")
LOOK = Look()
DRAWING = Drawing()


def load(path: str, *, look: Look = LOOK, drawing: Drawing = DRAWING, only: str = "") -> Dataset:
    """Load `CK+48/<expression>/S###_###_########.png`: subject, sequence and frame, after Lucey and others (2010).

    The three frames of a sequence are nearly the same picture, and a subject has several sequences: drawn one by one,
    most of val would stand in train. So a subject stands in one split only, and shares come near their fractions, not
    to them. `only` names the expressions to keep, joined by "+": the founding study took five of the seven.

    Raises:
        ValueError: With one line about a folder, a name or an expression.
    """
    from trainers.datasets import _listed, _spelling

    folder = _listed.folder_of("ckplus48", path)
    place = folder / "CK+48" if (folder / "CK+48").is_dir() else folder
    wanted = [_spelling.class_of(name, CLASSES, "ckplus48: only") for name in only.split("+") if name]
    classes = tuple(name for index, name in enumerate(CLASSES) if not wanted or index in wanted)
    listed = []
    for found in _listed.pictures(place):
        label = CLASSES[_spelling.class_of(found.parent.name, CLASSES, f"the folder of ckplus48:{found}")]
        if label in classes:
            listed.append(_listed.Listed(found, classes.index(label), subject=_subject(found.stem)))
    origin = _listed.Origin("ckplus48", "CK+48, by subject", classes, __file__)
    return _listed.kept(origin, listed, look, drawing)


def _subject(stem: str) -> str:
    """S005 of S005_001_00000009."""
    subject, *rest = stem.split("_")
    if len(rest) != 2 or not (subject[:1] == "S" and subject[1:].isdigit()):  # noqa: PLR2004 - sequence and frame
        raise ValueError(f"ckplus48: {stem} is no name like S005_001_00000009, so whose picture it is is not known")
    return subject
