"""Readers of what strangers write, given inputs that a fuzzer finds by which code they reach.

    python -m tests.fuzz READER [--seconds 300] [--inputs N]

READER is a key of ``READERS``. Wants atheris (``pip install atheris``), which no test needs. It begins with the
journals, study files and tables that the repository has, prints how many inputs it has tried, and ends with the input
at the first that a reader breaks on with anything but a DoeError.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent.parent
KNOWN = {"journal": "journals/*/journal.jsonl", "study": "../studies/*.toml", "table": "golden/*.csv"}
"""Where each reader's own kind of file lies."""
CONDITIONS = ("a == 'x' and not f", "b > 1.5 or (a != 'y' and f)", "b == 1e0 == True")
TYPED = ("a=x,y", "lr:log=1e-4,1e-2", "epochs:within=10,20", "a=1,2 times b:x=1,y=2", "generators=C=AB")


def main() -> None:
    """Fuzz one reader for so long, or with so many inputs."""
    import atheris

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("reader", choices=[*KNOWN, "typed", "forbid"])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--inputs", type=int, default=-1, help="stop after so many; -1: when the time is over")
    arguments = parser.parse_args()
    with atheris.instrument_imports(include=["doe"]):
        from tests.fuzz.test_readers import READERS
    from doe.model import DoeError

    reader, _ = READERS[arguments.reader]
    # inputs are written and flushed to the disk by the thousand: in memory where there is a file system of it
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as place:
        folder, corpus = Path(place), Path(place) / "corpus"
        corpus.mkdir()
        for number, content in enumerate(_known(arguments.reader)):
            (corpus / f"{number}").write_bytes(content)
        os.chdir(folder)

        def one(content: bytes) -> None:
            with suppress(DoeError):
                reader(content, folder)

        words = [f"-max_total_time={arguments.seconds}", f"-runs={arguments.inputs}", "-max_len=4096", "-seed=1"]
        atheris.Setup([sys.argv[0], *words, str(corpus)], one)
        atheris.Fuzz()


def _known(reader: str) -> Iterator[bytes]:
    if reader in KNOWN:
        yield from (file.read_bytes() for file in sorted(HERE.glob(KNOWN[reader])))
    else:
        yield from (text.encode() for text in (TYPED if reader == "typed" else CONDITIONS))


if __name__ == "__main__":
    main()
