"""What a study tells its design besides the factors, read and refused in one line where it makes no sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doe.designs._errors import DesignError
from doe.loading import nearest
from doe.model import Level, Study, is_number, shown


def check(study: Study, options: Mapping[str, str]) -> None:
    """Refuse what the design does not know, so that nothing that was asked for is silently left out.

    Raises:
        DesignError: The layout names an option that is none of the design's.
    """
    for name in study.layout:
        if name == "prune" and name not in options:
            raise DesignError(
                f"{study.design} has no layout option 'prune': it needs every run to its end, or its effects are no "
                "longer balanced; only sequential designs, as tpe, stop trials early"
            )
        if name not in options:
            known = nearest(name, options) if options else "it takes none"
            raise DesignError(f"{study.design} has no layout option {name!r}; {known}")


def whole(study: Study, name: str, least: int = 1) -> int | None:
    """A whole number, or None where nothing is said."""
    value = study.layout.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _wanted(study, name, f"a whole number of {least} or more")
    return value


def number(study: Study, name: str) -> float | None:
    """A number, or None where nothing is said."""
    value = study.layout.get(name)
    if value is None:
        return None
    if isinstance(value, tuple | str) or not is_number(value):
        raise _wanted(study, name, "a number")
    return float(value)


def flag(study: Study, name: str) -> bool:
    """Whether something is asked for; no where nothing is said."""
    value = study.layout.get(name, False)
    if not isinstance(value, bool):
        raise _wanted(study, name, "true or false")
    return value


def text(study: Study, name: str, known: Iterable[str] = ()) -> str | None:
    """A text, one of the known ones if there are any; None where nothing is said."""
    value = study.layout.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _wanted(study, name, f"one of {', '.join(known)}" if known else "a text")
    if known and value not in known:
        raise DesignError(f"{study.design}: layout {name} has no {value!r}; {nearest(value, known)}")
    return value


def texts(study: Study, name: str) -> tuple[str, ...]:
    """Texts, one or several; none where nothing is said."""
    value = study.layout.get(name, ())
    several = value if isinstance(value, tuple) else (value,)
    found = tuple(each for each in several if isinstance(each, str))
    if len(found) < len(several):
        raise _wanted(study, name, "texts")
    return found


def _wanted(study: Study, name: str, wanted: str) -> DesignError:
    value: Level | tuple[Level, ...] = study.layout[name]
    said = shown(value) if isinstance(value, tuple) else value
    return DesignError(f"{study.design}: layout {name} = {said}: wanted {wanted}")
