"""Adversarial regularisation: a network is fitted to each image and to the small change of it that hurts most.

The semantics are those of TensorFlow's Neural Structured Learning 1.4 (Goodfellow, Shlens and Szegedy, arXiv
1412.6572), restated: the gradient is that of the batch's mean loss, the change is one step per image along it, nothing
flows back through the change, and both passes are made in training mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from trainers._adversary import Adversary
    from trainers._fit import Objective
    from trainers._networks import Network

SPECK = 1e-6
"""A gradient no longer than this is not made longer."""


def regularised(plain: Objective, adversary: Adversary) -> Objective:
    """The plain objective plus its multiple on changed images; the plain one itself where the multiplier is 0."""
    if not adversary.adversarial_multiplier:
        return plain

    def objective(network: Network, images: Tensor, labels: Tensor) -> Tensor:
        images = images.detach().requires_grad_()
        clean = plain(network, images, labels)
        (gradient,) = torch.autograd.grad(clean, images, retain_graph=True)
        # images run to 255 here, so that a step of 1 on the scale of shades is one of 255
        moved = images.detach() + 255 * adversary.adversarial_step * direction(gradient * 255, adversary)
        return clean + adversary.adversarial_multiplier * plain(network, moved, labels)

    return objective


def direction(gradient: Tensor, adversary: Adversary) -> Tensor:
    """The change of length one, in its norm, that raises the loss most; one for each image."""
    gradient = torch.where(gradient.isfinite(), gradient, 0.0)
    if adversary.adversarial_norm == "infinity":
        return gradient.sign()
    flat = gradient.flatten(1)
    if adversary.adversarial_norm == "l2":
        found: Tensor = flat / torch.linalg.vector_norm(flat, dim=1, keepdim=True).clamp(min=SPECK)
    else:
        largest = (flat.abs() == flat.abs().amax(dim=1, keepdim=True)).to(flat)
        found = largest * flat.sign() / largest.sum(dim=1, keepdim=True)
    return found.view_as(gradient)
