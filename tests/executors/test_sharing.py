"""How many trials share a GPU: the figures, and the whole with GPUs that exist on paper only."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from doe.conduct import conduct
from doe.designs import DESIGNS
from doe.executors import EXECUTORS
from doe.executors._sharing import MOST, Load, Sharing, look, trials_a_gpu
from doe.executors.local import Local
from doe.history import History, take_up
from doe.journal import Journal
from doe.loading import Wishes, load_study
from doe.model import Completed, Failed, Outcome
from doe.protocols import Executor, Resources, Started

from .conftest import Open

TRAINER = str(Path(__file__).parents[1] / "plain_trainer.py")
GIB = 1024.0


@pytest.mark.parametrize(
    ("before", "peak", "busy", "cores", "trials"),
    [
        pytest.param(0.5, 10, 0.20, 16, 5, id="a fifth of the time"),
        pytest.param(0.5, 10, 0.49, 16, 2, id="half of the time"),
        pytest.param(0.5, 10, 0.51, 16, 1, id="more than half of the time"),
        pytest.param(0.5, 10, 1.00, 16, 1, id="always at work"),
        pytest.param(0.5, 40.5, 0.10, 16, 3, id="memory for three, a tenth left free"),
        pytest.param(80.5, 120.5, 0.10, 16, 1, id="another's memory is not ours"),
        pytest.param(0.5, 139, 0.01, 16, 1, id="all the memory"),
        pytest.param(0.5, 1.5, 0.01, 100, MOST, id="never more than that"),
        pytest.param(0.5, 1.5, 0.00, 100, MOST, id="never seen at work"),
        pytest.param(0.5, 1.5, 0.01, 2.5, 2, id="two cores each"),
        pytest.param(0.5, 1.5, 0.01, 0.5, 1, id="one at least"),
        pytest.param(0.5, 0.5, 0.01, 16, 1, id="it is not there"),
    ],
)
def test_as_many_as_memory_time_and_cores_take(
    before: float, peak: float, busy: float, cores: float, trials: int
) -> None:
    """On a GPU of 139 GiB; the least of the three counts."""
    total = 139 * GIB
    looks = [Load(total, used * GIB, busy) for used in (before, peak, 0.9 * peak)]
    assert trials_a_gpu(Load(total, before * GIB, 0.0), looks, cores) == trials


def test_too_few_looks_share_nothing() -> None:
    """What was hardly seen is not judged."""
    free, used = Load(139 * GIB, 0.0, 0.0), Load(139 * GIB, GIB, 0.01)
    assert trials_a_gpu(free, [used, used], 16) == 1
    assert trials_a_gpu(free, [used, used, used], 16) > 1


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name: two GPUs of 100 GiB, of which as much is taken and computed as a file says."""
    told = tmp_path / "told"
    told.write_text("0, 0")
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        f"read used < {told}\n"
        'case "$1" in -L) exit 1;; esac\n'
        'echo "0, GPU-aa, 102400, $used"\necho "1, GPU-bb, 102400, $used"\necho "2, GPU-cc, [N/A], [N/A], [N/A]"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    return told


def test_nvidia_smi_is_read(nvidia_smi: Path) -> None:
    """By number and by identity; a GPU of which nothing can be seen is none."""
    nvidia_smi.write_text("2048, 37")
    assert look() == dict.fromkeys(("0", "GPU-aa", "1", "GPU-bb"), Load(102400, 2048, 0.37))


def carried_out(
    executor: Executor, folder: Path, nvidia_smi: Path, load: str, *, c: str = "1,2,3,4", seconds: float = 0.6
) -> tuple[list[Outcome], int, int]:
    """The outcomes of the trials, how many at most were under way at once, and how many of them on one GPU."""
    settings = (f"seconds={seconds}", "epochs=4")
    wishes = Wishes(trainer=TRAINER, factors=("a=x,y", f"c={c}"), settings=settings, name="s")
    ready = load_study("full_factorial", DESIGNS, wishes)
    under_way: dict[tuple[int, int], str] = {}
    most = most_on_one = 0
    ended: list[Outcome] = []
    history = History()
    with Journal(folder / "journal.jsonl") as journal, closing(executor):
        nvidia_smi.write_text(load)
        take_up(journal, history, ready.study)
        design = DESIGNS["full_factorial"]
        for event in conduct(ready.study, design, executor, ready.task, journal=journal, history=history):
            if isinstance(event, Started):
                under_way[event.trial.key] = str(event.where["device"])
                most = max(most, len(under_way))
                most_on_one = max(most_on_one, *Counter(under_way.values()).values())
            elif isinstance(event, Completed | Failed):
                del under_way[event.trial.key]
                ended.append(event)
    return sorted(ended, key=lambda outcome: outcome.trial.key), most, most_on_one


def test_the_first_trial_shows_how_many_go_side_by_side(tmp_path: Path, nvidia_smi: Path) -> None:
    """Each GPU gets as many as fit while the first is still under way, and every reading is that of one at a time."""
    one_each = EXECUTORS["local"](Resources())
    alone, _, on_one = carried_out(one_each, tmp_path / "alone", nvidia_smi, "30720, 30", seconds=0.0)
    assert on_one == 1
    nvidia_smi.write_text("0, 0")
    shared = Sharing(Local(Resources(gpus_per_trial=1 / MOST)), None, cores=16)
    assert shared.slots == 2
    found, most, on_one = carried_out(shared, tmp_path / "shared", nvidia_smi, "30720, 30")
    assert {outcome.trial.key: outcome.readings for outcome in found} == {
        outcome.trial.key: outcome.readings for outcome in alone
    }
    assert all(isinstance(outcome, Completed) for outcome in found)
    assert (most, on_one) == (6, 3)


def test_a_number_of_slots_is_kept_to(tmp_path: Path, nvidia_smi: Path) -> None:
    """However many fit."""
    shared = EXECUTORS["local"](Resources(shared=True, slots=1))
    assert carried_out(shared, tmp_path, nvidia_smi, "1024, 1", c="1")[1:] == (1, 1)


@pytest.mark.usefixtures("ray_running")
def test_workers_of_ray_share_theirs(tmp_path: Path, nvidia_smi: Path, opened: Open) -> None:
    """The same on the four GPUs that Ray believes to have."""
    shared = Sharing(opened("ray", Resources(gpus_per_trial=1 / MOST)), None, cores=16)
    assert shared.slots == 4
    levels = "1,2,3,4,5,6,7,8,9,10"
    found, most, on_one = carried_out(shared, tmp_path, nvidia_smi, "30720, 30", c=levels)
    assert all(isinstance(outcome, Completed) for outcome in found)
    assert (most, on_one) == (12, 3)
