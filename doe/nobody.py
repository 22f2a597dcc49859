"""Studies that were imported without a trainer: they can be analysed, and nobody can train more of them."""

from __future__ import annotations

from doe.model import Study, StudyError

NOBODY = "imported"
"""What stands for the trainer of such a study."""


def check_trainer(study: Study) -> None:
    """Refuse to train more of a study whose trainer is not known.

    Raises:
        StudyError: It is not.
    """
    if study.trainer == NOBODY:
        raise StudyError(
            f"{study.name} was imported and its trainer is not known; doe import with --as ANOTHER --trainer NAME makes"
            " a study that can be trained on"
        )
