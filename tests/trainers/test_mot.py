"""MOTA, IDF1 and HOTA against an independent count of everything, and against two published implementations."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers._mot import LEVELS, Seen, scores

Frame = dict[int, tuple[float, float, float, float]]

SWITCH: tuple[list[Frame], list[Frame]] = (
    [{1: (10.0 * t, 0, 20, 40), 2: (100 - 10.0 * t, 0, 20, 40)} for t in range(10)],
    [
        {(7 if t < 5 else 8): (10.0 * t + 1, 1, 20, 40), (8 if t < 5 else 7): (100 - 10.0 * t, 2, 20, 40)}
        for t in range(10)
    ],
)
"""Two who meet and are taken for one another from then on."""
BROKEN: tuple[list[Frame], list[Frame]] = (
    [{1: (5.0 * t, 10, 20, 40)} for t in range(12)],
    [{(1 if t < 4 else 2): (5.0 * t + (t % 3), 10, 20, 40)} if t not in {4, 5} else {} for t in range(12)],
)
"""One who is lost for two frames and found under another number."""
CLUTTER: tuple[list[Frame], list[Frame]] = (
    [{who: (40.0 * who + t, 5.0 * who, 18, 36) for who in range(3) if t >= 2 * who} for t in range(9)],
    [
        {
            **{who + 3: (40.0 * who + t + who, 5.0 * who + 4, 18, 36) for who in range(3) if t >= 2 * who + 1},
            **({9: (200.0, 90, 18, 36)} if t % 2 else {}),
        }
        for t in range(9)
    ],
)
"""Three who come one after another, seen late and awry, and something that is nobody."""
HAND_MADE = {"switch": SWITCH, "broken": BROKEN, "clutter": CLUTTER}


def seen(frames: list[Frame]) -> list[Seen]:
    """Frames as the scores want them."""
    return [Seen(tuple(frame), np.array(list(frame.values()), dtype=float).reshape(-1, 4)) for frame in frames]


@pytest.mark.parametrize(
    ("name", "mota", "idf1", "hota"),
    [
        ("switch", 0.9, 0.6, 0.5505533365874831),
        ("broken", 0.75, 0.5454545454545454, 0.5519407819140018),
        ("clutter", 0.6666666666666666, 0.8372093023255814, 0.6196071606832786),
    ],
)
def test_two_published_implementations_agree(name: str, mota: float, idf1: float, hota: float) -> None:
    """MOTA and IDF1 are those of motmetrics 1.4.0 and TrackEval 1.3.0, run on these very frames, HOTA TrackEval's."""
    truth, found = HAND_MADE[name]
    assert scores(seen(truth), seen(found)) == pytest.approx({"mota": mota, "idf1": idf1, "hota": hota}, abs=1e-12)


def test_counted_by_hand() -> None:
    """Twelve boxes, two missed, one switch; the longer of two tracks covers six of them."""
    got = scores(seen(BROKEN[0]), seen(BROKEN[1]))
    assert got["mota"] == pytest.approx((12 - 2 - 1) / 12)
    assert got["idf1"] == pytest.approx(2 * 6 / (12 + 10))


boxes = st.tuples(st.integers(0, 3), st.integers(0, 2), st.just(4), st.just(4)).map(
    lambda b: (float(b[0]), float(b[1]), float(b[2]), float(b[3]))
)
frames = st.lists(st.dictionaries(st.integers(0, 2), boxes, max_size=3), min_size=1, max_size=5)


@given(frames, st.data())
def test_every_assignment_tried(truth: list[Frame], data: st.DataObject) -> None:
    """IDF1 is the best of all ways to pair people with tracks, tried one after another."""
    found = data.draw(st.lists(st.dictionaries(st.integers(0, 2), boxes, max_size=3), min_size=len(truth)))
    found = found[: len(truth)]
    total = sum(map(len, truth))
    if not total:
        assert scores(seen(truth), seen(found)) == {}
        return
    best = max(
        sum(
            person in real and track in own and overlap(real[person], own[track]) >= 0.5 - 1e-9
            for real, own in zip(truth, found, strict=True)
            for person, track in enumerate(order)
        )
        for order in permutations(range(3))
    )
    got = scores(seen(truth), seen(found))
    assert got["idf1"] == pytest.approx(2 * best / (total + sum(map(len, found))))
    assert got["mota"] <= 1
    assert 0 <= got["hota"] <= 1


@pytest.mark.parametrize("name", HAND_MADE)
def test_the_truth_itself_is_perfect(name: str) -> None:
    """Under other numbers, too."""
    truth = HAND_MADE[name][0]
    renamed = [{who + 50: box for who, box in frame.items()} for frame in truth]
    assert scores(seen(truth), seen(renamed)) == pytest.approx({"mota": 1, "idf1": 1, "hota": 1})


def test_hota_of_a_constant_offset_by_hand() -> None:
    """One track on one person at an overlap of 2/3 is right at the levels up to 0.65: 13 of 19."""
    truth = [{1: (0.0, 0.0, 10.0, 10.0)}] * 4
    found = [{1: (2.0, 0.0, 10.0, 10.0)}] * 4
    assert overlap(truth[0][1], found[0][1]) == pytest.approx(2 / 3)
    assert scores(seen(truth), seen(found))["hota"] == pytest.approx(13 / len(LEVELS))


def overlap(ours: tuple[float, ...], theirs: tuple[float, ...]) -> float:
    """Intersection over union, spelled out."""
    wide = min(ours[0] + ours[2], theirs[0] + theirs[2]) - max(ours[0], theirs[0])
    high = min(ours[1] + ours[3], theirs[1] + theirs[3]) - max(ours[1], theirs[1])
    shared = max(wide, 0) * max(high, 0)
    return shared / (ours[2] * ours[3] + theirs[2] * theirs[3] - shared)
