"""Faces found by YuNet, of whose weights the user has a file, in OpenCV."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trainers.datasets._dataset import Images

WHERE = "face_detection_yunet_2023mar.onnx of github.com/opencv/opencv_zoo"
LONGEST = (320, 1280)
"""Pixels of the longer side in which a face is sought, and sought again where there is none: it knows faces of 10 to
300 pixels (README of opencv_zoo's face_detection_yunet)."""


def finder(weights: Path) -> Callable[[Images], tuple[float, float, float] | None]:
    """Read the weights; give what finds the top, the left and the side of the largest face of a picture.

    YuNet is of Wu, Peng and Yu (Machine Intelligence Research 20, 2023). OpenCV's own thresholds count: a score of 0.9.

    Raises:
        ValueError: With one line: OpenCV is missing, or the file is, or it holds something else.
    """
    try:
        cv2: Any = import_module("cv2")
    except ImportError:
        raise ValueError(
            "detector=yunet wants OpenCV, which is not installed; pip install opencv-python-headless"
        ) from None
    if not weights.is_file():
        there = "is a folder" if weights.exists() else "is missing"
        raise ValueError(f"{weights} {there}; detector=yunet wants a file of its weights, as {WHERE}")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said once, by us
    try:
        detector = cv2.FaceDetectorYN.create(str(weights), "", (32, 32))
        detector.detect(np.zeros((32, 32, 3), np.uint8))
    except cv2.error as error:
        raise ValueError(f"{weights} holds no weights of YuNet that OpenCV can read; wanted is {WHERE}") from error

    def find(picture: Images) -> tuple[float, float, float] | None:
        for longest in LONGEST:
            found = _largest(detector, picture, longest)
            if found:
                return found
        return None

    return find


def _largest(detector: Any, picture: Images, longest: int) -> tuple[float, float, float] | None:
    """Seek in a picture made smaller, so that its longer side has at most so many pixels."""
    height, across = picture.shape[:2]
    scale = min(longest / max(height, across), 1.0)
    shape = max(round(across * scale), 1), max(round(height * scale), 1)
    small = np.asarray(Image.fromarray(picture).resize(shape, Image.Resampling.BILINEAR))
    detector.setInputSize(shape)
    _, faces = detector.detect(np.ascontiguousarray(small[:, :, ::-1]))  # it wants blue first
    if faces is None:
        return None
    left, top, wide, high = max(faces[:, :4].tolist(), key=lambda box: box[2] * box[3])
    side = max(wide, high)
    return (top + (high - side) / 2) / scale, (left + (wide - side) / 2) / scale, side / scale
