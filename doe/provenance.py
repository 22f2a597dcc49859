"""With what a study is run: the code, the machine and the versions, as they go into its journal."""

from __future__ import annotations

import contextlib
import platform
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LOGIN = re.compile(r"://(?!/)[^\s'\"]*@")
"""To the last ``@`` of an address: passwords may hold ``@`` and ``/``. A path after a third ``/`` has none."""
QUERY = re.compile(r"([?&][^=&\s]*(?:pass|pwd|token|secret|key|sig|auth|cred)[^=&\s]*=)[^&\s'\"]*", re.IGNORECASE)
PACKAGES = (
    "doe-orchestrator",
    "torch",
    "torchvision",
    "ray",
    "mlflow",
    "optuna",
    "pyDOE",
    "numpy",
    "pandas",
    "statsmodels",
)
"""The packages whose versions may matter to a reader."""
NUMERICAL = ("python", "torch", "torchvision", "numpy")
"""Those that readings are computed with."""
LAST_DIGITS = "readings may differ from the earlier ones in their last digits"


def provenance() -> dict[str, object]:
    """What stands in the line ``opened`` of a journal."""
    return {
        "code_version": code_version(),
        "host": socket.gethostname(),
        "versions": versions(),
        "command": command(sys.argv),
    }


def command(words: Sequence[str]) -> str:
    """What was typed, as it can be typed again; who logs in with what is left out of addresses."""
    program = Path(words[0]).name if words else ""
    typed = ["doe", *words[1:]] if program in {"doe", "__main__.py"} else ["python", program, *words[1:]]
    return shlex.join(without_secrets(word) for word in typed)


def without_secrets(text: str) -> str:
    """A text in which no address tells who logs in with what: neither before an ``@`` nor in a query."""
    return QUERY.sub(r"\1***", LOGIN.sub("://***@", text))


def versions() -> dict[str, str | None]:
    """The version of Python and of each package; None where it is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def unlike(
    opened: Sequence[Mapping[str, Any]], where: Sequence[Mapping[str, Any]], threads: int, processor: str | None
) -> tuple[str, ...]:
    """What may change the last digits of readings beside those there are, a line each; none where all is as it was.

    Args:
        opened: The lines ``opened`` of a journal, the last one of now.
        where: Where each trial that has completed was carried out.
        threads: How many a trial is to have now.
        processor: Of what kind those are that trials are to have now; None: that is not known yet.
    """
    *earlier, last = [line.get("versions") or {} for line in opened] or [{}]
    said = []
    for name in NUMERICAL:
        before = {str(versions[name]) for versions in earlier if versions.get(name)} - {str(last.get(name))}
        if before:
            said.append(f"{name} was {', '.join(sorted(before))}, now {last.get(name)}: {LAST_DIGITS}")
    if other := {str(told["threads"]) for told in where if told.get("threads")} - {str(threads)}:
        said.append(f"trials so far had {', '.join(sorted(other))} threads, now {threads}: {LAST_DIGITS}")
    if processor and (kinds := processors(where) - {processor}):
        said.append(f"trials so far ran on {', '.join(sorted(kinds))}, now on {processor}: {LAST_DIGITS}")
    return tuple(said)


def mixed(where: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The line that says so, where trials ran on several kinds of processors."""
    kinds = processors(where)
    if len(kinds) < 2:  # noqa: PLR2004, one kind is no mixture
        return ()
    named = ", ".join(sorted(kinds))
    return (f"trials ran on {len(kinds)} kinds of processor ({named}): the last digits of readings may differ by it",)


def processors(where: Sequence[Mapping[str, Any]]) -> set[str]:
    """The kinds of processors that trials ran on, as far as the journal says."""
    return {str(told["processor"]) for told in where if told.get("processor")}


def code_version() -> str:
    """The version of the code in the working folder where git knows it, else the one of doe."""
    if git := shutil.which("git"):
        command = [git, "describe", "--always", "--dirty", "--tags"]
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
            if answer.returncode == 0 and answer.stdout.strip():
                return answer.stdout.strip()
    return f"doe {version('doe-orchestrator')}"
