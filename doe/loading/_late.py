"""What a module will import once it is at work, read from its text: worth importing once for all trials."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path


def late_imports(place: str) -> tuple[str, ...]:
    """The modules outside the standard library that a module, or a file, imports at its top or in its functions.

    Modules of its own package are followed; the order is that of the text.
    """
    found: dict[str, None] = {}
    _follow(place, place.partition(".")[0], set(), found)
    return tuple(found)


def _follow(place: str, package: str, seen: set[str], found: dict[str, None]) -> None:
    if place in seen or (path := _file_of(place)) is None:
        return
    seen.add(place)
    for name in _imported(ast.parse(path.read_bytes()), package):
        root = name.partition(".")[0]
        if root == package:
            _follow(name, package, seen, found)
        if root not in sys.stdlib_module_names and (root != package or _file_of(name)):
            found[name] = None


def _imported(tree: ast.AST, package: str) -> Iterator[str]:
    typing_only = {id(n) for node in ast.walk(tree) if _is_type_checking(node) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module == package:
                # from trainers import _fit: the name may be a module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _file_of(place: str) -> Path | None:
    if place.endswith(".py"):
        return Path(place)
    try:
        spec = importlib.util.find_spec(place)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
