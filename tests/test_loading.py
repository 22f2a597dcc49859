"""Names become things, and what is wished for is laid over what a study says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from doe.designs import DESIGNS
from doe.loading import Wishes, find_dataset, late_imports, load_dataset, load_study, load_trainer
from doe.model import DoeError, Trial

HERE = Path(__file__).parent
TRAINER = str(HERE / "plain_trainer.py")


def _study(name: str = "l9", **wishes: Any) -> Any:
    return load_study(name, DESIGNS, Wishes(**wishes))


def test_the_founding_study_is_what_it_was() -> None:
    """Three optimizers, three numbers of epochs, three rates of dropout, three batch sizes, on L9(3^4)."""
    study = _study().study
    assert {factor.name: factor.levels for factor in study.factors} == {
        "optimizer": ("adam", "adagrad", "adadelta"),
        "epochs": (30, 40, 50),
        "dropout": (0.4, 0.5, 0.6),
        "batch_size": (32, 64, 128),
    }
    assert (study.design, study.objective.response, study.objective.goal) == ("l9", "val_accuracy", "maximize")
    assert study.question.startswith("Which of optimizer, epochs, dropout and batch size")


def test_a_demo_counts_only_where_no_data_is_given(workplace: Path) -> None:
    """With data of one's own the trainer's defaults hold."""
    demo, own = _study(), _study(data="digits")
    assert demo.demo
    assert demo.study.constants["weights"] == "none"
    assert (own.demo, own.study.constants) == ({}, {})
    assert (demo.study.name, own.study.name) == ("l9-vgg16", "l9-vgg16-digits")


def test_another_trainer_takes_of_a_demo_what_it_knows() -> None:
    """The rest was meant for the study's own trainer."""
    ready = _study(trainer="synthetic")
    assert (ready.source, dict(ready.study.constants)) == (None, {})


def test_five_factors_fit_nine_trainings() -> None:
    """Epochs are read off along each training, which goes to the last of them."""
    ready = _study("l9_five")
    within = ready.study.within
    assert within is not None
    assert (within.name, within.levels) == ("epochs", (30, 40, 50))
    assert len(ready.study.array_factors) == 4
    trial = Trial(1, 1, 0, {factor.name: factor.levels[0] for factor in ready.study.array_factors})
    task = ready.task(trial)
    assert (task.epochs, task.read_at) == (50, (30, 40, 50))
    assert "epochs" not in task.hyperparameters


def test_what_a_task_is_told_goes_where_it_is_known() -> None:
    """Constants and levels are divided between the trainer and the dataset by their signatures."""
    ready = _study(settings=("size=16", "train_images=40"))
    task = ready.task(Trial(1, 1, 7, {"optimizer": "adam", "epochs": 3, "dropout": 0.4, "batch_size": 32}))
    assert task.options == {"size": 16, "train_images": 40, "val_images": 400}
    assert (task.epochs, task.seed, task.dataset) == (3, 7, "trainers.datasets.faces:load")
    assert task.hyperparameters["width"] == 0.125
    assert "size" not in task.hyperparameters


@pytest.mark.parametrize(
    ("settings", "factors", "constants"),
    [
        pytest.param(("b=2",), {"a": ("x", "y"), "c": (1, 2)}, {"b": 2.0}, id="constant"),
        pytest.param(("c=5,6,7",), {"a": ("x", "y"), "c": (5, 6, 7)}, {}, id="levels"),
        pytest.param(("c=5",), {"a": ("x", "y")}, {"c": 5}, id="factor held constant"),
        pytest.param(("b=1,2",), {"a": ("x", "y"), "c": (1, 2), "b": (1.0, 2.0)}, {}, id="new factor"),
        pytest.param(
            ("mark=nan",), {"a": ("x", "y"), "c": (1, 2)}, {"mark": "nan"}, id="a text that floats would take"
        ),
    ],
)
def test_set_changes_a_constant_or_the_levels_of_a_factor(
    settings: tuple[str, ...], factors: dict[str, Any], constants: dict[str, Any]
) -> None:
    """One value is a constant, several are levels; whole numbers become floats where floats are wanted."""
    study = _study("full_factorial", trainer=TRAINER, factors=("a=x,y", "c=1,2"), settings=settings).study
    assert {factor.name: factor.levels for factor in study.factors} == factors
    assert study.constants == constants
    assert all(type(level) is float for f in study.factors if f.name == "b" for level in f.levels)


def test_a_factor_can_be_typed_with_its_scale_or_role() -> None:
    """As in ``b:log=...`` and ``epochs:within=...``."""
    study = _study("l4", trainer=TRAINER, factors=("b:log=0.1,1", "epochs:within=1,2", "a=x,y")).study
    assert [(f.name, f.scale, f.role) for f in study.factors] == [
        ("b", "log", "control"),
        ("epochs", "linear", "within"),
        ("a", "nominal", "control"),
    ]


@pytest.mark.parametrize("name", ["vgg16", "tests.plain_trainer", TRAINER, f"{TRAINER}:train"])
def test_a_trainer_is_found_by_name_module_or_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker finds by its reference what the user typed."""
    monkeypatch.syspath_prepend(str(HERE.parent))
    trainer = load_trainer(name)
    assert load_trainer(trainer.reference).train is trainer.train
    assert "epochs" in trainer.hyperparameters


def test_a_trainer_in_the_working_folder_is_found_by_its_name(workplace: Path) -> None:
    """To add a trainer is to write a file."""
    (workplace / "trainers").mkdir()
    (workplace / "trainers" / "mine.py").write_text(Path(TRAINER).read_text())
    assert load_trainer("mine").reference == f"{workplace / 'trainers' / 'mine.py'}:train"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("def train(*told): return {}\n", "takes arguments without a name", id="nameless"),
        pytest.param("def train(data, seed): yield {}\n", "wanted train(dataset, epochs, seed, *,", id="arguments"),
        pytest.param("import nothing_of_that_name\n", "cannot be imported: ModuleNotFoundError", id="import"),
        pytest.param("def trian(dataset, epochs, seed): yield {}\n", "has no function 'train'", id="no train"),
    ],
)
def test_a_file_that_is_no_trainer_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    """It says what a trainer is."""
    path = tmp_path / f"trainer_{abs(hash(text))}.py"
    path.write_text(text)
    with pytest.raises(DoeError) as error:
        load_trainer(str(path))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_what_a_trainer_imports_late_is_known_beforehand() -> None:
    """Torch and the trainer's own heavy parts can be imported once for all trials; what only types need is left out."""
    found = late_imports("trainers.vgg16")
    assert {"torch", "trainers._fit", "trainers._networks"} <= set(found)
    assert not {name for name in found if name.partition(".")[0] in sys.stdlib_module_names}
    assert "torch" not in late_imports("trainers.synthetic")


def test_a_folder_is_a_dataset(workplace: Path) -> None:
    """Its path is kept whole, as a worker may stand elsewhere, and its name is a short one."""
    (workplace / "pictures").mkdir()
    source = find_dataset("pictures")
    assert source.name == f"image_folder:{workplace / 'pictures'}"
    assert source.label == "pictures"
    with pytest.raises(DoeError, match="one folder for each class"):
        load_dataset(source.reference, {})
