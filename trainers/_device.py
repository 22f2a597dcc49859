"""Where a network is trained, and in which numbers that device is fastest."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from trainers._domains import Precision

M_MMAP_MAX, M_TRIM_THRESHOLD = -4, -1
"""What glibc's malloc.h calls how many blocks have pages of their own, and beyond what free memory goes back."""

MANY = 200
"""Steps from which on large pages pay: the system takes up to half a second longer to clear the first gigabyte."""
LARGE_PAGE = 2**21
RESERVED = 2**30
"""Bytes: what VGG16's head takes with its gradients and what an optimizer keeps of it."""


def keep_memory(steps: int = 0) -> None:
    """Have freed memory used again by this process instead of given back, where the C library is glibc.

    A step makes and frees gradients of tens of megabytes. Those that are given back come anew a page at a time, each
    cleared by the system: that took a third of a step of VGG16's head. Where many steps are to come, their memory comes
    in large pages besides.
    """
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_MAX, 0)
        library.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
        if steps >= MANY:
            _ask_for_large_pages()


@cache
def _ask_for_large_pages() -> None:
    """Have the next memory of this process come in large pages, where Linux leaves it to who asks: once.

    A step over tens of millions of weights takes a tenth less then. Nothing is taken yet: a block is reserved at the
    end of what is in use, marked, and given back to the C library, which hands it out piece by piece.
    """
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    library.madvise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    library.free.argtypes = (ctypes.c_void_p,)
    block: int | None = library.malloc(RESERVED)
    if block is not None:
        first = -(-block // LARGE_PAGE) * LARGE_PAGE
        library.madvise(first, RESERVED - LARGE_PAGE, mmap.MADV_HUGEPAGE)
        library.free(block)


def best_device() -> torch.device:
    """Take the GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def computes_in(device: torch.device, precision: Precision) -> torch.dtype:
    """Say which numbers the layers compute in; auto takes bfloat16 where the device has units for it."""
    if precision == "auto":
        return torch.bfloat16 if _has_quick_bfloat16(device) else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def _has_quick_bfloat16(device: torch.device) -> bool:
    """Any device can emulate it, and is then slower than with float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(capabilities.get(unit) for unit in ("amx_bf16", "avx512_bf16"))
