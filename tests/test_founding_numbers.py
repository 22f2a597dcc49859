"""Every figure of docs/founding_studies.md that is derived from the founding projects' numbers, derived again."""

from __future__ import annotations

import json
from itertools import product
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/founding_studies.md").read_text()
NUMBERS: dict[str, Any] = json.loads((ROOT / "tests/golden/founding_numbers.json").read_text())


def _counts(page: dict[str, Any]) -> tuple[int, int]:
    """True and false positives over all classes that round to the printed precision and recall; there is one pair."""
    images = page["images"]
    found = [
        (hits, false)
        for hits, false in product(range(images + 1), range(images + 1))
        if hits + false
        and round(hits / images, 4) == page["recall"]
        and round(hits / (hits + false), 4) == page["precision"]
    ]
    (pair,) = found
    return pair


@pytest.mark.parametrize("page", NUMBERS["vgg16_l9"], ids=lambda page: page["name"])
def test_the_printed_accuracy_is_keras_binary_accuracy(page: dict[str, Any]) -> None:
    """One minus the wrong ones among five one-hot outputs of each image, to the last printed digit."""
    hits, false = _counts(page)
    missed = page["images"] - hits
    binary = 1 - (false + missed) / (NUMBERS["classes"] * page["images"])
    assert round(binary, 4) == page["accuracy"]


def test_the_best_run_has_a_top_1_accuracy_of_812_to_828() -> None:
    """An output above a half for the true class is right, one above a half for another is wrong."""
    page = NUMBERS["vgg16_l9"][2]
    hits, false = _counts(page)
    assert (hits, false) == (302, 64)
    low, high = hits / page["images"], 1 - false / page["images"]
    assert (round(low, 3), round(high, 3)) == (0.812, 0.828)
    assert "0.812 to 0.828" in TEXT
    assert "302" in TEXT


def test_constant_answers_are_one_constant() -> None:
    """Three networks at 63.6 % of 165 images are 105 images each."""
    page = NUMBERS["model_zoo"]
    counts = {name: round(share / 100 * page["images"]) for name, share in page["accuracy"].items()}
    assert all(round(100 * count / page["images"], 1) == page["accuracy"][name] for name, count in counts.items())
    assert {name for name, count in counts.items() if count == 105} == {"GoogLeNet", "InceptionV3", "MobileNet"}
    assert "105 of 165" in TEXT
    half = 1.96 * sqrt(0.758 * 0.242 / 165)
    assert f"±{100 * half:.1f} points" in TEXT


def test_a_quarter_of_four_classes_is_chance() -> None:
    """EfficientNet at 25 %."""
    page = NUMBERS["color"]
    assert page["test_accuracy"]["EfficientNet"] == 100 / page["classes"]
    assert "25 %" in TEXT


def test_the_steps_of_the_tuning_story_lie_within_chance() -> None:
    """All five validation accuracies differ by less than two of them may by the draw of 3,589 images alone."""
    steps = [step["val"] for step in NUMBERS["tuning"]["steps"]]
    spread = max(steps) - min(steps)
    chance = 1.96 * sqrt(2 * 0.695 * 0.305 / NUMBERS["tuning"]["images"])
    assert spread < chance
    assert f"{100 * spread:.2f} points" in TEXT
    assert f"{100 * chance:.1f} points" in TEXT
