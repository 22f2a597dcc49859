"""Random streams that depend on the seed, the epoch and what they are for, and on nothing that went before."""

from random import Random

import torch


def stream(seed: int, epoch: int, purpose: str) -> int:
    """Give the seed of a stream; epoch 0 is before the first."""
    return Random(f"{seed} {epoch} {purpose}").getrandbits(63)  # noqa: S311


def generator(seed: int, epoch: int, purpose: str) -> torch.Generator:
    """Open a stream on the CPU, so that every device draws the same."""
    return torch.Generator().manual_seed(stream(seed, epoch, purpose))
