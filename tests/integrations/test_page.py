"""docs/integrations.md: every example that it shows runs, and says what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs/integrations.md").read_text()
EXAMPLES = dict(
    zip(("optuna", "ray_tune", "sklearn"), re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL), strict=True)
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("optuna", "value by level\nlr moves value most"),
        pytest.param("ray_tune", "loss by level\noptimizer moves loss most", marks=pytest.mark.slow),
        ("sklearn", "score by level\n"),
    ],
)
def test_the_example_runs(name: str, said: str, workplace: Path) -> None:
    """In a folder of its own, as a user would; Ray keeps its files there, too."""
    code = EXAMPLES[name].replace(
        "tune.Tuner(train,", f"tune.Tuner(train, run_config=tune.RunConfig(storage_path={str(workplace)!r}),"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=workplace, check=False)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_importing_the_package_loads_none_of_the_libraries() -> None:
    """Each is needed by the module that is named for it alone."""
    code = "import sys, doe.integrations; print({'optuna', 'ray', 'sklearn', 'numpy', 'pandas'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_what_is_shown_is_what_there_is() -> None:
    """Each example imports from the module it is about, and the page names every integration."""
    for name, code in EXAMPLES.items():
        assert f"from doe.integrations.{name} import" in code
    shelf = Path(__file__).parent.parent.parent / "doe/integrations"
    assert {path.stem for path in shelf.glob("[!_]*.py")} == EXAMPLES.keys()
