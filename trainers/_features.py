"""What the frozen part of a network makes of images: made once for each view of them, and read by all trials.

A trial's seed is that of its replicate, and images are moved by the seed and the epoch alone. So whatever is varied
(optimizer, epochs, dropout, batch size), the frozen part sees the same views in every run.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from trainers import _augment, _networks, _random, _shared_cache

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from trainers._augment import Augmentation
    from trainers._networks import Network
    from trainers._recipe import Recipe

AT_ONCE: Mapping[str, int] = {"cpu": 64}
"""Images in a batch on such a device: on a CPU those whose layers stay near its caches."""
AT_ONCE_ELSEWHERE = 512
LARGEST = 2**30
"""Bytes of one view of all images beyond which it is made a training batch at a time, and not shared."""
SOURCES = (__file__, _augment.__file__, _networks.__file__, _random.__file__)
"""Other code may make other features."""
NAME = "features"
STILL = _augment.NAMED["none"]


class Features:
    """All views of some images through a network's frozen part, in the network's numbers and on its device.

    They are computed in batches of a fixed size in the order of the images, and so depend on nothing a trial chooses
    but its seed. Where they are shared they lie in the user's cache, under the hash of all they depend on, a file for
    each epoch: one process makes it, and others that want it make the next ones in the meantime, or wait. Where the
    disk is full, or the cache's share of it, they are computed anew, and a line says so.
    """

    def __init__(
        self, network: Network, images: Tensor, *, augmentation: Augmentation = STILL, seed: int = 0, share: bool = True
    ) -> None:
        """Take images, bytes of shape (images, channels, height, width), moved in each epoch as the seed says."""
        self._network = network
        self._images = images
        self._augmentation = augmentation
        self._seed = seed
        self._folder = cache_folder() / self._address() if share else None
        self._writes = True

    def at(self, epoch: int = 0, last: int = 0) -> Tensor:
        """Give the features of all images in an epoch, and know that those until `last` will be wanted as well."""
        if not self._augmentation.moves:
            epoch = last = 0
        if self._folder is None:
            return self._computed(epoch)
        # while another makes what is wanted now, make what both will want next; the last time wait
        for ahead in (*range(epoch, last + 1), None):
            if (found := self._read(self._folder, epoch)) is not None:
                return found
            if not self._writes:
                return self._computed(epoch)
            made = self._made(self._folder, epoch if ahead is None else ahead, patient=ahead is None)
            if made is not None and ahead in (epoch, None):
                return made
        return self._computed(epoch)

    def _computed(self, epoch: int) -> Tensor:
        count, _, height, width = self._images.shape
        maps = None
        if self._augmentation.moves:
            draws = _random.generator(self._seed, epoch, "augmentation")
            maps = _augment.draw(self._augmentation, count, height, width, draws).to(self._images.device)
        seen = []
        at_once = AT_ONCE.get(self._images.device.type, AT_ONCE_ELSEWHERE)
        for first in range(0, count, at_once):
            chosen = slice(first, first + at_once)
            images = self._images[chosen].float()
            seen.append(self._network.see(images if maps is None else _augment.warp(images, maps[chosen])))
        return torch.cat(seen).contiguous()

    def _made(self, folder: Path, epoch: int, *, patient: bool) -> Tensor | None:
        """Make an epoch's features unless another is at it, or has been; None where another is, or it cannot be."""
        file = _file(folder, epoch)
        try:
            with _shared_cache.locked(file.with_suffix(".lock"), patient=patient) as held:
                if not held:
                    return None
                found = self._read(folder, epoch)
                if found is None:
                    found = self._computed(epoch)
                    self._write(file, found)
                return found
        except OSError as error:
            self._give_up(error)
            return None

    def _read(self, folder: Path, epoch: int) -> Tensor | None:
        """Map a file of the cache; None where there is none, or one that was cut short by a crash of the machine."""
        try:
            with safe_open(_file(folder, epoch), framework="pt") as file:
                found: Tensor = file.get_tensor(NAME)
            os.utime(folder)
        except (OSError, SafetensorError):
            return None
        return found.to(self._images.device) if len(found) == len(self._images) else None

    def _write(self, file: Path, seen: Tensor) -> None:
        try:
            if not _shared_cache.make_room(file.parent, seen.numel() * seen.element_size()):
                self._give_up("its share of the disk is full")
                return
            _shared_cache.write_whole(file, lambda path: save_file({NAME: seen.cpu()}, path))
        except (OSError, SafetensorError) as error:
            self._give_up(error)

    def _give_up(self, reason: object) -> None:
        """Write no more, and say so once."""
        if self._writes:
            first = str(reason).strip().partition("\n")[0]
            warnings.warn(
                f"features of the frozen layers are not shared: {first}; they are computed anew", stacklevel=2
            )
        self._writes = False

    def _address(self) -> str:
        """The hash of all they depend on."""
        network, images = self._network, self._images
        told = {
            "images": [str(images.dtype), list(images.shape)],
            "augmentation": [repr(self._augmentation), self._seed] if self._augmentation.moves else None,
            "network": f"{network.frozen} in {network.numbers}",
            "machine": _machine(images.device),
        }
        address = hashlib.sha256(json.dumps(told).encode())
        for source in SOURCES:
            address.update(Path(source).read_bytes())
        for tensor in (network.mean, network.deviation, *network.frozen.state_dict().values(), images):
            address.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return address.hexdigest()[:24]


def learner(network: Network, images: Tensor) -> Network:
    """The network that learns from features; the very same where it has no frozen part, or they would be too many.

    Too many are those of which one view of all images takes more than a gibibyte.
    """
    if isinstance(network.frozen, nn.Identity):
        return network
    one = network.see(images[:1].float())
    return replace(network, seen=True) if len(images) * one.numel() * one.element_size() <= LARGEST else network


def moved(network: Network, images: Tensor, recipe: Recipe, seed: int) -> Features:
    """The features of images that are moved as a recipe says."""
    return Features(network, images, augmentation=_augment.chosen(recipe), seed=seed, share=recipe.share)


def still(network: Network, images: Tensor, recipe: Recipe) -> Tensor:
    """The features of images as they are, kept in memory: to judge by."""
    return Features(network, images, share=recipe.share).at().clone()


def cache_folder() -> Path:
    """The folder of features; XDG_CACHE_HOME moves it."""
    return platformdirs.user_cache_path("doe") / "features"


def _file(folder: Path, epoch: int) -> Path:
    return folder / f"{epoch:06d}.safetensors"


def _machine(device: torch.device) -> list[Any]:
    """On what the last bits of a number hang: the unit that computes it, its threads and torch."""
    if device.type == "cuda":
        return [torch.cuda.get_device_name(device), torch.__version__]
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return [device.type, sorted(map(str, capabilities.items())), torch.get_num_threads(), torch.__version__]
