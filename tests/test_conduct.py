"""Conducting a study: every trial once, failures tried again as the study says, and nothing forgotten on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from doe.conduct import conduct
from doe.designs import DESIGNS
from doe.executors import EXECUTORS
from doe.history import History, PlanChangedError, fold, take_up
from doe.journal import Journal, read
from doe.loading import Prepared, Wishes, load_study
from doe.model import Completed, Failed, Outcome
from doe.protocols import Again, Progress, Resources, TakenUp

TRAINER = str(Path(__file__).parent / "plain_trainer.py")


def prepared(*settings: str, design: str = "full_factorial", factors: Sequence[str] = ("a=x,y", "c=1,2")) -> Prepared:
    """A study of four runs of the plain trainer."""
    return load_study(design, DESIGNS, Wishes(trainer=TRAINER, factors=factors, settings=settings, name="s"))


def go(ready: Prepared, folder: Path, *, most: int | None = None) -> list[Progress]:
    """Conduct a study in this process, and stop after so many events."""
    told: list[Progress] = []
    for event in _events(ready, folder):
        told.append(event)
        if len(told) == most:
            break
    return told


def _events(ready: Prepared, folder: Path) -> Iterator[Progress]:
    path = folder / "journal.jsonl"
    with Journal(path) as journal, closing(EXECUTORS["serial"](Resources())) as executor:
        history = fold(read(path))
        take_up(journal, history, ready.study)
        design = DESIGNS[ready.study.design]
        yield from conduct(ready.study, design, executor, ready.task, journal=journal, history=history)


def _history(folder: Path) -> History:
    return fold(read(folder / "journal.jsonl"))


def test_every_trial_ends_once_and_is_found_again_in_the_journal(tmp_path: Path) -> None:
    """What conduct tells and what the journal holds are the same."""
    ready = prepared()
    told = [event for event in go(ready, tmp_path) if isinstance(event, Completed | Failed)]
    assert sorted(event.trial.key for event in told) == [(run, 1) for run in range(1, 5)]
    history = _history(tmp_path)
    assert history.study == ready.study
    assert sorted(history.outcomes(1), key=_key) == sorted(told, key=_key)


@pytest.mark.parametrize("most", range(1, 16))
def test_a_study_cut_off_anywhere_goes_on_and_repeats_nothing(tmp_path: Path, most: int) -> None:
    """After a cut at any event, the same call completes the rest, with the readings of an uninterrupted study."""
    whole = {e.trial.key: e.readings for e in go(prepared(), tmp_path / "whole") if isinstance(e, Completed)}
    first = {e.trial.key for e in go(prepared(), tmp_path / "cut", most=most) if isinstance(e, Completed)}
    second = {e.trial.key for e in go(prepared(), tmp_path / "cut") if isinstance(e, Completed)}
    assert not first & second
    assert {key: c.readings for key, c in _history(tmp_path / "cut").completed.items()} == whole


def test_more_replicates_only_add_trials(tmp_path: Path) -> None:
    """A study that grows keeps what it has."""
    ready = prepared()
    go(ready, tmp_path)
    grown = replace(ready, study=replace(ready.study, replicates=2))
    taken_up, *told = go(grown, tmp_path)
    assert taken_up == TakenUp(4)
    keys = sorted(_key(event) for event in told if isinstance(event, Completed))
    assert keys == [(run, 2) for run in range(1, 5)]
    seeds = {_key(done): done.trial.seed for done in _history(tmp_path).completed.values()}
    assert seeds == {(run, rep): rep - 1 for run in range(1, 5) for rep in (1, 2)}


def test_a_changed_plan_is_refused_with_what_changed(tmp_path: Path) -> None:
    """The old levels and the new ones are named."""
    go(prepared(), tmp_path)
    with pytest.raises(PlanChangedError, match="begun with c 1, 2, now c 1, 2, 3: the plan changed"):
        go(prepared(factors=("a=x,y", "c=1,2,3")), tmp_path)
    with pytest.raises(PlanChangedError, match=r"no b, now b 2\.0"):
        go(prepared("b=2"), tmp_path)


@pytest.mark.parametrize(
    ("manner", "kind", "words", "tries"),
    [
        pytest.param("nan", "diverged", "train_loss became NaN at epoch 2", 1, id="NaN loss"),
        pytest.param("infinite", "diverged", "val_accuracy became infinite at epoch 2", 1, id="infinite response"),
        pytest.param("raise", "error", "RuntimeError: the weights are gone", 2, id="exception"),
        pytest.param("silent", "missing", "never reported 'val_accuracy' at epoch 2; it reported", 1, id="no response"),
        pytest.param("nothing", "missing", "yielded nothing", 1, id="no reading"),
        pytest.param("leave", "error", "SystemExit: 1", 2, id="sys.exit"),
        pytest.param("words", "error", "wanted names and numbers", 2, id="no numbers"),
    ],
)
def test_what_breaks_a_trial_is_an_outcome(tmp_path: Path, manner: str, kind: str, words: str, tries: int) -> None:
    """Every trial of a broken trainer has failed with its reason, retried where that can help, and the study ends."""
    told = go(prepared(f"manner={manner}"), tmp_path)
    failed = [event for event in told if isinstance(event, Failed)]
    assert len(failed) == 4
    assert {f.kind for f in failed} == {kind}
    assert words in failed[0].reason
    assert sum(isinstance(event, Again) for event in told) == 4 * (tries - 1)
    assert set(_history(tmp_path).attempts.values()) == {tries}
    assert [e for e in go(prepared(f"manner={manner}"), tmp_path) if isinstance(e, Failed)] == []


def test_what_broke_once_is_tried_again(tmp_path: Path) -> None:
    """A failure outside the setting costs a second attempt, and nothing else."""
    told = go(prepared("manner=once", f"mark={tmp_path / 'mark'}"), tmp_path)
    assert [type(event) for event in told].count(Again) == 1
    assert len(_history(tmp_path).completed) == 4


def test_a_sequential_design_is_asked_again_after_each_outcome(tmp_path: Path) -> None:
    """A design that gives one trial at a time is conducted by the same loop, to its budget."""
    ready = load_study("random", DESIGNS, Wishes(trainer=TRAINER, factors=("a=x,y,z", "b=0.5,9"), budget=5, name="s"))
    go(ready, tmp_path, most=7)
    go(ready, tmp_path)
    completed = _history(tmp_path).completed
    assert sorted(completed) == [(run, 1) for run in range(1, 6)]
    assert len({str(c.trial.setting) for c in completed.values()}) == 5


def test_stopping_begins_nothing_new(tmp_path: Path) -> None:
    """Once asked to stop, what is under way is finished and no more is begun."""
    ready = prepared()
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal, closing(EXECUTORS["serial"](Resources())) as executor:
        history = History()
        take_up(journal, history, ready.study)
        told = list(
            conduct(
                ready.study,
                DESIGNS["full_factorial"],
                executor,
                ready.task,
                journal=journal,
                history=history,
                stopping=lambda: bool(history.completed),
            )
        )
    assert [type(event) for event in told].count(Completed) == 1


def _key(outcome: Outcome) -> tuple[int, int]:
    return outcome.trial.key


@pytest.mark.parametrize("name", ["serial", "local"])
def test_files_threads_and_processes_do_not_grow_with_trials(tmp_path: Path, name: str) -> None:
    """After a hundred trials the driver holds what it held after twenty."""
    ready = prepared("epochs=1", factors=("a=x,y", f"c={','.join(map(str, range(50)))}"))
    driver, held = psutil.Process(), []
    with Journal(tmp_path / "journal.jsonl") as journal, closing(EXECUTORS[name](Resources(slots=1))) as executor:
        history = History()
        take_up(journal, history, ready.study)
        design = DESIGNS[ready.study.design]
        for event in conduct(ready.study, design, executor, ready.task, journal=journal, history=history):
            if isinstance(event, Completed) and len(history.completed) in {20, 99}:
                own = [child for child in driver.children() if child.status() != psutil.STATUS_ZOMBIE]
                held.append((driver.num_fds(), driver.num_threads(), len(own)))
    assert len(history.completed) == 100
    assert len(held) == 2
    assert held[0] == held[1]
