"""Where in an image a network looks for its answer: Grad-CAM on its last convolution, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

    from trainers._networks import Network

POINTS = 4
"""A side: fewer than so many places say little, and small images leave the last layers no more than one."""


def grad_cam(network: Network, images: Tensor, classes: Tensor) -> Tensor:
    """Say how much each point speaks for a class: maps of shape (images, height, width), each from 0 to 1.

    After Selvaraju and others (arXiv 1610.02391): the answers of the last convolution that still has `POINTS` a side,
    or else of the one that has most, weighted by the mean gradient of the class's logit, what is below zero cut off,
    enlarged bilinearly to the image. A map is all 0 where nothing there speaks for the class. The network is in use,
    not in training, and its weights are as they were.

    Args:
        network: On a device, its frozen part included in the search.
        images: Bytes of shape (images, channels, height, width) on the network's device.
        classes: For each image the class that is asked about, one index an image.

    Raises:
        ValueError: The network has no convolution with more than one point.
    """
    answered: list[Tensor] = []

    def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        points, before = output.shape[2:].numel(), answered[0].shape[2:].numel() if answered else 1
        if min(output.shape[2:]) >= POINTS or (points > 1 and points >= before):
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
