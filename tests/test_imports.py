"""Heavy guests come late: what is light to import stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import doe

HEAVY = (
    "torch",
    "ray",
    "mlflow",
    "optuna",
    "statsmodels",
    "matplotlib",
    "pandas",
    "numpy",
    "scipy",
    "sklearn",
    "pydoe",
)


@pytest.mark.parametrize(
    "module", ["doe", "doe.commands", "doe.concluding", "doe.running", "trainers", "trainers.datasets"]
)
def test_importing_loads_no_heavy_library(module: str) -> None:
    """Nothing that takes longer than a blink is loaded before it is used."""
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_face_is_complete() -> None:
    """Every name of ``doe.__all__`` can be had, and none is listed twice."""
    assert all(getattr(doe, name) is not None for name in doe.__all__)
    assert len(set(doe.__all__)) == len(doe.__all__)
    assert set(doe.__all__) <= set(dir(doe))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        doe.nothing  # noqa: B018 - the attribute is asked for
