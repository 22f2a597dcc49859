import inspect
import math
import pickle
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import annotated_types
import pytest

import trainers
from doe.loading._signature import hyperparameters
from doe.loading.trainers import load_trainer
from trainers.datasets import store_video
from trainers.datasets._dataset import Dataset

SHELF = sorted({path.stem for path in Path(trainers.__path__[0]).glob("[!_]*.py")} - {"command"})
SMALL: Mapping[str, Mapping[str, Any]] = {
    "vgg16": {"width": 1 / 16, "batch_norm": True, "weights": "none", "base": "trained", "vertical_flip": False},
    "resnet18": {"width": 1 / 16, "weights": "none", "base": "trained"},
    "cnn": {"width": 1 / 16, "network": "first"},
    "divide_and_conquer": {"width": 1 / 16, "weights": "none", "flat_epochs": 1},
    "multi_task": {"width": 1 / 16, "weights": "none", "tasks": "none"},
    "zoo": {"model": "resnet18", "augmentation": "none"},
    "dcgan": {"width": 1 / 32, "noise_size": 4},
    "classical": {"model": "forest", "trees": 5},
    "synthetic": {},
    "people_counting": {"segment_frames": 40},
}
MORE: Mapping[str, set[str]] = {"divide_and_conquer": {"val_flat_accuracy"}}
"""Metrics beyond those of every network, in the first epoch."""
PROMISED: Mapping[str, set[str]] = {
    "dcgan": {"generator_loss", "discriminator_loss", "kernel_distance"},
    "people_counting": {"counting_error", "mota", "idf1", "hota"},
}
"""What a trainer reports that classifies nothing."""
NETWORKS = sorted(set(SHELF) - {"synthetic", "classical", "dcgan", "people_counting"})


def training(
    name: str, dataset: Dataset | None, epochs: int = 2, seed: int = 0, **given: Any
) -> list[dict[str, float]]:
    """Train a small form of a trainer to the end, on a video where it wants one; how fast that goes is no result."""
    if name == "people_counting":
        dataset = store_video.load(frames=80, train_frames=5, crowding=4)  # type: ignore[assignment]
    readings = load_trainer(name).begin(dataset, epochs, seed, {**SMALL[name], **given})
    return [{key: value for key, value in metrics.items() if key != "frames_per_second"} for metrics in readings]


def test_every_trainer_has_a_small_form() -> None:
    """A trainer that joins the shelf joins these tests."""
    assert set(SMALL) == set(SHELF)


@pytest.mark.parametrize("name", SHELF)
def test_importing_a_trainer_is_light(name: str) -> None:
    """Reading a signature loads no heavy library and nothing of doe."""
    program = (
        f"import sys, trainers.{name};"
        "heavy = {'torch', 'torchvision', 'sklearn', 'numpy', 'PIL', 'doe'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", SHELF)
def test_the_signature_is_the_schema(name: str) -> None:
    """Dataset, epochs and seed stand before the star; each keyword has a domain and a default that lies in it."""
    train = import_module(f"trainers.{name}").train
    parameters = inspect.signature(train).parameters
    hints = get_type_hints(train, include_extras=True)
    assert inspect.isgeneratorfunction(train)
    assert [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD] == ["dataset", "epochs", "seed"]
    for parameter in list(parameters.values())[3:]:
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert in_domain(parameter.default, hints[parameter.name]), parameter


@pytest.mark.parametrize("name", SHELF)
def test_a_stranger_learns_what_it_is(name: str) -> None:
    """The module says in a sentence what the trainer is, and its function in more of them."""
    module = import_module(f"trainers.{name}")
    assert (module.__doc__ or "").splitlines()[0].endswith(".")
    assert len((module.train.__doc__ or "").splitlines()) > 3


@pytest.mark.parametrize("name", [name for name in SHELF if hasattr(import_module(f"trainers.{name}"), "prepare")])
def test_prepare_asks_only_for_what_train_knows(name: str) -> None:
    """The hook before the trainings is called with the trainer's own hyperparameters and the same defaults."""
    module = import_module(f"trainers.{name}")
    first, *others = inspect.signature(module.prepare).parameters.values()
    assert first.name == "dataset"
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in others)
    known = hyperparameters(module.train)
    # one of a group may be asked for by itself
    assert {name: known.get(name) for name in hyperparameters(module.prepare)} == hyperparameters(module.prepare)


@pytest.mark.parametrize("name", SHELF)
def test_each_epoch_yields_numbers(name: str, few_faces: Dataset) -> None:
    """There is one dictionary of floats an epoch, with the losses and the accuracy; one where there are no epochs."""
    readings = training(name, few_faces, epochs=2)
    assert len(readings) == (1 if name == "classical" else 2)
    for metrics in readings:
        assert PROMISED.get(name, {"train_loss", "val_loss", "val_accuracy"}) <= set(metrics)
        assert all(type(value) is float for value in metrics.values())
        assert 0 <= metrics.get("val_accuracy", 0) <= 1


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_report_all_metrics(name: str, few_faces: Dataset) -> None:
    """The metrics of a network are those that are promised."""
    (metrics,) = training(name, few_faces, epochs=1)
    assert set(metrics) == {
        *("train_loss", "val_loss", "val_accuracy", "val_precision", "val_recall", "val_f1", "val_auc"),
        "learning_rate",
        *MORE.get(name, ()),
    }
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize("name", SHELF)
def test_the_seed_decides_every_number(name: str, few_faces: Dataset) -> None:
    """The same seed gives the same numbers bit for bit, and another seed gives others."""
    assert training(name, few_faces, seed=3) == training(name, few_faces, seed=3)
    assert training(name, few_faces, seed=3) != training(name, few_faces, seed=4)


@pytest.mark.parametrize("name", SHELF)
def test_a_longer_training_begins_like_a_shorter_one(name: str, few_faces: Dataset) -> None:
    """What an epoch gives does not depend on how many are still to come."""
    assert training(name, few_faces, epochs=3)[:2] == training(name, few_faces, epochs=2)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_loss_falls_on_an_easy_problem(name: str, precision: str, squares: Dataset) -> None:
    """In either precision a network learns to tell bright above from bright below."""
    readings = training(name, squares, epochs=6, batch_size=16, precision=precision)
    assert readings[-1]["train_loss"] < 0.7 * readings[0]["train_loss"]
    assert readings[-1]["val_accuracy"] > 0.9


def test_the_process_does_not_matter(few_faces: Dataset) -> None:
    """Another process gives the very numbers of this one, whatever was trained in it before."""
    program = (
        "import pickle, sys, torch; from doe.loading.trainers import load_trainer; torch.set_num_threads(1);"
        "dataset, small = pickle.load(sys.stdin.buffer);"
        "print([list(load_trainer(name).begin(dataset, 2, 5, small[name])) for name in small])"
    )
    alike = {small: SMALL[small] for small in SMALL if small != "people_counting"}
    wanted = pickle.dumps((few_faces, alike))
    answer = subprocess.run([sys.executable, "-c", program], input=wanted, check=True, capture_output=True)
    assert answer.stdout.decode().strip() == str([training(name, few_faces, epochs=2, seed=5) for name in alike])


def in_domain(value: object, domain: Any) -> bool:
    """Whether a value lies in what an annotation allows."""
    if get_origin(domain) is Literal:
        return value in get_args(domain)
    if get_origin(domain) is Annotated:
        kind, *limits = get_args(domain)
        return isinstance(value, kind) and all(within(value, limit) for limit in limits)
    if isinstance(domain, type):
        return isinstance(value, domain)
    return any(in_domain(value, option) for option in get_args(domain))


def within(value: Any, limit: Any) -> bool:
    """Whether a number keeps a limit."""
    parts = list(limit) if isinstance(limit, annotated_types.GroupedMetadata) else [limit]
    for part in parts:
        match part:
            case annotated_types.Ge(bound):
                kept = value >= bound
            case annotated_types.Gt(bound):
                kept = value > bound
            case annotated_types.Le(bound):
                kept = value <= bound
            case annotated_types.Lt(bound):
                kept = value < bound
            case _:
                kept = False
        if not kept:
            return False
    return True
