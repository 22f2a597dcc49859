"""From a name to the function it stands for: a file on a shelf, a module, a path or another package's entry point."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from doe.loading._shape import is_file
from doe.model import DoeError

FEW = 10_000
"""Names among which the nearest is looked for."""
MOST, SHOWN = 40, 20
"""Names that fit on a few lines; of more, so many are shown."""


class NameNotFoundError(DoeError):
    """Nothing goes by that name."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest known name, or all of them where none is near."""
    known = sorted(set(known))
    # among very many, looking takes longer than anybody waits
    near = difflib.get_close_matches(name.lower(), known, n=1) if len(known) <= FEW else []
    if near:
        return f"did you mean {near[0]!r}?"
    if len(known) > MOST:
        return f"there is {', '.join(known[:SHOWN])} and {len(known) - SHOWN} more"
    return f"there is {', '.join(known) or 'none'}"


def names_on(shelf: str) -> dict[str, str]:
    """Every name on a shelf of trainers or datasets, and the module or file that it stands for.

    The installed package comes first, then the folder of the same name where the command was typed, then entry points
    ``doe.trainers`` or ``doe.datasets`` of other packages.
    """
    # late, as most commands look nothing up
    from importlib.metadata import entry_points

    package = importlib.import_module(shelf)
    found = {e.name: e.value for e in entry_points(group=f"doe.{shelf.rpartition('.')[2]}")}
    folder = Path(shelf.replace(".", "/"))
    found |= {path.stem: str(path.resolve()) for path in sorted(folder.glob("*.py")) if path.stem[0] != "_"}
    found |= {
        module.name: f"{shelf}.{module.name}"
        for module in iter_modules(package.__path__)
        if not module.name.startswith("_") and not module.ispkg
    }
    return dict(sorted(found.items()))


def reference(text: str, shelf: str, function: str) -> str:
    """What a user typed, as ``module:function`` or ``/path/to/file.py:function``.

    Raises:
        NameNotFoundError: No such name on the shelf, no such module, no such file.
    """
    place, _, wanted = text.partition(":") if not text.endswith(".py") else (text, "", "")
    if place.endswith(".py"):
        if not is_file(place):
            raise NameNotFoundError(f"no file {place!r}")
        return f"{Path(place).resolve()}:{wanted or function}"
    if place.startswith(f"{shelf}.") and _module_exists(place):
        return f"{place}:{wanted or function}"  # as every worker is told it; the shelf need not be looked through
    known = names_on(shelf)
    if place in known:
        found = known[place]
        return found if ":" in found and not wanted else f"{found.partition(':')[0]}:{wanted or function}"
    if "." in place and _module_exists(place):
        return f"{place}:{wanted or function}"
    kind = shelf.rpartition(".")[2].removesuffix("s")
    raise NameNotFoundError(f"no {kind} {place!r}; {nearest(place, known)} (doe list {kind}s)")


def load_function(target: str) -> Any:
    """Import what ``reference`` found, and hand over its function; any of its own errors is told in one line."""
    place, _, name = target.rpartition(":")
    module = load_module(place)
    if not callable(found := getattr(module, name, None)):
        raise NameNotFoundError(f"{place} has no function {name!r}")
    return found


def load_module(place: str) -> ModuleType:
    """Import a module by name, or a file by its path.

    Raises:
        DoeError: Importing it broke.
    """
    try:
        return _import_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except DoeError:
        raise
    except Exception as error:  # whatever a user's module breaks on, it is theirs to mend
        raise DoeError(f"{place} cannot be imported: {type(error).__name__}: {error}") from error


def _import_file(path: Path) -> ModuleType:
    """Import a file as a script would be run: what lies beside it can be imported too."""
    name = f"doe_file_{path.stem}"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(path):
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise NameNotFoundError(f"{path} is not a Python file")
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _module_exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
