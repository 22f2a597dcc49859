"""Any program: what it is told stands in braces on its command line, what it measures it prints as lines of JSON."""

import ctypes
import inspect
import json
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import IO

OURS = frozenset({"seed", "epochs", "metrics"})
"""What may stand in braces and is no hyperparameter: the seed, the epochs, a file for the metrics."""
LAST_WORDS = 200
"""Letters of a failed program's last line that are repeated."""


def trainer_of(text: str) -> Callable[..., Iterator[dict[str, float]]]:
    """Make a trainer of a command line such as ``python train.py --lr {learning_rate} --seed {seed}``.

    The line is split as a shell would split it, and no shell ever sees it: a level is one argument, or part of one,
    whatever it contains. Each line of standard output that is a JSON object is a reading, its numbers the metrics; with
    ``{metrics}`` the program writes them to the file of that name instead. With ``{epochs}`` a line is an epoch;
    without it the last number of each metric counts, as one reading.

    Raises:
        ValueError: The line is empty or not well formed, or there is no such program.
    """
    try:
        words = shlex.split(text)
        names = [name for word in words for name in _names(word)]
    except ValueError as error:
        raise ValueError(f"command {text!r}: {error}") from None
    if not words:
        raise ValueError(
            "command: wanted a command line after it, as in command:'python train.py --lr {learning_rate}'"
        )
    if shutil.which(words[0]) is None:
        raise ValueError(f"command {text!r}: there is no program {words[0]!r}")

    def train(_: object = None, epochs: int = 1, seed: int = 0, **told: object) -> Iterator[dict[str, float]]:
        readings = _run(words, {**told, "epochs": epochs, "seed": seed})
        if "epochs" in names:
            yield from readings
        elif (last := _merged(readings)) is not None:
            yield last

    train.__signature__ = _signature(names)  # type: ignore[attr-defined]
    return train


def _names(word: str) -> list[str]:
    """What stands in braces, a plain name each."""
    found = [name for _, name, _, _ in Formatter().parse(word) if name is not None]
    for name in found:
        if not name.isidentifier():
            raise ValueError(f"wanted the name of a hyperparameter in braces, not {{{name}}}")
    return found


def _signature(names: Iterable[str]) -> inspect.Signature:
    """The signature that a generator function of its own would have."""
    kind, free = inspect.Parameter, dict.fromkeys(name for name in names if name not in OURS)
    parameters = [
        kind("dataset", kind.POSITIONAL_ONLY, default=None),
        kind("epochs", kind.POSITIONAL_ONLY, default=None if "epochs" in names else 1),
        kind("seed", kind.POSITIONAL_ONLY, default=0),
        *(kind(name, kind.KEYWORD_ONLY) for name in free),
    ]
    return inspect.Signature(parameters)


def _run(words: Iterable[str], told: Mapping[str, object]) -> Iterator[dict[str, float]]:
    """Run the program to its end, and yield each reading as it comes."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as complaints:
        metrics = Path(folder) / "metrics.jsonl"
        texts = {name: _shown(value) for name, value in {**told, "metrics": metrics}.items()}
        line = [word.format(**texts) for word in words]
        with subprocess.Popen(  # noqa: S603 - the user's own program, without a shell
            line,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - a trial has one thread when it begins
        ) as program:
            try:
                yield from _readings(program.stdout or ())
                code = program.wait()
            finally:
                program.kill()
        _complain(line, code, complaints)
        if metrics.exists():
            yield from _readings(metrics.read_text(encoding="utf-8").splitlines())


def _die_with_parent() -> None:
    """A program is not to outlive the trial that started it, even if that is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _complain(line: list[str], code: int, complaints: IO[str]) -> None:
    """Repeat what the program said on standard error, and raise if it failed."""
    complaints.seek(0)
    said = complaints.read()
    sys.stderr.write(said)
    if code:
        last = said.strip().rpartition("\n")[2][:LAST_WORDS]
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        raise RuntimeError(f"{line[0]} {how}" + (f": {last}" if last else ""))


def _readings(lines: Iterable[str]) -> Iterator[dict[str, float]]:
    """The numbers of each line that is a JSON object; other lines are passed on, to be read in the trial's log."""
    for line in lines:
        try:
            page = json.loads(line)
        except ValueError:
            page = None
        if not isinstance(page, dict):
            sys.stdout.write(line.rstrip("\n") + "\n")
            continue
        numbers = {name: float(value) for name, value in page.items() if isinstance(value, int | float)}
        if numbers:
            yield numbers


def _merged(readings: Iterable[dict[str, float]]) -> dict[str, float] | None:
    """The last number of each metric; None where there is none."""
    found: dict[str, float] = {}
    for reading in readings:
        found |= reading
    return found or None


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
