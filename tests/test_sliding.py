"""Sliding levels: relative in the design and the analysis, multiplied by their base where the trainer gets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doe.folders import read_history
from doe.history import fold
from doe.loading import Wishes, load_study
from doe.model import Factor, Objective, Sliding, Study, StudyError
from tests.conftest import Said
from trainers.synthetic import accuracy

BASES = {"adam": 1e-3, "adagrad": 1e-2, "adadelta": 1.0}
STUDY = """# Does the rate matter, once each optimizer has its own?
design = "full_factorial"
trainer = "synthetic"
[constants]
noise = 0
[factors]
optimizer = ["adam", "adagrad", "adadelta"]
learning_rate = { levels = [0.333, 1, 3], scale = "log", times = { optimizer = { adam = 1e-3, adagrad = 1e-2, adadelta = 1.0 } } }
"""  # noqa: E501 - TOML wants it in one line
QUIET = ("--executor", "serial", "--tracking-uri", "none")
TYPED = "learning_rate:log=0.333,1,3 times optimizer:adam=1e-3,adagrad=1e-2,adadelta=1"


def _lines() -> list[dict[str, Any]]:
    text = Path("mlruns/studies/slide-synthetic/journal.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_the_trainer_gets_the_base_times_the_level(doe: Said) -> None:
    """Its response is the one of the product; journal, design and table of results keep the relative level."""
    Path("slide.toml").write_text(STUDY)
    page = json.loads(doe("run", "slide.toml", *QUIET, "--json")[1])
    assert page["status"] == "complete"
    for trial in page["trials"]:
        optimizer, level = trial["setting"]["optimizer"], trial["setting"]["learning_rate"]
        assert level in {0.333, 1.0, 3.0}
        told = accuracy(30, optimizer=optimizer, learning_rate=level * BASES[optimizer])
        assert trial["responses"]["val_accuracy"] == pytest.approx(told, abs=1e-9)
    table = next(f["table"] for f in page["findings"] if f["name"] == "response-table")
    assert {row["level"] for row in table if row["factor"] == "learning_rate"} == {0.333, 1.0, 3.0}
    assert "1,adam,0.333" in (Path("mlruns/studies/slide-synthetic/design.csv").read_text())


def test_what_was_passed_stands_in_the_journal(doe: Said) -> None:
    """To twelve digits: three times a thousandth is 0.003."""
    Path("slide.toml").write_text(STUDY)
    doe("run", "slide.toml", *QUIET)
    begun = {tuple(line["setting"].values()): line["passed"] for line in _lines() if line["event"] == "begun"}
    assert begun["adam", 3.0] == {"learning_rate": 0.003}
    assert begun["adagrad", 0.333] == {"learning_rate": 0.00333}
    assert len(begun) == 9


def test_a_study_with_sliding_levels_is_taken_up_again(doe: Said) -> None:
    """The journal gives the same plan back; another base is another plan."""
    Path("slide.toml").write_text(STUDY)
    doe("run", "slide.toml", *QUIET)
    ready = load_study("slide.toml", ["full_factorial"])
    assert read_history("slide-synthetic")[0] == ready.study == fold(_lines()).study
    assert json.loads(doe("run", "slide.toml", *QUIET, "--replicates", "2", "--json")[1])["status"] == "complete"
    Path("slide.toml").write_text(STUDY.replace("1e-2", "2e-2"))
    code, _, err = doe("run", "slide.toml", *QUIET)
    assert code == 4
    assert "adagrad 0.01, adam 0.001, now learning_rate times optimizer: adadelta 1, adagrad 0.02" in err


def test_sliding_levels_are_told_before_and_after(doe: Said) -> None:
    """On the screen of the plan, of the run, and of what became of it."""
    Path("slide.toml").write_text(STUDY)
    said = "learning_rate is trained with its level times the base of optimizer: adadelta 1, adagrad 0.01, adam 0.001."
    assert said in " ".join(doe("plan", "slide.toml")[1].split())
    assert said in " ".join(doe("run", "slide.toml", *QUIET)[1].split())
    assert said in doe("show", "slide")[1]


def test_sliding_levels_can_be_typed(workplace: Path) -> None:
    """The same study, and the same digest; ``--set`` gives other levels over the same bases."""
    Path("slide.toml").write_text(STUDY)
    written = load_study("slide.toml", ["full_factorial"]).study
    factors = ("optimizer=adam,adagrad,adadelta", TYPED)
    typed = Wishes(trainer="synthetic", factors=factors, settings=("noise=0",))
    assert load_study("full_factorial", ["full_factorial"], typed).study.digest == written.digest
    other = load_study("slide.toml", ["full_factorial"], Wishes(settings=("learning_rate=0.5,2",))).study
    assert other.factors[1] == Factor("learning_rate", (0.5, 2.0), "log", "control", written.factors[1].times)


def test_levels_may_slide_on_a_constant_and_on_numbers(workplace: Path) -> None:
    """A factor held constant still has its base; whole products of whole numbers stay whole."""
    held = load_study(
        "full_factorial", ["full_factorial"], Wishes("synthetic", factors=(TYPED,), settings=("optimizer=adam",))
    )
    assert held.told({"learning_rate": 3.0})["learning_rate"] == 0.003
    factors = ("dropout=0.1,0.5", "batch_size=0.5,1,2 times dropout:0.10=32,0.5=64")
    sized = load_study("full_factorial", ["full_factorial"], Wishes("synthetic", factors=factors))
    told = sized.told({"dropout": 0.1, "batch_size": 0.5})["batch_size"]
    assert (told, type(told)) == (16, int)


def test_levels_between_slide_as_well(doe: Said) -> None:
    """A space-filling design sets relative levels of its own."""
    Path("slide.toml").write_text(STUDY)
    page = json.loads(
        doe("run", "slide.toml", "--design", "latin_hypercube", "--layout", "runs=9", *QUIET, "--json")[1]
    )
    assert page["status"] == "complete"
    for line in (line for line in _lines() if line["event"] == "begun"):
        setting = line["setting"]
        product = setting["learning_rate"] * BASES[setting["optimizer"]]
        assert line["passed"]["learning_rate"] == pytest.approx(product, rel=1e-11)


OPTIMIZERS = ("--factor", "optimizer=adam,adagrad,sgd")
RATES = "learning_rate:log=0.333,1,3"
BAD: list[Any] = [
    pytest.param(f"{RATES} times optimiser:adam=1", "slides on 'optimiser', which is none of the", id="unknown"),
    pytest.param(f"{RATES} times optimizer:adam=1", "has no base for optimizer = adagrad; it has adam 1", id="no base"),
    pytest.param("learning_rate=a,b times optimizer:adam=1", "slides, but not all its levels are numbers", id="words"),
    pytest.param(f"{RATES} times optimizer:adam=x", "wanted ... times FACTOR:LEVEL=NUMBER", id="no number"),
    pytest.param(f"{RATES} times optimizer", "wanted ... times FACTOR:LEVEL=NUMBER", id="no bases"),
    pytest.param(
        f"{RATES} times optimizer:adam=1,adagrad=-1,sgd=1",
        "0.333 x -1, the base of optimizer = adagrad, is -0.333: wanted a number above 0",
        id="outside the domain",
    ),
    pytest.param("dropout=1,2 times dropout:1=1,2=2", "slides on itself: dropout on dropout", id="itself"),
    pytest.param("epochs:within=1,2 times optimizer:adam=1", "epochs is read off within each training", id="within"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "said"), BAD)
def test_what_cannot_slide_is_refused_in_one_line(doe: Said, typed: str, said: str) -> None:
    """In the user's words, before anything is trained."""
    for trainer in ("synthetic",):
        code, out, err = doe("plan", "full_factorial", "--trainer", trainer, *OPTIMIZERS, "--factor", typed)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert said in err


def test_no_circle_slides(doe: Said) -> None:
    """However long it is."""
    factors = [word for one, two in ("ab", "bc", "ca") for word in ("--factor", f"{one}=1,2 times {two}:1=1,2=2")]
    code, _, err = doe("plan", "full_factorial", "--trainer", "none", *factors)
    assert (code, "factor 'a' slides on itself: a on b on c on a" in err) == (2, True)


def test_a_sampler_must_keep_to_the_levels_that_have_a_base(doe: Said) -> None:
    """Said before the first trial."""
    factors = ("--factor", "dropout=0.1,0.5", "--factor", "batch_size=0.5,1 times dropout:0.1=32,0.5=64")
    code, _, err = doe("run", "random", "--trainer", "synthetic", *factors, *QUIET)
    assert code == 2
    assert "slides on 'dropout', which random may set between its levels" in err
    code, _, err = doe("run", "latin_hypercube", "--trainer", "synthetic", *factors, "--layout", "runs=5", *QUIET)
    assert code == 2
    assert "has no base for dropout = " in err


def test_a_base_is_found_by_what_its_level_means() -> None:
    """Numbers by value, truth in either spelling; a plain number is no truth."""
    sliding = Sliding("on", (("1e1", 2.0), ("true", 3.0), ("x", 4.0)))
    assert [sliding.base(level) for level in (10, 10.0, True, "x", "y", 1, False)] == [2, 2, 3, 4, None, None, None]


def test_factors_that_do_not_slide_change_no_digest() -> None:
    """A part of the plan that is not used is no part of its identity."""
    study = Study("any", "l9", (Factor("a", (1, 2, 3)),), Objective("score"), "any")
    assert "times" not in study.identity["factors"][0]
    slid = Factor("b", (1, 2), times=Sliding("a", (("1", 1.0), ("2", 1.0))))
    with pytest.raises(StudyError, match="no base for a = 3; it has 1 1, 2 1"):
        Study("any", "l9", (Factor("a", (1, 2, 3)), slid), Objective("score"), "any")
