from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from trainers.datasets import faces
from trainers.datasets._dataset import Dataset, Split


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache for these tests, never the user's."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """One thread, so that tests side by side do not slow each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def few_faces(cache: Path) -> Dataset:
    """Few and small faces."""
    return faces.load(size=32, train_images=33, val_images=20, test_images=5)


@pytest.fixture(scope="session")
def squares(cache: Path) -> Dataset:
    """Two classes that anything can tell apart: bright above, or bright below."""
    random = np.random.default_rng(0)

    def split(count: int) -> Split:
        labels = np.arange(count) % 2
        images = random.integers(0, 60, (count, 1, 32, 32))
        images[labels == 0, :, :16] += 150
        images[labels == 1, :, 16:] += 150
        return Split(images.astype(np.uint8), labels.astype(np.int64))

    return Dataset("squares", "bright squares", ("above", "below"), split(64), split(32), split(2))
