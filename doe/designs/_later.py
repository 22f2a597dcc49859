"""A design whose runs come after others of the same study, and are numbered on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from doe.model import Outcome, Reading, Study, Trial
from doe.protocols import Design


@dataclass(frozen=True, slots=True)
class Later:
    """Another design, all of whose runs have later numbers."""

    design: Design
    first_run: int
    """The number of its first run."""
    past: tuple[Outcome, ...] = ()
    """What was before and is to be learned from, by a design that chooses each run in the light of the last."""

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterator[Trial]:
        """What the design itself proposes; to it its own runs begin at 1, and those of the past lie before."""
        before = [self._early(outcome) for outcome in (*_as_long(self.past, study), *done)]
        under_way = [self._numbered(trial, 1 - self.first_run) for trial in pending]
        for trial in self.design.propose(self._widened(study), before, under_way):
            yield self._numbered(trial, self.first_run - 1)

    def stops(
        self,
        study: Study,
        done: Sequence[Outcome],
        under_way: Mapping[tuple[int, int], Sequence[Reading]],
        trial: Trial,
    ) -> str | None:
        """What the design itself says of a trial under way, with the past before its eyes."""
        before = [self._early(outcome) for outcome in (*_as_long(self.past, study), *done)]
        theirs = {(run + 1 - self.first_run, replicate): each for (run, replicate), each in under_way.items()}
        return self.design.stops(study, before, theirs, self._numbered(trial, 1 - self.first_run))

    def runs(self, study: Study) -> Sequence[Trial]:
        """The first replicate of every run in standard order."""
        return tuple(self._numbered(trial, self.first_run - 1) for trial in self.design.runs(study))

    def size(self, study: Study) -> int:
        """How many trials this part of the study will have."""
        return self.design.size(study)

    def columns(self, study: Study) -> Mapping[str, int]:
        """The columns of the design itself."""
        return self.design.columns(study)

    @property
    def summary(self) -> str:
        """What the design itself is."""
        return self.design.summary

    def _widened(self, study: Study) -> Study:
        """A budget counts every run that the design is told of, those of the past as well."""
        known = len({outcome.trial.run for outcome in self.past})
        return replace(study, budget=study.budget + known) if study.budget and known else study

    def _early(self, outcome: Outcome) -> Outcome:
        return replace(outcome, trial=self._numbered(outcome.trial, 1 - self.first_run))

    def _numbered(self, trial: Trial, by: int) -> Trial:
        return replace(trial, run=trial.run + by)


def _as_long(past: Sequence[Outcome], study: Study) -> list[Outcome]:
    """The past, trainings along which epochs were read cut off where every training of the study ends now."""
    ends = next((factor.levels for factor in study.factors if factor.name == "epochs"), ())
    if len(ends) != 1:
        return list(past)
    return [
        outcome
        if "epochs" in outcome.trial.setting
        else replace(outcome, readings=tuple(each for each in outcome.readings if each.epoch <= float(ends[0])))
        for outcome in past
    ]
