"""The folder of images and the weights that l9_vgg16.py trains on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def prepare(folder: Path, images: int, val: int) -> None:
    """Write the images, and the weights of a base."""
    import numpy as np
    from PIL import Image

    from trainers.datasets import faces

    os.environ["XDG_CACHE_HOME"] = str(folder / "making")
    dataset = faces.load(size=48, train_images=images, val_images=val, test_images=10)
    for split, part in dataset.splits.items():
        shades = 25 * part.labels + np.random.default_rng(0).normal(0, 8, len(part))
        lit = np.clip(part.images / 2 + shades[:, None, None, None], 0, 255).astype(np.uint8)
        for number, (image, label) in enumerate(zip(lit, part.labels, strict=True)):
            file = folder / "images" / split / dataset.classes[label] / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[0]).save(file)
    write_base(folder / "base.pth")


def write_base(file: Path) -> None:
    """Write weights of VGG16's base under torchvision's names that let through what they are given."""
    import torch

    from trainers import vgg16

    torch.manual_seed(0)
    tensors = _mirrored(vgg16.convolutions(1.0, batch_norm=False)).state_dict()
    torch.save({f"features.{name}": tensor for name, tensor in tensors.items()}, file)


def _mirrored(layers: Any) -> Any:
    """Fill convolutions so that each shade of their input goes on, as it is or mirrored (Balduzzi et al., 2017)."""
    import torch

    weights = [layer.weight for layer in layers if isinstance(layer, torch.nn.Conv2d)]
    for place, weight in enumerate(weights):
        filters, channels = weight.shape[0] // 2, weight.shape[1] // (2 if place else 1)
        half = torch.nn.init.orthogonal_(torch.empty(filters, channels, 3, 3))
        whole = torch.cat([half, -half])
        weight.data.copy_(torch.cat([whole, -whole], dim=1) if place else whole)
    return layers
