"""Torchvision's detectors with weights of one's own file: those of what they find that are persons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from trainers import _device, _weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from torch import nn

    Boxes: TypeAlias = NDArray[np.float64]

MODELS = {
    "fasterrcnn": "fasterrcnn_resnet50_fpn",
    "fasterrcnn_mobile": "fasterrcnn_mobilenet_v3_large_320_fpn",
    "fcos": "fcos_resnet50_fpn",
    "retinanet": "retinanet_resnet50_fpn",
    "ssd": "ssd300_vgg16",
    "ssdlite": "ssdlite320_mobilenet_v3_large",
}
"""Their names in torchvision."""
PERSON = 1
"""Of COCO's classes."""


def build(detector: str, weights: str) -> nn.Module:
    """Build a detector of COCO's classes with the weights of a file; nothing in the file is run.

    Raises:
        ValueError: With one line, where there is no such file or it does not fit.
    """
    from torchvision import models

    if not Path(weights).expanduser().is_file():
        there = "there is none" if weights == "none" else f"there is no {weights}"
        raise ValueError(f"detector={detector} wants weights=FILE for torchvision's {MODELS[detector]}; {there}")
    network: nn.Module = models.get_model(MODELS[detector], weights=None, weights_backbone=None)
    _weights.put(_weights.Weights(weights, ""), network)
    return network.to(_device.best_device()).eval()


@torch.inference_mode()
def found(network: nn.Module, frames: Iterable[NDArray[np.uint8]], least: float) -> Iterator[Boxes]:
    """Find the persons of at least so high a score in each frame: left, top, width, height of each."""
    device = next(network.parameters()).device
    for frame in frames:
        shades = torch.from_numpy(np.array(frame)).to(device).float() / 255
        (seen,) = network([shades.expand(3, -1, -1)])
        sure = (seen["labels"] == PERSON) & (seen["scores"] >= least)
        corners = seen["boxes"][sure].double().cpu().numpy()
        yield np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
