"""What a file says that a design is read from, as part of the plan: another content is another plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from doe.model import Level, StudyError

Layout: TypeAlias = Mapping[str, Level | tuple[Level, ...]]


def with_contents(layout: Layout) -> dict[str, Level | tuple[Level, ...]]:
    """A layout with the ``sha256`` of its ``file`` beside it; as it is where there is none, or it cannot be read.

    Raises:
        StudyError: A sha256 was stated, and the file has another.
    """
    import hashlib

    file, stated = layout.get("file"), layout.get("sha256")
    try:
        content = Path(file).read_bytes() if isinstance(file, str) else None
    except (OSError, ValueError):  # no file has such a name
        content = None  # the design says so, and why
    if content is None:
        return dict(layout)
    found = hashlib.sha256(content).hexdigest()
    if stated not in {None, found}:
        raise StudyError(f"{file} is not the file that was meant: its sha256 is {found}, not {stated}")
    return {**layout, "sha256": found}
