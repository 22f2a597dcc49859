r"""Design of experiments for training neural networks: which knob did it, by how much, and how sure we are.

    import doe

    plan = doe.plan("l9", doe.Wishes(trainer="synthetic"))
    done = doe.run(plan)
    for finding in done.findings:
        print(finding.title, finding.note, sep="\n")

Importing doe loads no heavy library; each name below is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doe.analyses import analyze as analyze
    from doe.concluding import Conducted as Conducted
    from doe.designs import DESIGNS as DESIGNS
    from doe.loading import Wishes as Wishes
    from doe.model import Completed as Completed
    from doe.model import DoeError as DoeError
    from doe.model import Factor as Factor
    from doe.model import Failed as Failed
    from doe.model import Finding as Finding
    from doe.model import Objective as Objective
    from doe.model import Results as Results
    from doe.model import Study as Study
    from doe.model import Trial as Trial
    from doe.plots import PLOTS as PLOTS
    from doe.protocols import Resources as Resources
    from doe.running import Manner as Manner
    from doe.running import Plan as Plan
    from doe.running import plan as plan
    from doe.running import run as run

_HOMES = {
    "doe.analyses": ("analyze",),
    "doe.designs": ("DESIGNS",),
    "doe.loading": ("Wishes",),
    "doe.model": ("Completed", "DoeError", "Factor", "Failed", "Finding", "Objective", "Results", "Study", "Trial"),
    "doe.plots": ("PLOTS",),
    "doe.protocols": ("Resources",),
    "doe.concluding": ("Conducted",),
    "doe.running": ("Manner", "Plan", "plan", "run"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: PLE0604 - the face is the table above
    *_HOME_OF
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'doe' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME_OF])
