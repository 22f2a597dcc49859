"""Small files in the exact form of each published data set, made of noise."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

USAGES = ("Training", "PublicTest", "PrivateTest")


def picture(path: Path, seed: int, side: int = 12) -> Path:
    """Save an image of noise that no other seed gives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)).save(path)
    return path


def pixels(seed: int) -> str:
    """The pixels of a row of FER2013."""
    return " ".join(map(str, np.random.default_rng(seed).integers(0, 256, 2304).tolist()))


def fer_rows(usages: Sequence[str] = USAGES, each: int = 2) -> list[tuple[int, str, str]]:
    """Emotion, pixels and Usage: so many rows of every emotion in each part."""
    cells = [(emotion, usage) for usage in usages for _ in range(each) for emotion in range(7)]
    return [(emotion, pixels(seed), usage) for seed, (emotion, usage) in enumerate(cells)]


def fer2013(root: Path) -> str:
    """The table of the challenge."""
    lines = [f"{emotion},{text},{usage}" for emotion, text, usage in fer_rows()]
    (root / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *lines]) + "\n")
    return str(root)


def ckplus48(root: Path, subjects: int = 10) -> str:
    """Three frames of each subject in each expression."""
    for number, label in enumerate(("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")):
        for subject in range(subjects):
            for frame in range(3):
                name = f"S{subject + 10:03}_{number + 1:03}_{frame + 14:08}.png"
                picture(root / "CK+48" / label / name, 1000 * number + 10 * subject + frame)
    return str(root)


def raf_db(root: Path) -> str:
    """The list and the aligned faces."""
    lines = []
    for place, count, digits in (("train", 28, 5), ("test", 14, 4)):
        for number in range(count):
            stem = f"{place}_{number + 1:0{digits}}"
            lines.append(f"{stem}.jpg {number % 7 + 1}")
            picture(root / "Image" / "aligned" / f"{stem}_aligned.jpg", 100 * len(place) + number)
    (root / "EmoLabel").mkdir()
    (root / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(lines) + "\n")
    return str(root)


def muxspace(root: Path) -> str:
    """The legend with its tabs and aliases, and ten persons."""
    words = ("angry", "contempt", "disgusted", "fearful", "happiness", "neutral", "sadness", "surprised")
    rows = ["user.id,image,emotion"]
    for number in range(80):
        name = f"First_Person{'abcdefghij'[number % 10]}_{number:04}.jpg"
        picture(root / "images" / name, number)
        rows.append(f"302{',' if number < 60 else chr(9)}{name}{',' if number < 60 else chr(9)}{words[number // 10]}")
    (root / "data").mkdir()
    (root / "data" / "legend.csv").write_text("\n".join(rows) + "\n")
    return str(root)


def jaffe(root: Path) -> str:
    """Ten subjects, seven expressions of each in two takes."""
    number = 0
    for subject in ("KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM"):
        for code in ("AN", "DI", "FE", "HA", "NE", "SA", "SU"):
            for take in (1, 2):
                number += 1
                picture(root / f"{subject}.{code}{take}.{number}.tiff", number)
    (root / "README").touch()
    return str(root)


def table(root: Path) -> str:
    """Three kinds of flowers, well apart, as a spreadsheet writes them."""
    random = np.random.default_rng(0)
    rows = ["length, width ,person,kind", "0,0,p0,iris"]
    for number in range(3, 60):
        length, width = random.normal(number % 3, 0.2, 2)
        rows.append(f"{length:.3f}, {width:.3f},p{number % 12},{(' iris', 'lily', 'rose')[number % 3]}")
    (root / "flowers.csv").write_text("\r\n".join(rows) + "\r\n")
    return str(root / "flowers.csv")


def torchvision(root: Path) -> str:
    """FashionMNIST's four files, of ten classes with six and two images each."""
    for part, each in (("train", 6), ("t10k", 2)):
        labels = np.arange(10 * each, dtype=np.uint8) % 10
        images = np.random.default_rng(each).integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
        raw = root / "FashionMNIST" / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        # idx files: two zeros, 8 for bytes, how many dimensions, then their lengths, the high byte first
        (raw / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, *images.shape) + bytes(images))
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, len(labels)) + bytes(labels))
    return str(root / "FashionMNIST")


def image_folder(root: Path) -> str:
    """Two classes of five small images each."""
    random = np.random.default_rng(0)
    for label in ("cats", "dogs"):
        (root / "pets" / label).mkdir(parents=True)
        for number in range(5):
            noise = random.integers(0, 255, (9, 11, 3), dtype=np.uint8)
            Image.fromarray(noise).save(root / "pets" / label / f"{number}.png")
    return str(root / "pets")


def video(root: Path) -> str:
    """Twenty pictures of an empty floor over which somebody walks, annotated, as MOTChallenge keeps them."""
    folder = root / "door"
    (folder / "img1").mkdir(parents=True)
    (folder / "gt").mkdir()
    rows = []
    for frame in range(20):
        shades = np.full((48, 64), 90, np.uint8)
        if frame >= 2:
            shades[40 - 2 * frame + 4 : 54 - 2 * frame, 30:38] = 220
            rows.append(f"{frame + 1},1,30,{44 - 2 * frame},8,10,1,1,1")
        Image.fromarray(shades).save(folder / "img1" / f"{frame + 1:06d}.png")
    (folder / "gt" / "gt.txt").write_text("\n".join(rows))
    page = {"line": [[0, 30], [64, 30]], "inside": [32, 5], "sections": {"hall": [[0, 0], [64, 0], [64, 30], [0, 30]]}}
    (folder / "floor.json").write_text(json.dumps(page))
    return str(folder)


FORMS: Mapping[str, Callable[[Path], str]] = {
    "ckplus48": ckplus48,
    "fer2013": fer2013,
    "image_folder": image_folder,
    "jaffe": jaffe,
    "muxspace": muxspace,
    "raf_db": raf_db,
    "table": table,
    "torchvision": torchvision,
    "video": video,
}
"""Each data set that is read from a path, and what makes a small one in a folder and gives the path."""
