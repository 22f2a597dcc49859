"""Cost: the epochs that each run and the whole plan take, and the images that go through the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations._assumptions import Assumptions
from doe.model import Cell, Finding, Study, Trial

MOST = 1000
"""Runs that are listed; a longer plan is summed up only."""


def cost(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> Finding | None:
    """Epochs by run and in total, replicates included; None where no run is known, or not how long it trains."""
    if not trials or len(assumed.epochs) != len(trials):
        return None
    images = assumed.train_images
    rows: list[Mapping[str, Cell]] = [
        _row(trial.run, study.replicates, study.replicates * epochs, images)
        for trial, epochs in zip(trials, assumed.epochs, strict=True)
        if len(trials) <= MOST
    ]
    trainings, epochs = len(trials) * study.replicates, sum(assumed.epochs) * study.replicates
    rows.append(_row("total", trainings, epochs, images))
    note = f"{_many(trainings, 'training')} of {_many(epochs, 'epoch')} together"
    note += "." if images is None else f", {epochs * images:,} images through the network."
    if assumed.seconds_an_epoch is not None:
        rate = assumed.seconds_an_epoch
        note += f" At {rate:.3g} s an epoch, as measured on this study, {_time(epochs * rate)} of training."
    return Finding("cost", "Cost", tuple(rows), note)


def _row(run: int | str, trainings: int, epochs: int, images: int | None) -> Mapping[str, Cell]:
    row: dict[str, Cell] = {"run": run, "trainings": trainings, "epochs": epochs}
    return row if images is None else {**row, "images": epochs * images}


def _time(seconds: float) -> str:
    """Seconds in the unit in which a person would say them."""
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} seconds"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
