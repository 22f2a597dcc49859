"""``doe plan``: judge a study or a design before a GPU is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doe.commands import _options as options
from doe.commands._judge import judge
from doe.commands._options import AsJson, Named, grouped
from doe.commands._plan_file import check_suffix, write_plan
from doe.commands._plan_screen import judged_text, print_judged
from doe.evaluations import Assumptions
from doe.loading import Wishes


@grouped(wishes=options.wishes)
def plan_study(
    study: Named,
    detect: Annotated[
        float | None, typer.Option(help="A difference between two levels of a factor that must not be missed.")
    ] = None,
    sd: Annotated[
        float | None, typer.Option(help="The standard deviation among trainings that differ in their seed only.")
    ] = None,
    sd_within: Annotated[
        float | None, typer.Option(help="That of the readings within one training, for a factor read off along it.")
    ] = None,
    power: Annotated[float, typer.Option(help="How likely the difference is to be detected.")] = 0.8,
    accuracy: Annotated[float | None, typer.Option(help="The accuracy expected; with --images it gives an sd.")] = None,
    images: Annotated[int | None, typer.Option(help="How many images the accuracy is counted on.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="Write the table of runs as .csv, or all there is to say as .html.")
    ] = None,
    *,
    wishes: Wishes,
    as_json: AsJson = False,
) -> None:
    """Judge a plan before anything is trained: what is aliased, how precise it is, what it would detect and cost."""
    if to is not None:
        check_suffix(to)
    assumed = Assumptions(sd=sd, sd_within=sd_within, effect=detect, power=power, accuracy=accuracy, images=images)
    judged = judge(study, wishes, assumed)
    if to is not None:
        write_plan(judged, to)
    if as_json:
        print_judged(judged)
    else:
        typer.echo(judged_text(judged) if to is None else str(to))
