"""In what two plans differ, said in words."""

from __future__ import annotations

from doe.model._plan import Study
from doe.model._values import shown


def difference(old: Study, new: Study) -> str:
    """The first thing in which two plans differ: ``epochs 30, 40, 50, now 10, 20, 30``."""
    before, after = _sayings(old), _sayings(new)
    for name in [*before, *after]:
        if before.get(name) != after.get(name):
            return f"{before.get(name, f'no {name}')}, now {after.get(name, f'no {name}')}"
    return "other scales, roles or order of factors"


def _sayings(study: Study) -> dict[str, str]:
    """Each part of a plan, said in words."""
    said = {factor.name: f"{factor.name} {shown(factor.levels)}" for factor in study.factors}
    said |= {f"base {name}": f"{name} times {sliding.on}: {sliding}" for name, sliding in study.sliding.items()}
    said |= {name: f"{name} {value}" for name, value in study.constants.items()}
    said |= {name: f"{name} {getattr(study, name)}" for name in ("design", "trainer", "dataset", "seed")}
    said |= {f"layout {name}": f"{name} {value}" for name, value in study.layout.items()}
    if "sha256" in study.layout:  # where the table lies does not matter, what it says does
        said["layout sha256"] = f"a table with sha256 {str(study.layout['sha256'])[:12]}"
        said.pop("layout file", None)
    if study.analysis.pooled:
        said["pooled"] = f"{', '.join(study.analysis.pooled)} pooled"
    return {**said, "objective": f"objective {study.objective.goal} {study.objective.response}"}
