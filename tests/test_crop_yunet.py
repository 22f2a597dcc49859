"""Faces found by a network of YuNet's form in OpenCV, where there is one; and who is told that there is none."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from doe.commands import app
from doe.model import StudyError

from .onnx_form import red_squares

OPENCV = find_spec("cv2") is not None


def crop(*arguments: object) -> tuple[int, list[str]]:
    """Run the command; give its exit code and its lines."""
    result = CliRunner().invoke(app, ["crop", *map(str, arguments), "--detector", "yunet"])
    if isinstance(result.exception, StudyError):
        raise result.exception
    return result.exit_code, result.output.splitlines()


def photograph(path: Path, shape: tuple[int, int], square: tuple[int, int, int], shade: tuple[int, int, int]) -> None:
    """Save a gray picture, width by height, with a square of a color: its top, its left and its side."""
    picture = np.full((shape[1], shape[0], 3), 60, np.uint8)
    top, left, side = square
    picture[top : top + side, left : left + side] = shade
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def test_the_largest_face_is_cut_out(tmp_path: Path) -> None:
    """In a small, a large and a very large photograph; a blue square is no face. Without OpenCV it says what to do."""
    weights, red, blue = red_squares(tmp_path / "squares.onnx"), (255, 0, 0), (0, 0, 255)
    folder, faces = tmp_path / "photographs", tmp_path / "faces"
    photograph(folder / "small.png", (320, 256), (64, 128, 32), red)
    photograph(folder / "a" / "large.png", (960, 768), (288, 480, 96), red)
    photograph(folder / "distant.png", (1280, 1024), (512, 640, 32), red)
    photograph(folder / "blue.png", (320, 256), (64, 128, 32), blue)
    if not OPENCV:
        with pytest.raises(StudyError, match="detector=yunet wants OpenCV, which is not installed; pip install opencv"):
            crop(folder, faces, "--weights", weights)
        return
    code, lines = crop(folder, faces, "--weights", weights, "--size", 96, "--margin", 0)
    assert code == 1
    assert lines == [
        f"! {folder}/blue.png shows no face that is found",
        f"3 faces of 96x96 in {faces}, 1 photographs without",
    ]
    wanted = np.full((96, 96, 3), 60)
    wanted[32:64, 32:64] = red  # three times the square's side, about its middle
    for name in ("small.png", "a/large.png", "distant.png"):
        with Image.open(faces / name) as face:
            assert np.abs(np.asarray(face).astype(int) - wanted).mean() < 2, name


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda path: None, r"weights\.onnx is missing; detector=yunet wants a file of its weights, as face_detection"),
        (lambda path: path.mkdir(), r"weights\.onnx is a folder; detector=yunet"),
        (lambda path: path.write_bytes(b"nonsense"), r"weights\.onnx holds no weights of YuNet that OpenCV can read"),
    ],
    ids=["missing", "folder", "nonsense"],
)
def test_weights_that_are_none_are_one_line(make: object, line: str, tmp_path: Path) -> None:
    """Before anything is written."""
    photograph(tmp_path / "photographs" / "a.png", (64, 64), (0, 0, 32), (255, 0, 0))
    make(tmp_path / "weights.onnx")  # type: ignore[operator]
    with pytest.raises(StudyError, match=line if OPENCV else "wants OpenCV, which is not installed") as error:
        crop(tmp_path / "photographs", tmp_path / "faces", "--weights", tmp_path / "weights.onnx")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "faces").exists()


def test_without_opencv_the_cascade_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that fails is one line for yunet, and nothing to the cascade."""
    monkeypatch.setitem(sys.modules, "cv2", None)
    photograph(tmp_path / "photographs" / "a.png", (64, 64), (0, 0, 32), (255, 0, 0))
    with pytest.raises(StudyError, match="detector=yunet wants OpenCV, which is not installed"):
        crop(tmp_path / "photographs", tmp_path / "faces", "--weights", tmp_path / "photographs" / "a.png")
    result = CliRunner().invoke(app, ["crop", str(tmp_path / "photographs"), str(tmp_path / "faces")])
    assert "shows no face that is found" in result.output


def test_weights_and_detector_go_together(tmp_path: Path) -> None:
    """One without the other is refused with the other's name."""
    with pytest.raises(StudyError, match=r"--detector yunet wants --weights FILE\.onnx beside it"):
        crop(tmp_path, tmp_path / "faces")
    result = CliRunner().invoke(app, ["crop", str(tmp_path), str(tmp_path / "f"), "--weights", "w.onnx"])
    assert str(result.exception) == "--weights wants --detector yunet beside it"
