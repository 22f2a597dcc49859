"""Classes: how well each class is told from the others, at the confirmed setting or by the best training."""

from __future__ import annotations

from collections.abc import Mapping

from doe.confusions import Confusion, confusion_of
from doe.model import Cell, Finding, Results


def classes(results: Results) -> Finding | None:
    """Precision, recall and F1 of each class; None where the trainer yields no confusion matrix.

    As in scikit-learn, the precision of a class that is never answered is 0.
    """
    found = confusion_of(results)
    if found is None:
        return None
    rows = [_row(found, name) for name in found.classes]
    worst = min(rows, key=lambda row: float(row["recall"] or 0.0))
    note = f"{found.of[0].upper()}{found.of[1:]}. {worst['class']} is recognised least often{_taken_for(found, worst)}."
    return Finding("classes", "How well each class is told", tuple(rows), note)


def _row(found: Confusion, name: str) -> Mapping[str, Cell]:
    hits = found.counts.get((name, name), 0.0)
    images = sum(count for (true, _), count in found.counts.items() if true == name)
    answered = sum(count for (_, answer), count in found.counts.items() if answer == name)
    return {
        "class": name,
        "images": int(images),
        "precision": hits / answered if answered else 0.0,
        "recall": hits / images if images else 0.0,
        "f1": 2 * hits / (images + answered) if images + answered else 0.0,
    }


def _taken_for(found: Confusion, worst: Mapping[str, Cell]) -> str:
    """What the class that is recognised least often is taken for most often."""
    wrong = {
        answer: count
        for (true, answer), count in found.counts.items()
        if true == worst["class"] and answer != true and count
    }
    if not wrong:
        return ""
    return f", and taken most often for {max(wrong, key=lambda answer: wrong[answer])}"
