"""``doe augment``: add the runs that tell more, in the study's own journal."""

from __future__ import annotations

from textwrap import fill
from typing import Annotated

import typer

from doe import folders
from doe.augmenting import Wanted, augmentation, compared
from doe.commands import _options as options
from doe.commands._json import planned, print_json
from doe.commands._options import AsJson, Begun, grouped
from doe.commands._plan_screen import runs_table
from doe.commands._watching import carry_on
from doe.concluding import conclude, design_of
from doe.designs import Later
from doe.loading import asked_of
from doe.model import StudyError
from doe.reports import finding_on_screen
from doe.running import Manner


@grouped(manner=options.manner)
def augment(
    study: Begun,
    pairs: Annotated[str | None, typer.Argument(metavar="[A:B,...]", help="What --to clear is to clear.")] = None,
    to: Annotated[
        str | None, typer.Option(help="clear: tell interactions from everything else, by the fewest runs.")
    ] = None,
    clear: Annotated[str | None, typer.Option(help="--clear a:b is short for --to clear a:b.")] = None,
    foldover: Annotated[bool, typer.Option("--foldover", help="Every run again at the other levels.")] = False,
    of: Annotated[str | None, typer.Option(help="The factors whose levels a foldover changes: a,b; or all.")] = None,
    runs: Annotated[int | None, typer.Option(help="So many runs that tell most; also with --clear.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="The fewest runs that make up for those that failed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the runs, and train nothing.")] = False,
    *,
    manner: Manner,
    as_json: AsJson = False,
) -> None:
    """Add runs that separate effects, raise power or mend what failed; the old stay. Without a wish, it goes on."""
    cleared = _listed(_cleared(to, pairs, clear))
    interactions = asked_of({"interactions": cleared}).interactions if cleared else ()
    wanted = Wanted(interactions, foldover, tuple(_listed(of)), runs, repair)
    if dry_run:
        _show(study, wanted, as_json=as_json)
        return
    carry_on(study, lambda conducted, history: augmentation(conducted, history, wanted), manner, as_json=as_json)


def _cleared(to: str | None, pairs: str | None, clear: str | None) -> str | None:
    """The interactions, in whichever of the two ways they were typed.

    Raises:
        StudyError: Half of it is missing, or both ways were taken.
    """
    if to is None and pairs is None:
        return clear
    if to != "clear" or pairs is None or clear is not None:
        typed = (to and f"--to {to}", pairs, clear and f"--clear {clear}")
        raise StudyError(f"{' '.join(filter(None, typed))}: wanted --to clear A:B, or in short --clear A:B")
    return pairs


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
