"""One expression under its several names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME = (
    {"anger", "angry"},
    {"contempt", "contemptuous"},
    {"disgust", "disgusted"},
    {"fear", "fearful", "afraid"},
    {"happiness", "happy"},
    {"neutral", "neutrality"},
    {"sadness", "sad"},
    {"surprise", "surprised"},
)


def class_of(text: str, classes: Sequence[str], where: object) -> int:
    """Give the index of the class that a word stands for, in whatever spelling.

    Raises:
        ValueError: With where it was read, the word and the classes there are.
    """
    word = text.strip().lower()
    spellings = next((group for group in SAME if word in group), {word})
    for index, name in enumerate(classes):
        if name in spellings:
            return index
    raise ValueError(f"{where} says {text.strip()!r}, which is none of {', '.join(classes)}")
