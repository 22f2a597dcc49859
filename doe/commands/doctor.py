"""``doe doctor``: what this machine has, and whether doe can work on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs
import typer

from doe import folders
from doe.executors import cpu_count, visible_gpus
from doe.provenance import versions


def doctor() -> None:
    """Say versions, processors, GPUs, writable places and cache sizes; exit 1 where doe cannot work."""
    wrong = 0
    for mark, text in _lines():
        typer.echo(f"{mark} {text}")
        wrong += mark == "!"
    raise typer.Exit(1 if wrong else 0)


def _lines() -> Iterator[tuple[str, str]]:
    for package, version in versions().items():
        yield ("·", f"{package} {version}") if version else ("!", f"{package} is not installed")
    yield "·", f"run by {sys.executable}"
    yield "·", f"{cpu_count()} processors"
    gpus = visible_gpus()
    yield "·", f"{len(gpus)} GPUs: {', '.join(gpus)}" if gpus else "no GPU is visible: trials run on the processors"
    yield _writable(folders.MLRUNS.resolve(), "studies and MLflow")
    cache = platformdirs.user_cache_path("doe")
    yield _writable(cache, "datasets that can be made again")
    for part in sorted(cache.iterdir()) if cache.is_dir() else []:
        yield "·", f"  {part.name}: {_size(part) / 2**20:.1f} MiB"


def _writable(folder: Path, use: str) -> tuple[str, str]:
    """Whether a folder, or the nearest one above it that is there, can be written to."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return "·", f"{folder} is writable ({use})"
    return "!", f"{folder} cannot be written ({use})"


def _size(path: Path) -> int:
    total = 0
    for file in (path, *path.rglob("*")):
        with suppress(OSError):  # trials under way may remove it
            total += file.stat().st_size if file.is_file() else 0
    return total
