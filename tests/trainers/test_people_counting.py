import csv
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import get_model

from trainers import _floor_picture, _looks, _pedestrians, _reader, _watching, people_counting
from trainers.datasets import store_video
from trainers.datasets._dataset import Dataset
from trainers.datasets._footage import Footage
from trainers.people_counting import Pipeline


@pytest.fixture(scope="module")
def easy(cache: Path) -> Footage:
    """Few people, steady light, hardly any noise."""
    return store_video.load(frames=300, crowding=1, light=0.05, noise=2, data_seed=5)


@pytest.fixture(scope="module")
def watched(easy: Footage) -> _watching.Watched:
    """All of it."""
    (whole,) = _watching.watch(easy, "val", Pipeline(), _reader.learn(16), len(easy.val))
    return whole


def readings(footage: Footage, epochs: int = 1000, seed: int = 0, **told: Any) -> list[dict[str, float]]:
    """Readings but for the pace, which is the machine's."""
    found = list(people_counting.train(footage, epochs, seed, **told))
    assert all(reading.pop("frames_per_second") > 0 for reading in found)
    return found


def test_an_easy_video_is_counted_exactly(easy: Footage) -> None:
    """Both ways, in both clips; and who is alone most of the time is followed nearly all of it."""
    last = readings(easy, read_test=True)[-1]
    for prefix in ("", "test_"):
        assert last[f"{prefix}counting_error_in"] == last[f"{prefix}counting_error_out"] == 0
        assert last[f"{prefix}count_in"] >= 3
        assert last[f"{prefix}count_out"] >= 2
    assert last["counting_error"] == 0
    assert last["mota"] > 0.9
    assert last["idf1"] > 0.9
    assert last["section_time_error"] < 0.05


@pytest.mark.parametrize("seed", range(4))
def test_who_hardly_meets_is_counted_exactly(seed: int, cache: Path) -> None:
    """Two people in 400 frames, whoever they are and wherever they go: all in and out, in steady light."""
    footage = store_video.load(frames=400, crowding=0.4, light=0.05, noise=2, data_seed=seed)
    last = readings(footage, segment_frames=400)[-1]
    assert last["count_in"] == 2
    assert last["counting_error"] == 0


def test_a_reading_a_segment_and_the_last_is_of_all(easy: Footage) -> None:
    """However the video is cut, and fewer epochs are the first of more."""
    found = readings(easy, segment_frames=80)
    assert len(found) == 4
    assert readings(easy, 1, segment_frames=80) == found[:1]
    # faces that are read in another batch differ in the last digits
    assert readings(easy, segment_frames=1000)[0] == pytest.approx(found[-1])
    counted = [reading["count_in"] + reading["count_out"] for reading in found]
    assert counted == sorted(counted)


def test_only_faces_hang_on_the_seed(easy: Footage) -> None:
    """Which crops are read; boxes and tracks are the same."""
    one, other = (readings(easy, 1, seed=seed)[0] for seed in (1, 2))
    apart = {name for name in one if one[name] != other[name]}
    assert "expression_loss" in apart
    assert apart <= {"expression_loss", "expression_accuracy", "age_accuracy", "gender_accuracy"}


def test_a_crowd_in_changing_light_is_harder(cache: Path, easy: Footage) -> None:
    """What the study's noise is for."""
    hard = store_video.load(frames=300, crowding=4, light=0.5)
    calm, stormy = readings(easy)[-1], readings(hard)[-1]
    assert stormy["counting_error"] > calm["counting_error"]
    assert stormy["mota"] < calm["mota"]
    assert stormy["hota"] < calm["hota"]


def test_a_threshold_that_nobody_passes_finds_nobody(easy: Footage) -> None:
    """All is missed, and said to be."""
    blind = readings(easy, pipeline=Pipeline(detection_threshold=250))[-1]
    assert blind["count_in"] == blind["count_out"] == blind["mota"] == blind["idf1"] == blind["hota"] == 0
    assert blind["counting_error"] == blind["section_time_error"] == 1
    assert blind["expression_accuracy"] == 0
    assert "expression_loss" not in blind


def test_faces_are_read_far_better_than_by_chance() -> None:
    """Five expressions, two ages and two genders, of faces that were not learnt from."""
    unseen = _reader._split(200, 16, 5, "unseen")
    told = [_looks.opinions([crop]) for crop in _reader.read(_reader.learn(16), unseen.images[:, 0].astype(np.uint8))]
    truth = (unseen.labels, unseen.attributes["old"], unseen.attributes["woman"])
    for name, labels, least in zip(_looks.TOLD, truth, (0.6, 0.85, 0.75), strict=True):
        assert np.mean([own[name].told == label for own, label in zip(told, labels, strict=True)]) > least
    assert all(one["expression"].likely.sum() == pytest.approx(1) for one in told)


def test_the_majority_of_crops_decides() -> None:
    """Not one that is very sure; and of as many the likelier."""
    sure, other = np.array([0.99, 0.01]), np.array([0.45, 0.55])
    three = _looks.opinions([[rows, rows, rows] for rows in (sure, other, other)])
    assert {name: opinion.told for name, opinion in three.items()} == dict.fromkeys(_looks.TOLD, 1)
    assert three["age"].votes.tolist() == [1, 2]
    assert _looks.opinions([[sure] * 3, [other] * 3])["gender"].told == 0


def test_people_of_a_video_are_told_right(easy: Footage, watched: _watching.Watched) -> None:
    """Faces that a track cut out, by person: age and gender nearly always."""
    found = _watching.metrics(easy, watched)
    assert found["expression_accuracy"] >= 0.5
    assert min(found["age_accuracy"], found["gender_accuracy"]) > 0.6


def test_pictures_are_no_video(few_faces: Dataset) -> None:
    """In one line, before anything is watched."""
    with pytest.raises(ValueError, match="faces is no video; wanted store_video, or video:PATH"):
        people_counting.prepare(few_faces)  # type: ignore[arg-type]


def test_the_table_says_who_was_where(easy: Footage, watched: _watching.Watched) -> None:
    """A row a track, with as much time in sections as the metrics count, and an age and an expression in words."""
    rows = _floor_picture.table(easy, watched)
    assert [row["who"] for row in rows] == [one.who for one in watched.followed]
    assert sum(row["in_at"] != "" for row in rows) == readings(easy)[-1]["count_in"]
    for row, one in zip(rows, watched.followed, strict=True):
        assert sum(int(row[name]) for name in easy.floor.sections) <= len(one.boxes)
        assert str(row["expression"]).partition(" ")[0] in {"", *easy.classes}
        assert str(row["age"]).partition(" ")[0] in {"", *_looks.AGES}
        assert str(row["gender"]).partition(" ")[0] in {"", *_looks.GENDERS}


def test_the_pictures_show_what_was_counted(easy: Footage, watched: _watching.Watched, tmp_path: Path) -> None:
    """The curves end at the counts, the map's cells add up to the boxes, and a box is drawn for each who is there."""
    over_time = _floor_picture.over_time(easy, watched)
    ends = {str(line.get_label()): np.asarray(line.get_ydata())[-1] for line in over_time.axes[0].lines}
    last = readings(easy)[-1]
    assert ends["in, counted"] == ends["in, truth"] == last["count_in"]
    assert ends["out, counted"] == ends["out, truth"] == last["count_out"]
    floor_map = _floor_picture.floor_map(easy, watched)
    cells = floor_map.axes[0].images[1].get_array()
    assert cells is not None
    assert cells.sum() == sum(len(one.boxes) for one in watched.followed)
    strip = _floor_picture.strip(easy, watched, count=4)
    frames = [int(axes.get_title(loc="left").removeprefix("frame ")) for axes in strip.axes if axes.images]
    boxes = [sum(type(patch).__name__ == "Rectangle" for patch in axes.patches) for axes in strip.axes if axes.images]
    assert boxes == [sum(frame in one.boxes for one in watched.followed) for frame in frames]
    for figure in (over_time, floor_map, strip):
        figure.savefig(tmp_path / "picture.png")
        assert (tmp_path / "picture.png").stat().st_size > 5000


def test_what_people_would_look_at_is_written(easy: Footage, tmp_path: Path) -> None:
    """After the last segment alone: three pictures, a short film of several frames, and a row for each visit."""
    folder = tmp_path / "deep" / "pictures"
    watching = people_counting.train(easy, 2, segment_frames=60, pictures=folder)
    next(watching)
    assert not folder.exists()
    list(watching)
    assert sorted(file.name for file in folder.iterdir()) == [
        *("clip.gif", "counts.png", "floor-map.png", "frames.png", "visits.csv")
    ]
    with Image.open(folder / "clip.gif") as film:
        assert getattr(film, "n_frames", 1) > 10
    assert (folder / "clip.gif").stat().st_size < 3_000_000
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {"who", "in_at", "out_at", *easy.floor.sections, *_looks.TOLD} <= set(rows[0])


def test_a_network_finds_people_with_its_own_weights(easy: Footage, tmp_path: Path) -> None:
    """Untrained ones, from a file: whatever they take for persons has a box, and nothing has a score above 1."""
    file = tmp_path / "weights.pt"
    torch.manual_seed(0)
    torch.save(get_model("ssdlite320_mobilenet_v3_large", weights=None, weights_backbone=None).state_dict(), file)
    network = _pedestrians.build("ssdlite", str(file))
    (boxes,) = _pedestrians.found(network, easy.val.frames[:1], 0.0)
    assert boxes.shape[1] == 4
    assert (boxes[:, 2:] >= 0).all()
    assert len(next(_pedestrians.found(network, easy.val.frames[:1], 1.1))) == 0
    people_counting.prepare(easy, pipeline=Pipeline(detector="ssdlite", weights=str(file)))
    with pytest.raises(ValueError, match=r"weights.pt has no backbone"):
        people_counting.prepare(easy, pipeline=Pipeline(detector="fasterrcnn_mobile", weights=str(file)))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"detector": "ssd"}, "detector=ssd wants weights=FILE for torchvision's ssd300_vgg16; there is none"),
        ({"detector": "fcos", "weights": "no.pt"}, "detector=fcos wants weights=FILE .*; there is no no.pt"),
        ({"weights": "some.pt"}, "weights=some.pt are for a network; take detector=fasterrcnn, or weights=none"),
    ],
    ids=["none", "no file", "no network"],
)
def test_weights_that_are_not_there(told: dict[str, Any], said: str, easy: Footage) -> None:
    """In one line, before anything is watched."""
    with pytest.raises(ValueError, match=said):
        people_counting.prepare(easy, pipeline=Pipeline(**told))


def test_doe_learns_nothing_of_video() -> None:
    """No module of doe names the data set or its parts."""
    folder = Path(import_module("doe").__path__[0])
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert not any(word in sources for word in ("people_counting", "store_video", "_footage", "Footage"))
