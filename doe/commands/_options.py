"""Options that several commands have alike, declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, TypeAlias

import typer

from doe.loading import Wishes
from doe.model import StudyError
from doe.protocols import Resources
from doe.running import Manner

Named: TypeAlias = Annotated[
    str, typer.Argument(help="A study (doe list studies), a design (doe list designs) or a .toml file.")
]
Begun: TypeAlias = Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")]


def grouped(**groups: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose parameters of these names are each made of the options that a function of that name takes."""
    parts = {name: signature(make, eval_str=True).parameters for name, make in groups.items()}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = signature(command, eval_str=True)
        flat: list[Parameter] = []
        for parameter in own.parameters.values():
            flat += parts[parameter.name].values() if parameter.name in parts else [parameter]

        @wraps(command)
        def call(**told: Any) -> None:
            made = {
                name: groups[name](**{option: told.pop(option) for option in options})
                for name, options in parts.items()
            }
            command(**told, **made)

        # typer reads both
        keyword = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in flat]
        call.__signature__ = own.replace(parameters=keyword)  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
        return call

    return decorate


def words(*groups: Any) -> list[str]:
    """The options of groups, dataclasses with a field for each, as they were typed; without those that were not."""
    told = {each.name: getattr(group, each.name) for group in groups for each in fields(group)}
    typed = [(f"--{name.replace('_', '-')}", str(value)) for name, value in told.items() if value is not None]
    return [word for option in typed for word in option]


def wishes(
    trainer: Annotated[
        str | None, typer.Option(help="A trainer (doe list trainers), module or file; doe plan can do without.")
    ] = None,
    data: Annotated[str | None, typer.Option(help="A dataset (doe list datasets) or a folder of images.")] = None,
    design: Annotated[str | None, typer.Option(help="A design (doe list designs) or a .csv table of runs.")] = None,
    factor: Annotated[list[str] | None, typer.Option(help="NAME=LEVEL,LEVEL,... adds or replaces a factor.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE sets a constant, NAME=A,B,C levels.")
    ] = None,
    layout: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE,... tells the design more than the factors.")
    ] = None,
    replicates: Annotated[int | None, typer.Option(help="How often each run is trained, under another seed.")] = None,
    budget: Annotated[int | None, typer.Option(help="How many runs a sequential design may propose.")] = None,
    seed: Annotated[int | None, typer.Option(help="What order and seeds are derived from.")] = None,
) -> Wishes:
    """What a plan is to be, beside the study's name."""
    return Wishes(
        trainer=trainer,
        data=data,
        design=design,
        factors=factor or (),
        settings=set_ or (),
        layout=layout or (),
        replicates=replicates,
        seed=seed,
        budget=budget,
    )


def manner(
    executor: Annotated[str, typer.Option(help="auto, serial, local or ray.")] = "auto",
    slots: Annotated[int | None, typer.Option(min=1, help="How many trials side by side.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads a trial; can change its last digits on a CPU.")] = 1,
    gpus_per_trial: Annotated[
        str | None, typer.Option(help="The share of a GPU that a trial takes; auto: measured on the first.")
    ] = None,
    address: Annotated[str | None, typer.Option(help="An existing Ray cluster.")] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="An MLflow server or database; none: no tracking.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try trials again that failed for good.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Share no work between trials; the numbers are the same.")
    ] = False,
) -> Manner:
    """How trials are run, whatever they are."""
    share, shared = _share(gpus_per_trial)
    resources = Resources(slots=slots, gpus_per_trial=share, shared=shared, address=address, threads=threads)
    return Manner(executor, resources, tracking_uri, retry_failed, shares=not no_cache)


def _share(typed: str | None) -> tuple[float | None, bool]:
    """The share of a GPU that a trial takes, and whether it is to be measured instead."""
    if typed is None or typed == "auto":
        return None, typed == "auto"
    try:
        return float(typed), False
    except ValueError:
        raise StudyError(f"--gpus-per-trial {typed}: wanted a share such as 0.5, a whole number or auto") from None
