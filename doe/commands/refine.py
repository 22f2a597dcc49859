"""``doe refine``: search on from what the design found, in the factors that matter."""

from __future__ import annotations

from typing import Annotated

import typer

from doe.commands import _options as options
from doe.commands._options import AsJson, Begun, grouped
from doe.commands._watching import carry_on
from doe.refining import refinement
from doe.running import Manner


@grouped(manner=options.manner)
def refine(
    study: Begun,
    trials: Annotated[int | None, typer.Option(min=1, help="How many trials the search has; 30 unless told.")] = None,
    sampler: Annotated[
        str | None, typer.Option(help="gp, tpe, cmaes, qmc, random, nsga, or one of Optuna's by name; gp unless told.")
    ] = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep-significant", "--keep", help="Search what was not told from chance too, instead of fixing it."
        ),
    ] = False,
    *,
    manner: Manner,
    as_json: AsJson = False,
) -> None:
    """Search on with a sampler that knows all trials so far; factors and ranges as the findings say."""
    carry_on(
        study,
        lambda conducted, history: refinement(conducted, history, trials, sampler, keep=keep),
        manner,
        as_json=as_json,
    )
