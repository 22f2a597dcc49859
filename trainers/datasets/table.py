"""A table of features and labels in a CSV file, for trainers that need no images."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from trainers.datasets._dataset import NAMES, SUBJECT, Dataset
from trainers.datasets._options import Drawing

if TYPE_CHECKING:
    import pandas as pd

    from trainers.datasets._part import Heap

DRAWING = Drawing()
LABELS = ("label", "class", "target")
SPLITS = {name: name for name in NAMES} | {
    "training": "train",
    "validation": "val",
    "valid": "val",
    "publictest": "val",
    "privatetest": "test",
}


def load(
    path: str, *, label: str = "", subject: str = "", usage: str = "", drop: str = "", drawing: Drawing = DRAWING
) -> Dataset:
    """Load a CSV file with a header: every column of numbers is a feature, and `label` the column of the classes.

    Without a `label` it is the column of that name, or class or target, and else the last. Rows of one `subject`, a
    column of whatever, stand in one split only. A column `usage` says train, val or test of each row; without one, val
    and test are drawn. `drop` names columns to leave aside, joined by "+". Classes are in the order of their names, or
    of their numbers. Rows that are alike are not taken for copies.

    A row is an image of one point with a channel a feature, in floats: `classical` takes it, and networks say that the
    images are too small.

    Raises:
        ValueError: With one line about the file or a column.
    """
    from trainers.datasets import _cache, _listed, _part

    _part.check("table", drawing)
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        raise ValueError(f"table:{file} is {'a folder' if file.exists() else 'missing'}; a CSV file is wanted")
    options = {
        "file": [str(file), *_listed.state(file)],
        "columns": [label, subject, usage, drop],
        "drawing": dataclasses.asdict(drawing),
    }

    def make() -> Dataset:
        return _part.part("table", f"rows of {file.name}", _heap(file, label, subject, usage, drop), drawing)

    return _cache.kept("table", (__file__, *_listed.SOURCES), options, make)


def _heap(file: Path, label: str, subject: str, usage: str, drop: str) -> "Heap":
    import numpy as np

    from trainers.datasets._part import Heap

    table = _read(file)
    label = label or next((name for name in LABELS if name in table), str(table.columns[-1]))
    apart = [name for name in (label, subject, usage, *drop.split("+")) if name]
    for name in apart:
        if name not in table:
            raise ValueError(f"table:{file} has no column {name!r}; there is {', '.join(map(str, table.columns))}")
    features = table.drop(columns=apart)
    if features.empty:
        raise ValueError(f"table:{file} has no feature besides {', '.join(apart)}")
    _refuse_what_is_no_number(file, features)
    if table[label].isna().any():
        raise ValueError(f"table:{file}: column {label!r} is empty in line {_line(table[label].isna())}")
    classes, labels = np.unique(table[label].to_numpy(), return_inverse=True)
    rows = features.to_numpy(dtype=np.float32)[:, :, None, None]
    who = {SUBJECT: np.unique(table[subject].astype(str), return_inverse=True)[1].astype(np.int64)} if subject else {}
    places = [_place(file, usage, text) for text in table[usage]] if usage else [""] * len(table)
    return Heap(rows, labels.astype(np.int64), tuple(map(str, classes)), places, who, distinct=False)


def _read(file: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        table = pd.read_csv(file, skipinitialspace=True)
    except (ValueError, OSError) as error:  # pandas's own kinds are ValueErrors
        raise ValueError(f"table:{file} cannot be read: {str(error).strip().splitlines()[0]}") from error
    table.columns = [str(name).strip() for name in table.columns]
    if table.empty:
        raise ValueError(f"table:{file} has no row")
    return table


def _refuse_what_is_no_number(file: Path, features: "pd.DataFrame") -> None:
    import numpy as np
    import pandas as pd

    for name, column in features.items():
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
        odd = ~np.isfinite(numbers) | (np.abs(numbers) > np.finfo(np.float32).max)
        if odd.any() or column.dtype == object:
            found = column[odd].iloc[0] if odd.any() else column.iloc[0]
            raise ValueError(
                f"table:{file}: column {name!r} holds {str(found)!r} in line {_line(odd)}; numbers are wanted, and"
                f" drop={name} leaves the column aside"
            )


def _line(odd: Iterable[bool]) -> int:
    """The first line of the file that is so, the header being line 1."""
    return next((number for number, is_odd in enumerate(odd, start=2) if is_odd), 2)


def _place(file: Path, usage: str, text: object) -> str:
    place = SPLITS.get(str(text).strip().lower())
    if place is None:
        raise ValueError(f"table:{file}: column {usage!r} says {text!r}; wanted {', '.join(NAMES)}")
    return place
