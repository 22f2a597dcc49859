"""``doe confirm``: train what was predicted, the best seen and the baseline again, and say whether it holds."""

from __future__ import annotations

from typing import Annotated

import typer

from doe.commands._watching import carry_on
from doe.confirming import confirmation
from doe.protocols import Resources
from doe.running import Manner


def confirm(
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Trainings of each setting; as many as seeds ask for unless told.")
    ] = None,
    executor: Annotated[str, typer.Option(help="auto, serial, local or ray.")] = "auto",
    slots: Annotated[int | None, typer.Option(min=1, help="How many trials side by side.")] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="An MLflow server or database; none: no tracking.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try trials again that failed for good.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")] = False,
) -> None:
    """Train the predicted optimum, the best seen and the baseline under fresh seeds; the test split is read here."""
    manner = Manner(executor, Resources(slots=slots), tracking_uri, retry_failed)
    carry_on(study, lambda conducted, history: confirmation(conducted, history, replicates), manner, as_json=as_json)
