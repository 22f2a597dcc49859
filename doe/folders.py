"""Where a study's files lie: ``mlruns/studies/<name>``, and nothing outside of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Container
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from doe.history import History, fold
from doe.journal import Journal, JournalError, read
from doe.loading import NAME, nearest
from doe.model import Study, StudyError, Trial

MLRUNS = Path("mlruns")
JOURNAL = "journal.jsonl"
CHECKPOINTS = "checkpoints"
PICTURES = "pictures"
TABLE = "table.csv"
"""A study's own copy of the table that its design is read from."""


def folder_of(name: str) -> Path:
    """The folder of a study of that name, be it there or not."""
    return MLRUNS / "studies" / name


def journal_of(name: str) -> Path:
    """The journal of a study of that name, be it there or not."""
    return folder_of(name) / JOURNAL


def studies_begun() -> list[str]:
    """The names of all studies that have a journal."""
    return sorted(path.parent.name for path in (MLRUNS / "studies").glob(f"*/{JOURNAL}"))


def latest() -> str | None:
    """The study whose journal was written to last; None where there is none."""
    journals = [journal_of(name) for name in studies_begun()]
    return max(journals, key=lambda path: path.stat().st_mtime).parent.name if journals else None


def find_begun(text: str) -> str:
    """The full name of a study that was begun: ``l9`` is enough for ``l9-vgg16`` where no other begins so.

    Raises:
        StudyError: None of that name was begun, or several.
    """
    begun = studies_begun()
    if text in begun:
        return text
    current = [name for name in begun if name.startswith(f"{text}-") and "~" not in name]
    if len(current) == 1:
        return current[0]
    if current:
        raise StudyError(f"{text!r} could be {', '.join(current)}")
    raise StudyError(f"no study {text!r} has been run here; {nearest(text, begun)}")


def read_history(name: str) -> tuple[Study, History]:
    """A study that was begun, and what became of its trials.

    Raises:
        StudyError: Its journal holds no plan.
        JournalError: Its journal cannot be read.
    """
    history = fold(read(journal_of(name)))
    if history.study is None:
        raise StudyError(f"the journal of {name} holds no plan yet")
    if not NAME.fullmatch(history.study.name):
        raise StudyError(f"the journal of {name} is of a study {history.study.name!r}, which is no name of a folder")
    return with_kept_table(history.study), history


def keep_table(study: Study, content: bytes | None) -> Study:
    """Copy the table of a study's design beside its journal, and give back the study that reads the copy."""
    if content is not None:
        kept = folder_of(study.name) / TABLE
        if not kept.exists() or kept.read_bytes() != content:
            kept.write_bytes(content)
    return with_kept_table(study)


def table_of(study: Study) -> bytes | None:
    """The table of a study's design as it is now; None where its design is read from none.

    Raises:
        StudyError: It is gone, but the study keeps a copy.
    """
    if "file" not in study.layout:
        return None
    file, kept = Path(str(study.layout["file"])), folder_of(study.name) / TABLE
    if not file.exists() and kept.exists():
        raise StudyError(f"{file} is gone; --design {kept} is the copy that {study.name} was begun with")
    return file.read_bytes() if file.exists() else None


def with_kept_table(study: Study) -> Study:
    """The study, its design read from its own copy of the table where it has one."""
    kept = folder_of(study.name) / TABLE
    if "sha256" not in study.layout or not kept.exists():
        return study
    return replace(study, layout={**study.layout, "file": str(kept)})


def checkpoint_of(name: str, trial: Trial, mark: str) -> Path | None:
    """The folder in which a trial may keep what it needs to go on; None where there can be none.

    It is for a trial with this mark only: what one with another has left is removed.
    """
    folder = (folder_of(name) / CHECKPOINTS / f"{trial.run}-{trial.replicate}-{mark}").resolve()
    clear_checkpoints(name, {trial.key}, folder)
    with suppress(OSError):
        folder.parent.mkdir(exist_ok=True)
        return folder
    return None


def clear_checkpoints(name: str, ended: Container[tuple[int, int]], but: Path | None = None) -> None:
    """Remove what trials have kept that need not go on any more, but for this folder."""
    with suppress(OSError):  # their file server may be gone, which the journal is to tell
        for folder in (folder_of(name) / CHECKPOINTS).glob("*-*-*"):
            key = tuple(int(number) for number in folder.name.split("-")[:2] if number.isdecimal())
            if key in ended and folder.name != (but and but.name):
                shutil.rmtree(folder, ignore_errors=True)


def drop_checkpoints(name: str) -> None:
    """Remove the folder of checkpoints where none is left in it."""
    with suppress(OSError):
        (folder_of(name) / CHECKPOINTS).rmdir()


def pictures_of(name: str, run: int) -> Path:
    """The folder for what the trainer draws of a run of the study, if it draws."""
    folder = (folder_of(name) / PICTURES).resolve()
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    return folder / str(run)


def drawn(name: str, run: int) -> tuple[Path, ...]:
    """What the trainer has drawn of a run, by name; a link that leads elsewhere is none of it."""
    files = sorted((folder_of(name) / PICTURES / str(run)).glob("*.*"))
    return tuple(file for file in files if file.is_file() and not file.is_symlink())


def set_aside(name: str) -> Path | None:
    """Move a study's folder to ``<name>~1``, ``~2``, ..., and say where; None where there is nothing to move.

    Raises:
        LockedError: It is being run.
    """
    folder = folder_of(name)
    if not (folder / JOURNAL).exists():
        return None
    with Journal(folder / JOURNAL):
        number = 1
        while (target := folder.with_name(f"{name}~{number}")).exists():
            number += 1
        folder.rename(target)
    return target


def make(folder: Path) -> None:
    """Make a folder that can be written to.

    Raises:
        JournalError: It cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(f"cannot write {folder}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise JournalError(f"cannot write {folder}: permission denied")
