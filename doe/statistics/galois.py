"""Finite fields: numbers from 0 to q - 1 that can be added, multiplied and divided, for any prime power q.

An element is written as the digits, in base p, of a polynomial over the integers modulo p; it is multiplied modulo the
first monic polynomial that makes every other element invertible (Lidl and Niederreiter, Finite Fields, 1997, ch. 1).
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Table: TypeAlias = npt.NDArray[np.intp]


class Field(NamedTuple):
    """The arithmetic of GF(q), as tables of q rows and q columns."""

    add: Table
    """The sum of row and column."""

    multiply: Table
    """The product of row and column."""


def prime_power(number: int) -> tuple[int, int] | None:
    """The prime and the exponent of a prime power; None for any other number."""
    prime = next((divisor for divisor in range(2, number + 1) if number % divisor == 0), None)
    if prime is None:
        return None
    exponent = 0
    while number % prime == 0:
        number //= prime
        exponent += 1
    return (prime, exponent) if number == 1 else None


@cache
def field(order: int) -> Field:
    """GF(order); ValueError where there is no field of that order."""
    found = prime_power(order)
    if found is None:
        raise ValueError(f"there is no field of {order} elements: not a power of a prime")
    prime, degree = found
    digits = np.array(list(product(range(prime), repeat=degree)))[:, ::-1]
    weights = prime ** np.arange(degree)
    add = ((digits[:, None, :] + digits[None, :, :]) % prime) @ weights
    for modulus in digits:
        multiply = _products(digits, modulus, prime) @ weights
        # Without divisors of zero a finite ring is a field.
        if multiply[1:, 1:].all():
            return Field(add, multiply)
    raise AssertionError("there is an irreducible polynomial of every degree")


def negative(order: int) -> Table:
    """For each element the one that adds up to zero with it."""
    return np.asarray((field(order).add == 0).argmax(axis=1))


def quadratic_character(order: int) -> Table:
    """For each element 0 if it is zero, 1 if it is a square, -1 if it is not."""
    character = np.full(order, -1)
    character[field(order).multiply.diagonal()] = 1
    character[0] = 0
    return character


def _products(digits: Table, modulus: Table, prime: int) -> Table:
    """The products of all pairs of polynomials; the modulus is x^degree plus the polynomial given, lowest first."""
    degree = digits.shape[1]
    whole = np.zeros((len(digits), len(digits), 2 * degree - 1), dtype=np.intp)
    for place in range(degree):
        whole[:, :, place : place + degree] += digits[:, None, place, None] * digits[None, :, :]
    for place in range(2 * degree - 2, degree - 1, -1):
        whole[:, :, place - degree : place] -= whole[:, :, place, None] * modulus
    return np.asarray(whole[:, :, :degree] % prime)
