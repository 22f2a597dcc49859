"""``doe run``: conduct a study, and say what it found."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from doe import folders
from doe.commands._json import planned, print_json
from doe.commands._plan import plan_text
from doe.commands._watching import finish, watch
from doe.loading import Wishes
from doe.model import Objective, StudyError
from doe.protocols import Resources
from doe.running import Manner, plan


def run_study(
    study: Annotated[
        str, typer.Argument(help="A study (doe list studies), a design (doe list designs) or a .toml file.")
    ],
    trainer: Annotated[str | None, typer.Option(help="A trainer (doe list trainers), module or file.")] = None,
    data: Annotated[str | None, typer.Option(help="A dataset (doe list datasets) or a folder of images.")] = None,
    design: Annotated[str | None, typer.Option(help="A design (doe list designs) or a .csv table of runs.")] = None,
    factor: Annotated[list[str] | None, typer.Option(help="NAME=LEVEL,LEVEL,... adds or replaces a factor.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE sets a constant, NAME=A,B,C levels.")
    ] = None,
    layout: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE,... tells the design more than the factors.")
    ] = None,
    maximize: Annotated[str | None, typer.Option(help="The response to maximize.")] = None,
    minimize: Annotated[str | None, typer.Option(help="The response to minimize.")] = None,
    replicates: Annotated[int | None, typer.Option(help="How often each run is trained, under another seed.")] = None,
    budget: Annotated[int | None, typer.Option(help="How many runs a sequential design may propose.")] = None,
    seed: Annotated[int | None, typer.Option(help="What order and seeds are derived from.")] = None,
    name: Annotated[str | None, typer.Option(help="Call the study so, instead of STUDY-TRAINER.")] = None,
    executor: Annotated[str, typer.Option(help="auto, serial, local or ray.")] = "auto",
    slots: Annotated[int | None, typer.Option(min=1, help="How many trials side by side.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads a trial; can change its last digits on a CPU.")] = 1,
    gpus_per_trial: Annotated[
        float | None, typer.Option(min=0.0, help="The share of a GPU that a trial takes.")
    ] = None,
    address: Annotated[str | None, typer.Option(help="An existing Ray cluster.")] = None,
    trial_timeout: Annotated[
        float | None, typer.Option(min=0.0, help="Seconds after which a trial has failed.")
    ] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="An MLflow server or database; none: no tracking.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try trials again that failed for good.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Share no work between trials; sets share=false, for the same numbers.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew; the trials so far are kept beside.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, and train nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
) -> None:
    """Conduct a study, and say what it found. Run again, it goes on where it stopped."""
    wishes = Wishes(
        trainer=trainer,
        data=data,
        design=design,
        factors=factor or (),
        settings=(*(set_ or ()), *(("share=false",) if no_cache else ())),
        layout=layout or (),
        objective=_objective(maximize, minimize),
        replicates=replicates,
        seed=seed,
        budget=budget,
        trial_timeout=trial_timeout,
        name=name,
    )
    resources = Resources(slots=slots, gpus_per_trial=gpus_per_trial, address=address, threads=threads)
    manner = Manner(executor, resources, tracking_uri, retry_failed, fresh)
    ready = plan(study, wishes)
    if not as_json:
        typer.echo(plan_text(ready, manner))
    if dry_run:
        if as_json:
            print_json(ready.study, "planned", map(planned, ready.trials), ready.findings)
        return
    if fresh and not yes and not as_json and sys.stdin.isatty() and folders.journal_of(ready.study.name).exists():
        typer.confirm(f"Set the trials of {ready.study.name} aside and begin anew?", abort=True, err=True)
    begin = time.monotonic()
    conducted, interrupted = watch(ready, manner)
    finish(conducted, time.monotonic() - begin, interrupted=interrupted, as_json=as_json)


def _objective(maximize: str | None, minimize: str | None) -> Objective | None:
    if maximize and minimize:
        raise StudyError("--maximize and --minimize are both given; a study has one objective")
    if maximize:
        return Objective(maximize)
    return Objective(minimize, "minimize") if minimize else None
