"""Where in an image a network looks for its answer: Grad-CAM on its last convolution, as numbers and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from torch import Tensor

    from trainers._networks import Network

SIDE = 1.5
"""Inches of an image in the picture."""
LAID_OVER = 0.45
"""How opaque the map lies on the image."""


def grad_cam(network: Network, images: Tensor, classes: Tensor) -> Tensor:
    """Say how much each point speaks for a class: maps of shape (images, height, width), each from 0 to 1.

    After Selvaraju and others (arXiv 1610.02391): the answers of the last convolution that still has more than one
    point, weighted by the mean gradient of the class's logit, what is below zero cut off, enlarged bilinearly to the
    image. A map is all 0 where nothing there speaks for the class. The network is in use, not in training, and its
    weights are as they were.

    Args:
        network: On a device, its frozen part included in the search.
        images: Bytes of shape (images, channels, height, width) on the network's device.
        classes: For each image the class that is asked about, one index an image.

    Raises:
        ValueError: The network has no convolution with more than one point.
    """
    answered: list[Tensor] = []

    def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        if output.shape[-1] * output.shape[-2] > 1:
            answered[:] = [output]

    convolutions = [
        layer for part in (network.frozen, network.trained) for layer in part.modules() if isinstance(layer, nn.Conv2d)
    ]
    hooks = [layer.register_forward_hook(keep) for layer in convolutions]
    training = network.trained.training
    network.trained.eval()
    try:
        # frozen weights ask for no gradient, so that the image has to
        logits = network.answer(network.see(images.float().requires_grad_()))
    finally:
        network.trained.train(training)
        for hook in hooks:
            hook.remove()
    if not answered:
        raise ValueError("Grad-CAM wants a convolution whose answer has more than one point, and there is none")
    asked = logits.gather(1, classes[:, None]).sum()
    (slopes,) = torch.autograd.grad(asked, answered[0])
    maps = (slopes.float().mean(dim=(2, 3), keepdim=True) * answered[0].detach().float()).sum(dim=1, keepdim=True)
    large = functional.interpolate(maps.relu(), size=images.shape[2:], mode="bilinear", align_corners=False)[:, 0]
    return large / large.amax(dim=(1, 2), keepdim=True).clamp(min=torch.finfo(large.dtype).tiny)


def draw(images: Tensor, maps: Tensor, captions: Sequence[str]) -> Figure:
    """Draw images above the same images with their maps over them.

    Args:
        images: Bytes of shape (images, channels, height, width).
        maps: What `grad_cam` gave for them.
        captions: A line for each image, such as its true and its answered class.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(SIDE * len(images), 2 * SIDE + 0.7), layout="constrained", facecolor="white")
    axes = figure.subplots(2, len(images), squeeze=False)
    for number, (image, caption) in enumerate(zip(images.cpu(), captions, strict=True)):
        for row in (0, 1):
            axes[row, number].imshow(image.permute(1, 2, 0).expand(-1, -1, 3).numpy())
            axes[row, number].set_axis_off()
        axes[1, number].imshow(maps[number].cpu().numpy(), cmap="viridis", vmin=0, vmax=1, alpha=LAID_OVER)
        axes[0, number].set_title(caption, fontsize=8)
    figure.supxlabel("Below, where the last convolution speaks for the class: dark nothing, bright most.", fontsize=7)
    return figure
