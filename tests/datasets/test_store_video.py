import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.datasets.forms import video as small_video
from trainers import people_counting
from trainers.datasets import store_video, video
from trainers.datasets._footage import Floor

Page = dict[str, Any]


def test_who_is_there_can_be_seen() -> None:
    """Each box holds what differs from the empty floor, and a frame without boxes differs hardly at all."""
    footage = store_video.load(frames=120, light=0, noise=0, crowding=2)
    empty = np.median(footage.train.frames, axis=0)
    for frame in range(0, 120, 10):
        differs = np.abs(footage.val.frames[frame] - empty) > 12
        here = footage.val.boxes[footage.val.boxes[:, 0] == frame]
        for _, _, left, top, wide, high in here.astype(int):
            assert differs[top : top + high, left : left + wide].mean() > 0.4
            differs[top : top + high, left : left + wide] = False
        # those of whom a third is not yet in the frame are not said to be there
        assert differs[:170].sum() == 0


def test_everybody_is_known() -> None:
    """Each person has one row, with an expression and an age; boxes keep to the frame and to one a frame."""
    val = store_video.load(frames=200, crowding=3).val
    assert val.people[:, 0].tolist() == [1, 2, 3, 4, 5, 6]
    assert set(val.boxes[:, 1]) <= set(val.people[:, 0])
    assert set(val.people[:, 1]) <= set(range(5))
    assert set(val.people[:, 2]) <= {0, 1}
    assert len({(frame, who) for frame, who in val.boxes[:, :2].tolist()}) == len(val.boxes)
    assert (val.boxes[:, 2:4] >= 0).all()
    assert (val.boxes[:, 2] + val.boxes[:, 4] <= 256).all()
    assert (val.boxes[:, 3] + val.boxes[:, 5] <= 192).all()


def test_the_knobs_of_the_scene_do_what_they_say() -> None:
    """Crowding brings more people, light moves the shades of the empty floor, pillars hide, seeds differ."""
    base = store_video.load(frames=100, light=0, noise=0)
    assert len(store_video.load(frames=100, light=0, noise=0, crowding=6).val.boxes) > 2 * len(base.val.boxes)
    means = [store_video.load(frames=100, noise=0, light=light).train.frames.mean((1, 2)).std() for light in (0, 0.5)]
    assert means[0] == 0
    assert means[1] > 1
    hidden = store_video.load(frames=100, light=0, noise=0, pillars=1)
    assert np.array_equal(hidden.val.boxes, base.val.boxes)
    assert (hidden.val.frames[:, :, 123:133] == 70).all()
    assert not np.array_equal(store_video.load(frames=100, data_seed=1).val.boxes, base.val.boxes)
    assert not len(base.train.boxes)


def test_numbered_pictures_are_watched(tmp_path: Path) -> None:
    """One who walks up through the door of a user's own video is counted, and the truth is cut to the part watched."""
    footage = video.load(small_video(tmp_path), width=128)
    assert [len(clip) for clip in footage.clips.values()] == [2, 14, 4]
    assert footage.floor.line == ((0, 60), (128, 60))
    assert footage.val.boxes[0].tolist() == [0, 1, 60, 80, 16, 16]  # the frame's edge hides the legs
    (last,) = people_counting.train(footage)
    assert (last["count_in"], last["count_out"], last["counting_error"]) == (1, 0, 0)
    assert last["mota"] > 0.8


def test_without_annotations_there_are_only_counts(tmp_path: Path) -> None:
    """What nobody has written down is not judged."""
    place = Path(small_video(tmp_path))
    (place / "gt" / "gt.txt").unlink()
    (last,) = people_counting.train(video.load(str(place), width=128))
    assert set(last) == {"count_in", "count_out", "frames_per_second"}
    assert last["count_in"] == 1


def test_a_file_is_read_as_its_pictures_are(tmp_path: Path) -> None:
    """A video file with the door beside it, in lossless gray."""
    av = pytest.importorskip("av")
    pictures = sorted((Path(small_video(tmp_path)) / "img1").iterdir())
    with av.open(str(tmp_path / "door.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "gray"
        for picture in pictures:
            with Image.open(picture) as shades:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(shades), format="gray")))
        container.mux(stream.encode())
    (tmp_path / "door.json").write_text((tmp_path / "door" / "floor.json").read_text())
    one, other = video.load(str(tmp_path / "door.mkv"), width=64), video.load(str(tmp_path / "door"), width=64)
    for name, clip in one.clips.items():
        assert np.array_equal(clip.frames, other.clips[name].frames)


def spoilt(**changed: Any) -> Callable[[Path], None]:
    """Write another page."""

    def spoil(place: Path) -> None:
        page: Page = json.loads((place / "floor.json").read_text())
        (place / "floor.json").write_text(json.dumps(page | changed))

    return spoil


def annotated(line: str) -> Callable[[Path], None]:
    """Write another line of annotations before the others."""

    def spoil(place: Path) -> None:
        truth = place / "gt" / "gt.txt"
        truth.write_text(f"{line}\n{truth.read_text()}")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda place: (place / "floor.json").unlink(), r"wants .*floor.json beside it, with \{\"line\""),
        (lambda place: (place / "floor.json").write_text("{"), "floor.json is no JSON"),
        (spoilt(lines=1), "has an unknown 'lines'; there is annotations, inside, line"),
        (spoilt(line=[[0, 30], [640, 30]]), "line has a point 640, 30 outside the frame of 64x48"),
        (spoilt(line=[[0, 30]]), "line has 1 points; wanted its 2 ends"),
        (spoilt(line=[[0, 30], 5]), r"line wants points \[x, y\]"),
        (spoilt(inside=[9, 30]), "inside 9, 30 lies on the line; wanted one side"),
        (spoilt(sections={"till": [[0, 0], [9, 9]]}), "section 'till' has 2 corners; wanted 3 or more"),
        (spoilt(people={"1": {"expression": "joy"}}), "person 1 looks 'joy'; there is anger, disgust"),
        (spoilt(people={"1": {"woman": "yes"}}), "person 1: woman is 'yes'; wanted true or false"),
        (spoilt(people={"1": "old"}), "person 1 is 'old'; wanted expression, old or woman"),
        (spoilt(annotations="none.txt"), "annotations .*none.txt cannot be read"),
        (annotated("1,1,30"), "line 1: '1,1,30'; wanted frame, person, left, top, width, height"),
        (annotated("21,1,30,10,8,10"), "line 1: frame 21, and the video has frames 1 to 20"),
        (annotated("3,1,30,10,8,10"), "line 2: person 1 is in frame 3 already"),
        (annotated("1,2,300,10,8,10"), "line 1: the box lies outside the frame of 64x48"),
    ],
)
def test_what_does_not_fit_is_one_line(spoil: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    """The file, the line in it, what was wanted, what there is."""
    place = small_video(tmp_path)
    spoil(Path(place))
    with pytest.raises(ValueError, match=said) as error:
        video.load(place)
    assert "\n" not in str(error.value)


def test_no_such_video(tmp_path: Path) -> None:
    """A path that leads nowhere, a file that is none, and a folder with too little in it."""
    with pytest.raises(ValueError, match=r"there is no .*shop.mp4; wanted a video"):
        video.load(str(tmp_path / "shop.mp4"))
    (tmp_path / "shop.json").write_text('{"line": [[0, 1], [2, 1]], "inside": [0, 0]}')
    (tmp_path / "shop.mp4").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match=r"shop.mp4 cannot be read as a video|wants PyAV"):
        video.load(str(tmp_path / "shop.mp4"))
    place = Path(small_video(tmp_path))
    for picture in sorted((place / "img1").iterdir())[5:]:
        picture.unlink()
    with pytest.raises(ValueError, match="has 5 frames; wanted 10 or more"):
        video.load(str(place))


def test_a_floor_is_checked_wherever_it_comes_from() -> None:
    """The line of a generated floor, moved out of the frame."""
    floor = Floor(((0, 164), (256, 164)), (128, 82), {})
    floor.check("mine", 256, 192)
    with pytest.raises(ValueError, match="mine: line has a point 256, 164 outside the frame of 200x192"):
        floor.check("mine", 200, 192)
