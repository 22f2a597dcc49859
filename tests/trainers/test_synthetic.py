import math
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from trainers import synthetic


def last(seed: int = 0, epochs: int = 30, **given: float | str) -> float:
    """Train to the end and give the last accuracy."""
    return list(synthetic.train(None, epochs, seed, **given))[-1]["val_accuracy"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "effect"),
    [
        ({"optimizer": "adagrad"}, synthetic.OPTIMIZER["adagrad"]),
        ({"optimizer": "adadelta"}, synthetic.OPTIMIZER["adadelta"]),
        ({"dropout": 0.6}, 0.1 * synthetic.DROPOUT),
        ({"batch_size": 128}, synthetic.BATCH_SIZE),
        ({"batch_size": 32}, -synthetic.BATCH_SIZE),
        ({"learning_rate": 1e-2}, synthetic.LEARNING_RATE),
        ({"weight_decay": 1e-5}, synthetic.WEIGHT_DECAY),
        (
            {"dropout": 0.6, "batch_size": 128, "interaction": 0.01},
            0.1 * synthetic.DROPOUT + synthetic.BATCH_SIZE + 0.01,
        ),
        ({"epochs": 50}, synthetic.MISSING * (math.exp(-50 / 20) - math.exp(-30 / 20))),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_effects_are_as_stated(given: dict[str, float | str], effect: float) -> None:
    """Without noise the accuracy differs from the baseline's by exactly the effect that is stated."""
    assert last(noise=0.0, **given) - last(noise=0.0) == pytest.approx(effect)  # type: ignore[arg-type]


def test_noise_is_as_wide_as_asked() -> None:
    """Over many seeds the accuracy scatters about what is expected, as widely as the noise says."""
    found = [last(seed, epochs=1, noise=0.01) for seed in range(2000)]
    assert statistics.fmean(found) == pytest.approx(synthetic.accuracy(1), abs=0.001)
    assert statistics.stdev(found) == pytest.approx(0.01, rel=0.1)


def test_failures_that_leave_the_process_alive() -> None:
    """Losses go wrong, the accuracy stays away or an exception is raised, from the epoch that is asked for."""
    diverged = list(synthetic.train(None, 3, 0, fail="diverge", fail_epoch=2))
    assert [math.isnan(metrics["train_loss"]) for metrics in diverged] == [False, True, True]
    assert math.isinf(next(synthetic.train(fail="overflow"))["val_loss"])
    assert "val_accuracy" not in next(synthetic.train(fail="missing"))
    with pytest.raises(RuntimeError, match="on purpose"):
        next(synthetic.train(fail="raise"))
    with pytest.raises(MemoryError, match="on purpose"):
        next(synthetic.train(fail="memory"))


@pytest.mark.parametrize(("fail", "code"), [("exit", 3), ("kill", -9)])
def test_failures_that_end_the_process(fail: str, code: int) -> None:
    """The process exits by itself, or is killed."""
    program = f"from trainers import synthetic; list(synthetic.train(None, 3, 0, fail={fail!r}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == code


def test_a_hang_gives_no_epoch() -> None:
    """A training that hangs has to be killed from outside."""
    program = "from trainers import synthetic; next(synthetic.train(None, 3, 0, fail='hang'))"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", program], check=False, timeout=1)


def test_a_second_try_may_succeed(tmp_path: Path) -> None:
    """With a file to remember it by, a training fails once."""
    once = str(tmp_path / "failed")
    with pytest.raises(RuntimeError):
        next(synthetic.train(fail="raise", fail_once=once))
    assert len(list(synthetic.train(None, 2, 0, fail="raise", fail_once=once))) == 2
