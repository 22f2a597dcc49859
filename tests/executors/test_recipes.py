"""The recipes in docs/clusters: their linters find nothing in them, and they say what doe and Ray understand."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

RECIPES = Path(__file__).parents[2] / "docs/clusters"
SCHEMA = Path(__file__).parent / "kuberay/rayjob.schema.json"
HERE = Path(sys.executable).parent


def manifest() -> Any:
    """What the manifest says."""
    import yaml  # type: ignore[import-untyped]

    return yaml.safe_load((RECIPES / "rayjob.yaml").read_text())


def linted(*command: str) -> None:
    """It finds nothing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def program(name: str) -> str:
    """A linter that pip installs, beside Python or on the path."""
    found = shutil.which(name, path=f"{HERE}:{HERE.parent}") or shutil.which(name)
    assert found, f"{name} comes with the tests' own packages"
    return found


def test_the_batch_script_is_shell() -> None:
    """Bash reads it."""
    linted("bash", "-n", str(RECIPES / "l9.sbatch"))


def test_shellcheck_finds_nothing() -> None:
    """In the batch script."""
    linted(program("shellcheck"), str(RECIPES / "l9.sbatch"))


def test_yamllint_finds_nothing() -> None:
    """In the manifest."""
    rules = "{extends: default, rules: {line-length: {max: 120}}}"
    linted(program("yamllint"), "--strict", "-d", rules, str(RECIPES / "rayjob.yaml"))


def test_the_manifest_is_what_kuberay_defines() -> None:
    """Every field is one of RayJob's, of its kind; a field that is misspelt would be found."""
    schema = json.loads(SCHEMA.read_text())
    told = manifest()
    jsonschema.Draft7Validator(schema).validate(told)
    told["spec"]["rayClusterSpec"]["workerGroupSpec"] = []
    with pytest.raises(jsonschema.ValidationError, match="'workerGroupSpec' was unexpected"):
        jsonschema.Draft7Validator(schema).validate(told)


def test_the_manifest_and_the_script_name_options_that_there_are() -> None:
    """Of ``doe run``, of ``ray start`` and of ``ray symmetric-run``; and they ask for the token."""
    entrypoint = shlex.split(manifest()["spec"]["entrypoint"])[2]
    script = (RECIPES / "l9.sbatch").read_text()
    assert manifest()["spec"]["rayClusterSpec"]["authOptions"] == {"mode": "token"}
    assert "RAY_AUTH_MODE=token" in script
    line = re.sub(r"\\\n", "", script).partition("ray symmetric-run")[2].strip()
    start, _, run = line.partition(" -- ")
    (own,) = re.findall(r"^ +set -- (.+)$", script, re.MULTILINE)
    _known([sys.executable, "-m", "doe", "run", "--help"], _options(run) | _options(own) | _options(entrypoint))
    symmetric = {"--address", "--min-nodes"}
    _known([str(HERE / "ray"), "symmetric-run", "--help"], symmetric)
    _known([str(HERE / "ray"), "start", "--help"], _options(start) - symmetric)


def _options(words: str) -> set[str]:
    return set(re.findall(r"(?<=\s)--[a-z-]+", f" {words}"))


def _known(command: list[str], options: set[str]) -> None:
    """Its help tells of all of them."""
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert options
    assert not {option for option in options if option not in told}
