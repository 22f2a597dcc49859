"""Generated video of a shop floor: people come in, stop, cross and leave, and the truth of every count is known."""

from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Interval

from trainers.datasets._footage import Clip, Footage

if TYPE_CHECKING:
    from trainers.datasets._scene import Weather


def load(
    *,
    frames: Annotated[int, Interval(ge=20, le=20_000)] = 400,
    train_frames: Annotated[int, Ge(2)] = 20,
    crowding: Annotated[float, Interval(gt=0, le=20)] = 1.5,
    light: Annotated[float, Interval(ge=0, le=1)] = 0.1,
    noise: Annotated[float, Interval(ge=0, le=60)] = 4.0,
    pillars: Annotated[int, Interval(ge=0, le=3)] = 0,
    face_difficulty: Annotated[float, Interval(ge=0, le=3)] = 0.5,
    data_seed: int = 0,
) -> Footage:
    """Generate gray video of 256x192, a camera over a floor with a door line below and three sections side by side.

    `crowding` is how many people come in in 100 frames; each goes to one to three places, stops there and leaves, in
    front of or behind others, with a face of `faces` (five expressions, old or not, woman or man). `light` is how far
    the light changes, a share of it, over the whole and by a lamp over one half; `noise` is in shades; `pillars` hide
    who walks behind them. `val` and `test` have `frames` each, from streams of their own; `train` is the empty floor.
    """
    from trainers.datasets import _cache, _draw, _expressions, _footage, _scene, faces

    weather = _scene.Weather(light, noise, pillars)
    options = {"frames": frames, "train_frames": train_frames, "crowding": crowding, "light": light, "noise": noise}
    options |= {"pillars": pillars, "face_difficulty": face_difficulty, "seed": data_seed}
    drawn = (faces.__file__, _draw.__file__, _expressions.__file__)

    def make() -> Footage:
        count = max(1, round(crowding * frames / 100))
        empty = _clip(0, train_frames, weather, face_difficulty, f"{data_seed} train")
        val, test = (_clip(count, frames, weather, face_difficulty, f"{data_seed} {name}") for name in ("val", "test"))
        about = "generated video of a shop floor"
        return Footage("store_video", about, _expressions.classes(5), _scene.floor(), empty, val, test)

    sources = (__file__, _footage.__file__, _scene.__file__, *drawn)
    return _cache.kept_as("store_video", sources, options, make, _footage.write, _footage.read)


def _clip(count: int, frames: int, weather: "Weather", difficulty: float, stream: str) -> Clip:
    """A clip from a random stream of its own."""
    import hashlib

    import numpy as np

    from trainers.datasets import _scene, faces

    number = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8])
    ways, light = (np.random.default_rng([number, purpose]) for purpose in (0, 1))
    walkers = []
    if count:
        # the least that every class stands in each split; a face more leaves the first ones as they are
        looks = faces.split_of(max(count, 5), _scene.FACE, 5, difficulty, stream, genders=True)
        known = np.stack([looks.labels, looks.attributes["old"], looks.attributes["woman"]], axis=1).astype(np.float64)
        order = ways.permutation(len(looks.labels))[:count]
        walkers = _scene.people(count, frames, looks.images[order, 0], known[order], ways)
    return _scene.film(frames, walkers, weather, light)
