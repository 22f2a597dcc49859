"""What the analyses are asked, as it stands in a study's table ``analysis`` or was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doe.loading._names import nearest
from doe.model import Asked, Goal, Objective, StudyError, is_number

GOALS: tuple[Goal, ...] = ("maximize", "minimize")


def asked_of(page: Mapping[str, Any]) -> Asked:
    """What the analyses are asked: the keys of a study's table ``analysis``, or of the like typed after options.

    Raises:
        StudyError: A key is unknown, or its value makes no sense.
    """
    known = ("interactions", "type", "pool", "trials_of", "maximize", "minimize", "target")
    for key in page.keys() - set(known):
        raise StudyError(f"analysis has no {key!r}; {nearest(key, known)}")
    trials_of = page.get("trials_of")
    if trials_of is not None and (not isinstance(trials_of, int) or isinstance(trials_of, bool)):
        raise StudyError(f"analysis trials_of = {trials_of!r}: wanted a whole number")
    targets = page.get("target", {})
    if not isinstance(targets, dict) or not all(map(is_number, targets.values())):
        raise StudyError(f"analysis target = {targets!r}: wanted {{ response = value }}")
    also = [Objective(name, goal) for goal in GOALS for name in _texts(page, goal)]
    also += [Objective(name, "target", float(value)) for name, value in targets.items()]
    return Asked(
        interactions=tuple(_pair(text) for text in _texts(page, "interactions")),
        sums=page.get("type", "II"),
        pooled=tuple(_texts(page, "pool")),
        trials_of=trials_of,
        also=tuple(also),
    )


def _texts(page: Mapping[str, Any], key: str) -> list[str]:
    value = page.get(key, [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise StudyError(f"analysis {key} = {value!r}: wanted a name or a list of names")
    return texts


def _pair(text: str) -> tuple[str, str]:
    first, sign, second = text.partition(":")
    if not first.strip() or not sign or not second.strip():
        raise StudyError(f"interaction {text!r}: wanted FACTOR:FACTOR")
    return first.strip(), second.strip()
