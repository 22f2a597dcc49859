"""The command line: what is typed wrong is answered in one line, and what is typed right does what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Said

TRAINER = str(Path(__file__).parent / "plain_trainer.py")
STUDY = [
    "run",
    "full_factorial",
    "--trainer",
    TRAINER,
    "--factor",
    "a=x,y",
    "--factor",
    "c=1,2",
    "--executor",
    "serial",
]
QUIET = ["--tracking-uri", "none"]


def _images(folder: Path, *classes: str, broken: str = "") -> None:
    for split in ("train", "val", "test"):
        for name in classes:
            place = folder / split / name
            place.mkdir(parents=True)
            for number in range(3):
                pixels = np.full((8, 8, 3), 40 * number, np.uint8)
                Image.fromarray(pixels).save(place / f"{number}.png")
    if broken:
        (folder / "train" / classes[0] / broken).write_bytes(b"\x89PNG\r\n\x1a\n and no more")


def _toml(text: str) -> None:
    Path("studies").mkdir()
    Path("studies/mine.toml").write_text(text)


L9 = ["run", "l9", "--dry-run"]
BAD: list[Any] = [
    pytest.param(["run", "l99"], ["no study or design 'l99'", "did you mean 'l9'?"], id="unknown study"),
    pytest.param([*L9, "--trainer", "vgg61"], ["no trainer 'vgg61'", "did you mean 'vgg16'?"], id="unknown trainer"),
    pytest.param([*L9, "--data", "facess"], ["no dataset or folder 'facess'", "'faces'"], id="unknown dataset"),
    pytest.param(
        [*L9, "--factor", "drop_out=1,2,3"], ["'vgg16' has no hyperparameter 'drop_out'", "'dropout'"], id="factor"
    ),
    pytest.param(
        [*L9, "--set", "dropout=0.4,0.5,1.4"], ["dropout = 1.4: wanted a number from 0 to below 1"], id="level"
    ),
    pytest.param(
        [*L9, "--set", "optimizer=adam,sgd"], ["l9 wants 3 levels of 'optimizer', not 2 (adam, sgd)"], id="count"
    ),
    pytest.param(
        [*L9, "--factor", "dropout=0.1,0.2,0.3", "--factor", "dropout=0.4,0.5,0.6"],
        ["'dropout' is given twice"],
        id="twice",
    ),
    pytest.param([*L9, "--factor", "dropout="], ["'dropout' has an empty level"], id="empty levels"),
    pytest.param([*L9, "--factor", "dropout"], ["wanted NAME=LEVEL,LEVEL"], id="no levels"),
    pytest.param([*L9, "--set", "dropout=0.5,0.5,0.6"], ["repeats a level"], id="repeated level"),
    pytest.param(["run", "../l9"], ["'../l9' cannot be a study's name"], id="path as study"),
    pytest.param([*L9, "--name", "../../x"], ["'../../x' cannot be a study's name"], id="path as name"),
    pytest.param([*L9, "--executor", "loca"], ["no executor 'loca'", "'local'"], id="executor"),
    pytest.param([*L9, "--data", "image_folder"], ["'image_folder' wants a path"], id="no path"),
    pytest.param([*L9, "--data", "faces:there"], ["'faces' takes no path"], id="path not wanted"),
    pytest.param([*L9, "--maximize", "a", "--minimize", "b"], ["a study has one objective"], id="two objectives"),
    pytest.param(["run", "l9", "--trainer", "mine.py"], ["no file 'mine.py'"], id="no trainer file"),
    pytest.param(["run", "mine.toml"], ["no file 'mine.toml'"], id="no study file"),
    pytest.param(["run", "l18", "--factor", "a=1,2"], ["l18 names no trainer; --trainer NAME does"], id="no trainer"),
    pytest.param(["show", "l9"], ["no study 'l9' has been run here"], id="not run"),
    pytest.param(["analyze", "t.csv"], ["--response COLUMN says which column"], id="no response"),
    pytest.param(["analyze", "t.csv", "--response", "y"], ["t.csv cannot be read"], id="no table"),
    pytest.param(["analyze", "t.csv", "--response", "y", "--goal", "max"], ["no goal 'max'", "maximize"], id="goal"),
    pytest.param(["analyze", "t.csv", "--response", "y", "--goal", "target=x"], ["wanted target=NUMBER"], id="target"),
    pytest.param(["list", "trainer"], ["no shelf 'trainer'", "'trainers'"], id="shelf"),
    pytest.param(["export", "mlflw", "l9"], ["no export to 'mlflw'", "'mlflow'"], id="export"),
    pytest.param(["ui"], ["mlflow.db here; doe run makes it"], id="no database"),
    pytest.param(["run", "l9", "--data", "image_folder:nowhere", "--dry-run"], ["nowhere"], id="missing folder"),
]


@pytest.mark.parametrize(("words", "wanted"), BAD)
def test_what_is_typed_wrong_is_answered_in_one_line(doe: Said, words: list[str], wanted: list[str]) -> None:
    """Their word, what was wanted, the nearest name; exit code 2, no traceback, nothing on stdout."""
    code, out, err = doe(*words)
    assert (code, out) == (2, "")
    assert err.startswith("doe: ")
    assert err.count("\n") == 1
    assert all(part in err for part in wanted), err


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param('design = "l9"\nmaximize =\n', "studies/mine.toml line 2: invalid value", id="broken TOML"),
        pytest.param('desing = "l9"\n', "no 'desing'; did you mean 'design'?", id="unknown key"),
        pytest.param(
            'design = "l9"\ntrainer = "vgg16"\n[factors]\nepochs = []\n', "'epochs' has no levels", id="empty"
        ),
        pytest.param('trainer = "vgg16"\n[factors]\nepochs = [1, 2]\n', "names no design", id="no design"),
        pytest.param(
            'design = "l4"\ntrainer = "vgg16"\nseed = 1.5\n[factors]\nepochs = [1, 2]\n', "seed = 1.5", id="seed"
        ),
        pytest.param(
            'design = "l4"\ntrainer = "vgg16"\n[factors]\nepochs = {level = [1]}\n', "no 'level'", id="factor key"
        ),
        pytest.param('design = "l4"\nminimize = "a"\nmaximize = "b"\ntrainer = "vgg16"\n', "one objective", id="goals"),
        pytest.param(
            'design = "l4"\ntrainer = "vgg16"\n[factors]\ndropout = {levels=[0.1, 0.2], role="within"}\n',
            "only epochs",
            id="within",
        ),
    ],
)
def test_a_study_file_that_is_wrong_is_answered_in_one_line(doe: Said, text: str, wanted: str) -> None:
    """With the file, and the line where it is broken."""
    _toml(text)
    code, out, err = doe("run", "mine", "--dry-run")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert wanted in err, err


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        pytest.param(lambda f: f.mkdir(), "one folder for each class", id="no classes"),
        pytest.param(lambda f: _images(f, "happy"), "two classes", id="one class"),
        pytest.param(lambda f: _images(f, "happy", "sad", broken="x.png"), "x.png", id="unreadable image"),
    ],
)
def test_a_folder_of_images_that_is_wrong_is_answered_in_one_line(
    doe: Said, make: Callable[[Path], None], wanted: str
) -> None:
    """Before any trial begins, and in the loader's own words."""
    make(Path("pictures"))
    code, _, err = doe("run", "l9", "--data", "pictures", "--set", "weights=none", "--dry-run")
    assert (code, err.count("\n")) == (2, 1)
    assert wanted in err, err


def test_an_output_folder_that_cannot_be_written_is_one_line(doe: Said) -> None:
    """A file stands where mlruns should be."""
    Path("mlruns").write_text("")
    code, _, err = doe(*STUDY, *QUIET)
    assert (code, err.count("\n")) == (2, 1)
    assert "cannot write mlruns/studies/full_factorial-plain_trainer" in err


def test_a_dry_run_trains_nothing(doe: Said) -> None:
    """The plan is printed, and the folder stays empty."""
    code, out, err = doe(*STUDY, "--dry-run")
    assert (code, err) == (0, "")
    assert "4 runs x 1 replicate on full_factorial · 8 epochs" in out
    assert not Path("mlruns").exists()


def test_a_run_prints_plan_progress_and_findings_and_goes_on_where_it_stopped(doe: Said) -> None:
    """A second call trains nothing and finds the same; a changed plan is refused; --fresh begins anew beside it."""
    code, out, err = doe(*STUDY, *QUIET)
    assert code == 0
    assert "4 of 4 completed" in out
    assert err.count("2 epochs") == 4
    again = doe(*STUDY, *QUIET)
    assert again[0] == 0
    assert "epochs  " not in again[2]
    code, _, err = doe(*STUDY, *QUIET, "--set", "b=2")
    assert (code, err.count("\n")) == (4, 1)
    assert "no b, now b 2.0: the plan changed. --fresh begins anew" in err
    code, out, err = doe(*STUDY, *QUIET, "--set", "b=2", "--fresh", "--yes")
    assert code == 0
    assert Path("mlruns/studies/full_factorial-plain_trainer~1/journal.jsonl").exists()


def test_json_is_one_object_on_stdout(doe: Said) -> None:
    """Every command that can speak JSON speaks the same one, with every digit."""
    code, out, _ = doe(*STUDY, *QUIET, "--json")
    page = json.loads(out)
    assert (code, page["status"], page["study"]) == (0, "complete", "full_factorial-plain_trainer")
    assert [t["status"] for t in page["trials"]] == ["completed"] * 4
    assert page["trials"][0]["setting"] == {"a": "x", "c": 1}
    assert page["trials"][0]["responses"]["val_accuracy"] == 0.1 + 0.01 + 0.001 + 2 / 1000
    assert {f["name"] for f in page["findings"]} >= {"response-table", "anova", "optimum"}
    for command in ("show", "analyze"):
        other = json.loads(doe(command, "full_factorial", "--json")[1])
        assert (other["trials"], other["findings"]) == (page["trials"], page["findings"])
    planned = json.loads(doe(*STUDY, "--dry-run", "--json")[1])
    assert [t["status"] for t in planned["trials"]] == ["planned"] * 4


def test_failed_trials_make_the_study_incomplete_until_they_are_tried_again(doe: Said, tmp_path: Path) -> None:
    """Exit code 3, the reason shown, and --retry-failed tries what failed for good."""
    mark = tmp_path / "mark"
    breaking = [*STUDY, *QUIET, "--set", "manner=once", "--set", f"mark={mark}"]
    code, _, _ = doe(*breaking, "--json")
    assert code == 0  # broke once, was tried once more
    wrong = [*STUDY, *QUIET, "--name", "wrong", "--set", "manner=nan"]
    code, _, err = doe(*wrong)
    assert code == 3
    assert "train_loss became NaN at epoch 2" in err
    assert "4 failed" in doe("show", "wrong")[1]
    code, _, err = doe(*wrong)
    assert (code, err.count("NaN")) == (3, 0)
    code, _, err = doe(*wrong, "--retry-failed")
    assert (code, err.count("NaN")) == (3, 4)
    reopened = Path("mlruns/studies/wrong/journal.jsonl").read_text().count('"reopened"')
    assert reopened == 4


def test_any_table_can_be_analysed(doe: Said) -> None:
    """On the screen and as JSON, with the goal that is told."""
    Path("t.csv").write_text("a,b,y\n1,x,1\n1,z,2\n2,x,4\n2,z,5.5\n")
    code, out, err = doe("analyze", "t.csv", "--response", "y", "--goal", "target=2")
    assert (code, err) == (0, "")
    assert "t.csv · 4 rows · target y · factors a, b" in out
    page = json.loads(doe("analyze", "t.csv", "--response", "y", "--goal", "minimize", "--json")[1])
    assert (page["table"], page["rows"]) == ("t.csv", 4)
    best = next(f for f in page["findings"] if f["name"] == "optimum")["table"][0]
    assert best["setting"] == "a=1, b=x"


def test_a_plot_is_written_where_it_is_asked_for(doe: Said) -> None:
    """As picture or as drawing; another ending is refused in one line."""
    doe(*STUDY, *QUIET)
    for name in ("f.png", "f.svg", "f.pdf"):
        code, out, _ = doe("plot", "full_factorial", "main-effects", "--to", name)
        assert (code, out) == (0, f"{name}\n")
        assert Path(name).stat().st_size > 1000
    code, _, err = doe("plot", "full_factorial", "main-effects", "--to", "f.jpeg2")
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = doe("plot", "full_factorial", "main-effect", "--to", "f.png")
    assert (code, "did you mean 'main-effects'?" in err) == (2, True)


@pytest.mark.parametrize("shelf", ["designs", "studies", "trainers", "datasets", "executors"])
def test_every_shelf_can_be_listed(doe: Said, shelf: str) -> None:
    """A name and a line for each thing on it."""
    code, out, _ = doe("list", shelf, "--long")
    assert code == 0
    assert "!" not in out
    assert {"designs": "l9", "studies": "l9_five", "trainers": "vgg16", "datasets": "faces", "executors": "ray"}[
        shelf
    ] in out


def test_doctor_says_what_there_is(doe: Said) -> None:
    """Versions, processors and places."""
    code, out, _ = doe("doctor")
    assert code == 0
    assert "torch 2." in out
    assert "is writable (studies and MLflow)" in out
