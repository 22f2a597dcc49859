"""Generated images that join a training split: made once for each class, kept in the user's cache, read by all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from trainers import _dcgan, _device, _fit, _random, _shared_cache
from trainers._synthesis import UNKNOWN
from trainers.datasets._dataset import Dataset, Split

if TYPE_CHECKING:
    from trainers._synthesis import Synthesis
    from trainers.datasets._dataset import Images

SOURCES = (_dcgan.__file__, _fit.__file__, _random.__file__)
"""Other code may make other images."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Images that are wanted of one class."""

    real: Images
    """The training images of the class."""
    seed: int
    """Of its GAN."""
    count: int
    """How many generated ones are wanted."""
    folder: Path
    """Where they lie, or will."""

    @property
    def file(self) -> Path:
        """The file of as many images."""
        return self.folder / f"{self.count}.npy"


def joined(dataset: Dataset, synthesis: Synthesis) -> Dataset:
    """Add generated images behind the real ones of the training split; val and test are what they were.

    Each class has a GAN of its own, which sees that class's training images and nothing else. What it makes is kept
    under the hash of those images, of the settings, of a seed of its own and of the code; one process makes it while
    others wait. Of attributes, which no generated image has, each is `UNKNOWN`. Where trials are spread over machines
    without a common cache, each machine makes its own.
    """
    if synthesis.synthetic_images == "none":
        return dataset
    wishes = [_wish(dataset.train, label, synthesis) for label in range(len(dataset.classes))]
    made = generated([wish for wish in wishes if wish.count], synthesis)
    labels = [np.full(wish.count, label, dtype=np.int64) for label, wish in enumerate(wishes)]
    nothing = np.full(sum(wish.count for wish in wishes), UNKNOWN, dtype=np.int64)
    known = {name: np.concatenate([column, nothing]) for name, column in dataset.train.attributes.items()}
    images = np.concatenate([dataset.train.images, *made])
    train = Split(images, np.concatenate([dataset.train.labels, *labels]), known)
    return Dataset(dataset.name, dataset.about, dataset.classes, train, dataset.val, dataset.test)


def cache_folder() -> Path:
    """The folder of generated images; XDG_CACHE_HOME moves it."""
    return platformdirs.user_cache_path("doe") / "synthetic"


def _wish(train: Split, label: int, synthesis: Synthesis) -> Wish:
    real = np.ascontiguousarray(train.images[train.labels == label])
    seed = _random.stream(synthesis.gan_seed, label, "class")
    told = [synthesis.gan_epochs, seed, repr(_settings(synthesis)), real.shape]
    address = hashlib.sha256(json.dumps(told).encode())
    address.update(real.tobytes())
    for source in SOURCES:
        address.update(Path(source).read_bytes())
    count = round(synthesis.synthetic_fraction * len(real))
    return Wish(real, seed, count, cache_folder() / f"dcgan-{address.hexdigest()[:24]}")


def _settings(synthesis: Synthesis) -> _dcgan.Settings:
    return _dcgan.Settings(
        synthesis.gan_width,
        generator_rate=synthesis.gan_generator_rate,
        discriminator_rate=synthesis.gan_discriminator_rate,
        batch_size=synthesis.gan_batch_size,
    )


def generated(wishes: list[Wish], synthesis: Synthesis) -> list[Images]:
    """Open the images of every wish, making first what is missing.

    Those that another process is at work on are left for last, so that several processes share the work.
    """
    missing = [wish for wish in wishes if _read(wish) is None]
    for patient in (False, True):
        for wish in missing:
            with _shared_cache.locked(wish.folder / "lock", patient=patient) as held:
                if held and _read(wish) is None:
                    _make(wish, synthesis)
    return [images for wish in wishes if (images := _read(wish)) is not None]


def _read(wish: Wish) -> Images | None:
    """Give the images, or nothing where they are not there, or were cut short by a crash of the machine."""
    try:
        found: Images = np.load(wish.file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == (wish.count, *wish.real.shape[1:]) else None


def _make(wish: Wish, synthesis: Synthesis) -> None:
    """Train the GAN, or take up the one that was trained for another number of images, and draw."""
    settings, seed = _settings(synthesis), wish.seed
    both = _dcgan.pair(wish.real.shape[1:], seed, settings)
    weights = wish.folder / "generator.safetensors"
    try:
        both.generator.load_state_dict(load_file(weights))
    except (OSError, SafetensorError):
        real = torch.from_numpy(wish.real).to(_device.best_device())
        for losses in _dcgan.fit(both, real, synthesis.gan_epochs, seed, settings):
            if not np.isfinite(list(losses.values())).all():
                raise ValueError("the GAN diverged; lower gan_generator_rate or gan_discriminator_rate") from None
        state = {name: tensor.cpu().contiguous() for name, tensor in both.generator.state_dict().items()}
        _shared_cache.write_whole(weights, lambda path: save_file(state, path))
    images = _dcgan.draw(both.generator, wish.count, settings.noise_size, seed).cpu().numpy()
    _shared_cache.write_whole(wish.file, lambda path: np.save(path, images))
