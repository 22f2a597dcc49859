"""The report of a study or a table: one story, from the question to how it was done, that every format tells alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doe.model import Finding, Results, shown
from doe.protocols import Account
from doe.reports._drawn import drawn
from doe.reports._page import Block, Facts, Heading, Page, Paragraph, Picture, Section, Table
from doe.reports._places import PLACES, TABLED, Place, place_of
from doe.reports._runs import failures_table, order_of, runs_table, side_by_side
from doe.reports._sources import facts, repeat
from doe.reports._verdict import Verdict, verdict


def story(account: Account) -> Page:
    """Tell it from top to bottom; a part of which nothing is known is left out."""
    told = verdict(account.results, account.findings)
    sections = (
        Section("The answer", (*_answer(account, told),)),
        Section("What was run", (*_runs(account),)),
        Section("What can and cannot be concluded", (*_limits(account),)),
        Section("Effects", (*_placed(account, "effects"),)),
        Section("Diagnostics", (*_placed(account, "diagnostics"),)),
        Section("Best setting, and what to do next", (*_placed(account, "optimum"), *_next(account))),
        Section("The confirmed settings at work", (*drawn(account),)),
        Section("How it was done", (*_provenance(account),)),
    )
    question = account.study.question if account.study else ""
    return Page(
        account.name,
        question or f"What moves {account.results.objective.response}, by how much, and how sure is that?",
        _about(account),
        told.line,
        told.certainty,
        tuple(section for section in sections if section.blocks),
    )


def _about(account: Account) -> str:
    results, study = account.results, account.study
    objective = results.objective
    aim = f"hit {objective.target:g}" if objective.target is not None else objective.goal
    rows = len(results.table)
    parts = [f"{aim} {objective.response}"]
    if study:
        parts.append(f"{study.trainer} on {account.opened[-1].get('data') or study.dataset}" if account.opened else "")
        parts.append(f"{len(results.completed)} trials completed on {study.design}")
    else:
        parts.append(f"{rows} row{'' if rows == 1 else 's'}, {len(results.factors)} factors")
    if results.failures:
        parts.append(f"{len(results.failures)} failed")
    return " · ".join(part for part in [*parts, account.date] if part)


def _answer(account: Account, told: Verdict) -> Iterator[Block]:
    for sentence in told.sentences:
        yield Paragraph(sentence, "lead")
    yield from _pictures(account, "answer")
    yield from _findings([finding for finding in account.findings if place_of(finding.name) == "answer"])


def _runs(account: Account) -> Iterator[Block]:
    results = account.results
    yield Heading("Factors")
    yield Table(
        tuple(
            {"factor": factor.name, "levels": shown(factor.levels), "scale": factor.scale, "role": factor.role}
            for factor in results.factors
        )
    )
    if account.study and account.study.constants:
        constants = ", ".join(f"{name} {value}" for name, value in account.study.constants.items())
        yield Paragraph(f"Held constant: {constants}.")
    yield Heading("Runs")
    yield runs_table(results)
    if order := order_of(results):
        yield Paragraph(order)
    if results.failures:
        yield Heading("Failures")
        yield failures_table(results)


def _limits(account: Account) -> Iterator[Block]:
    said = [finding for finding in account.evaluations if not _is_blind(finding)]
    for finding in said:
        if finding.note and finding.name not in TABLED:
            yield Paragraph(finding.note, "warning" if finding.warns else "note")
    yield from _findings([finding for finding in said if finding.name in TABLED])
    yield from _placed(account, "limits")


def _is_blind(finding: Finding) -> bool:
    """Whether a table of power says nothing but that there is none, as the degrees of freedom do."""
    return finding.name == "power" and all(row.get("in sd") is None for row in finding.table)


def _placed(account: Account, place: Place) -> Iterator[Block]:
    """The findings that stand here, in the order of their shelf, and the plots."""
    yield from _findings([finding for finding in account.findings if place_of(finding.name) == place])
    yield from _pictures(account, place)


def _findings(findings: Sequence[Finding]) -> Iterator[Block]:
    for finding in findings:
        if not finding.table and not finding.note:
            continue
        yield Heading(finding.title)
        if finding.table:
            yield Table(side_by_side(finding.table))
        if finding.note:
            yield Paragraph(finding.note, "warning" if finding.warns else "plain")


def _pictures(account: Account, place: Place) -> Iterator[Block]:
    order = {name: number for number, name in enumerate(PLACES)}
    named = [name for name in account.figures if place_of(name) == place]
    for name in sorted(named, key=lambda name: order.get(name, len(order))):
        yield Picture(name, _words(name, account.results), account.figures[name])


def _words(name: str, results: Results) -> str:
    shown = "the columns of the model" if name == "correlation-map" else results.objective.response
    return f"{name.replace('-', ' ')} of {shown}"


def _next(account: Account) -> Iterator[Block]:
    if account.next:
        yield Heading("Next")
    for reason, command in account.next:
        yield Paragraph(reason)
        yield Paragraph(command, "command")


def _provenance(account: Account) -> Iterator[Block]:
    if known := facts(account):
        yield Facts(known)
    if commands := repeat(account):
        yield Paragraph("The commands that repeat it:")
        for command in commands:
            yield Paragraph(command, "command")
