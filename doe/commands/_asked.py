"""What is typed about the model of an analysis: interactions, the type of its sums of squares, what is error."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

import typer

from doe.analyses import analyze
from doe.concluding import Conducted
from doe.loading import asked_of, nearest
from doe.model import Asked, StudyError


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, each by the name of its option; None where nothing was."""

    interactions: Annotated[str | None, typer.Option(help="Interactions in the model: a:b,c:d.")] = None
    type: Annotated[str | None, typer.Option("--type", help="Type of the sums of squares: I, II or III.")] = None
    trials_of: Annotated[int | None, typer.Option(help="How many images each accuracy is a share of.")] = None
    pool: Annotated[str | None, typer.Option(help="Factors of a table declared to be error: a,b:c.")] = None
    also: Annotated[
        str | None, typer.Option(help="Further responses: minimize=seconds,maximize=COLUMN,target=COLUMN:VALUE.")
    ] = None

    @property
    def asked(self) -> Asked:
        """What is asked of a table.

        Raises:
            StudyError: It makes no sense.
        """
        page = _further(self.also) if self.also else {}
        for option in fields(self):
            value = getattr(self, option.name)
            if value is not None and option.name != "also":
                listed = option.name in {"interactions", "pool"}
                page[option.name] = [part.strip() for part in value.split(",")] if listed else value
        return asked_of(page)

    def over(self, conducted: Conducted) -> Conducted:
        """A study analysed anew, where anything was typed.

        Raises:
            StudyError: It makes no sense, or would declare to be error what the study did not before its data.
        """
        if self.pool is not None:
            raise StudyError("--pool is for a .csv table; a study declares its own in [analysis], before the data")
        if self == Typed():
            return conducted
        results = conducted.results
        typed, own = self.asked, results.asked
        typed.check([factor.name for factor in results.factors])
        merged = replace(
            own,
            interactions=typed.interactions or own.interactions,
            sums=typed.sums if self.type else own.sums,
            trials_of=typed.trials_of or own.trials_of,
            also=typed.also or own.also,
        )
        anew = replace(results, asked=merged)
        return replace(conducted, results=anew, findings=tuple(analyze(anew)))


def _further(text: str) -> dict[str, Any]:
    """Further responses, as they stand in a study's table ``analysis``."""
    page: dict[str, Any] = {"maximize": [], "minimize": [], "target": {}}
    for part in text.split(","):
        goal, sign, name = (piece.strip() for piece in part.partition("="))
        if goal not in page:
            raise StudyError(f"--also {part.strip()}: no goal {goal!r}; {nearest(goal, page)}")
        response, _, value = name.rpartition(":") if goal == "target" else (name, "", "")
        if not sign or not response:
            wanted = "target=COLUMN:VALUE" if goal == "target" else f"{goal}=COLUMN"
            raise StudyError(f"--also {part.strip()}: wanted {wanted}")
        if goal != "target":
            page[goal].append(response)
            continue
        try:
            page[goal][response] = float(value)
        except ValueError:
            raise StudyError(f"--also {part.strip()}: {value!r} is not a number") from None
    return page
