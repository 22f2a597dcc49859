"""Whether a line of a journal comes in its turn: a line that stands twice says nothing new, any other is refused.

A file system or a backup that was cut off may leave lines twice, in another order or not at all.
"""

from __future__ import annotations

from doe.journal import Line
from doe.model import Completed, Failed, Outcome, Reading


def add_reading(kept: list[Reading], new: Reading) -> None:
    """Add a reading; one that stands twice says nothing new.

    Raises:
        ValueError: It is out of its turn.
    """
    if kept and new.epoch <= kept[-1].epoch:
        if repr(new) not in map(repr, kept):  # not ==, as NaN is not itself
            raise ValueError(f"it reads epoch {new.epoch} after epoch {kept[-1].epoch}")
        return
    kept.append(new)


def check_told_already(line: Line, ended: Outcome | None, end: float) -> None:
    """Refuse a line of a trial that is not under way, but ended so or was never begun, unless it stands twice.

    Args:
        line: It tells of a reading or an outcome.
        ended: What became of the trial, if it has ended.
        end: When it ended. A reading that was written later is one of another attempt, though it may say the same.

    Raises:
        ValueError: It says something new.
    """
    match line["event"], ended:
        case "completed", Completed():
            return
        case "failed", Failed(kind=kind, reason=reason) if (line["kind"], line["reason"]) == (kind, reason):
            return
        case "reading", Completed(readings=kept) | Failed(readings=kept) if line.get("time", 0.0) <= end:
            if repr(Reading(line["epoch"], line["metrics"])) in map(repr, kept):
                return
    raise ValueError(f"run {line['run']}, replicate {line['replicate']} was not under way")
