"""A trial that was killed goes on where it was, and nobody can tell from its readings."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import psutil
import pytest

import doe
from doe import folders
from doe.history import History, fold
from doe.journal import read
from doe.protocols import Task
from doe.training import carry_out

TRAINER = Path(__file__).parent / "resuming_trainer.py"
EPOCHS = 8
PLAN = f"""
design = "full_factorial"
trainer = "{TRAINER}"
maximize = "val_accuracy"
retries = 60

[constants]
epochs = {EPOCHS}

[factors]
learning_rate = [0.01, 0.03]
patience = [1, 2]
"""


def _readings(history: History) -> dict[tuple[int, int], str]:
    """The readings of each trial to their last digit."""
    return {key: repr(completed.readings) for key, completed in sorted(history.completed.items())}


def _trained(folder: Path) -> int:
    """How many epochs were really trained, those of trials killed among them."""
    return sum(len(file.read_text().splitlines()) for file in folder.glob("tally/*.txt"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, int], str]:
    """What the study gives where nothing happens to it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as place:
        place.chdir(folder)
        history = _run("local")
    assert _trained(folder) == 4 * EPOCHS
    assert len(history.completed) == 4
    return _readings(history)


def _run(executor: str, *settings: str, plan: str = PLAN) -> History:
    Path("squares.toml").write_text(plan)
    manner = doe.Manner(executor=executor, tracking_uri="none", resources=doe.Resources(slots=2))
    done = doe.run(doe.plan("squares.toml", doe.Wishes(settings=settings, name="squares")), manner, say=lambda _: None)
    return folders.read_history(done.study.name)[1]


def test_trials_killed_at_random_epochs_go_on(workplace: Path, undisturbed: dict[tuple[int, int], str]) -> None:
    """A kill costs its trial the epoch that it came in, and none before; no checkpoint is left at the end."""
    history = _run("local", "danger=0.3")
    kills = sum(history.attempts.values()) - 4
    assert kills >= 8
    assert {failed.kind for some in history.failures.values() for failed in some} <= {"crashed", "memory"}
    assert _readings(history) == undisturbed
    assert _trained(workplace) == 4 * EPOCHS + kills
    assert not _checkpoints()


def test_a_driver_killed_at_random_instants_loses_an_epoch_a_trial(
    workplace: Path, undisturbed: dict[tuple[int, int], str]
) -> None:
    """Its trials die with it, while they write or train, and go on with the next driver."""
    random, journal = Random(0), folders.journal_of("squares")
    for _ in range(2):
        driver = _start("seconds=0.1")
        before = _trained(workplace)
        while driver.poll() is None and _trained(workplace) < before + 4:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        _kill(driver)
        assert _checkpoints()
    assert _start("seconds=0.1").wait() == 0, (workplace / "stderr").read_text()
    history = fold(read(journal))
    begun_again = sum(history.attempts.values()) - 4
    assert begun_again >= 2
    assert _readings(history) == undisturbed
    assert 4 * EPOCHS <= _trained(workplace) <= 4 * EPOCHS + begun_again
    assert not _checkpoints()


@pytest.mark.parametrize("hurt", ["cut short", pytest.param("of other code", marks=pytest.mark.slow)])
def test_a_checkpoint_that_is_no_good_is_left(
    hurt: str, workplace: Path, undisturbed: dict[tuple[int, int], str]
) -> None:
    """The trial begins anew, and its log says so in a line where there is something to say."""
    driver = _start("seconds=0.1")
    while not any((found / "training.safetensors").exists() for found in _checkpoints()):
        assert driver.poll() is None
        time.sleep(0.01)
    _kill(driver)
    for found in _checkpoints():
        if hurt == "of other code":
            found.rename(found.with_name(found.name[:-1] + ("0" if found.name[-1] != "0" else "1")))
        elif (file := found / "training.safetensors").exists():
            file.write_bytes(file.read_bytes()[:1000])
    before = _trained(workplace)
    assert _start("seconds=0.1").wait() == 0
    assert _readings(fold(read(folders.journal_of("squares")))) == undisturbed
    assert _trained(workplace) == before + 4 * EPOCHS
    logs = "".join(file.read_text() for file in (folders.folder_of("squares") / "logs").iterdir())
    assert ("the checkpoint cannot be read" in logs) == (hurt == "cut short")
    assert not _checkpoints()


@pytest.mark.slow
def test_without_checkpoints_a_kill_costs_all(workplace: Path, undisturbed: dict[tuple[int, int], str]) -> None:
    """Where seconds are asked for a trial begins anew, as they would otherwise lack those before the kill."""
    history = _run("local", "danger=0.15", plan=PLAN + '\n[analysis]\nminimize = ["seconds"]\n')
    kills = sum(history.attempts.values()) - 4
    assert _readings(history) == undisturbed
    assert _trained(workplace) > 4 * EPOCHS + kills


@pytest.mark.slow
def test_a_trial_that_took_too_long_begins_anew(workplace: Path) -> None:
    """Else three times too long would be long enough, and what counts as too long would hang on the kills."""
    plan = PLAN.replace("retries = 60", "retries = 2\ntrial_timeout = 1.5").replace("patience = [1, 2]", "")
    history = _run("local", "seconds=0.3", plan=plan)
    assert not history.completed
    assert [[failed.kind for failed in some] for some in history.failures.values()] == [["timeout"] * 3] * 2
    assert not _checkpoints()


def test_out_of_reach_of_the_study_nothing_is_kept(workplace: Path) -> None:
    """On a machine that lacks the study's folder a trial makes none, and its readings are the same."""
    near, far = workplace / "checkpoints/1-1-a", workplace / "elsewhere/checkpoints/1-1-a"
    near.parent.mkdir()
    task = Task(f"{TRAINER}:train", None, {}, {}, 3, 1, "val_accuracy")
    readings = [list(carry_out(replace(task, checkpoint=place))) for place in (None, str(near), str(far))]
    assert readings[0] == readings[1] == readings[2]
    assert near.exists()
    assert not (workplace / "elsewhere").exists()


@pytest.mark.slow
def test_one_process_after_another_goes_on(workplace: Path, undisturbed: dict[tuple[int, int], str]) -> None:
    """The plain executor gives the same, and leaves nothing either."""
    history = _run("serial")
    assert _readings(history) == undisturbed
    assert not _checkpoints()


def test_a_hyperparameter_may_be_called_checkpoint(workplace: Path) -> None:
    """Only a folder, or none, is doe's to give; of any other kind it is the user's own."""
    Path("mine.py").write_text(
        "def train(dataset=None, epochs=1, seed=0, *, checkpoint: str = 'a'):\n    yield {'y': len(checkpoint)}\n"
    )
    wishes = doe.Wishes(trainer="mine.py", factors=("checkpoint=a,bb",), objective=doe.Objective("y", "maximize"))
    done = doe.run(doe.plan("full_factorial", wishes), doe.Manner("serial", tracking_uri="none"), say=lambda _: None)
    assert list(done.results.table["y"]) == [1, 2]


def _start(*settings: str) -> subprocess.Popen[bytes]:
    Path("squares.toml").write_text(PLAN)
    told = [word for setting in settings for word in ("--set", setting)]
    words = ["run", "squares.toml", "--name", "squares", "--executor", "local", "--slots", "2", *told]
    with Path("stderr").open("ab") as err:
        command = [sys.executable, "-m", "doe", *words, "--tracking-uri", "none", "--json"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err)


def _kill(driver: subprocess.Popen[bytes]) -> None:
    """Kill it, and see its trials go with it."""
    trials = psutil.Process(driver.pid).children(recursive=True)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    _, alive = psutil.wait_procs(trials, timeout=5)
    assert not alive


def _checkpoints() -> list[Path]:
    return sorted((folders.folder_of("squares") / "checkpoints").glob("*"))
