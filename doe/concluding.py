"""What a study has brought so far: its journal read, its results analysed, its files written."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from doe import folders
from doe.analyses import analyze
from doe.designs import DESIGNS
from doe.history import History
from doe.loading import guarded, nearest
from doe.model import Completed, Failed, Finding, Outcome, Phase, Results, Study, StudyError
from doe.plots import save
from doe.protocols import Account, Design
from doe.reporting import account_of_study, report_as, write_report
from doe.results import tabulate

GUESTS = (
    "pandas",
    "scipy.special",
    "scipy.optimize",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
)
"""What analyses and figures import once they are at work."""


@dataclass(frozen=True, slots=True)
class Conducted:
    """A study after it was run, wholly or in part."""

    study: Study
    outcomes: tuple[Outcome, ...]
    results: Results
    findings: tuple[Finding, ...]
    folder: Path
    total: int
    """How many trials the study has."""
    opened: tuple[Mapping[str, Any], ...] = ()
    """The code, the machine and the data of each time it was taken up."""
    history: History = field(default_factory=History, repr=False)
    """The journal that all this is read from."""

    @property
    def failed(self) -> int:
        """How many trials failed for good."""
        return sum(isinstance(outcome, Failed) and outcome.kind != "pruned" for outcome in self.outcomes)

    @property
    def pruned(self) -> int:
        """How many trials their design stopped early."""
        return sum(isinstance(outcome, Failed) and outcome.kind == "pruned" for outcome in self.outcomes)

    @property
    def left(self) -> int:
        """How many trials have not ended."""
        return self.total - len(self.outcomes)

    @property
    def is_complete(self) -> bool:
        """Whether every trial ended as it was meant to."""
        return self.completed + self.pruned == self.total

    @property
    def completed(self) -> int:
        """How many trials completed."""
        return sum(isinstance(outcome, Completed) for outcome in self.outcomes)

    @property
    def account(self) -> Account:
        """What a report tells of it besides the plan's judgement and figures, which ``report_of`` adds."""
        return Account(self.study.name, self.results, self.findings, self.study, opened=self.opened)


def report_of(conducted: Conducted) -> Account:
    """All that a report tells of a study, its figures drawn."""
    account = account_of_study(conducted.study, conducted.results, conducted.findings, conducted.history)
    return replace(account, pictures=_pictures(conducted))


def _pictures(conducted: Conducted) -> dict[str, tuple[Path, ...]]:
    """What was drawn of each setting when it was last confirmed; under noise, of the first of its runs."""
    first = max((phase.first_run for phase in conducted.history.phases if phase.name == "confirm"), default=None)
    if first is None or "called" not in (trials := conducted.results.later["confirm"]).columns:
        return {}
    runs = trials[trials["run"] >= first].sort_values("run").groupby("called", sort=False)["run"].first()
    files = {str(called): folders.drawn(conducted.study.name, int(run)) for called, run in runs.items()}
    return {called: found for called, found in files.items() if found}


def design_of(study: Study) -> Design:
    """The design of a study.

    Raises:
        StudyError: There is none of that name.
    """
    if study.design not in DESIGNS:
        raise StudyError(f"no design {study.design!r}; {nearest(study.design, DESIGNS)} (doe list designs)")
    return DESIGNS[study.design]


def recall(text: str) -> Conducted:
    """What a study that was begun, named in full or in short, has brought so far.

    Raises:
        DoeError: There is none, or its journal cannot be read.
    """
    return conclude(*folders.read_history(folders.find_begun(text)))


def get_ready() -> None:
    """Import what a conclusion will need: for a thread of a driver that waits for its trials."""
    for name in GUESTS:
        with suppress(ImportError):
            import_module(name)


def conclude(study: Study, history: History) -> Conducted:
    """Analyse what a study has brought so far."""
    outcomes = tuple(sorted(history.outcomes(study.retries), key=lambda outcome: outcome.trial.key))
    results = tabulate(study, history)
    folder = folders.folder_of(study.name)
    sizes = [design_of(part).size(part) for part in (study, *(phase.study for phase in history.phases))]
    total, opened = sum(sizes), tuple(history.opened)
    return Conducted(study, outcomes, results, tuple(analyze(results)), folder, total, opened, history)


def unfinished(history: History) -> Phase | None:
    """The last phase, if some of its trials have not ended."""
    if not history.phases:
        return None
    last = history.phases[-1]
    ended = history.outcomes(last.study.retries, history.runs_of(len(history.phases) - 1))
    return last if len(ended) < design_of(last.study).size(last.study) else None


def next_run(study: Study, history: History) -> int:
    """The number of the first run after all that the study has planned."""
    if not history.phases:
        return design_of(study).size(study) // study.replicates + 1
    last = history.phases[-1]
    return last.first_run + design_of(last.study).size(last.study) // last.study.replicates


def write_files(conducted: Conducted) -> list[Path]:
    """Write the design, the responses, the findings and the report beside the journal; say where."""
    study, folder = conducted.study, conducted.folder
    files = [folder / name for name in ("study.json", "design.csv", "responses.csv", "findings.json")]
    files[0].write_text(json.dumps(asdict(study), indent=2) + "\n")
    with files[1].open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["run", *(guarded(factor.name) for factor in study.array_factors)])
        writer.writerows([trial.run, *map(guarded, trial.setting.values())] for trial in design_of(study).runs(study))
    conducted.results.table.rename(columns=guarded).map(guarded).to_csv(files[2], index=False)
    files[3].write_bytes(report_as("json", conducted.account) + b"\n")
    if conducted.completed:
        account = report_of(conducted)
        files += write_report(account, folder / "report.html")
        if "main-effects" in account.figures:
            files.append(folder / "main-effects.png")
            save(account.figures["main-effects"], files[-1])
    return files
