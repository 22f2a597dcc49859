"""The OptunaHub package: written by its command, loaded as OptunaHub does, and its example run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import optuna
import optunahub
import pytest

from doe.integrations._optunahub import NAME
from doe.integrations.optuna import DesignSampler


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with this one package in it, by the command in the documents."""
    folder = tmp_path_factory.mktemp("registry") / "package"
    words = [sys.executable, "-m", "doe.integrations._optunahub", str(folder)]
    said = subprocess.run(words, check=True, capture_output=True, text=True)
    assert sorted(Path(line).name for line in said.stdout.split()) == sorted(p.name for p in (folder / NAME).iterdir())
    return folder


def test_it_is_loaded_as_optunahub_loads_it_and_trains_a_design(registry: Path) -> None:
    """What comes out is the sampler of this package."""
    module = optunahub.load_local_module(NAME, registry_root=str(registry))
    assert module.DesignSampler is DesignSampler
    study = optuna.create_study(sampler=module.DesignSampler({name: [1, 2, 3] for name in "abcd"}))
    study.optimize(lambda trial: sum(trial.suggest_int(name, 1, 3) for name in "abcd"))
    assert len(study.trials) == 9
    assert module.findings(study)[0].name == "response-table"


def test_it_has_what_the_registry_asks_for(registry: Path) -> None:
    """The front matter's keys, a licence, no HTML, and every design and argument by its name."""
    page = (registry / NAME / "README.md").read_text()
    head = re.match(r"---\n(.*?)\n---\n", page, re.DOTALL)
    assert head
    keys = dict(line.split(": ", 1) for line in head[1].splitlines())
    assert keys.keys() == {"author", "title", "description", "tags", "optuna_versions", "license"}
    assert "sampler" in keys["tags"]
    assert keys["optuna_versions"] == f"[{optuna.__version__}]"
    assert "<" not in page
    assert (registry / NAME / "LICENSE").read_text().startswith("MIT License")
    signature = DesignSampler.__init__.__annotations__.keys() - {"return"}
    assert set(re.findall(r"^- `(\w+)`:", page, re.MULTILINE)) == signature


def test_its_example_runs(registry: Path) -> None:
    """From this folder in place of OptunaHub's own."""
    code = (registry / NAME / "example.py").read_text()
    here = f'load_local_module("{NAME}", registry_root={str(registry)!r})'
    code = code.replace(f'load_module("{NAME}")', here)
    assert here in code
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "moves value most" in said.stdout
