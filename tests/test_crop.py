"""Faces cut out of photographs with ``doe crop``."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from doe.commands import app
from doe.model import StudyError

ASTRONAUT = data.astronaut()
EYES_AND_MOUTH = (105, 165, 205, 245)
"""The rows and the columns of the picture between which they lie."""


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """A folder with faces in two folders, a picture without one, and files that are no pictures."""
    folder = tmp_path / "photographs"
    (folder / "a").mkdir(parents=True)
    (folder / "b" / "c").mkdir(parents=True)
    Image.fromarray(ASTRONAUT).save(folder / "a" / "astronaut.png")
    Image.fromarray(ASTRONAUT).convert("L").save(folder / "b" / "c" / "gray.jpg")
    Image.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(folder / "b" / "wall.bmp")
    (folder / "a" / "cut.jpg").write_bytes((folder / "b" / "c" / "gray.jpg").read_bytes()[:9000])
    (folder / "b" / "words.png").write_text("no picture")
    (folder / "notes.txt").write_text("left alone")
    (folder / ".hidden.png").write_text("left alone")
    return folder


def crop(*arguments: object) -> tuple[int, list[str]]:
    """Run the command; give its exit code and its lines."""
    result = CliRunner().invoke(app, ["crop", *map(str, arguments)])
    if isinstance(result.exception, StudyError):
        raise result.exception
    return result.exit_code, result.output.splitlines()


def test_faces_are_found_and_the_rest_is_listed(photographs: Path, tmp_path: Path) -> None:
    """Faces keep their folders; a picture without one and unreadable files are named; exit 1."""
    target = tmp_path / "faces"
    code, lines = crop(photographs, target, "--size", 32)
    assert code == 1
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()) == [
        "a/astronaut.png",
        "b/c/gray.png",
    ]
    with Image.open(target / "b" / "c" / "gray.png") as face:
        assert (face.size, face.mode) == ((32, 32), "RGB")
    assert lines[0].startswith(f"! {photographs}/a/cut.jpg cannot be read: image file is truncated")
    assert lines[1] == f"! {photographs}/b/wall.bmp shows no face that is found"
    assert lines[2] == f"! {photographs}/b/words.png is no image in PNG, JPEG, BMP, GIF, WEBP, TIFF"
    assert lines[3] == f"2 faces of 32x32 in {target}, 3 photographs without"


@pytest.mark.parametrize("enlarged", [1, 3])
def test_the_face_is_where_it_is(enlarged: int, tmp_path: Path) -> None:
    """What is cut out is the astronaut's face, in a large photograph too; a margin shows more about it."""
    folder = tmp_path / "one"
    folder.mkdir()
    side = 512 * enlarged
    Image.fromarray(ASTRONAUT).resize((side, side)).save(folder / "astronaut.png")
    assert crop(folder, tmp_path / "tight", "--size", 64, "--margin", 0)[0] == 0
    assert crop(folder, tmp_path / "wide", "--size", 64, "--margin", 0.5)[0] == 0
    faces = {
        name: np.asarray(Image.open(tmp_path / name / "astronaut.png")).astype(float) for name in ("tight", "wide")
    }
    top, bottom, left, right = place(faces["tight"])
    assert left < EYES_AND_MOUTH[2]
    assert right > EYES_AND_MOUTH[3]
    assert top < EYES_AND_MOUTH[0]
    assert bottom > EYES_AND_MOUTH[1]
    assert bottom - top < 130
    wide = place(faces["wide"])
    assert wide[1] - wide[0] == pytest.approx(2 * (bottom - top), rel=0.1)


def place(face: np.ndarray) -> tuple[int, int, int, int]:
    """Seek the square of the astronaut's picture that a face was cut out of: top, bottom, left, right."""
    best, found = np.inf, (0, 0, 0, 0)
    picture = Image.fromarray(ASTRONAUT)
    for side in range(60, 210, 6):
        for top in range(0, 200, 6):
            for left in range(100, 300, 6):
                box = (left, top, left + side, top + side)
                small = picture.resize((16, 16), Image.Resampling.BOX, box=box)
                off = np.abs(np.asarray(small) - face.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))).mean()
                if off < best:
                    best, found = off, (top, top + side, left, left + side)
    return found


def test_nothing_is_written_over(photographs: Path, tmp_path: Path) -> None:
    """A second time is refused before anything is written, with the first file and how many others there are."""
    target = tmp_path / "faces"
    crop(photographs, target)
    states = {path: path.stat().st_mtime_ns for path in target.rglob("*")}
    with pytest.raises(StudyError, match=f"{target}/a/astronaut.png and 1 others would be written over"):
        crop(photographs, target)
    assert states == {path: path.stat().st_mtime_ns for path in target.rglob("*")}


def test_files_of_one_name_both_stay(tmp_path: Path) -> None:
    """Two endings of one name keep them both."""
    folder = tmp_path / "twins"
    folder.mkdir()
    for name in ("face.png", "face.jpg"):
        Image.fromarray(ASTRONAUT).save(folder / name)
    assert crop(folder, tmp_path / "faces")[0] == 0
    assert sorted(path.name for path in (tmp_path / "faces").iterdir()) == ["face.jpg.png", "face.png.png"]


def test_a_picture_that_would_fill_the_memory_is_named(tmp_path: Path) -> None:
    """A file that says it is 30,000 pixels a side is taken for an attack, and the others are cropped."""
    folder = tmp_path / "bombs"
    folder.mkdir()
    Image.new("1", (30_000, 30_000)).save(folder / "bomb.png")
    Image.fromarray(ASTRONAUT).save(folder / "face.png")
    code, lines = crop(folder, tmp_path / "faces")
    assert code == 1
    assert lines[0].startswith(f"! {folder}/bomb.png has more than ")
    assert lines[1].startswith("1 faces of 48x48")


@pytest.mark.parametrize(
    ("source", "target", "line"),
    [
        ("nowhere", "faces", "nowhere is missing; a folder of photographs is wanted"),
        ("photographs/notes.txt", "faces", "notes.txt is a file; a folder of photographs is wanted"),
        ("photographs", "photographs/faces", "lies within .*photographs, whose photographs it would join"),
        ("empty", "faces", "empty holds no image with an ending of .bmp, .gif"),
        ("photographs", "photographs/notes.txt/x", "lies within"),
    ],
)
def test_what_cannot_be_cropped_is_one_line(
    source: str, target: str, line: str, photographs: Path, tmp_path: Path
) -> None:
    """With the folder that was typed, before anything is written."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudyError, match=line) as error:
        crop(tmp_path / source, tmp_path / target)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "faces").exists()
