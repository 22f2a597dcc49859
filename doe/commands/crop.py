"""``doe crop``: cut the faces out of a folder of photographs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from doe.model import StudyError


def crop(
    source: Annotated[Path, typer.Argument(help="A folder of photographs, with any folders in it.")],
    target: Annotated[Path, typer.Argument(help="Where the faces go, in the same folders; nothing is written over.")],
    size: Annotated[int, typer.Option(min=8, max=1024, help="Pixels a side of a face.")] = 48,
    margin: Annotated[float, typer.Option(min=0, max=2, help="Added on each side, times the face's own side.")] = 0.1,
    detector: Annotated[
        Literal["cascade", "yunet"],
        typer.Option(help="What finds faces: scikit-image's own, or YuNet, in OpenCV."),
    ] = "cascade",
    weights: Annotated[Path | None, typer.Option(help="The file of YuNet's weights (.onnx), which you have.")] = None,
) -> None:
    """Find the largest face of each photograph, cut it out and resize it; exit 1 where one has none."""
    from trainers.datasets import _crop

    if (detector == "yunet") != (weights is not None):
        wanted = "--detector yunet" if weights else "--weights FILE.onnx"
        raise StudyError(f"{'--weights' if weights else '--detector yunet'} wants {wanted} beside it")
    cropped = missed = 0
    try:
        for cut in _crop.crop(source, target, size, margin, weights):
            cropped += cut.face is not None
            missed += cut.face is None
            if cut.face is None:
                typer.echo(f"! {cut.reason}")
    except (ValueError, OSError) as error:
        raise StudyError(str(error)) from error
    typer.echo(f"{cropped} faces of {size}x{size} in {target}" + (f", {missed} photographs without" if missed else ""))
    raise typer.Exit(1 if missed else 0)
