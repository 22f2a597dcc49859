"""Several workers on one storage: no row is trained twice and none is left out, also where one is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import optuna
import pytest
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from doe.integrations.optuna import DesignSampler, SpentError, row_of

RUNS, REPLICATES = 9, 3
EVERY = {(run, replicate): 1 for run in range(1, RUNS + 1) for replicate in range(1, REPLICATES + 1)}

WORKER = """
import sys, time
import optuna
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from doe.integrations.optuna import DesignSampler, row_of

place, dying = sys.argv[1], sys.argv[2] == "dying"
storage = RDBStorage(f"sqlite:///{place}") if place.endswith(".db") else JournalStorage(JournalFileBackend(place))
study = optuna.load_study(study_name="s", storage=storage, sampler=DesignSampler(FACTORS, "l9", replicates=3))

def objective(trial):
    value = trial.suggest_int("a", 1, 3) + trial.suggest_int("b", 1, 3) + trial.suggest_int("c", 1, 3)
    row = row_of(trial)
    if dying and trial.number > 2:
        print("taken", row.run, row.replicate, flush=True)
        time.sleep(1000)
    if row.run == 5 and not any(row_of(t) and row_of(t).key == row.key for t in study.get_trials(states=[FAIL])):
        raise ValueError("the first time")
    return value

optuna.logging.set_verbosity(optuna.logging.ERROR)
study.optimize(objective, catch=(ValueError,))
""".replace("FACTORS", "{n: [1, 2, 3] for n in 'abc'}").replace("FAIL", "optuna.trial.TrialState.FAIL")


def storage_at(place: Path) -> BaseStorage:
    """A database, or a journal."""
    if place.suffix == ".db":
        return RDBStorage(f"sqlite:///{place}")
    return JournalStorage(JournalFileBackend(str(place)))


def completed(study: optuna.Study) -> Counter[tuple[int, int]]:
    """How often each row is complete."""
    rows = [row_of(trial) for trial in study.get_trials(states=[TrialState.COMPLETE])]
    return Counter(row.key for row in rows if row)


@pytest.mark.parametrize("name", ["study.db", "study.log"])
def test_processes_share_the_rows_and_outlive_one_of_them(name: str, tmp_path: Path) -> None:
    """Two work through a design beside a third that is killed; what it had taken is told as failed and goes on."""
    place = tmp_path / name
    study = optuna.create_study(study_name="s", storage=storage_at(place))
    words = [sys.executable, "-c", WORKER, str(place)]
    dying = subprocess.Popen([*words, "dying"], stdout=subprocess.PIPE, text=True)
    assert dying.stdout
    assert dying.stdout.readline().startswith("taken")
    workers = [subprocess.Popen([*words, "living"]) for _ in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    dying.send_signal(signal.SIGKILL)
    dying.communicate()
    (left,) = study.get_trials(states=[TrialState.RUNNING])
    row = row_of(left)
    assert row
    assert completed(study) == {key: 1 for key in EVERY if key != row.key}
    study.tell(left.number, state=TrialState.FAIL)
    subprocess.run([*words, "living"], check=True, timeout=120)
    assert completed(study) == EVERY


@pytest.mark.parametrize("shared", ["memory", "database"])
def test_of_workers_that_want_the_last_row_at_the_same_moment_one_gets_it(shared: str, tmp_path: Path) -> None:
    """Six threads, each with a sampler of its own, so that only the storage is between them; in every round one."""
    storage = optuna.storages.InMemoryStorage() if shared == "memory" else storage_at(tmp_path / "study.db")
    name = optuna.create_study(storage=storage).study_name
    start = threading.Barrier(6)
    rounds = 20 if shared == "memory" else 8
    got: list[optuna.Trial | None] = []

    def work() -> None:
        sampler = DesignSampler({"a": [1, 2]}, "full_factorial", retries=rounds)
        study = optuna.load_study(study_name=name, storage=storage, sampler=sampler)
        for _ in range(rounds):
            start.wait()
            try:
                got.append(study.ask())
            except SpentError:
                got.append(None)
            if start.wait() == 0:  # one of them looks at what they got, and lets it fail
                taken = [trial for trial in got if trial]
                won.append([row.key for row in map(row_of, taken) if row])
                for trial in taken:
                    study.tell(trial, state=TrialState.FAIL)
                got.clear()

    won: list[list[tuple[int, int]]] = []
    first = optuna.load_study(study_name=name, storage=storage, sampler=DesignSampler({"a": [1, 2]}, "full_factorial"))
    first.ask()
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(keys) for keys in won] == [1] * rounds
    assert len({key for keys in won for key in keys}) == 1


def test_workers_that_begin_at_the_same_moment_take_different_rows(tmp_path: Path) -> None:
    """Eight threads take three each of the 27 there are."""
    storage = storage_at(tmp_path / "study.db")
    name = optuna.create_study(storage=storage).study_name
    every: list[tuple[int, int]] = []

    def work() -> None:
        sampler = DesignSampler({name: [1, 2, 3] for name in "abc"}, "l9", replicates=REPLICATES)
        study = optuna.load_study(study_name=name, storage=storage, sampler=sampler)
        every.extend(row.key for row in (row_of(study.ask()) for _ in range(3)) if row)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(every) == 24
    assert max(Counter(every).values()) == 1
    assert set(every) <= set(EVERY)
