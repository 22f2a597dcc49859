import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from trainers import _counting, _detection, _parting, _tracking
from trainers.datasets._footage import Floor

RULES = _tracking.Rules(overlap_threshold=0.2, max_age=3, min_hits=3)
DOOR = Floor(((0, 50), (100, 50)), (50, 10), {"left": ((0, 0), (50, 0), (50, 50), (0, 50))})


def followed(boxes: list[list[tuple[float, float, float, float]]], rules: _tracking.Rules = RULES) -> list[list[int]]:
    """In which frames each confirmed track had a box."""
    tracks = _tracking.Tracks()
    for frame, here in enumerate(boxes):
        tracks = _tracking.step(tracks, frame, np.array(here, dtype=float).reshape(-1, 4), rules)
    return [list(track.frames) for track in tracks.confirmed(rules)]


def walk(frames: int, start: float = 0, pace: float = 4) -> list[list[tuple[float, float, float, float]]]:
    """One who walks to the right."""
    return [[(start + pace * frame, 20, 20, 40)] for frame in range(frames)]


def test_one_who_walks_is_one_track() -> None:
    """From the first box on, those before it was sure included."""
    assert followed(walk(10)) == [list(range(10))]


@pytest.mark.parametrize(("gap", "tracks"), [(0, 1), (3, 1), (4, 2)])
def test_a_lost_track_lives_as_long_as_it_is_told(gap: int, tracks: int) -> None:
    """Three frames without a box, and the same person comes back where they are expected; after four it is another."""
    boxes = walk(24)
    for frame in range(10, 10 + gap):
        boxes[frame] = []
    assert len(followed(boxes)) == tracks


def test_few_hits_are_no_track() -> None:
    """Two boxes are none where three are wanted, even if they last."""
    assert followed([*walk(2), [], [], [], [], []]) == []
    assert followed([*walk(3), [], [], [], [], []]) == [[0, 1, 2]]


def test_two_who_pass_keep_their_numbers() -> None:
    """The speed tells them apart where boxes overlap."""
    right = walk(30)
    left = [[(116 - 4.0 * frame, 30, 20, 40)] for frame in range(30)]
    tracks = _tracking.Tracks()
    for frame in range(30):
        tracks = _tracking.step(tracks, frame, np.array([right[frame][0], left[frame][0]], dtype=float), RULES)
    first, second = tracks.confirmed(RULES)
    assert [box[0] for box in first.boxes] == [4.0 * frame for frame in range(30)]
    assert [box[0] for box in second.boxes] == [116 - 4.0 * frame for frame in range(30)]


def test_two_in_one_box_are_parted() -> None:
    """They meet, are one box for a while, and part again: two tracks, each on its own way all the time."""
    tracks = _tracking.Tracks()
    ways = [((4.0 * t, 20.0, 20.0, 40.0), (116 - 4.0 * t, 46.0, 20.0, 40.0)) for t in range(30)]
    merged = 0
    for frame, (one, other) in enumerate(ways):
        boxes = [one, other]
        if abs(one[0] - other[0]) < 24:
            left, top = min(one[0], other[0]), 20.0
            boxes = [(left, top, max(one[0], other[0]) + 20 - left, 66.0)]
            merged += 1
        tracks = _tracking.step(tracks, frame, np.array(boxes), RULES)
    assert merged > 3
    first, second = tracks.confirmed(RULES)
    assert np.allclose(first.boxes, [way[0] for way in ways], atol=4)
    assert np.allclose(second.boxes, [way[1] for way in ways], atol=4)


def test_one_box_of_one_stays_as_it_is() -> None:
    """Whoever is expected in it: two who stand behind one another are one box, and a lone one is only his own."""
    box = np.array([[10.0, 10.0, 20.0, 40.0]])
    for expected in (box, np.array([[10.0, 10.0, 20.0, 40.0], [11.0, 11.0, 20.0, 40.0]]), np.empty((0, 4))):
        assert _parting.parted(box, expected)[0].tolist() == box.tolist()
    wide = np.array([[0.0, 0.0, 50.0, 40.0]])
    own = np.array([[2.0, 1.0, 20.0, 40.0], [28.0, 0.0, 20.0, 40.0]])
    boxes, whole = _parting.parted(wide, own)
    assert boxes.tolist() == [[0, 0, 20, 40], [30, 0, 20, 40]]
    assert whole.tolist() == [False, False]


def test_a_threshold_of_overlap_cuts_a_track() -> None:
    """One who moves half a width a frame is lost at the first step where nearly the whole box is asked for."""
    strict = _tracking.Rules(overlap_threshold=0.9, max_age=0, min_hits=1)
    assert len(followed(walk(6, pace=10), strict)) > 1
    assert len(followed(walk(6, pace=2), RULES)) == 1


@given(st.lists(st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 12)] * 2), min_size=2, max_size=6))
def test_overlaps_are_counted_by_points(boxes: list[tuple[int, ...]]) -> None:
    """The intersection over union is that of the points of a grid that lie in each."""
    masks = []
    for left, top, wide, high in boxes:
        mask = np.zeros((40, 40), dtype=bool)
        mask[top : top + high, left : left + wide] = True
        masks.append(mask)
    wanted = [[(one & other).sum() / (one | other).sum() for other in masks] for one in masks]
    array = np.array(boxes, dtype=float)
    assert np.allclose(_tracking.overlaps(array, array), wanted)


@pytest.mark.parametrize(
    ("path", "ways"),
    [
        ([70, 60, 55, 45, 40], ["in"]),
        ([40, 45, 55, 60, 70], ["out"]),
        ([70, 60, 51, 49, 51, 49, 40], ["in"]),
        ([70, 40, 70, 40], ["in", "out", "in"]),
        ([70, 51, 49, 60], []),
        ([60, 70, 80], []),
    ],
    ids=["in", "out", "wavers", "thrice", "turns back", "stays out"],
)
def test_crossings(path: list[float], ways: list[str]) -> None:
    """Once each time feet are surely on the other side."""
    places = np.array([(30.0, y) for y in path])
    assert [crossing.way for crossing in _counting.crossings(1, range(len(path)), places, DOOR)] == ways


def test_past_the_ends_of_the_line_is_no_door() -> None:
    """Who walks around it is not counted, and either order of the ends is the same door."""
    around = np.array([(130.0, 80.0), (130.0, 20.0)])
    through = np.array([(30.0, 80.0), (30.0, 20.0)])
    turned = Floor(((100, 50), (0, 50)), (50, 10), {})
    for floor in (DOOR, turned):
        assert _counting.crossings(1, range(2), around, floor) == []
        assert [found.way for found in _counting.crossings(1, range(2), through, floor)] == ["in"]


def test_sections_of_any_shape() -> None:
    """A point is in a polygon or not, where a hollow makes it hard."""
    hook = ((0.0, 0.0), (30.0, 0.0), (30.0, 30.0), (20.0, 30.0), (20.0, 10.0), (0.0, 10.0))
    places = np.array([(5.0, 5.0), (25.0, 25.0), (5.0, 25.0), (25.0, 5.0), (35.0, 5.0)])
    assert _counting.within(places, hook).tolist() == [True, True, False, True, False]
    assert _counting.dwell(places, DOOR.sections) == {"left": 5}


def test_somebody_on_an_empty_floor_is_a_box() -> None:
    """Exactly, where there is no noise; and nobody is where only the light of all has changed."""
    floor = np.full((96, 128), 100, np.uint8)
    frame = floor.copy()
    frame[30:70, 50:70] = 200
    background = _detection.empty_floor(np.stack([floor] * 3))
    boxes, _ = _detection.detect(frame, background, 20)
    assert boxes.tolist() == [[50, 30, 20, 40]]
    brighter = np.asarray(frame * 1.2, dtype=np.uint8)
    assert _detection.detect(brighter, background, 20)[0].tolist() == [[50, 30, 20, 40]]
    assert not len(_detection.detect(floor, background, 20)[0])


def test_gaps_close_as_by_the_definition() -> None:
    """Running maxima and minima are the closing by a rectangle."""
    differs = np.random.default_rng(0).random((40, 50)) < 0.15
    wanted = ndimage.binary_closing(differs, np.ones((2 * _detection.GAP + 1, 3)))
    assert (_detection._closed(differs.astype(np.uint8)) == wanted).all()


def test_parts_beget_no_parts() -> None:
    """Where no part fits its track, as few begin as there are boxes: before, their number grew from frame to frame."""
    rules = _tracking.Rules(overlap_threshold=0.95, max_age=2, min_hits=1)
    tracks = _tracking.Tracks()
    draws = np.random.default_rng(0)
    for frame in range(12):
        moved = draws.uniform(-8, 8, 4) * [1, 1, 0, 0]
        here = [[0, 0, 20, 40], [30, 0, 20, 40]] if frame == 0 else [np.array([0, 0, 60, 44]) + moved]
        tracks = _tracking.step(tracks, frame, np.array(here, dtype=float), rules)
    assert 2 < tracks.begun <= 13
