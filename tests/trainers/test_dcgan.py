"""The generator of images and the discriminator, and the trainer that judges what they make."""

import copy
import math

import numpy as np
import pytest
import torch

from trainers import _dcgan, _random, dcgan
from trainers.datasets._dataset import Dataset, Split

SMALL = _dcgan.Settings(width=1 / 16, noise_size=8, generator_rate=2e-3, discriminator_rate=1e-3, batch_size=16)


def parameters(network: torch.nn.Module) -> int:
    """Count what is trained."""
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_founding_pair_has_its_parameters() -> None:
    """To the last one, at 128x128 pixels in color: research/trainers.md 1.3, from the layers of seed 001."""
    with torch.device("meta"):
        settings = _dcgan.Settings()
        generator, discriminator = (make((3, 128, 128), settings) for make in (_dcgan.generator, _dcgan.discriminator))
        sides = []
        for layer in discriminator:
            layer.register_forward_hook(lambda _, __, output: sides.append(tuple(output.shape[1:])))
        made = generator(torch.zeros(2, 100))
        discriminator(made)
    assert (parameters(generator), parameters(discriminator)) == (24_034_819, 17_484_289)
    assert made.shape == (2, 3, 128, 128)
    assert sides[:-2:3] == [(64, 64, 64), (128, 32, 32), (256, 16, 16), (512, 16, 16), (1024, 8, 8)]


@pytest.mark.parametrize(
    ("shape", "inner"),
    [
        ((1, 8, 8), (4, 4)),
        ((1, 32, 32), (8, 8)),
        ((1, 48, 48), (6, 6)),
        ((3, 64, 64), (8, 8)),
        ((3, 160, 130), (10, 9)),
        ((1, 31, 45), (8, 12)),
    ],
)
def test_the_pair_fits_images_of_any_size(shape: tuple[int, int, int], inner: tuple[int, int]) -> None:
    """What is generated has the images' shape, and smaller images get fewer layers."""
    both = _dcgan.pair(shape, 0, SMALL)
    assert both.generator[1].unflattened_size[1:] == inner  # type: ignore[index]
    made = both.generator(torch.zeros(2, 8))
    assert made.shape == (2, *shape)
    assert both.discriminator(made).shape == (2, 1)


def test_first_weights_are_cut_off() -> None:
    """Deviation 0.02 cut at two of them, which leaves 0.0176 (0.8796 of it); no offsets."""
    both = _dcgan.pair((1, 32, 32), 0, _dcgan.Settings())
    weight = both.generator[0].weight.detach()  # type: ignore[index]
    assert weight.abs().max() <= 0.04
    assert float(weight.std()) == pytest.approx(0.8796 * 0.02, rel=0.01)
    assert not both.discriminator[0].bias.any()  # type: ignore[index]


def test_the_losses_are_those_of_the_formula() -> None:
    """The first step by hand: the discriminator's on real and generated images apart, then the generator's."""
    images = torch.randint(0, 256, (6, 1, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    settings = _dcgan.Settings(1 / 16, 8, 1e-3, 1e-3, batch_size=6)
    both = _dcgan.pair((1, 16, 16), 3, settings)
    first = copy.deepcopy(both)
    (found,) = _dcgan.fit(both, images, 1, 3, settings)
    noise = torch.randn(6, 8, generator=_random.generator(3, 1, "noise"))

    def chances(network: torch.nn.Module, shown: torch.Tensor) -> np.ndarray:
        logits = network(shown).detach().double().numpy()
        return np.asarray(1 / (1 + np.exp(-logits)))

    made = first.generator(noise).detach()
    real, taken = chances(first.discriminator, images / 127.5 - 1), chances(first.discriminator, made)
    told = -np.log(real).mean() - np.log(1 - taken).mean()
    assert found["discriminator_loss"] == pytest.approx(told, rel=1e-5)
    # the generator answers to the discriminator as it is after its own step
    assert found["generator_loss"] == pytest.approx(-np.log(chances(both.discriminator, made)).mean(), rel=1e-5)


def test_what_is_drawn_does_not_depend_on_how_many() -> None:
    """More images begin with the same ones, another seed draws others, and drawing changes no training."""
    both = _dcgan.pair((1, 16, 16), 0, SMALL)
    before = copy.deepcopy(both.generator)
    few, many = (_dcgan.draw(both.generator, count, 8, 5) for count in (3, 70))
    assert many.shape == (70, 1, 16, 16)
    assert torch.equal(few, many[:3])
    assert not torch.equal(_dcgan.draw(both.generator, 3, 8, 6), few)
    noise = torch.ones(4, 8)
    assert torch.equal(both.generator(noise), before(noise))


def test_generated_images_come_closer(squares: Dataset) -> None:
    """In 20 epochs the distance falls below 0.7 of what it was; each class has its own."""
    told = {"width": 1 / 8, "noise_size": 8, "generator_rate": 2e-3, "discriminator_rate": 1e-3, "batch_size": 8}
    readings = list(dcgan.train(squares, 20, 0, **told))  # type: ignore[arg-type]
    first, last = readings[0], readings[-1]
    assert set(last) == {
        *("generator_loss", "discriminator_loss", "kernel_distance"),
        *("kernel_distance/above", "kernel_distance/below"),
    }
    assert last["kernel_distance"] < 0.7 * first["kernel_distance"]
    assert math.fsum(last[f"kernel_distance/{name}"] for name in squares.classes) / 2 == last["kernel_distance"]
    assert all(math.isfinite(value) for reading in readings for value in reading.values())


def test_too_few_or_too_small_images_are_refused_in_a_line(squares: Dataset, few_faces: Dataset) -> None:
    """With the class that has fewest; a distance wants two validation images of each."""
    dcgan.prepare(squares)
    line = "a GAN wants at least 16 training images of every class, and faces has 6 of 'happiness'"
    with pytest.raises(ValueError, match=line):
        dcgan.prepare(few_faces)
    tiny = Split(squares.train.images[:, :, :5, :5], squares.train.labels)
    with pytest.raises(ValueError, match="images of at least 6x6 are wanted, and small has 5x5"):
        dcgan.prepare(Dataset("small", "s", squares.classes, tiny, tiny, tiny))
    one = Split(squares.val.images[:2], squares.val.labels[:2])
    with pytest.raises(ValueError, match="at least 2 validation images of every class are wanted, and s has 1"):
        dcgan.prepare(Dataset("s", "s", squares.classes, squares.train, one, one))
