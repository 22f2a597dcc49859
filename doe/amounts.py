"""Trials and seconds, as a person would say them."""


def about(seconds: float) -> str:
    """Seconds, minutes or hours: ``~2.8 min``."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"~{seconds / size:.{0 if seconds >= 10 * size else 1}f} {unit}"
    return f"~{max(1, round(seconds))} s"


def many(count: int) -> str:
    """So many trials."""
    return f"{count} trial{'' if count == 1 else 's'}"
