"""``doe confirm``: train what was predicted, the best seen and the baseline again, and say whether it holds."""

from __future__ import annotations

from typing import Annotated

import typer

from doe.commands import _options as options
from doe.commands._options import AsJson, Begun, grouped
from doe.commands._watching import carry_on
from doe.confirming import confirmation
from doe.running import Manner


@grouped(manner=options.manner)
def confirm(
    study: Begun,
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Trainings of each setting; as many as seeds ask for unless told.")
    ] = None,
    *,
    manner: Manner,
    as_json: AsJson = False,
) -> None:
    """Train the predicted optimum, the best seen and the baseline under fresh seeds; the test split is read here."""
    carry_on(study, lambda conducted, history: confirmation(conducted, history, replicates), manner, as_json=as_json)
