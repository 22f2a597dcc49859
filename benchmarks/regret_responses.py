"""Four synthetic responses whose best setting is known, and which of their factors do anything at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal, TypeAlias

from annotated_types import Interval

from trainers import synthetic

Name: TypeAlias = Literal["main-effects", "interaction", "flat", "diverging"]
Setting: TypeAlias = Mapping[str, Any]

EPOCHS = 10
NOISE = 0.01
"""Standard deviation of one training's accuracy about its mean."""
INTERACTION = 0.03
"""What 0.1 of dropout above 0.5 and a doubling of the batch above 64 add together, besides what each does."""
SHIFT = 0.8
"""The best learning rate lies up to so many decades from the middle level, 0.001, another in every study."""

TOO_FAST, TOO_FEW = 2e-3, 48
"""Above this rate, twice the best, and below this batch trainings diverge, in the last response."""

RATE = "learning_rate:log=0.0001,0.001,0.01"
BATCH = "batch_size:log=32,64,128"
MOMENTUM = "momentum=0.8,0.9,1.0"
OPTIMIZER = "optimizer=adam,sgd,adagrad"
DROPOUT = "dropout=0.4,0.5,0.6"


@dataclass(frozen=True, slots=True)
class Response:
    """One of them."""

    name: Name
    said: str
    """What it is, in a line."""
    factors: tuple[str, ...]
    """As they are typed; outermost levels are the range of a search, and the trainer takes nothing beyond them."""
    active: frozenset[str]
    """The factors that do something; the others do nothing whatever."""
    held: tuple[str, ...] = ("dropout=0.5",)
    """What is constant."""


RESPONSES = (
    Response(
        "main-effects",
        "three factors act, each by itself",
        (RATE, OPTIMIZER, BATCH, MOMENTUM),
        frozenset({"learning_rate", "optimizer", "batch_size"}),
    ),
    Response(
        "interaction",
        "dropout and batch size interact strongly; in the L9 that looks like effects of the other two factors",
        (DROPOUT, BATCH, RATE, MOMENTUM),
        frozenset({"dropout", "batch_size", "learning_rate"}),
        ("optimizer=adam",),
    ),
    Response("flat", "nothing acts: all is noise", (RATE, OPTIMIZER, BATCH, MOMENTUM), frozenset()),
    Response(
        "diverging",
        "as main-effects, but trainings diverge where the rate is above twice the best and the batch below 48",
        (RATE, OPTIMIZER, BATCH, MOMENTUM),
        frozenset({"learning_rate", "optimizer", "batch_size"}),
    ),
)


def shift_of(seed: int) -> float:
    """What the learning rate of a study is multiplied by before it counts; the best rate is 0.001 over that."""
    return float(10 ** Random(f"shift {seed}").uniform(-SHIFT, SHIFT))


def truth(response: Name, shift: float, setting: Setting) -> float:
    """The mean accuracy of a setting, known without a training; where it diverges it is that of guessing, 0.1."""
    if response == "flat":
        return synthetic.accuracy(EPOCHS)
    if response == "diverging" and _diverges(shift, setting):
        return 0.1
    return synthetic.accuracy(EPOCHS, **_told(response, shift, setting))


def best_of(response: Name, shift: float) -> float:
    """The mean accuracy of the best setting there is: the best rate, with the others at one of their ends."""
    rate = {"learning_rate": 1e-3 / shift, "momentum": 0.9}
    ends = product(("adam", "sgd", "adagrad"), (32, 128), (0.4, 0.6))
    settings = ({**rate, "optimizer": o, "batch_size": b, "dropout": d} for o, b, d in ends)
    return max(truth(response, shift, setting) for setting in settings)


def train(
    dataset: object = None,
    epochs: int = EPOCHS,
    seed: int = 0,
    *,
    learning_rate: Annotated[float, Interval(ge=1e-4, le=1e-2)] = 1e-3,
    optimizer: Literal["adam", "sgd", "adagrad"] = "sgd",
    batch_size: Annotated[int, Interval(ge=32, le=128)] = 64,
    momentum: Annotated[float, Interval(ge=0.8, le=1.0)] = 0.9,
    dropout: Annotated[float, Interval(ge=0.4, le=0.6)] = 0.5,
    response: str = "main-effects",
    shift: float = 1.0,
) -> Iterator[dict[str, float]]:
    """Yield the accuracies of ``trainers/synthetic.py``, with noise of its own for every setting and seed."""
    setting = {
        "learning_rate": learning_rate,
        "optimizer": optimizer,
        "batch_size": batch_size,
        "momentum": momentum,
        "dropout": dropout,
    }
    named: Name = next(each.name for each in RESPONSES if each.name == response)
    own = Random(f"{seed} {shift} {sorted(setting.items())}").getrandbits(31)
    breaks: synthetic.Failure = "diverge" if named == "diverging" and _diverges(shift, setting) else "never"
    told = {} if named == "flat" else _told(named, shift, setting)
    yield from synthetic.train(dataset, epochs, own, **told, noise=NOISE, fail=breaks, fail_epoch=3)


def _told(response: Name, shift: float, setting: Setting) -> dict[str, Any]:
    """What the synthetic trainer is told; momentum it is not, nor what this response does not have as a factor."""
    told = {"learning_rate": setting["learning_rate"] * shift, "batch_size": setting["batch_size"]}
    if response == "interaction":
        return {**told, "dropout": setting["dropout"], "interaction": INTERACTION}
    return {**told, "optimizer": setting["optimizer"]}


def _diverges(shift: float, setting: Setting) -> bool:
    return bool(setting["learning_rate"] * shift > TOO_FAST and setting["batch_size"] < TOO_FEW)


def reference() -> str:
    """This trainer as a study names it, from the folder that the benchmark is run in."""
    return str(Path(__file__).relative_to(Path.cwd()))


def is_near(response: Name, shift: float, setting: Setting) -> bool:
    """Whether a setting's mean is within 1 % of the best there is."""
    best = best_of(response, shift)
    return math.isclose(truth(response, shift, setting), best, abs_tol=0.01 * best)
