"""A study as it stands in a file: read, and every key of it known."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from doe.loading._names import nearest
from doe.loading._shape import check_shape, is_file
from doe.loading._sliding import sliding_of
from doe.model import Factor, Level, Objective, Role, Scale, StudyError, is_number

KEYS = frozenset(
    {"design", "maximize", "minimize", "target", "trainer", "dataset", "replicates", "budget", "seed", "retries"}
    | {"trial_timeout", "missed_epochs", "constants", "factors", "layout", "demo", "analysis"}
)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


def study_names() -> dict[str, Traversable]:
    """Every study: the files of ``studies/`` where the command was typed, and those that came with doe."""
    found: dict[str, Traversable] = {}
    for folder in (resources.files("studies"), Path("studies")):
        if folder.is_dir():
            found |= {e.name.removesuffix(".toml"): e for e in folder.iterdir() if e.name.endswith(".toml")}
    return dict(sorted(found.items()))


def read_page(name: str, designs: Collection[str]) -> tuple[str, dict[str, Any]]:
    """The study of that name, of that file, or of that design with no factors yet: its name, and what its file says.

    Raises:
        StudyError: There is none, or its file is not TOML or says what no study says.
    """
    studies = study_names()
    if name.endswith(".toml"):
        if not is_file(name):
            raise StudyError(f"no file {name!r}")
        return Path(name).stem, _parse(name, Path(name))
    if name in studies:
        return name, _parse(f"studies/{name}.toml", studies[name])
    if name in designs:
        return name, {"design": name}
    if not NAME.fullmatch(name):
        raise StudyError(
            f"{name!r} cannot be a study's name; wanted letters, digits, '.', '_' and '-', or a .toml file"
        )
    raise StudyError(f"no study or design {name!r}; {nearest(name, [*studies, *designs])} (doe list studies)")


def factor_of(name: str, value: Any) -> Factor:
    """A factor from ``[1, 2, 3]`` or ``{ levels = [1, 2, 3], scale = "log", role = "within" }``.

    With ``times = { optimizer = { adam = 1e-3, sgd = 0.1 } }`` its levels are relative to the level of another factor.

    Raises:
        StudyError: It has no levels, or says something else.
    """
    page = value if isinstance(value, dict) else {"levels": value}
    for key in page.keys() - {"levels", "scale", "role", "times"}:
        raise StudyError(f"factor {name!r} has no {key!r}; {nearest(key, ['levels', 'scale', 'role', 'times'])}")
    levels = page.get("levels", [])
    if not isinstance(levels, list) or not all(isinstance(level, bool | int | float | str) for level in levels):
        raise StudyError(f"factor {name!r}: wanted a list of levels, not {levels!r}")
    numeric = all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels)
    role: Role = _one_of(page.get("role", "control"), name, ("control", "within", "noise", "block"))
    # the number of a block or of a seed is a name: nothing lies between two of them
    measured = numeric and role != "block" and name != "seed"
    scale: Scale = _one_of(page.get("scale", "linear" if measured else "nominal"), name, ("nominal", "linear", "log"))
    return Factor(name, tuple(levels), scale, role, sliding_of(name, page["times"]) if "times" in page else None)


def layout_of(page: Mapping[str, Any], typed: Iterable[str]) -> dict[str, Level | tuple[Level, ...]]:
    """What the design is told: the page's table ``layout``, and over it what was typed after ``--layout``.

    Raises:
        StudyError: A value is neither a level nor a list of levels.
    """
    told: dict[str, Level | tuple[Level, ...]] = {}
    for name, value in page.get("layout", {}).items():
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(each, bool | int | float | str) for each in several):
            raise StudyError(f"layout {name} = {value!r}: wanted a value or a list of values")
        told[name] = tuple(value) if isinstance(value, list) else value
    for text in typed:
        name, values = parse_assignment(text, "--layout")
        told[name] = tuple(values) if len(values) > 1 else values[0]
    return told


def objective_of(page: Mapping[str, Any]) -> Objective:
    """The one of ``maximize``, ``minimize`` and ``target`` that the page has; none means maximize val_accuracy."""
    given = [goal for goal in ("maximize", "minimize", "target") if goal in page]
    if len(given) > 1:
        raise StudyError(f"{given[0]} and {given[1]} are both given; a study has one objective")
    match given:
        case ["maximize"]:
            return Objective(str(page["maximize"]))
        case ["minimize"]:
            return Objective(str(page["minimize"]), "minimize")
        case ["target"]:
            wanted = page["target"]
            if not isinstance(wanted, dict) or len(wanted) != 1 or not all(map(is_number, wanted.values())):
                raise StudyError(f"target: wanted {{ response = value }}, not {wanted!r}")
            ((response, value),) = wanted.items()
            return Objective(response, "target", float(value))
    return Objective("val_accuracy")


def parse_level(text: str) -> Level:
    """A level as typed on a command line: a number where it reads as one, true or false, else a text."""
    text = text.strip()
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        # no level is infinite, too large to compute with or no number at all; such a text is a text
        return number if is_number(number) else text
    return text


def parse_assignment(text: str, option: str) -> tuple[str, list[Level]]:
    """``name=level,level`` as typed after ``--factor`` or ``--set``.

    Raises:
        StudyError: There is no name, no sign of equality or an empty level.
    """
    name, equals, levels = text.partition("=")
    if not name.strip() or not equals:
        raise StudyError(f"{option} {text}: wanted NAME=LEVEL,LEVEL,...")
    parts = [part.strip() for part in levels.split(",")]
    if not all(parts):
        raise StudyError(f"{option} {text}: {name.strip()!r} has an empty level")
    return name.strip(), [parse_level(part) for part in parts]


def _parse(shown: str, file: Traversable) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        page = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at line ")
        line = place.partition(",")[0]
        where = f"{shown} line {line}" if line.isdigit() else shown
        raise StudyError(f"{where}: {what[0].lower()}{what[1:]}") from None
    except RecursionError:
        raise StudyError(f"{shown} is nested too deeply for a study") from None
    except (OSError, ValueError) as error:  # not UTF-8, or a number of thousands of digits
        raise StudyError(f"{shown} cannot be read: {error}") from None
    for key in page.keys() - KEYS:
        raise StudyError(f"{shown}: a study has no {key!r}; {nearest(key, KEYS)}")
    check_shape(shown, page)
    first = text.partition("\n")[0]
    page["question"] = first.lstrip("# ").strip() if first.startswith("#") else ""
    return page


def _one_of(value: Any, name: str, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise StudyError(f"factor {name!r}: {value!r} is none of {', '.join(allowed)}")
    return value
