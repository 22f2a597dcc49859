"""How one heap of labelled things is split in three: every class by itself, in an order drawn from a seed."""

from collections.abc import Sequence
from random import Random

SPLITS = 3


def stratify(
    labels: Sequence[int], val_fraction: float, test_fraction: float, split_seed: int
) -> tuple[list[int], list[int], list[int]]:
    """Give the indices of train, val and test.

    The things of each class are shuffled by a seed of their own; the first `test_fraction` of them go to test, the next
    `val_fraction` to val, at least one each where the fraction is above zero, and the rest to train.
    """
    train, val, test = list[int](), list[int](), list[int]()
    for label in sorted(set(labels)):
        members = [index for index, other in enumerate(labels) if other == label]
        Random(f"{split_seed} {label}").shuffle(members)  # noqa: S311
        tested = _share(len(members), test_fraction)
        judged = tested + _share(len(members), val_fraction)
        test += members[:tested]
        val += members[tested:judged]
        train += members[judged:]
    return sorted(train), sorted(val), sorted(test)


def _share(count: int, fraction: float) -> int:
    return max(round(count * fraction), 1) if fraction > 0 else 0
