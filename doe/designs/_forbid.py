"""A condition on a setting, as a user writes it: optimizer == 'adadelta' and learning_rate > 0.1.

Read into functions of our own, never evaluated as Python: comparisons, and, or, not, names, literals, parentheses.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, TypeAlias

from doe.designs._errors import DesignError
from doe.loading import nearest
from doe.model import Factor, Level, Setting, Study, is_number, shown

Condition: TypeAlias = Callable[[Setting], bool]

LONGEST = 1000
"""Characters; more is no condition, and could be nested deeper than Python can read."""

COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def condition(study: Study, text: str) -> Condition:
    """What the text says of a setting.

    Raises:
        DesignError: It is no condition, names no factor, or compares what cannot be compared.
    """
    if len(text) > LONGEST:
        raise DesignError(f"{study.design}: forbid has {len(text)} characters; {LONGEST} is the most")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise _unreadable(study, text) from None
    factors = {factor.name: factor for factor in study.array_factors}
    try:
        return _condition(study, factors, tree.body)
    except RecursionError:  # it can be read, but not be written again
        raise _unreadable(study, text) from None


def _condition(study: Study, factors: Mapping[str, Factor], node: ast.expr) -> Condition:
    match node:
        case ast.BoolOp(op=joined, values=values):
            parts = [_condition(study, factors, value) for value in values]
            every = all if isinstance(joined, ast.And) else any
            return lambda setting: every(part(setting) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            denied = _condition(study, factors, inner)
            return lambda setting: not denied(setting)
        case ast.Compare(left=left, ops=signs, comparators=rest):
            sides = [left, *rest]
            links = [_comparison(study, factors, *link) for link in zip(sides, signs, rest, strict=False)]
            return reduce(lambda one, two: lambda setting: one(setting) and two(setting), links)
        case ast.Name(id=name) if name in factors and all(isinstance(level, bool) for level in factors[name].levels):
            return lambda setting: setting[name] is True
    raise _unreadable(study, ast.unparse(node))


def _comparison(
    study: Study, factors: Mapping[str, Factor], left: ast.expr, sign: ast.cmpop, right: ast.expr
) -> Condition:
    compare = COMPARISONS.get(type(sign))
    if compare is None:
        raise _unreadable(study, f"{ast.unparse(left)} ... {ast.unparse(right)}")
    one, other = (_operand(study, factors, side) for side in (left, right))
    _check(study, one, other, ordered=not isinstance(sign, ast.Eq | ast.NotEq))

    def value(side: Factor | Level, setting: Setting) -> Level:
        return setting[side.name] if isinstance(side, Factor) else side

    return lambda setting: compare(value(one, setting), value(other, setting))


def _operand(study: Study, factors: Mapping[str, Factor], node: ast.expr) -> Factor | Level:
    """A factor, or a literal; true and false as in TOML, too."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as literal):
            return literal
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as literal)):
            return -literal
        case ast.Name(id=name) if name in factors:
            return factors[name]
        case ast.Name(id="true" | "false" as word):
            return word == "true"
        case ast.Name(id=name):
            raise DesignError(f"{study.design}: forbid names no factor {name!r}; {nearest(name, factors)}")
    raise _unreadable(study, ast.unparse(node))


def _check(study: Study, one: Factor | Level, other: Factor | Level, *, ordered: bool) -> None:
    """Refuse what would never hold, or break: a level that there is not, or a text that is to be larger."""
    for side, against in ((one, other), (other, one)):
        values = side.levels if isinstance(side, Factor) else (side,)
        if ordered and not all(is_number(value) for value in values):
            raise DesignError(f"{study.design}: forbid compares by size what is no number: {shown(values)}")
        if isinstance(side, Factor) and not isinstance(against, Factor) and not ordered:
            between = side.scale != "nominal" and is_number(against)
            if against not in side.levels and not between:
                known = nearest(str(against), map(str, side.levels))
                raise DesignError(f"{study.design}: forbid: {side.name!r} has no level {against!r}; {known}")


def _unreadable(study: Study, text: str) -> DesignError:
    return DesignError(
        f"{study.design}: forbid cannot read {text!r}; wanted comparisons of factors, and, or, not, parentheses"
    )
