"""Orthogonal arrays by construction: from finite fields, from difference schemes, and from one another.

HSS below is Hedayat, Sloane and Stufken, Orthogonal Arrays (1999). Levels are counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from doe.statistics.arrays import Array
from doe.statistics.galois import field, negative, quadratic_character


def full(sizes: Sequence[int]) -> Array:
    """Every combination of levels, the last column changing fastest."""
    return np.array(list(product(*map(range, sizes))), dtype=np.intp).reshape(-1, len(sizes))


def rao_hamming(levels: int, exponent: int) -> Array:
    """Strength 2: q^n runs, (q^n - 1) / (q - 1) columns of q levels, for a prime power q (HSS, theorem 3.20).

    The columns come in Taguchi's order: each new basic column, then its sums with multiples of those before it.
    """
    add, multiply = field(levels)
    basic = full([levels] * exponent)
    columns: list[Array] = []
    spanned: list[Array] = [np.zeros(len(basic), dtype=np.intp)]
    for place in range(exponent):
        columns += [add[one, basic[:, place]] for one in spanned]
        spanned = [add[one, multiply[times, basic[:, place]]] for times in range(levels) for one in spanned]
    return np.stack(columns, axis=1)


def bose(levels: int) -> Array:
    """Strength 2: q^2 runs, q + 1 columns of q levels, from mutually orthogonal Latin squares (HSS, section 8.2)."""
    return rao_hamming(levels, 2)


def bush(levels: int, strength: int) -> Array:
    """Strength t: q^t runs, q + 1 columns of q levels, one more for t = 3 and even q (HSS, theorems 3.1 and 3.2).

    A run is a polynomial of degree below t, a column its value at an element; the last column is its leading
    coefficient. ValueError where t exceeds q, for then an element too few is there to tell the polynomials apart.
    """
    if not 1 < strength <= levels:
        raise ValueError(f"Bush's arrays of {levels} levels have a strength from 2 to {levels}, not {strength}")
    add, multiply = field(levels)
    coefficients = full([levels] * strength)
    columns = []
    for element in range(levels):
        value = np.zeros(len(coefficients), dtype=np.intp)
        for column in coefficients.T:
            value = add[multiply[value, element], column]
        columns.append(value)
    columns.append(coefficients[:, 0])
    if strength == 3 and levels % 2 == 0:  # noqa: PLR2004 - the case of theorem 3.2
        columns.append(coefficients[:, 1])
    return np.stack(columns, axis=1)


def multiplication_scheme(order: int, levels: int) -> Array:
    """A difference scheme D(q^n, q^n, q): the multiplication table of GF(q^n), its first n - 1 digits cut off.

    HSS, theorem 6.6. The order is a power of the number of levels, itself a prime power.
    """
    return np.asarray(field(order).multiply % levels)


def double_scheme(levels: int) -> Array:
    """A difference scheme D(2q, 2q, q) for an odd prime power q (of the kind of Jungnickel 1979; HSS, section 6.4).

    Row x and column y of four blocks hold xy + x^2 + y^2/4 and xy - y^2/4 above, xy + nx^2 + y^2/4n and nxy - ny^2/4
    below, with n no square. Two columns of one block differ by a line in x. Between the blocks the square completed
    is z^2 + c above and nz^2 + c below, with one c: together they reach each element twice.
    """
    add, multiply = field(levels)
    character = quadratic_character(levels)
    nonsquare = int((character == -1).argmax())
    half = int((multiply[add[1, 1]] == 1).argmax())
    quarter = multiply[half, half]
    inverse = int((multiply[nonsquare] == 1).argmax())
    minus, squares = negative(levels), multiply.diagonal()
    down, across = squares[:, None], multiply[quarter, squares][None, :]
    left = add[add[multiply, down], across]
    right = add[multiply, minus[across]]
    lower_left = add[add[multiply, multiply[nonsquare, down]], multiply[inverse, across]]
    return np.block([[left, right], [lower_left, multiply[nonsquare, right]]])


def difference_sum(scheme: Array, levels: int) -> Array:
    """Strength 2: from a difference scheme D(r, c, q) the qr runs of c columns of q levels (HSS, theorem 6.19).

    The last column says the row of the scheme: r levels, to be replaced by any array of r runs (HSS, theorem 9.6).
    """
    add = field(levels).add
    rows = np.concatenate([add[scheme, shift] for shift in range(levels)])
    return np.column_stack([rows, np.tile(np.arange(len(scheme)), levels)])


def kronecker_scheme(one: Array, two: Array, levels: int) -> Array:
    """A difference scheme D(rs, cd, q) of schemes D(r, c, q) and D(s, d, q): all sums (HSS, lemma 6.25)."""
    sums = field(levels).add[one[:, None, :, None], two[None, :, None, :]]
    return np.asarray(sums).reshape(len(one) * len(two), -1)


def folded(array: Array, levels: int) -> Array:
    """Strength 3: an array of strength 2 and two levels, as it is at one level of a new column, turned at the next.

    An even number of levels; of two runs that are one another's mirror image the products of three columns cancel, and
    at each level of the new column there is strength 2 (for two levels HSS, theorem 2.24).
    """
    parts = [np.column_stack([np.full(len(array), level), (array + level) % 2]) for level in range(levels)]
    return np.concatenate(parts)


def quadric(prime: int) -> Array:
    """Strength 3: p^4 runs, p^2 + 1 columns of p levels, for an odd prime p (Bose, Sankhya 8, 1947).

    The columns are the points of an elliptic quadric, wx = y^2 - nz^2 with n no square: no line meets it in three.
    """
    nonsquare = int((quadratic_character(prime) == -1).argmax())
    points = full([prime] * 4)
    w, x, y, z = points.T
    first = points[np.arange(len(points)), (points != 0).argmax(axis=1)]
    on = (w * x - y * y + nonsquare * z * z) % prime == 0
    return np.asarray(points @ points[on & (first == 1)].T % prime)


def repeated(array: Array, levels: int) -> Array:
    """An array repeated at each level of one column more, the last: it keeps its strength."""
    return np.column_stack([np.tile(array, (levels, 1)), np.repeat(np.arange(levels), len(array))])


def replaced(array: Array, column: int, by: Array) -> Array:
    """An array whose column of s levels gives way to the columns of an array of s runs, one run a level.

    Expansive replacement keeps the strength 2 of both (HSS, section 9.3).
    """
    return np.column_stack([array[:, :column], by[array[:, column]], array[:, column + 1 :]])


def merged(array: Array, columns: Sequence[int]) -> Array:
    """An array whose columns given, as each combination of theirs becomes a level, stand first as a single one.

    The inverse of replacement (HSS, section 9.3): of strength 2 where the columns meet in few enough combinations.
    """
    _, levels = np.unique(array[:, list(columns)], axis=0, return_inverse=True)
    return np.column_stack([levels, np.delete(array, list(columns), axis=1)])
