"""``doe refine``: search on from what the design found, in the factors that matter."""

from __future__ import annotations

from typing import Annotated

import typer

from doe.commands._watching import carry_on
from doe.protocols import Resources
from doe.refining import refinement
from doe.running import Manner


def refine(
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    trials: Annotated[int | None, typer.Option(min=1, help="How many trials the search has; 30 unless told.")] = None,
    sampler: Annotated[
        str | None, typer.Option(help="tpe, gp, cmaes, qmc, random, nsga, or one of Optuna's by name; tpe unless told.")
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Search what was not told from chance too, instead of fixing it at its best."),
    ] = False,
    executor: Annotated[str, typer.Option(help="auto, serial, local or ray.")] = "auto",
    slots: Annotated[int | None, typer.Option(min=1, help="How many trials side by side.")] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="An MLflow server or database; none: no tracking.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try trials again that failed for good.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")] = False,
) -> None:
    """Search on with a sampler that knows all trials so far; factors and ranges as the findings say."""
    manner = Manner(executor, Resources(slots=slots), tracking_uri, retry_failed)
    carry_on(
        study,
        lambda conducted, history: refinement(conducted, history, trials, sampler, keep=keep),
        manner,
        as_json=as_json,
    )
