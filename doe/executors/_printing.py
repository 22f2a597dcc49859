"""What a trial prints, into a file that may have no room: then it is thrown away, as it is not worth the trial."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TextIO


class Printed:
    """A stream as ``sys.stdout`` is one; what cannot be written is lost, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it if there is room."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write out what there is room for."""
        with suppress(OSError):
            self._stream.flush()

    def close(self) -> None:
        """Close the file, written out or not."""
        with suppress(OSError):
            self._stream.close()

    def __getattr__(self, name: str) -> Any:
        """All else is the stream's own."""
        return getattr(self._stream, name)
