"""Trials as aligned lines of text, the same on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from doe.model import Completed, Factor, Failed, Level, Study, Trial


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide each factor's column is."""

    study: Study
    widths: Mapping[str, int] = field(hash=False)

    @property
    def header(self) -> str:
        """The names above the columns."""
        names = "  ".join(f"{name:>{width}}" for name, width in self.widths.items())
        replicate = " rep" if self.study.replicates > 1 else ""
        return f"  run{replicate}  {names}  {self.study.objective.response:>14}"

    def line(self, trial: Trial, response: str) -> str:
        """A trial's place, its setting, and what there is to say of its response."""
        levels = "  ".join(f"{shown_level(trial.setting[name]):>{width}}" for name, width in self.widths.items())
        replicate = f" {trial.replicate:>3}" if self.study.replicates > 1 else ""
        return f"  {trial.run:>3}{replicate}  {levels}  {response:>14}"

    def outcome(self, outcome: Completed | Failed) -> str:
        """A trial that has ended."""
        match outcome:
            case Completed(trial, readings, seconds):
                value = readings[-1].metrics.get(self.study.objective.response)
                shown = "-" if value is None else f"{value:.4f}"
                return f"{self.line(trial, shown)}  {readings[-1].epoch:>4} epochs  {clock(seconds):>6}"
            case Failed(trial, kind, reason):
                return f"{self.line(trial, 'stopped' if kind == 'pruned' else 'failed')}  {reason}"


def columns_of(study: Study) -> Columns:
    """Columns wide enough for every level of every factor that the design sets."""
    return Columns(study, {factor.name: _width(factor) for factor in study.array_factors})


def shown_level(level: Level) -> str:
    """A level as a person reads it: six digits of a number at the most."""
    return f"{level:.6g}" if isinstance(level, float) else str(level)


def slides(study: Study) -> Iterator[str]:
    """What the trainer is told of each factor whose levels are relative, in a sentence."""
    for name, sliding in study.sliding.items():
        yield f"{name} is trained with its level times the base of {sliding.on}: {sliding}."


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or with hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _width(factor: Factor) -> int:
    return max(len(factor.name), *(len(shown_level(level)) for level in factor.levels))
