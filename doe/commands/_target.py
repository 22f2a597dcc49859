"""What an analysis is made of: a study that was begun, or any table, and what is typed about a table's columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from doe.loading import nearest, read_results
from doe.model import Asked, Objective, Results, Role, StudyError

Target: TypeAlias = Annotated[str, typer.Argument(help="A study that was begun, or a .csv table with a heading.")]
Aim: TypeAlias = Annotated[str | None, typer.Option(help="maximize (the default), minimize or target=VALUE.")]


@dataclass(frozen=True, slots=True)
class Columns:
    """What was typed about the columns of a table, each by the name of its option."""

    response: Annotated[str | None, typer.Option(help="The column of a table that was measured.")] = None
    factors: Annotated[str | None, typer.Option(help="The columns of a table that were set: a,b,c.")] = None
    goal: Aim = None
    block: Annotated[str | None, typer.Option(help="A column that tells blocks apart.")] = None
    within: Annotated[str | None, typer.Option(help="A column that was read off along each training.")] = None

    def refuse(self, study: str) -> None:
        """Refuse what only a table needs to be told.

        Raises:
            StudyError: Something of it was typed.
        """
        for option in fields(self):
            if getattr(self, option.name) is not None:
                raise StudyError(f"--{option.name} is for a .csv table; the study {study} has its own")

    @property
    def objective(self) -> Objective:
        """The response, and which way is better.

        Raises:
            StudyError: There is none, or the goal is none.
        """
        if self.response is None:
            raise StudyError("--response COLUMN says which column of the table was measured")
        name, _, value = (self.goal or "maximize").partition("=")
        if name == "target":
            try:
                return Objective(self.response, "target", float(value))
            except ValueError:
                raise StudyError(f"--goal {self.goal}: wanted target=NUMBER") from None
        if name not in {"maximize", "minimize"} or value:
            raise StudyError(f"no goal {self.goal!r}; {nearest(name, ['maximize', 'minimize', 'target=VALUE'])}")
        return Objective(self.response, "maximize" if name == "maximize" else "minimize")


def is_table(target: str) -> bool:
    """Whether a table is meant, and not a study."""
    return target.lower().endswith(".csv")


def read_table(path: Path, columns: Columns, asked: Asked | None = None) -> Results:
    """The results that a table holds, and what is asked of them.

    Raises:
        DoeError: Whatever of it the user can mend.
    """
    objective = columns.objective
    names = [name.strip() for name in columns.factors.split(",")] if columns.factors else []
    roles: dict[str, Role] = {}
    if columns.block:
        roles[columns.block] = "block"
    if columns.within:
        roles[columns.within] = "within"
    if columns.block is not None and columns.block == columns.within:
        raise StudyError(f"{columns.block!r} cannot be the block and be read off along each training")
    return read_results(path, objective, names, roles, asked)
