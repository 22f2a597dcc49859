"""Finite fields: the axioms, for every small order."""

from __future__ import annotations

import numpy as np
import pytest

from doe.statistics.galois import field, negative, prime_power, quadratic_character

ORDERS = [2, 3, 4, 5, 7, 8, 9, 11, 16, 25, 27]


@pytest.mark.parametrize("order", ORDERS)
def test_it_is_a_field(order: int) -> None:
    """Both operations commute, associate and distribute; every element but zero has an inverse."""
    add, multiply = field(order)
    one, two, three = np.ix_(*[np.arange(order)] * 3)
    for table in (add, multiply):
        assert (table == table.T).all()
        assert (table[table[one, two], three] == table[one, table[two, three]]).all()
    assert (multiply[one, add[two, three]] == add[multiply[one, two], multiply[one, three]]).all()
    assert (np.sort(multiply[1:, 1:], axis=1) == np.arange(1, order)).all()
    assert (add[np.arange(order), negative(order)] == 0).all()


@pytest.mark.parametrize("order", [3, 5, 9, 27])
def test_half_the_elements_are_squares(order: int) -> None:
    """In a field of odd order; and the character of a product is the product of the characters."""
    character = quadratic_character(order)
    assert character.sum() == 0
    assert (character[field(order).multiply] == np.outer(character, character)).all()


def test_there_is_no_field_of_six() -> None:
    """Only powers of primes have one."""
    assert [number for number in range(1, 17) if prime_power(number) is None] == [1, 6, 10, 12, 14, 15]
    with pytest.raises(ValueError, match="no field of 6"):
        field(6)
