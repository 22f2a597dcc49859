"""A study without a trainer: factors as they were typed, or the bare columns of an array."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from doe.loading._analysis import asked_of
from doe.loading._contents import with_contents
from doe.loading._toml import layout_of, objective_of, read_page
from doe.loading.studies import Wishes, apply_wishes, plain_numbers, with_design
from doe.model import Factor, Study, StudyError

NONE = "none"
"""What is typed for a trainer where a study's own is not wanted: of a name that is a design's as well, the design."""


def names_trainer(name: str, designs: Collection[str], wishes: Wishes) -> bool:
    """Whether the study itself, or what was typed beside it, says who trains.

    Raises:
        StudyError: There is no study or design of that name.
    """
    wanted = wishes.trainer or read_page(name, designs)[1].get("trainer")
    return wanted not in {None, NONE}


def sketch(name: str, designs: Collection[str], wishes: Wishes, columns: Sequence[int] = ()) -> Study:
    """The study as far as it can be told without a trainer; no factor is checked against a signature.

    Args:
        name: A study or a design.
        designs: The names of all designs.
        wishes: What was typed beside it.
        columns: How many levels each column of the design has: what is varied where no factor is named.

    Raises:
        StudyError: Data are given, which only a trainer reads, or there is neither a factor nor a column.
    """
    bare_design = wishes.trainer == NONE and name in designs
    title, page = (name, dict[str, Any](design=name)) if bare_design else read_page(name, designs)
    page = with_design(title, page, wishes.design)
    if wishes.data is not None:
        raise StudyError(f"--data {wishes.data}: {title} names no trainer that would read them; --trainer NAME does")
    factors, constants = apply_wishes(page, {}, wishes)
    bare = {f"c{place}": Factor(f"c{place}", tuple(range(1, n + 1))) for place, n in enumerate(columns, start=1)}
    return Study(
        name=wishes.name or title,
        design=page["design"],
        factors=tuple((factors or bare).values()),
        objective=wishes.objective or objective_of(page),
        trainer="",
        constants=constants,
        layout=with_contents(layout_of(page, wishes.layout)),
        question=page.get("question", ""),
        analysis=asked_of(page.get("analysis", {})),
        **plain_numbers(page, wishes),
    )
