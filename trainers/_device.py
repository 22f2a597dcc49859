"""Where a network is trained, and in which numbers that device is fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from trainers._domains import Precision


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
