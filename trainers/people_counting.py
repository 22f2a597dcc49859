"""People in a video counted through a door, followed from section to section, and their expression and age told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Interval

from trainers._domains import Count, Positive
from trainers.datasets._footage import Footage


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How people are found and followed."""

    detection_threshold: Positive = 24.0
    """By how many shades of 255 somebody differs from the floor."""
    overlap_threshold: Annotated[float, Interval(gt=0, le=1)] = 0.2
    """The least intersection over union of a box with where its track is expected."""
    max_age: Annotated[int, Ge(0)] = 5
    """How many watched frames in a row a track lives without a box."""
    min_hits: Count = 3
    """How many boxes make a track."""
    frame_stride: Count = 1
    """Each so-many-th frame is watched."""
    crop_size: Annotated[int, Interval(ge=4, le=64)] = 16
    """Points a side of the faces that are read."""


PIPELINE = Pipeline()


def prepare(dataset: Footage) -> None:
    """Refuse in one line what is no video, before anything is watched."""
    if not isinstance(dataset, Footage):
        raise ValueError(
            f"{getattr(dataset, 'name', 'the dataset')} is no video; wanted store_video, or video:PATH of one's own"
        )


def train(
    dataset: Footage,
    epochs: int = 1000,
    seed: int = 0,
    *,
    pipeline: Pipeline = PIPELINE,
    segment_frames: Count = 100,
    read_test: bool = False,
) -> Iterator[dict[str, float]]:
    """Watch a video segment by segment; nothing in it is trained but the reader of faces, and that on generated ones.

    The empty floor is learnt from `train` of the video (the median of each point, which then follows the light slowly);
    `val` is what is watched. Boxes become tracks by SORT (Bewley and others, ICIP 2016), tracks crossings of the door
    line, time in sections, and an expression and an age by the mean opinion over the crops of its face.

    An epoch is a segment of `segment_frames`, and its reading is of all that was seen up to its end: the last one is
    the whole video's, and there are no more epochs than segments. `counting_error_in` and `counting_error_out` are how
    far the counts lie from the truth, `counting_error` their sum as a share of all true crossings. `mota`, `idf1` and
    `hota` are over the watched frames. `section_time_error` is the sum over sections of how far the time all people
    spend there is off, a share of the true. `expression_accuracy` and `age_accuracy` are over people: who is never
    followed is told wrong; `expression_loss` is the mean over those who are. What the truth does not tell is left out.
    `frames_per_second` is frames of video for a second of work, and the only number that is another each time. With
    `read_test` the last reading has the same numbers of the whole of `test`, as `test_counting_error` and so on.

    Held constant: how fast the background follows, the Kalman filter's noises, how a person's least size is set.
    """
    from trainers import _looks, _watching

    prepare(dataset)
    reader = _looks.learn(pipeline.crop_size, seed)
    last = min(epochs, -(-len(dataset.val) // segment_frames))
    for number, watched in enumerate(_watching.watch(dataset, "val", pipeline, reader, segment_frames), start=1):
        reading = _watching.metrics(dataset, watched)
        if read_test and number == last:
            (whole,) = _watching.watch(dataset, "test", pipeline, reader, len(dataset.test))
            reading |= {f"test_{name}": value for name, value in _watching.metrics(dataset, whole).items()}
        yield reading
        if number == last:
            return
