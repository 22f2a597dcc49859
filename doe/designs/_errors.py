"""What a design says that cannot be laid out."""

from __future__ import annotations

from doe.model import DoeError


class DesignError(DoeError):
    """The design cannot carry these factors, or what it is told contradicts itself."""
