"""Writes the OptunaHub package: ``python -m doe.integrations._optunahub FOLDER``.

The folder is what OptunaHub's registry calls ``package/samplers/doe_design`` (template and rules: optunahub-registry,
CONTRIBUTING.md). The sampler itself stays in ``doe.integrations.optuna``, which the package requires and hands on.
"""

from __future__ import annotations

import sys
from importlib.metadata import metadata
from pathlib import Path

NAME = "samplers/doe_design"
"""Under what it is loaded: ``optunahub.load_module("samplers/doe_design")``."""

INIT = '''"""Designs of experiments as a sampler: orthogonal arrays, fractions, response surfaces, space-filling."""

from doe.integrations.optuna import DesignSampler, findings

__all__ = ["DesignSampler", "findings"]
'''

EXAMPLE = '''"""Nine trials for four hyperparameters of three values each, and what they say of each one."""

import math

import optuna
import optunahub


def objective(trial: optuna.Trial) -> float:
    """Stands for a training: the validation accuracy."""
    lr = trial.suggest_float("lr", 1e-4, 1e-2, log=True)
    optimizer = trial.suggest_categorical("optimizer", ["adam", "sgd", "lion"])
    dropout = trial.suggest_float("dropout", 0.0, 0.4, step=0.2)
    layers = trial.suggest_int("layers", 1, 3)
    gain = {"adam": 0.05, "sgd": 0.0, "lion": 0.03}[optimizer]
    return 0.8 + gain - 0.04 * abs(math.log10(lr) + 3) - 0.1 * (dropout - 0.2) ** 2 + 0.002 * layers


module = optunahub.load_module("samplers/doe_design")
study = optuna.create_study(direction="maximize", sampler=module.DesignSampler())
study.optimize(objective)
for finding in module.findings(study):
    print(finding.title, finding.note, sep="\\n", end="\\n\\n")
'''

README = """---
author: the authors of {name}
title: Design of Experiments Sampler
description: Trains each row of an orthogonal array, a fraction, a response surface or a space-filling design.
tags: [sampler, design of experiments, orthogonal array, Taguchi, screening, response surface]
optuna_versions: [{optuna}]
license: MIT License
---

## Abstract

{summary}

A fixed design answers which hyperparameters matter, and by how much, in far fewer trials than a grid: nine for four of
three values each, 81 in a grid. This sampler trains each row of such a design inside `study.optimize` or `study.ask`,
and then stops the study, or leaves it to another sampler.

- Rows are claimed in the storage: several workers on one never train the same row.
- A row whose trial fails is trained again. Replicates are kept, each with a seed of its own.
- The factors and their levels are given, or read off what the objective asks for.

## APIs

### `DesignSampler(factors=None, design="auto", *, replicates=1, layout=None, seed=0, retries=1, levels=3, then=None)`

- `factors`: for each parameter its levels, `{{"levels": [...], "scale": "log"}}` or a distribution. `None`: what the
  first trial is asked for.
- `design`: `auto` (the smallest orthogonal array that fits), {designs}.
- `replicates`: how often each run is trained.
- `layout`: what the design is told besides, as `{{"runs": 32}}`.
- `seed`: what the order of the runs and their seeds are derived from.
- `retries`: how often a row is trained again whose trial failed.
- `levels`: how many levels a range of numbers gets.
- `then`: a sampler for the trials after the design.

### `findings(study)`

What analyses of such designs find in the trials of any study: response table, analysis of variance, interactions, the
best setting predicted, and what is aliased with what.

## Installation

```
pip install -r requirements.txt
```

## Example

See `example.py`.

```python
import optuna
import optunahub

module = optunahub.load_module("{package}")
study = optuna.create_study(sampler=module.DesignSampler())
```
"""

LICENSE = """MIT License

Copyright (c) the authors of {name}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def write_package(folder: Path) -> list[Path]:
    """Write the package into a folder, which is the ``package`` of a registry; say which files.

    Args:
        folder: It need not exist; files of the package that are there are written anew.
    """
    import optuna

    from doe.designs import DESIGNS, Fixed

    known = metadata("doe-orchestrator")
    fixed = sorted(
        name for name, design in DESIGNS.items() if isinstance(design, Fixed) and name not in {"auto", "table"}
    )
    told = {
        "name": known["Name"],
        "summary": known["Summary"],
        "optuna": optuna.__version__,
        "designs": ", ".join(f"`{name}`" for name in fixed if not name.startswith("l") or not name[1:2].isdigit()),
        "package": NAME,
    }
    pages = {
        "__init__.py": INIT,
        "example.py": EXAMPLE,
        "README.md": README.format(**told),
        "LICENSE": LICENSE.format(**told),
        "requirements.txt": f"{known['Name']}>={known['Version']}\n",
    }
    place = folder / NAME
    place.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (place / name).write_text(page)
    return [place / name for name in pages]


if __name__ == "__main__":
    for path in write_package(Path(sys.argv[1])):
        print(path)  # noqa: T201 - what is typed by hand
