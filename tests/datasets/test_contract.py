import inspect
import mmap
import pickle
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest

from doe.loading.datasets import find_dataset
from tests.datasets.forms import FORMS
from tests.trainers.test_contract import in_domain
from trainers import datasets
from trainers.datasets._dataset import Dataset, Split
from trainers.datasets._footage import Footage
from trainers.datasets._options import Look

SHELF = sorted(path.stem for path in Path(datasets.__path__[0]).glob("[!_]*.py"))
SMALL: dict[str, dict[str, Any]] = {
    "faces": {"size": 16, "train_images": 12, "val_images": 6, "test_images": 5},
    "digits": {"val_fraction": 0.1},
    "image_folder": {"look": Look(size=8, color="rgb")},
    "ckplus48": {},
    "fer2013": {},
    "jaffe": {},
    "muxspace": {},
    "raf_db": {},
    "table": {"subject": "person"},
    "torchvision": {},
    "store_video": {"frames": 20, "train_frames": 2},
    "video": {"width": 64},
}
VIDEOS = {"store_video", "video"}
"""Those that are no labelled images but footage."""


@pytest.fixture
def place(name: str, tmp_path: Path) -> str:
    """Where a small form of a dataset lies, if it is read from anywhere."""
    return FORMS[name](tmp_path) if name in FORMS else ""


def load(name: str, place: str = "") -> Any:
    """Load a small form of a dataset."""
    dataset: Dataset | Footage = import_module(f"trainers.datasets.{name}").load(*[place][: bool(place)], **SMALL[name])
    return dataset


def arrays(dataset: Dataset | Footage) -> list[np.ndarray[Any, Any]]:
    """All arrays of a dataset."""
    if isinstance(dataset, Footage):
        return [part for clip in dataset.clips.values() for part in (clip.frames, clip.boxes, clip.people)]
    found = list[np.ndarray[Any, Any]]()
    for split in dataset.splits.values():
        found += [split.images, split.labels, *split.attributes.values()]
    return found


def test_every_dataset_has_a_small_form() -> None:
    """A dataset that joins the shelf joins these tests."""
    assert set(SMALL) == set(SHELF)


@pytest.mark.parametrize("name", SHELF)
def test_importing_a_dataset_is_light(name: str) -> None:
    """Reading a signature loads no heavy library and nothing of doe."""
    program = (
        f"import sys, trainers.datasets.{name};"
        "heavy = {'torch', 'sklearn', 'numpy', 'PIL', 'doe'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", SHELF)
def test_the_signature_is_the_schema(name: str) -> None:
    """But for a path, everything is a keyword with a domain and a default that lies in it."""
    module = import_module(f"trainers.datasets.{name}")
    hints = get_type_hints(module.load, include_extras=True)
    assert hints["return"] is (Footage if name in VIDEOS else Dataset)
    assert (module.__doc__ or "").splitlines()[0].endswith(".")
    for parameter in inspect.signature(module.load).parameters.values():
        if parameter.name == "path":
            assert hints["path"] is str
            continue
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert in_domain(parameter.default, hints[parameter.name]), parameter


@pytest.mark.parametrize("name", sorted(set(SHELF) - VIDEOS))
def test_splits_are_whole(name: str, place: str) -> None:
    """Images are bytes, labels count the classes, and every class stands in every split."""
    dataset = load(name, place)
    assert dataset.name == name
    for split in dataset.splits.values():
        assert split.images.dtype == (np.float32 if name == "table" else np.uint8)
        assert split.images.shape[1:] == dataset.shape
        assert set(split.labels.tolist()) == set(range(len(dataset.classes)))
    assert all(count > 0 for counts in dataset.counts.values() for count in counts.values())
    assert "\n" not in dataset.description
    assert f"{len(dataset.train)} / {len(dataset.val)} / {len(dataset.test)} " in dataset.description


@pytest.mark.parametrize("name", ["ckplus48", "jaffe", "muxspace", "raf_db"])
def test_copies_between_splits_are_left_out(name: str, tmp_path: Path) -> None:
    """Every fifth picture is made a copy of one half the data set away: none stands in two splits, which is said."""
    place = FORMS[name](tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.suffix in {".png", ".jpg", ".tiff"}]
    for number in range(0, len(files) // 2, 5):
        shutil.copyfile(files[number + len(files) // 2], files[number])
    dataset = load(name, place)
    prints = [{image.tobytes() for image in split.images} for split in dataset.splits.values()]
    assert sum(map(len, prints)) == len(set.union(*prints))
    assert re.search(r"cop(y|ies) of (val or )?test images left out of", dataset.description)


@pytest.mark.parametrize("name", sorted(set(FORMS) - VIDEOS))
def test_what_is_read_from_files_can_be_dealt_in_folds(name: str) -> None:
    """And each has the other options that a noise factor may be."""
    options = find_dataset(f"{name}:.").options
    assert {"folds", "fold", "split", "label_noise"} <= set(options)


@pytest.mark.parametrize("name", SHELF)
def test_the_same_call_gives_the_same_bytes(name: str, place: str, cache: Path) -> None:
    """A dataset that is made anew is the one that was made before."""
    first = [np.array(array) for array in arrays(load(name, place))]
    shutil.rmtree(cache / "doe")
    for before, after in zip(first, arrays(load(name, place)), strict=True):
        assert np.array_equal(before, after)


@pytest.mark.parametrize("name", SHELF)
def test_it_is_mapped_and_travels_as_names(name: str, place: str) -> None:
    """Arrays are pages of files that cannot be written, and another process gets the names of the files."""
    dataset = load(name, place)
    sent = pickle.dumps(dataset)
    assert len(sent) < 4000
    for there, here in zip(arrays(pickle.loads(sent)), arrays(dataset), strict=True):
        assert isinstance(there.base, mmap.mmap)
        assert not there.flags.writeable
        assert np.array_equal(there, here)


@pytest.mark.parametrize("name", SHELF)
def test_it_is_made_once(name: str, place: str, cache: Path) -> None:
    """A second call opens what the first one made, and leaves nothing half made."""
    load(name, place)
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*")}
    load(name, place)
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*")} == before
    assert [path.name.split("-")[0] for path in (cache / "doe" / "datasets").iterdir()] == [name]


def test_two_makers_at_once_agree(cache: Path) -> None:
    """Of several processes that make the same dataset at once each gets it, and one copy stays."""
    program = (
        "from trainers.datasets import faces;"
        "print(int(faces.load(size=16, train_images=50, val_images=10, test_images=10).train.images.astype(int).sum()))"
    )
    makers = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(3)]
    assert len({maker.communicate()[0] for maker in makers}) == 1
    assert [maker.returncode for maker in makers] == [0, 0, 0]
    assert len(list((cache / "doe" / "datasets").iterdir())) == 1


@pytest.mark.parametrize("wound", ["truncated", "missing", "garbled"])
def test_a_wounded_cache_heals(wound: str, cache: Path) -> None:
    """What a crash of the machine cut short is made again."""
    whole = np.array(load("faces").train.images)
    (victim,) = cache.rglob("train.images.npy")
    match wound:
        case "truncated":
            victim.write_bytes(victim.read_bytes()[:500])
        case "missing":
            victim.unlink()
        case _:
            victim.write_bytes(b"nonsense")
    assert np.array_equal(load("faces").train.images, whole)


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is named, and what moves it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(OSError, match=r"the cache .* cannot be written .*XDG_CACHE_HOME"):
        load("faces")


def test_a_part_of_a_split_travels_whole() -> None:
    """A part of mapped images is sent as bytes: its file holds more than it."""
    dataset = load("faces")
    part = Split(dataset.train.images[2:4], dataset.train.labels[2:4])
    assert np.array_equal(pickle.loads(pickle.dumps(part)).images, dataset.train.images[2:4])


def blank(count: int, labels: list[int], size: int = 4) -> Split:
    """A split of black images."""
    return Split(np.zeros((count, 1, size, size), np.uint8), np.array(labels, dtype=np.int64))


@pytest.mark.parametrize(
    ("classes", "train", "val", "line"),
    [
        (("a",), blank(1, [0]), blank(1, [0]), "wants at least two classes, and there is only 'a'"),
        (("a", "b"), blank(2, [0, 2]), blank(2, [0, 1]), "train has labels outside 0 to 1"),
        (("a", "b"), blank(2, [0, 1]), blank(2, [0, 0]), "val has no image of class b"),
        (("a", "b"), blank(2, [0, 1]), blank(2, [0, 1], size=5), "val images are"),
    ],
    ids=["one class", "label", "class missing in a split", "shape"],
)
def test_a_dataset_is_its_own_proof(classes: tuple[str, ...], train: Split, val: Split, line: str) -> None:
    """What no trainer could use cannot be built."""
    with pytest.raises(ValueError, match=line):
        Dataset("mine", "images", classes, train, val, train)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((2, 4, 4), np.uint8), [0, 1]),
        (np.zeros((2, 1, 4, 4)), [0, 1]),
        (np.zeros((2, 1, 4, 4), np.uint8), [0]),
    ],
    ids=["no channels", "not bytes", "label missing"],
)
def test_a_split_is_its_own_proof(images: Any, labels: list[int]) -> None:
    """Images are bytes with channels, and each has a label."""
    with pytest.raises(ValueError, match="want"):
        Split(images, np.array(labels))
