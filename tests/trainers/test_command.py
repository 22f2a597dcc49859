"""Any program, and any function, as a trainer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from doe.loading import load_trainer
from doe.model import DoeError
from tests.conftest import Said
from trainers import command

PROGRAM = """
import argparse, json, sys
given = argparse.ArgumentParser()
for name in ("rate", "kind", "seed", "epochs", "to"):
    given.add_argument("--" + name)
given.add_argument("--flag")
a = given.parse_args()
print("words that are no metrics")
print(json.dumps([1, 2]))
out = open(a.to, "w") if a.to else sys.stdout
for epoch in range(1, int(a.epochs or 1) + 1):
    page = {"val_accuracy": float(a.rate) * epoch, "seed": int(a.seed), "kind": a.kind, "flag": a.flag}
    print(json.dumps(page), file=out, flush=True)
"""

QUIET = ["--executor", "serial", "--tracking-uri", "none", "--json"]


@pytest.fixture
def program(tmp_path: Path) -> str:
    """A user's own script."""
    path = tmp_path / "own train.py"
    path.write_text(PROGRAM)
    return f"{sys.executable} '{path}' --rate {{rate}} --kind {{kind}} --seed {{seed}}"


def test_its_hyperparameters_stand_in_braces(program: str) -> None:
    """Each once, without a default; seed and epochs are not among them."""
    trainer = load_trainer(f"command:{program} --flag {{flag}} --kind {{kind}}")
    assert [name for name, told in trainer.hyperparameters.items() if told.required] == ["rate", "kind", "flag"]
    assert trainer.hyperparameters["epochs"].default == 1
    assert (trainer.label, trainer.wants_dataset) == ("command", False)
    assert trainer.summary.startswith("Any program")
    assert load_trainer(f"command:{program} --epochs {{epochs}}").hyperparameters["epochs"].default is None


def test_a_level_is_one_argument_whatever_it_contains(program: str, tmp_path: Path) -> None:
    """No shell sees it: nothing is expanded, joined or run."""
    nasty = f"a b; touch {tmp_path}/made $(id) 'x\\"
    told = {"rate": 0.5, "kind": nasty, "flag": True}
    trainer = load_trainer(f"command:{program} --flag {{flag}}")
    assert list(trainer.begin(None, 1, 7, told)) == [{"val_accuracy": 0.5, "seed": 7.0}]
    assert not (tmp_path / "made").exists()
    counting = "import json, sys; print(json.dumps(dict(n=len(sys.argv[1]))))"
    echo = command.trainer_of(f"{sys.executable} -c '{counting}' {{kind}}")
    assert list(echo(None, 1, 0, kind=nasty)) == [{"n": len(nasty)}]


def test_a_line_is_an_epoch_where_epochs_are_told(program: str) -> None:
    """Without that the last number of each metric counts."""
    by_epoch = load_trainer(f"command:{program} --epochs {{epochs}}")
    readings = list(by_epoch.begin(None, 3, 1, {"rate": 0.25, "kind": "a"}))
    assert [reading["val_accuracy"] for reading in readings] == [0.25, 0.5, 0.75]
    once = load_trainer(f"command:{program} --epochs 3")
    assert list(once.begin(None, 1, 1, {"rate": 0.25, "kind": "a"})) == [{"val_accuracy": 0.75, "seed": 1.0}]


def test_metrics_may_stand_in_a_file(program: str) -> None:
    """Which is made for the trial, and gone after it."""
    trainer = load_trainer(f"command:{program} --to {{metrics}}")
    assert list(trainer.begin(None, 1, 2, {"rate": 1, "kind": "a"})) == [{"val_accuracy": 1.0, "seed": 2.0}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "wanted a command line after it"),
        ("no-such-program --lr {lr}", "there is no program 'no-such-program'"),
        (f"{sys.executable} 'open", "No closing quotation"),
        (f"{sys.executable} {{lr.real}}", "wanted the name of a hyperparameter in braces, not {lr.real}"),
        (f"{sys.executable} {{}}", "wanted the name of a hyperparameter in braces, not {}"),
    ],
    ids=["empty", "no program", "open quote", "attribute", "nameless"],
)
def test_a_line_that_makes_no_sense_is_refused(line: str, said: str) -> None:
    """Before any trial, in one line."""
    with pytest.raises(ValueError, match=re.escape(said)):
        command.trainer_of(line)


def test_a_program_that_fails_says_why() -> None:
    """With the last line of what it complained of."""
    failing = 'import sys; print(1, file=sys.stderr); sys.exit("no card {x}")'
    broken = command.trainer_of(f"{sys.executable} -c '{failing}'")
    with pytest.raises(RuntimeError, match="ended with code 1: no card 5"):
        list(broken(None, 1, 0, x=5))


def test_a_program_does_not_outlive_its_trial(tmp_path: Path) -> None:
    """Even where the trial is killed and cannot clean up."""
    script = tmp_path / "sleeper.py"
    script.write_text("import time, os\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    line = f"from trainers import command; list(command.trainer_of('{sys.executable} {script}')())"
    trial = subprocess.Popen([sys.executable, "-c", line], cwd=tmp_path)
    _wait(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    sleeper = psutil.Process(int((tmp_path / "pid").read_text()))
    trial.kill()
    trial.wait()
    _wait(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE)


def _wait(happened: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_study_of_a_program(program: str, doe: Said) -> None:
    """From the command line to the best setting; a missing hyperparameter is said before anything runs."""
    factors = ["--factor", "rate=0.1,0.2", "--factor", "kind=a,b"]
    wanted = [
        "run",
        "l4",
        "--trainer",
        f"command:{program}",
        "--executor",
        "serial",
        "--tracking-uri",
        "none",
        "--json",
    ]
    code, out, error = doe(*wanted, *factors)
    page = json.loads(out)
    assert (code, page["status"]) == (0, "complete"), error
    means = {row["level"]: row["mean"] for row in page["findings"][0]["table"] if row["factor"] == "rate"}
    assert means == pytest.approx({0.1: 0.1, 0.2: 0.2})
    code, _, error = doe(*wanted, "--factor", "rate=0.1,0.2", "--name", "other")
    assert (code, error.count("\n")) == (2, 1)
    assert "trainer 'command' wants 'kind'" in error


def test_a_program_without_metrics_is_a_failed_trial(doe: Said) -> None:
    """Of the kind missing, with the reason in a line."""
    silent = f"command:{sys.executable} -c pass {{a}} {{b}}"
    given = ["--factor", "a=1,2", "--factor", "b=1,2", *QUIET]
    code, out, _ = doe("run", "l4", "--trainer", silent, *given)
    page = json.loads(out)
    assert code == 3
    assert {(trial["kind"], trial["reason"]) for trial in page["trials"]} == {
        ("missing", "the trainer yielded nothing")
    }


FUNCTIONS = """
def once(*, rate: float = 0.1, kind: str) -> dict[str, float]:
    return {"score": rate * 2}

def seeded(rate: float, seed: int) -> dict[str, float]:
    return {"score": rate + seed}

def everything(*args):
    return {}
"""


def test_a_plain_function_is_a_trainer_of_one_epoch(tmp_path: Path) -> None:
    """It takes what it takes; its metrics are one reading."""
    path = tmp_path / "own.py"
    path.write_text(FUNCTIONS)
    once = load_trainer(f"{path}:once")
    assert (once.hyperparameters["rate"].default, once.hyperparameters["kind"].required) == (0.1, True)
    assert (once.wants_dataset, once.hyperparameters["epochs"].default) == (False, 1)
    assert list(once.begin(None, 1, 0, {"rate": 0.5, "kind": "a"})) == [{"score": 1.0}]
    assert list(load_trainer(f"{path}:seeded").begin(None, 1, 4, {"rate": 0.5})) == [{"score": 4.5}]
    with pytest.raises(DoeError, match="takes arguments without a name"):
        load_trainer(f"{path}:everything")


def test_the_shelf_shows_it(doe: Said) -> None:
    """In a line, and without a command line it says what it wants."""
    _, out, _ = doe("list", "trainers")
    assert "command" in out
    assert "! " not in out
    code, _, error = doe("plan", "l4", "--trainer", "command", "--factor", "a=1,2")
    assert (code, error.count("\n")) == (2, 1)
    assert "wanted a command line after it" in error
