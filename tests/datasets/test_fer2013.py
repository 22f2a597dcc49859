"""FER2013 in each of its forms, read to the last pixel, and what is wrong with a file in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.datasets import forms
from trainers.datasets import fer2013
from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing

FERPLUS = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def _lines(dataset: Dataset) -> dict[str, list[tuple[int, str]]]:
    """Emotion and pixels of each split, as the table writes them."""
    return {
        name: [(int(label), " ".join(map(str, image.ravel()))) for label, image in zip(s.labels, s.images, strict=True)]
        for name, s in dataset.splits.items()
    }


def _wanted(rows: list[tuple[int, str, str]]) -> dict[str, list[tuple[int, str]]]:
    return {
        place: [(emotion, text) for emotion, text, usage in rows if usage == there]
        for place, there in zip(("train", "val", "test"), forms.USAGES, strict=True)
    }


def _challenge(root: Path, rows: list[tuple[int, str, str]]) -> None:
    forms.fer2013(root)


def _icml(root: Path, rows: list[tuple[int, str, str]]) -> None:
    lines = [f"{emotion}, {usage}, {text}" for emotion, text, usage in rows]
    (root / "icml_face_data.csv").write_text("\r\n".join(["emotion, Usage, pixels", *lines]))


def _quoted(root: Path, rows: list[tuple[int, str, str]]) -> None:
    (root / "fer2013").mkdir()
    lines = [f'"{emotion}","{text}","{usage}"' for emotion, text, usage in rows]
    (root / "fer2013" / "fer2013.csv").write_text("\ufeff" + "\n".join(['"emotion","pixels","Usage"', *lines, ""]))


@pytest.mark.parametrize("write", [_challenge, _icml, _quoted])
def test_every_table_is_read_to_the_pixel(
    write: Callable[[Path, list[tuple[int, str, str]]], None], tmp_path: Path
) -> None:
    """With spaces before the names, quotes, a mark of bytes, either order of columns and either end of lines."""
    rows = forms.fer_rows()
    write(tmp_path, rows)
    dataset = fer2013.load(str(tmp_path))
    assert _lines(dataset) == _wanted(rows)
    assert dataset.classes == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def test_numbers_of_every_length_are_read(tmp_path: Path) -> None:
    """All bytes in all places beside all others, with zeros before them as without."""
    rows = forms.fer_rows()
    text = " ".join([*map(str, range(256)), *(f"{n:03}" for n in range(256)), *["255", "0", "10", "7"] * 448])
    rows[3] = (3, text, "Training")
    (tmp_path / "x.csv").write_text("\n".join(["emotion,pixels,Usage", *(",".join(map(str, row)) for row in rows)]))
    found = fer2013.load(str(tmp_path / "x.csv")).train.images[3].ravel()
    assert found.tolist() == [int(word) for word in text.split()]


def test_the_challenges_train_csv_is_split_by_class(tmp_path: Path) -> None:
    """It has no Usage; the test.csv beside it has no labels and is not read."""
    rows = forms.fer_rows(["Training"], each=10)
    (tmp_path / "train.csv").write_text("\n".join(["emotion,pixels", *(f"{e},{text}" for e, text, _ in rows)]))
    (tmp_path / "test.csv").write_text("\n".join(["pixels", *(forms.pixels(seed) for seed in (500, 501))]))
    dataset = fer2013.load(str(tmp_path))
    assert [set(counts.values()) for counts in dataset.counts.values()] == [{6}, {2}, {2}]


def test_the_table_comes_before_the_others(tmp_path: Path) -> None:
    """fer2013.csv, then icml_face_data.csv, then train.csv, as torchvision has it."""
    (tmp_path / "train.csv").write_text("nonsense")
    _icml(tmp_path, forms.fer_rows())
    assert len(fer2013.load(str(tmp_path)).train) == 14
    (tmp_path / "icml_face_data.csv").write_text("nonsense")
    forms.fer2013(tmp_path)
    assert len(fer2013.load(str(tmp_path)).train) == 14


def test_folders_have_the_tables_numbers(tmp_path: Path) -> None:
    """In the alphabet neutral comes before sad; in the table it is the last. Test stays whole, val is drawn."""
    for place, count in (("train", 5), ("test", 2)):
        for number, name in enumerate(fer2013.CLASSES):
            for one in range(count):
                folder = tmp_path / place / name
                folder.mkdir(parents=True, exist_ok=True)
                shade = 30 * number + 10 * (place == "test") + one
                Image.new("L", (48, 48), shade).save(folder / f"{one}.jpg", quality=100)
    dataset = fer2013.load(str(tmp_path))
    assert dataset.classes[6] == "neutral"
    assert [len(split) for split in dataset.splits.values()] == [28, 7, 14]
    for split in dataset.splits.values():
        assert (split.images[:, 0, 0, 0] // 30 == split.labels).all()


def _voted(root: Path, votes: list[str]) -> None:
    rows = forms.fer_rows(each=4)
    forms_lines = [f"{emotion},{text},{usage}" for emotion, text, usage in rows]
    (root / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *forms_lines]))
    lines = [f"{usage},fer{number:07}.png,{votes[number % len(votes)]}" for number, (_, _, usage) in enumerate(rows)]
    (root / "fer2013new.csv").write_text("\n".join([FERPLUS, *lines]) + "\n")


def test_votes_become_labels_by_the_stated_rule(tmp_path: Path) -> None:
    """Single votes do not count; more than half of the rest; unknown, no face and a draw are left out."""
    votes = [
        *(",".join("10" if n == label else "0" for n in range(10)) for label in range(8)),
        "4,0,0,1,3,2,0,0,0,0",  # 4 of 9 that count
        "5,0,0,3,1,0,0,0,1,0",  # 5 of 8: neutral
        "0,0,1,1,1,1,0,2,1,1",  # only contempt has more than one vote
        "1,1,1,1,1,1,1,1,1,1",  # nobody has
        "0,0,0,0,3,0,0,0,6,0",  # unknown
        "0,0,0,0,0,0,0,0,0,10",  # no face
    ]
    _voted(tmp_path, votes)
    dataset = fer2013.load(str(tmp_path), labels="ferplus")
    assert dataset.classes[7] == "contempt"
    assert dataset.train.labels.tolist() == [*range(8), 0, 7] * 2
    assert dataset.about == "FER2013 by the votes of FER+, 24 without a majority left out"
    rows = forms.fer_rows(each=4)
    assert " ".join(map(str, dataset.train.images[8].ravel())) == rows[9][1]


def test_size_enlarges_and_folds_join_train_and_val(tmp_path: Path) -> None:
    """The other splits' images stay out of it."""
    dataset = fer2013.load(forms.fer2013(tmp_path), size=64)
    assert dataset.shape == (1, 64, 64)
    folds = [fer2013.load(str(tmp_path), drawing=Drawing(folds=2, fold=fold)).splits for fold in (0, 1)]
    assert np.array_equal(folds[0]["test"].images, folds[1]["test"].images)
    assert not np.array_equal(folds[0]["val"].images, folds[1]["val"].images)
    assert len(folds[0]["train"]) == len(folds[0]["val"]) == 14


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("emotion,pixels,Usage", "emotion,picture,Usage"), r"begins with 'emotion,picture,usage'; wanted emotion,pix"),
        (("\n3,", "\n7,"), r"fer2013.csv, line 5 has emotion '7'; wanted 0 to 6"),
        (("PublicTest", "Public"), r"line 16 has Usage 'Public'; wanted Training, PublicTest, PrivateTest"),
        (("\n3,", "\n3,12 "), r"line 5 has 2305 pixels, and 2304 \(48x48\) are wanted"),
        (("\n3,", "\n3,9"), r"line 5 has a pixel '9\d+'; wanted 0 to 255"),
        (("\n3,", "\n3,-"), r"line 5 has a pixel '-\d+'; wanted 0 to 255"),
        (("\n3,", "\n3,,"), r"line 5 has 4 fields, and 3 are wanted"),
    ],
    ids=["header", "emotion", "usage", "one pixel more", "too bright", "no number", "field"],
)
def test_a_bad_table_is_one_line(change: tuple[str, str], line: str, tmp_path: Path) -> None:
    """The line of the file, what stands there and what was wanted."""
    rows = forms.fer_rows()
    rows[3] = (3, "200" + " 100" * 2303, "Training")
    text = "\n".join(["emotion,pixels,Usage", *(",".join(map(str, row)) for row in rows)])
    (tmp_path / "fer2013.csv").write_text(text.replace(*change, 1))
    with pytest.raises(ValueError, match=line):
        fer2013.load(str(tmp_path))


def test_a_line_far_down_is_named_by_its_number(tmp_path: Path) -> None:
    """Though rows are parsed some hundreds at a time."""
    rows = ["emotion,pixels,Usage", *[f"0,{'7 ' * 2303}7,Training"] * 450, f"0,{'7 ' * 2303}x,Training"]
    (tmp_path / "fer2013.csv").write_text("\n".join(rows))
    with pytest.raises(ValueError, match="line 452 has a pixel 'x'"):
        fer2013.load(str(tmp_path))


def test_a_class_that_val_lacks_is_named(tmp_path: Path) -> None:
    """As every split must show every class."""
    rows = [row for row in forms.fer_rows() if row[0] != 1 or row[2] != "PublicTest"]
    text = "\n".join(["emotion,pixels,Usage", *(",".join(map(str, row)) for row in rows)])
    (tmp_path / "fer2013.csv").write_text(text)
    with pytest.raises(ValueError, match="fer2013: val has no image of class disgust"):
        fer2013.load(str(tmp_path))


def test_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    """No such place, nothing in it, an unknown folder, and votes that are missing or of other rows."""
    with pytest.raises(ValueError, match=r"nowhere is missing; wanted fer2013\.csv, icml"):
        fer2013.load(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=r"holds none of them; wanted fer2013\.csv"):
        fer2013.load(str(tmp_path))
    forms.fer2013(tmp_path)
    with pytest.raises(ValueError, match=r"labels=ferplus want .*fer2013new\.csv, and there is none"):
        fer2013.load(str(tmp_path), labels="ferplus")
    (tmp_path / "fer2013new.csv").write_text(FERPLUS + "\nTraining,a.png,10,0,0,0,0,0,0,0,0,0\n")
    with pytest.raises(ValueError, match="has 1 rows, and the pixels have 42; they go by their order"):
        fer2013.load(str(tmp_path), labels="ferplus")
    folders = tmp_path / "folders"
    forms.picture(folders / "train" / "joy" / "0.png", 0)
    (folders / "test").mkdir()
    with pytest.raises(ValueError, match=r"0\.png says 'joy', which is none of angry, disgust"):
        fer2013.load(str(folders))
