"""Many published networks under one name each, so that the network itself can be a factor."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trainers import _synthesis
from trainers._domains import Base, Optimizer, Probability
from trainers._recipe import Recipe
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset

if TYPE_CHECKING:
    from torch import nn

Model = Literal[
    "resnet18",
    "resnet34",
    "resnet50",
    "se_resnet18",
    "se_resnet34",
    "resnet_v2_18",
    "resnet_v2_50",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "googlenet",
    "inception_v3",
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3",
    "efficientnet_b0",
    "convnext_atto",
]
TIMM = {
    "se_resnet18": "seresnet18",
    "se_resnet34": "seresnet34",
    "resnet_v2_18": "resnetv2_18",
    "resnet_v2_50": "resnetv2_50",
    "mobilenet_v1": "mobilenetv1_100",
    "mobilenet_v2": "mobilenetv2_100",
    "mobilenet_v3": "mobilenetv3_large_100",
}
"""Where timm has another name for it; googlenet is torchvision's."""
RECIPE = Recipe(vertical_flip=False)
SYNTHESIS = Synthesis()


def prepare(
    dataset: Dataset,
    *,
    model: Model = "resnet18",
    weights: str = "none",
    download: bool = False,
    base: Base = "trained",
    optimizer: Optimizer = "adam",
    synthesis: Synthesis = SYNTHESIS,
) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    import torch

    from trainers import _recipe

    _recipe.check(optimizer, hidden=base == "trained")

    if weights == "none" and base == "frozen":
        raise ValueError("weights=none leaves base=frozen nothing to rest on; take base=trained")
    _, height, across = dataset.shape
    with torch.device("meta"):
        features, _ = _features(model)
    try:
        features(torch.zeros(2, 3, height, across, device="meta"))
    except (RuntimeError, ValueError, AssertionError) as error:
        raise ValueError(f"model={model} cannot take images of {across}x{height}, as {dataset.name} has") from error
    if weights != "none":
        _start(_features(model)[0], model, weights, download=download)
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 30,
    seed: int = 0,
    *,
    recipe: Recipe = RECIPE,
    synthesis: Synthesis = SYNTHESIS,
    model: Model = "resnet18",
    weights: str = "none",
    download: bool = False,
    base: Base = "trained",
    dropout: Probability = 0.0,
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train a network of timm (googlenet: of torchvision) with a fresh output layer for as many classes as there are.

    `weights` are "none", "imagenet" (timm's own choice; `download` fetches them) or a file of timm's names. With
    `base` frozen only the output layer is trained.

    Held constant: cross entropy; gray images in three channels alike; shades normalised as the weights' images were,
    or from -1 to 1 without weights; no auxiliary outputs.
    """
    import torch
    from torch import nn

    from trainers import _fit, _networks, _random, _synthetic_images

    dataset = _synthetic_images.joined(dataset, synthesis)
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    features, width = _features(model)
    shades = _start(features, model, weights, download=download) if weights != "none" else None
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, len(dataset.classes)))
    network = _networks.network(features, head, freeze=base == "frozen", pretrained=False)
    network = network.shaded(*shades) if shades else network
    yield from _fit.fit(dataset, network, epochs, seed, recipe, checkpoint=checkpoint, pictures=pictures)


def _features(model: Model) -> tuple["nn.Module", int]:
    """The network up to its pooled features, freshly initialised, and how many features there are."""
    if model == "googlenet":
        from torch import nn
        from torchvision.models import googlenet

        whole = googlenet(aux_logits=False, init_weights=True)
        width = int(whole.fc.in_features)
        whole.fc = nn.Identity()
        return whole, width
    timm = _timm()
    found: nn.Module = timm.create_model(TIMM.get(model, model), num_classes=0)
    return found, int(found.head_hidden_size or found.num_features)  # type: ignore[arg-type]


def _timm() -> Any:
    try:
        import timm
    except ImportError:
        raise ValueError("the zoo wants timm, which is not installed; pip install timm") from None
    return timm


def _start(
    features: "nn.Module", model: Model, weights: str, *, download: bool
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Put weights into the features, and say with which mean and deviation of shades they were trained.

    Raises:
        ValueError: With one line about what is missing.
    """
    from trainers import _networks, _weights

    if weights != "imagenet":
        _weights.put(_weights.Weights(weights, ""), features)
        return _networks.IMAGENET_MEAN, _networks.IMAGENET_DEVIATION
    if model == "googlenet":
        raise ValueError("model=googlenet has no weights=imagenet here; take weights=none or a file")
    from huggingface_hub import constants

    timm = _timm()

    offline, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, not download
    try:
        found = timm.create_model(TIMM.get(model, model), pretrained=True, num_classes=0)
    except Exception as error:  # timm and the hub raise many kinds for no network, no file and no such weights
        way = "take weights=none or a file" if download else "take download=true to fetch them, weights=none or a file"
        raise ValueError(f"model={model} has no weights=imagenet in the cache; {way}") from error
    finally:
        constants.HF_HUB_OFFLINE = offline
    features.load_state_dict(found.state_dict())
    images: Any = found.pretrained_cfg
    return tuple(images["mean"]), tuple(images["std"])
