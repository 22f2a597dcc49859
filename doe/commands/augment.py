"""``doe augment``: add the runs that tell more, in the study's own journal."""

from __future__ import annotations

from textwrap import fill
from typing import Annotated

import typer

from doe import folders
from doe.augmenting import Wanted, augmentation, compared
from doe.commands._json import planned, print_json
from doe.commands._plan_screen import runs_table
from doe.commands._watching import carry_on
from doe.concluding import conclude, design_of
from doe.designs import Later
from doe.loading import asked_of
from doe.protocols import Resources
from doe.reports import finding_on_screen
from doe.running import Manner


def augment(
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    clear: Annotated[
        str | None, typer.Option(help="Interactions to be told from everything else, by the fewest runs: a:b,c:d.")
    ] = None,
    foldover: Annotated[bool, typer.Option("--foldover", help="Every run again at the other levels.")] = False,
    of: Annotated[str | None, typer.Option(help="The factors whose levels a foldover changes: a,b; or all.")] = None,
    runs: Annotated[int | None, typer.Option(help="So many runs that tell most; also with --clear.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="The fewest runs that make up for those that failed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the runs, and train nothing.")] = False,
    executor: Annotated[str, typer.Option(help="auto, serial, local or ray.")] = "auto",
    slots: Annotated[int | None, typer.Option(min=1, help="How many trials side by side.")] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="An MLflow server or database; none: no tracking.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try trials again that failed for good.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")] = False,
) -> None:
    """Add runs that separate effects, raise power or mend what failed; the old stay. Without a wish, it goes on."""
    pairs = asked_of({"interactions": _listed(clear)}).interactions if clear else ()
    wanted = Wanted(pairs, foldover, tuple(_listed(of)), runs, repair)
    if dry_run:
        _show(study, wanted, as_json=as_json)
        return
    manner = Manner(executor, Resources(slots=slots), tracking_uri, retry_failed)
    carry_on(study, lambda conducted, history: augmentation(conducted, history, wanted), manner, as_json=as_json)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(",")] if text else []


def _show(name: str, wanted: Wanted, *, as_json: bool) -> None:
    """What would be added, why, and what it would tell."""
    own, history = folders.read_history(folders.find_begun(name))
    conducted = conclude(own, history)
    phase = augmentation(conducted, history, wanted)
    study = phase.study
    design = Later(design_of(study), phase.first_run)
    trials = list(design.propose(study, (), ()))
    findings = compared(conducted, history, phase) if phase not in history.phases else []
    if as_json:
        print_json(study, "planned", map(planned, trials), findings, why=list(phase.why))
        return
    typer.echo(f"{study.name} · {phase.name} · {len(trials)} trials from run {phase.first_run} on")
    for sentence in phase.why:
        typer.echo(fill(sentence, 100, initial_indent="  · ", subsequent_indent="    "))
    for finding in (runs_table(study, trials), *findings):
        typer.echo(f"\n{finding_on_screen(finding)}")
