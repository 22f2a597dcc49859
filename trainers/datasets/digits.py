"""Scikit-learn's handwritten digits: 1,797 real images of 8x8, in ten classes."""

from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Interval

from trainers.datasets._dataset import Dataset, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BRIGHTEST = 16
"""The digits' own scale runs from 0 to 16."""


def load(
    *,
    size: Annotated[int, Interval(ge=8, le=512)] = 8,
    val_fraction: Annotated[float, Interval(gt=0, lt=0.5)] = 0.2,
    test_fraction: Annotated[float, Interval(gt=0, lt=0.5)] = 0.2,
    split_seed: int = 0,
    split: Annotated[int, Ge(0)] = 0,
    label_noise: Annotated[float, Interval(ge=0, le=1)] = 0.0,
) -> Dataset:
    """Load the digits as gray images, enlarged bilinearly to `size`, split class by class as `split_seed` says.

    A `split` other than 0 draws train and val anew from the images of both, and leaves test as it is; `label_noise` is
    the share of training labels that are replaced by another class.
    """
    from trainers.datasets import _cache, _disturb, _stratify

    options = {"size": size, "val": val_fraction, "test": test_fraction, "split_seed": split_seed}
    options |= {"split": split, "label_noise": label_noise}
    sources = (__file__, _disturb.__file__, _stratify.__file__)

    def make() -> Dataset:
        from sklearn.datasets import load_digits

        values, labels = load_digits(return_X_y=True)
        images = _enlarged(values.reshape(-1, 8, 8), size)
        parts = _stratify.stratify(labels.tolist(), val_fraction, test_fraction, split_seed)
        train, val, test = (Split(images[part], labels[part].astype("int64")) for part in parts)
        names = tuple(str(digit) for digit in range(10))
        digits = Dataset("digits", "handwritten digits", names, train, val, test)
        return _disturb.disturbed(digits, split, label_noise)

    return _cache.kept("digits", sources, options, make)


def _enlarged(values: "NDArray[np.float64]", size: int) -> "NDArray[np.uint8]":
    import numpy as np
    from PIL import Image

    images = np.round(values * 255 / BRIGHTEST).astype(np.uint8)
    shape = (size, size)
    resized = [np.asarray(Image.fromarray(image).resize(shape, Image.Resampling.BILINEAR)) for image in images]
    return np.stack(resized)[:, None]
