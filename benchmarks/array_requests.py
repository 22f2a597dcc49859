"""The requests that arrays are compared on: factors of so many levels, as 2^3 3^1."""

from __future__ import annotations

import re

REQUESTS: tuple[str, ...] = (
    "2^3", "2^4", "2^5", "2^7", "2^8", "2^11", "2^13", "2^15", "2^17", "2^19", "2^24", "2^31", "2^40",
    "3^2", "3^3", "3^4", "3^5", "3^6", "3^7", "3^13",
    "2^1 3^3", "2^1 3^7", "2^2 3^2", "2^2 3^4", "2^3 3^5", "2^4 3^1", "2^4 4^1", "2^11 3^12", "3^6 6^1", "2^3 4^2",
    "4^5", "2^1 4^4", "2^2 3^1 4^2", "2^2 3^3 4^1", "3^5 4^1", "2^3 5^1", "5^4", "2^1 5^3", "2^8 8^1", "7^4",
    "2^13 3^1 4^1", "2^2 3^5 6^2", "3^3 5^1", "2^2 3^2 6^1",
)  # fmt: skip


def sizes_of(request: str) -> tuple[int, ...]:
    """How many levels each factor has."""
    terms = re.findall(r"(\d+)\^(\d+)", request)
    return tuple(int(size) for size, times in terms for _ in range(int(times)))
