"""People counted through a door, followed from section to section, and their expression, age and gender told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Interval

from trainers._domains import Count, Positive
from trainers.datasets._footage import Footage

Detector: TypeAlias = Literal["background", "fasterrcnn", "fasterrcnn_mobile", "fcos", "retinanet", "ssd", "ssdlite"]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How people are found and followed."""

    detector: Detector = "background"
    """A background model, or a network of torchvision's with weights."""
    weights: str = "none"
    """A file of the network's weights, as torchvision gives them for COCO."""
    detection_threshold: Positive = 24.0
    """By how many shades of 255 somebody differs from the floor; for a network the least score, in hundredths."""
    overlap_threshold: Annotated[float, Interval(gt=0, le=1)] = 0.2
    """The least intersection over union of a box with where its track is expected."""
    max_age: Annotated[int, Ge(0)] = 5
    """How many watched frames in a row a track lives without a box."""
    min_hits: Count = 3
    """How many boxes make a track."""
    frame_stride: Count = 1
    """Each so-many-th frame is watched."""
    crop_size: Annotated[int, Interval(ge=4, le=64)] = 16
    """Points a side that are read of a face."""


PIPELINE = Pipeline()


def prepare(dataset: Footage, *, pipeline: Pipeline = PIPELINE) -> None:
    """Refuse in one line what is no video, and weights that do not fit, before anything is watched."""
    if not isinstance(dataset, Footage):
        raise ValueError(
            f"{getattr(dataset, 'name', 'the dataset')} is no video; wanted store_video, or video:PATH of one's own"
        )
    if pipeline.detector != "background":
        from trainers import _pedestrians

        _pedestrians.build(pipeline.detector, pipeline.weights)
    elif pipeline.weights != "none":
        raise ValueError(f"weights={pipeline.weights} are for a network; take detector=fasterrcnn, or weights=none")


def train(
    dataset: Footage,
    epochs: int = 1000,
    seed: int = 0,
    *,
    pipeline: Pipeline = PIPELINE,
    segment_frames: Count = 100,
    read_test: bool = False,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Watch a video segment by segment; nothing in it is trained but the reader of faces, and that on generated ones.

    The empty floor is learnt from `train` of the video (the median of each point, which then follows the light slowly);
    `val` is what is watched. Boxes become tracks by SORT (Bewley and others, ICIP 2016), tracks crossings of the door
    line, time in sections, and an expression, an age and a gender by majority over the crops of its face. What reads
    them is a small ResNet-18 of `multi_task`, taught on faces of `faces` once for each crop size and then kept in the
    cache. `seed` decides which crops of a face are read, and nothing else. With torchvision's detectors nothing is
    learnt from `train`.

    An epoch is a segment of `segment_frames`, and its reading is of all that was seen up to its end: the last one is
    the whole video's, and there are no more epochs than segments. `counting_error_in` and `counting_error_out` are how
    far the counts lie from the truth, `counting_error` their sum as a share of all true crossings. `mota`, `idf1` and
    `hota` are over the watched frames. `section_time_error` is the sum over sections of how far the time all people
    spend there is off, a share of the true. `expression_accuracy`, `age_accuracy` and `gender_accuracy` are over
    people: who is never followed is told wrong; `expression_loss` is the mean over those who are. What the truth does
    not tell is left out. `frames_per_second` is frames of video for a second of work: a timing, the only number that is
    another each time, and another on a busy machine. With `read_test` the last reading has the same numbers of the
    whole of `test`, as `test_counting_error` and so on. In the folder `pictures` lies in the end what a person would
    look at: a strip of frames and a short film with the tracks, counts over time, a map of the floor, who was where.

    Held constant: how fast the background follows, the Kalman filter's noises, how a person's least size is set.
    """
    from trainers import _reader, _watching

    prepare(dataset)
    reader = _reader.learn(pipeline.crop_size, 5 if len(dataset.classes) == 5 else 7)  # noqa: PLR2004
    last = min(epochs, -(-len(dataset.val) // segment_frames))
    for number, watched in enumerate(_watching.watch(dataset, "val", pipeline, reader, segment_frames, seed), start=1):
        reading = _watching.metrics(dataset, watched)
        if read_test and number == last:
            (whole,) = _watching.watch(dataset, "test", pipeline, reader, len(dataset.test), seed)
            reading |= {f"test_{name}": value for name, value in _watching.metrics(dataset, whole).items()}
        if pictures is not None and number == last:
            from trainers import _floor_visits

            _floor_visits.write(dataset, watched, pictures)
        yield reading
        if number == last:
            return
