"""Where a network is trained, and in which numbers that device is fastest."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from trainers._domains import Precision

M_MMAP_MAX, M_TRIM_THRESHOLD = -4, -1
"""What glibc's malloc.h calls how many blocks have pages of their own, and beyond what free memory goes back."""


def keep_memory() -> None:
    """Have freed memory used again by this process instead of given back, where the C library is glibc.

    A step makes and frees gradients of tens of megabytes. Those that are given back come anew a page at a time, each
    cleared by the system: that took a third of a step of VGG16's head.
    """
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_MAX, 0)
        library.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


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
