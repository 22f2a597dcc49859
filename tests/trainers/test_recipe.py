"""What trainers of images take alike: optimizers with whose defaults, schedules, early stopping, balance, moves."""

import itertools
import math
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from doe.loading.trainers import load_trainer
from trainers import _augment, _fit, _networks, _optimizers, _random, _schedules, resnet18
from trainers._domains import Optimizer
from trainers._recipe import KNOWS_THE_LAST_EPOCH, Recipe
from trainers.datasets._dataset import Dataset, Split


def test_a_recipe_is_told_field_by_field() -> None:
    """Its fields are hyperparameters with their domains, and the trainer's own defaults are kept."""
    trainer = load_trainer("resnet18")
    assert {field.name for field in fields(Recipe)} <= set(trainer.hyperparameters)
    assert "recipe" not in trainer.hyperparameters
    assert trainer.hyperparameters["rotation"].default == 10
    assert trainer.hyperparameters["schedule"].choices == ("constant", "plateau", "cosine", "one_cycle")
    known = trainer.hyperparameters.values()
    assert all(told.default is None or told.admits(told.default) for told in known)
    assert trainer.hyperparameters["dropout"].wanted == "a number from 0 to below 1"


@pytest.mark.parametrize("name", list(_optimizers.OPTIMIZERS))
def test_keras_takes_other_steps_than_torch(name: Optimizer) -> None:
    """The learning rates that Keras's documentation gives, and the accumulators that go with them."""
    weight = torch.nn.Parameter(torch.ones(3))
    if name == "muon":
        weights = [torch.nn.Parameter(torch.ones(3, 3)) for _ in range(3)]
        groups = _optimizers.optimizer(Recipe(name, optimizer_defaults="keras"), weights).param_groups
        # keras.io/api/optimizers/muon, Keras 3.13: rms_rate is 0.2, as torch's own match_rms_adamw has it
        told = ("lr", "weight_decay")
        assert [tuple(group[name] for name in told) for group in groups] == [(1e-3, 4e-3)] * 2
        assert (groups[0]["momentum"], groups[0]["ns_steps"], groups[0]["nesterov"]) == (0.95, 5, True)
        return
    keras = _optimizers.optimizer(Recipe(name, optimizer_defaults="keras"), [weight]).defaults
    wanted = {"sgd": 0.01}.get(name, 0.001)
    assert keras["lr"] == wanted
    if name == "adadelta":
        assert (keras["rho"], keras["eps"]) == (0.95, 1e-7)
        assert _optimizers.optimizer(Recipe(name), [weight]).defaults["lr"] == 1.0
    if name == "adagrad":
        assert keras["initial_accumulator_value"] == 0.1
    relative = Recipe(name, optimizer_defaults="keras", relative_learning_rate=3.0)
    assert _optimizers.optimizer(relative, [weight]).defaults["lr"] == 3 * wanted


def test_keras_adagrad_steps_as_its_formula_says() -> None:
    """The step is lr g over the root of 0.1 + the sum of squares; eps is too small to be seen."""
    weight = torch.nn.Parameter(torch.zeros(1))
    fitted = _optimizers.optimizer(Recipe("adagrad", optimizer_defaults="keras"), [weight])
    total, place = 0.1, 0.0
    for gradient in (0.5, -0.2, 0.7):
        weight.grad = torch.tensor([gradient])
        fitted.step()
        total += gradient**2
        place -= 1e-3 * gradient / math.sqrt(total)
    assert float(weight.detach()) == pytest.approx(place, rel=1e-5)


def _rates(recipe: Recipe, epochs: int, batches: int) -> list[float]:
    fitted = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    course, rates = _schedules.course(recipe, fitted, epochs, batches), []
    for _ in range(epochs):
        for _ in range(batches):
            rates.append(float(fitted.param_groups[0]["lr"]))
            fitted.step()
            course.after_batch()
        course.after_epoch(1.0)
    return rates


def test_schedules_take_the_learning_rate_where_they_say() -> None:
    """Cosine falls by epoch as a cosine; one cycle rises from a 25th, is highest at three tenths, and ends low."""
    assert set(_rates(Recipe(schedule="constant"), 3, 2)) == {0.1}
    cosine = _rates(Recipe(schedule="cosine"), 4, 2)[::2]
    assert cosine == pytest.approx([0.1 * (1 + math.cos(math.pi * epoch / 4)) / 2 for epoch in range(4)])
    cycle = _rates(Recipe(schedule="one_cycle"), 5, 20)
    assert cycle[0] == pytest.approx(0.1 / 25)
    assert int(np.argmax(cycle)) == pytest.approx(29, abs=1)
    assert max(cycle) == pytest.approx(0.1, rel=1e-3)
    assert cycle[-1] < 1e-4


@pytest.mark.parametrize("schedule", ["constant", "plateau", "cosine", "one_cycle"])
def test_which_schedules_know_the_last_epoch(schedule: str) -> None:
    """Those that are declared to are those whose first epochs change when more are to come."""
    recipe = Recipe(schedule=schedule)  # type: ignore[arg-type]
    longer = _rates(recipe, 6, 5)[:20]
    assert (longer != _rates(recipe, 4, 5)) == (schedule in KNOWS_THE_LAST_EPOCH["schedule"])


def _network(classes: int = 2) -> _networks.Network:
    torch.manual_seed(0)
    base = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 8), torch.nn.ReLU())
    return _networks.network(base, torch.nn.Linear(8, classes), freeze=False, pretrained=False)


def test_it_stops_after_rises_in_a_row(squares: Dataset) -> None:
    """A huge step makes the validation loss rise; the training ends at the first time it did so twice in a row."""
    recipe = Recipe("sgd", learning_rate=5.0, schedule="constant", augmentation="none", precision="float32")
    losses = [reading["val_loss"] for reading in _fit.fit(squares, _network(), 12, 0, recipe)]
    rises = [later > earlier for earlier, later in itertools.pairwise(losses)]
    wanted = next(epoch + 2 for epoch in range(1, len(rises)) if rises[epoch - 1] and rises[epoch])
    stopping = replace(recipe, stop_after_rises=2)
    assert [reading["val_loss"] for reading in _fit.fit(squares, _network(), 12, 0, stopping)] == losses[:wanted]
    assert wanted < 12


def _unequal(squares: Dataset) -> Dataset:
    """Nine bright above to one bright below."""
    labels = squares.train.labels
    kept = np.concatenate([np.flatnonzero(labels == 0)[:27], np.flatnonzero(labels == 1)[:3]])
    train = Split(squares.train.images[kept], labels[kept])
    return Dataset("unequal", "unequal squares", squares.classes, train, squares.val, squares.test)


def test_weights_make_rare_classes_count_as_much(squares: Dataset) -> None:
    """The loss weighs each class alike: 30 images of two classes, 27 and 3."""
    unequal = _unequal(squares)
    weights = _fit._weights(unequal.train, 2)
    assert weights.tolist() == pytest.approx([30 / 54, 30 / 6])
    lesson = _fit.classification(unequal, Recipe(class_balance="weights"))
    network = _network().on(torch.device("cpu"), torch.float32)
    images = torch.from_numpy(np.array(unequal.train.images)).float()
    labels = torch.from_numpy(unequal.train.labels)
    logits = network.answer(network.see(images))
    each = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    wanted = (each[labels == 0].mean() + each[labels == 1].mean()) / 2
    loss = lesson.objective(network, images, labels)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)


def test_oversampling_draws_classes_equally_often(squares: Dataset) -> None:
    """About half of each epoch's images are of the rare class, other ones each epoch."""
    unequal = _unequal(squares)
    chances = _fit._chances(unequal.train, Recipe(class_balance="oversampling"))
    orders = [_fit._order(30, _random.generator(0, epoch, "order"), chances) for epoch in range(40)]
    rare = float((torch.stack(orders) >= 27).double().mean())
    assert rare == pytest.approx(0.5, abs=0.05)
    assert orders[0].tolist() != orders[1].tolist()
    assert _fit._chances(unequal.train, Recipe()) is None


def test_named_moves_are_what_their_names_say() -> None:
    """None moves nothing; only ranges look at the five ranges; no named set turns a face upside down."""
    assert not _augment.chosen(Recipe(augmentation="none")).moves
    assert _augment.chosen(Recipe(rotation=7.0)).rotation == 7.0
    assert _augment.chosen(Recipe(rotation=7.0, augmentation="geometric")).rotation == 5
    assert not any(moves.vertical_flip for moves in _augment.NAMED.values())


def test_recipes_differ_in_what_they_train(squares: Dataset) -> None:
    """Every switch reaches the training: each changes the numbers of the first two epochs."""
    base = {"weights": "none", "width": 0.125, "base": "trained"}
    changes: list[dict[str, object]] = [
        {},
        {"augmentation": "none"},
        {"class_balance": "oversampling"},
        {"schedule": "one_cycle"},
        {"optimizer_defaults": "keras", "optimizer": "adadelta"},
        {"optimizer": "sgd", "momentum": 0.9},
        {"optimizer": "sgd"},
        {"label_smoothing": 0.1},
    ]
    losses = []
    for change in changes:
        recipe = Recipe(**{"batch_size": 16, **change})  # type: ignore[arg-type]
        losses.append(list(resnet18.train(squares, 2, 0, recipe=recipe, **base))[-1]["train_loss"])  # type: ignore[arg-type]
    assert len(set(losses)) == len(changes)
