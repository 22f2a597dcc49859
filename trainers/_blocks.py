"""A step of adadelta on a CPU, a block of weights after another, to the bits of torch's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import optim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

BLOCK = 2**16
"""Weights that stay in a core's cache, with all that a step knows of them, while each of its operations passes over."""


def pay(parameters: Sequence[nn.Parameter]) -> bool:
    """Whether blocks are worth while: on a CPU, whose memory is slow beside its caches."""
    return all(parameter.device.type == "cpu" for parameter in parameters)


class Adadelta(optim.Adadelta):
    """Torch's own, which has no fused form: its nine passes fetch each block from memory once, and not nine times.

    The private method that is overridden is the one that gathers the tensors of a step. `foreach` is to be False, or
    all blocks go through one operation after the other again.
    """

    def _init_group(self, group: dict[str, Any], *gathered: list[Tensor]) -> bool:
        """Gather as torch does, and cut what was gathered; how many steps were made is counted on once."""
        found: bool = super()._init_group(group, *gathered)
        rows = list(zip(*gathered, strict=True))
        for kept in gathered:
            kept.clear()
        for *row, count in rows:
            whole = not all(tensor.is_contiguous() for tensor in row)
            cuts = [[tensor] if whole else list(tensor.view(-1).split(BLOCK)) for tensor in row]
            counts = [count, *(count.clone() for _ in cuts[0][1:])]
            for kept, cut in zip(gathered, (*cuts, counts), strict=True):
                kept.extend(cut)
        return found
