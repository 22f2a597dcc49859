"""Cases with known answers; each file names its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from doe.model import Factor, Objective, Results

FOLDER = Path(__file__).parent


def case(name: str) -> dict[str, Any]:
    """A case: design, responses, expected."""
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def table(name: str) -> pd.DataFrame:
    """The design and the response of a case, which is called y here."""
    read = case(name)
    frame = pd.DataFrame(read["design"]["rows"], columns=read["design"]["columns"])
    return frame.assign(y=[float(value) for value in next(iter(read["responses"].values()))])


def results_of(frame: pd.DataFrame, names: list[str], response: str = "y", **roles: str) -> Results:
    """A table with its factors, whose levels are in the order in which they first occur."""
    factors = tuple(
        Factor(name, tuple(dict.fromkeys(frame[name].tolist())), role=roles.get(name, "control"))  # type: ignore[arg-type]
        for name in names
    )
    return Results(factors, Objective(response), frame)


def founding_l9() -> Results:
    """The founding study: optimizer, epochs, dropout and batch size on an L9, published with its accuracies."""
    frame = pd.read_csv(FOLDER / "founding_l9.csv")
    return results_of(frame, ["optimizer", "epochs", "dropout", "batch_size"], "accuracy")
