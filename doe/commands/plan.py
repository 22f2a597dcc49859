"""``doe plan``: judge a study or a design before a GPU is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doe.commands._judge import judge
from doe.commands._plan_file import check_suffix, write_plan
from doe.commands._plan_screen import judged_text, print_judged
from doe.evaluations import Assumptions
from doe.loading import Wishes


def plan_study(
    study: Annotated[
        str, typer.Argument(help="A study (doe list studies), a design (doe list designs) or a .toml file.")
    ],
    trainer: Annotated[
        str | None, typer.Option(help="A trainer (doe list trainers); none: factors are taken as they are.")
    ] = None,
    data: Annotated[str | None, typer.Option(help="A dataset (doe list datasets) or a folder of images.")] = None,
    factor: Annotated[list[str] | None, typer.Option(help="NAME=LEVEL,LEVEL,... adds or replaces a factor.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE sets a constant, NAME=A,B,C levels.")
    ] = None,
    design: Annotated[str | None, typer.Option(help="A design (doe list designs) or a .csv table of runs.")] = None,
    layout: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE,... tells the design more than the factors.")
    ] = None,
    replicates: Annotated[int | None, typer.Option(help="How often each run is trained, under another seed.")] = None,
    budget: Annotated[int | None, typer.Option(help="How many runs a sequential design may propose.")] = None,
    seed: Annotated[int | None, typer.Option(help="What order and seeds are derived from.")] = None,
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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")] = False,
) -> None:
    """Judge a plan before anything is trained: what is aliased, how precise it is, what it would detect and cost."""
    if to is not None:
        check_suffix(to)
    assumed = Assumptions(sd=sd, sd_within=sd_within, effect=detect, power=power, accuracy=accuracy, images=images)
    wishes = Wishes(
        trainer=trainer,
        data=data,
        factors=factor or (),
        settings=set_ or (),
        design=design,
        layout=layout or (),
        replicates=replicates,
        seed=seed,
        budget=budget,
    )
    judged = judge(study, wishes, assumed)
    if to is not None:
        write_plan(judged, to)
    if as_json:
        print_judged(judged)
    else:
        typer.echo(judged_text(judged) if to is None else str(to))
