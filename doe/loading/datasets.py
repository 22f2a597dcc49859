"""Find a dataset by name, or a folder of images by its path."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doe.loading._names import load_function, names_on, nearest, reference
from doe.loading._shape import is_folder
from doe.loading._signature import Hyperparameter, grouped, hyperparameters
from doe.model import DoeError, Setting

SHELF = "trainers.datasets"


class DatasetError(DoeError):
    """There is no such dataset, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset comes from, before it is read."""

    name: str
    """The dataset and its path, as the study keeps them: ``image_folder:/home/me/faces``."""

    reference: str
    """Where a worker finds its loader: ``module:function``, and after a second colon the path, if it takes one."""

    options: Mapping[str, Hyperparameter] = field(hash=False)
    """What the loader may be told, by keyword."""

    @property
    def label(self) -> str:
        """A short name for folders: the dataset's, or that of the folder it is read from."""
        kind, _, path = self.name.partition(":")
        return Path(path).name if path else kind


def find_dataset(text: str) -> Source:
    """Find a dataset: a name on the shelf, ``name:path``, or the path of a folder, which is read as ``image_folder``.

    Raises:
        DatasetError: There is none of that name, or a path is missing or not wanted.
    """
    known = names_on(SHELF)
    kind, _, path = text.partition(":")
    if kind not in known and not kind.endswith(".py") and "." not in kind.strip("./~"):
        if not is_folder(text):
            raise DatasetError(f"no dataset or folder {text!r}; {nearest(text, known)} (doe list datasets)")
        kind, path = "image_folder", text
    elif is_folder(text):
        kind, path = "image_folder", text
    target = reference(kind, SHELF, "load")
    load = load_function(target)
    takes_path = any(a.name == "path" for a in inspect.signature(load).parameters.values())
    if takes_path and not path:
        raise DatasetError(f"dataset {kind!r} wants a path: {kind}:PATH")
    if path and not takes_path:
        raise DatasetError(f"dataset {kind!r} takes no path, but was given {path!r}")
    if path:
        # a worker may have another working folder
        path = str(Path(path).expanduser().resolve())
    name = f"{kind}:{path}" if path else kind
    return Source(name, f"{target}:{path}" if path else target, hyperparameters(load))


def load_dataset(target: str, options: Setting) -> Any:
    """Read a dataset that ``find_dataset`` found.

    Raises:
        DatasetError: In the loader's own words.
    """
    place, function, path = _parts(target)
    load: Callable[..., Any] = load_function(f"{place}:{function}")
    try:
        told = grouped(load, options)
        return load(path, **told) if path else load(**told)
    except (ValueError, OSError) as error:
        raise DatasetError(str(error)) from error


def describe_dataset(name: str) -> tuple[str, dict[str, Hyperparameter]]:
    """The first line of a dataset's docstring, and what its loader may be told."""
    load = load_function(reference(name, SHELF, "load"))
    module = inspect.getmodule(load)
    summary = ((module and module.__doc__) or load.__doc__ or "").strip().partition("\n")[0]
    return summary, hyperparameters(load)


def _parts(target: str) -> tuple[str, str, str]:
    place, function, *path = target.split(":", 2)
    return place, function, path[0] if path else ""
