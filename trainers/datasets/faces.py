"""Generated faces of five or seven expressions whose best possible accuracy is known by design."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from annotated_types import Ge, Interval

from trainers.datasets._dataset import Dataset, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns: TypeAlias = dict[str, NDArray[np.float32]]

LOOKS = {
    "skin": (0.55, 0.92),
    "hair": (0.02, 0.45),
    "lips": (0.15, 0.40),
    "backdrop": (0.05, 0.95),
    "backdrop_slope": (-0.15, 0.15),
    "hairline": (-0.95, -0.62),
    "face_width": (0.68, 0.82),
    "face_height": (0.88, 1.02),
    "eye_across": (0.28, 0.36),
    "eye_down": (-0.24, -0.14),
    "eye_width": (0.12, 0.16),
    "brow_thickness": (0.025, 0.050),
    "nose_length": (0.18, 0.28),
    "mouth_down": (0.42, 0.52),
    "mouth_width": (0.22, 0.30),
}
"""What makes a face another person's, each evenly spread between two numbers."""

NUISANCES = {
    "turn": 0.17,
    "scale": 0.08,
    "shift_across": 0.08,
    "shift_down": 0.08,
    "light_across": 0.25,
    "light_down": 0.20,
    "grain": 0.02,
}
"""What makes a picture harder to read, each evenly spread this far either way of its middle, times the difficulty."""
MIDDLES = {"scale": 1.0, "grain": 0.03}
ATTRIBUTES = {"old": 0.33, "glasses": 0.15, "beard": 0.20}
"""What else is known of a face, and how often it is so."""
WOMEN = 0.5
"""How often, where faces have genders: long hair and no beard are drawn for it, and nothing else."""
TINTS = (0.7, 1.3)
"""How much of each of red, green and blue the light on a face has, where pictures have color."""
LUMINANCE = (0.299, 0.587, 0.114)
"""How bright red, green and blue are, ITU-R BT.601."""
COVERED = 0.08
JITTER = 0.08
"""The standard deviation of a movement about what its expression asks."""
INTENSITY = (0.85, 1.15)
CHUNK = 256
"""Faces drawn at a time: what the grids of points cost in memory."""


def load(
    *,
    expressions: Literal[5, 7] = 5,
    size: Annotated[int, Interval(ge=16, le=256)] = 48,
    train_images: Annotated[int, Ge(1)] = 600,
    val_images: Annotated[int, Ge(1)] = 200,
    test_images: Annotated[int, Ge(1)] = 200,
    difficulty: Annotated[float, Interval(ge=0, le=3)] = 1.0,
    data_seed: int = 0,
    split: Annotated[int, Ge(0)] = 0,
    label_noise: Annotated[float, Interval(ge=0, le=1)] = 0.0,
    genders: bool = False,
    color: Literal["gray", "rgb"] = "gray",
) -> Dataset:
    """Generate faces, equally many of each expression, each split from its own random stream.

    Some faces blend two expressions and are labelled with either, the likelier the more of it they show, so that no
    judge can be right every time: `trainers.datasets._expressions.bayes_confusion` is the confusion matrix of the best.
    Pose, light, grain and covered parts, all scaled by `difficulty`, can only add errors to it. More images of a split
    leave its first ones as they were. A `split` other than 0 draws train and val anew from the faces of both;
    `label_noise` is the share of training labels that are replaced by another class. With `genders` half of the faces
    have the attribute woman, which is drawn as long hair and no beard; else nothing is changed by it. In `rgb` each is
    the same face in a light of another color, as bright as before: color says nothing of an expression.
    """
    from trainers.datasets import _cache, _disturb, _draw, _expressions

    sizes = {"train": train_images, "val": val_images, "test": test_images}
    options = {"expressions": expressions, "size": size, "sizes": sizes, "difficulty": difficulty, "seed": data_seed}
    options |= {"split": split, "label_noise": label_noise}
    options |= {"genders": genders, "color": color}
    sources = (__file__, _disturb.__file__, _draw.__file__, _expressions.__file__)

    def make() -> Dataset:
        splits = {
            name: split_of(count, size, expressions, difficulty, f"{data_seed} {name}", genders=genders)
            for name, count in sizes.items()
        }
        if color == "rgb":
            splits = {name: _lit(split, f"{data_seed} {name}") for name, split in splits.items()}
        faces = Dataset("faces", "generated faces", _expressions.classes(expressions), **splits)
        return _disturb.disturbed(faces, split, label_noise)

    return _cache.kept("faces", sources, options, make)


def bayes_confusion(expressions: Literal[5, 7]) -> "NDArray[np.float64]":
    """Give the best possible judge's confusion matrix: rows the label, columns the answer, each row summing to one."""
    from trainers.datasets import _expressions

    return _expressions.bayes_confusion(expressions)


def split_of(
    count: int, size: int, expressions: Literal[5, 7], difficulty: float, stream: str, *, genders: bool = False
) -> Split:
    """Draw faces from one random stream: what another data set shows faces with, too."""
    import numpy as np

    from trainers.datasets import _draw, _expressions

    labels = np.arange(count, dtype=np.int64) % expressions
    partners, shares = _expressions.blends(labels, expressions, _generator(stream, "blend").random((count, 2)))
    moved = _movements(_expressions.movements(labels, partners, shares, expressions), stream)
    looks = _looks(count, difficulty, stream)
    if genders:
        looks["woman"] = _column(_generator(stream, "woman").random(count) < WOMEN)
        looks["beard"] = looks["beard"] * (1 - looks["woman"])
    noise = _generator(stream, "grain")
    images = np.empty((count, 1, size, size), dtype=np.uint8)
    for start in range(0, count, CHUNK):
        part = slice(start, start + CHUNK)
        shades = _draw.draw(size, _rows(moved, part), _rows(looks, part))
        grain = noise.standard_normal(shades.shape) * looks["grain"][part]
        images[part, 0] = np.clip((shades + grain) * 255 + 0.5, 0, 255)
    known = [*ATTRIBUTES, *(["woman"] if genders else [])]
    attributes = {name: looks[name].reshape(-1).astype(np.int64) for name in known}
    return Split(images, labels, attributes)


def _lit(split: Split, stream: str) -> Split:
    """The same pictures in red, green and blue, each in a light of a color of its own."""
    from dataclasses import replace

    import numpy as np

    tints = _generator(stream, "color").uniform(*TINTS, (len(split), 3)).astype(np.float32)
    tints /= tints @ np.array(LUMINANCE, dtype=np.float32)[:, None]
    return replace(split, images=np.clip(split.images * tints[:, :, None, None] + 0.5, 0, 255).astype(np.uint8))


def _movements(clear: "NDArray[np.float64]", stream: str) -> "Columns":
    """Make each face's movements a little stronger or weaker than its expression asks, and a little uneven."""
    from trainers.datasets import _expressions

    low, high = INTENSITY
    intensity = low + (high - low) * _generator(stream, "intensity").random((len(clear), 1))
    moved = clear * intensity + JITTER * _generator(stream, "jitter").standard_normal(clear.shape)
    return {name: _column(moved[:, i]) for i, name in enumerate(_expressions.MOVEMENTS)}


def _looks(count: int, difficulty: float, stream: str) -> "Columns":
    import numpy as np

    draws = iter(_generator(stream, "looks").random((count, 32)).T)
    looks = {name: _column(low + (high - low) * next(draws)) for name, (low, high) in LOOKS.items()}
    for name, reach in NUISANCES.items():
        looks[name] = _column(MIDDLES.get(name, 0) + difficulty * reach * (2 * next(draws) - 1))
    looks["grain"] = np.maximum(looks["grain"], 0)
    for name, often in ATTRIBUTES.items():
        looks[name] = _column(next(draws) < often)
    looks["covered"] = _column(next(draws) < COVERED * difficulty)
    looks["cover_across"], looks["cover_down"] = _column(1.2 * next(draws) - 0.6), _column(1.2 * next(draws) - 0.6)
    looks["hair"] = np.where(looks["old"] > 0, np.float32(0.45) + looks["hair"], looks["hair"])
    return looks


def _generator(stream: str, purpose: str) -> "np.random.Generator":
    """A random stream of its own for each purpose, so that the first faces of a longer stream are the same."""
    import hashlib

    import numpy as np

    return np.random.default_rng(int.from_bytes(hashlib.sha256(f"{stream} {purpose}".encode()).digest()[:16]))


def _column(values: "NDArray[np.generic]") -> "NDArray[np.float32]":
    import numpy as np

    return values.astype(np.float32).reshape(-1, 1, 1)


def _rows(columns: "Columns", part: slice) -> "Columns":
    return {name: column[part] for name, column in columns.items()}
