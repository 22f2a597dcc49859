"""One study from its first array to its verdict: what is found at each step, where the truth is known, and for real."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from doe import folders
from doe.journal import read
from tests.conftest import Said

QUIET = ["--executor", "serial", "--tracking-uri", "none"]
RATE = ["--factor", "learning_rate:log=1e-4,1e-3,1e-2"]
BATCH = ["--factor", "batch_size=32,64,128"]
OPTIMIZER = ["--factor", "optimizer=adam,sgd,adagrad"]
DROPOUT = ["--factor", "dropout=0.4,0.5,0.6"]
SHORT = ["--set", "epochs=5", "--set", "noise=0.002"]


def _page(doe: Said, *words: str, code: int = 0) -> dict[str, Any]:
    found, out, error = doe(*words, *QUIET, "--json")
    assert found == code, error
    page: dict[str, Any] = json.loads(out)
    return page


def _note(page: dict[str, Any], name: str) -> str:
    return str(next(finding["note"] for finding in page["findings"] if finding["name"] == name))


def _active(page: dict[str, Any]) -> set[str]:
    """The terms that are told from chance."""
    rows = next(finding["table"] for finding in page["findings"] if finding["name"] == "anova")
    return {row["term"] for row in rows if row["p"] is not None and row["p"] < 0.05} - {"replicate", "phase"}


def _best(page: dict[str, Any]) -> dict[str, Any]:
    """What was confirmed by the name of predicted."""
    lines = read(folders.journal_of(page["study"]))
    plan = [line for line in lines if line["event"] == "phase" and line["name"] == "confirm"][-1]["study"]
    names = [factor["name"] for factor in plan["factors"]]
    return dict(zip(names, plan["layout"]["settings"][: len(names)], strict=True))


def _in_order(name: str, phases: list[str]) -> None:
    """The journal names these phases, and every trial completed or failed once."""
    lines = list(read(folders.journal_of(name)))
    assert [line["name"] for line in lines if line["event"] == "phase"] == phases
    ended = Counter((line["run"], line["replicate"]) for line in lines if line["event"] in {"completed", "failed"})
    assert set(ended.values()) == {1}


def test_main_effects_only(doe: Said) -> None:
    """By the synthetic trainer's constants rate, batch size and optimizer act and dropout hardly does; all is found."""
    page = _page(doe, "run", "l9", "--trainer", "synthetic", *RATE, *BATCH, *OPTIMIZER, *DROPOUT, *SHORT,
                 "--replicates", "2")  # fmt: skip
    assert {"learning_rate", "batch_size", "optimizer"} <= _active(page)
    _page(doe, "refine", "l9", "--trials", "6")
    page = _page(doe, "confirm", "l9", "--replicates", "3")
    assert _note(page, "confirmation").startswith("Confirmed: ")
    best = _best(page)
    assert (best["learning_rate"], best["batch_size"], best["optimizer"]) == (1e-3, 128, "adam")
    _in_order("l9-synthetic", ["refine", "confirm"])


def test_a_strong_interaction_that_the_array_hides(doe: Said) -> None:
    """The array blames factors that do not act; it is not confirmed, a foldover shows who it was, and that holds."""
    told = [*DROPOUT, *BATCH, *RATE, "--factor", "relative_learning_rate=0.999,1.0,1.001", "--set", "optimizer=adam"]
    page = _page(doe, "run", "l9", "--trainer", "synthetic", *told, *SHORT, "--set", "interaction=0.04",
                 "--replicates", "2")  # fmt: skip
    assert "relative_learning_rate" in _active(page)
    assert _note(_page(doe, "confirm", "l9", "--replicates", "3"), "confirmation").startswith("Not confirmed: ")
    page = _page(doe, "augment", "l9", "--foldover")
    assert "relative_learning_rate" not in _active(page)
    screened = next(finding["table"] for finding in page["findings"] if finding["name"] == "interaction-screen")
    assert screened[0]["interaction"] == "dropout x batch_size"
    _, out, _ = doe("next", "l9", "--json")
    command = json.loads(out)["next"][0]["command"].split()
    assert "dropout:batch_size" in command
    page = _page(doe, *command[1:])
    assert "dropout x batch_size" in _active(page)
    assert "relative_learning_rate" not in _active(page)
    page = _page(doe, "confirm", "l9", "--replicates", "3")
    assert _note(page, "confirmation").startswith("Confirmed: ")
    assert {_best(page)[name] for name in ("dropout", "batch_size")} == {0.6, 128}
    _in_order("l9-synthetic", ["confirm", "augment", "augment", "confirm"])


def test_flat_noise(doe: Said, workplace: Any) -> None:
    """Where nothing acts nothing is claimed, there is nothing to search, and no setting beats another."""
    (workplace / "flat.py").write_text(
        "from random import Random\n\n\n"
        "def train(dataset=None, epochs=1, seed=0, *, a: int = 1, b: int = 1, c: int = 1):\n"
        "    yield {'val_accuracy': Random(f'{seed} {a} {b} {c}').gauss(0.8, 0.01)}\n"
    )
    levels = [word for name in "abc" for word in ("--factor", f"{name}=1,2")]
    page = _page(doe, "run", "l4", "--trainer", "flat.py", *levels, "--replicates", "4", "--seed", "15")
    assert _active(page) == set()
    code, _, error = doe("refine", "l4", *QUIET)
    assert (code, error.count("\n")) == (2, 1)
    assert "has no factor left to search" in error
    note = _note(_page(doe, "confirm", "l4", "--replicates", "4"), "confirmation")
    assert note.startswith("Confirmed: ")
    assert "not told from" in note
    _in_order("l4-flat", ["confirm"])


def test_a_diverging_corner(doe: Said, workplace: Any) -> None:
    """The lost runs are made up for, the corner is not entered again, and the best lies outside of it."""
    (workplace / "corner.py").write_text(
        "from random import Random\n\n\n"
        "def train(dataset=None, epochs=1, seed=0, *, a: int = 1, b: int = 1, c: int = 1, d: int = 1):\n"
        "    noise = Random(f'{seed} {a} {b} {c} {d}').gauss(0, 0.002)\n"
        "    nan = float('nan') if a == 3 and b == 3 else 0.0\n"
        "    yield {'val_accuracy': 0.5 + 0.02 * a + 0.05 * b + 0.01 * c + noise + nan}\n"
    )
    levels = "".join(f"{name} = [1, 2, 3]\n" for name in "abcd")
    (workplace / "corner.toml").write_text(
        f'design = "l9"\ntrainer = "corner.py"\nmaximize = "val_accuracy"\n[factors]\n{levels}'
    )
    page = _page(doe, "run", "corner.toml", "--replicates", "2", code=3)
    assert {trial["status"] for trial in page["trials"]} == {"completed", "failed"}
    lost = [trial["setting"] for trial in page["trials"] if trial["status"] == "failed"]
    assert {(setting["a"], setting["b"]) for setting in lost} == {(3, 3)}
    page = _page(doe, "augment", "corner", "--repair", code=3)
    added = [trial for trial in page["trials"] if trial["run"] > 9]
    assert added
    assert all(trial["status"] == "completed" for trial in added)
    assert {"a", "b"} <= _active(page)
    assert "d" not in _active(page)
    _in_order("corner-corner", ["augment"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "data", "told"),
    [
        ("cnn", "digits", ["--set", "width=0.25", "--set", "network=first"]),
        ("cnn", "faces", ["--set", "width=0.0625", "--set", "network=first", "--set", "size=16",
                          "--set", "train_images=60", "--set", "val_images=60", "--set", "test_images=60"]),
    ],
    ids=["digits", "faces"],
)  # fmt: skip
def test_real_trainings(doe: Said, trainer: str, data: str, told: list[str]) -> None:
    """From an L9 of a real network to its verdict: phases in order, no trial twice, the test split read at the end."""
    levels = ["--factor", "learning_rate:log=1e-4,1e-3,1e-2", "--factor", "dropout=0.0,0.3,0.6",
              "--factor", "batch_size=16,32,64", "--factor", "optimizer=adam,sgd,adagrad"]  # fmt: skip
    page = _page(doe, "run", "l9", "--trainer", trainer, "--data", data, *levels, *told, "--set", "epochs=2",
                 "--replicates", "2")  # fmt: skip
    name = page["study"]
    page = _page(doe, "refine", name, "--keep", "--trials", "4")
    page = _page(doe, "augment", name, "--runs", "2")
    assert all("test_accuracy" not in trial["responses"] for trial in page["trials"])
    page = _page(doe, "confirm", name, "--replicates", "2")
    verdict = _note(page, "confirmation")
    assert verdict.startswith(("Confirmed: ", "Not confirmed: "))
    assert "Best by these trainings: " in verdict
    assert "the test split is spent by this" in verdict
    last = max(line["first_run"] for line in read(folders.journal_of(name)) if line["event"] == "phase")
    tested = {trial["run"] for trial in page["trials"] if "test_accuracy" in trial["responses"]}
    assert tested == {trial["run"] for trial in page["trials"] if trial["run"] >= last}
    _in_order(name, ["refine", "augment", "confirm"])
