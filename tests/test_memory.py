"""A trial that runs out of memory is tried once more, with nothing beside it, and has then failed."""

from __future__ import annotations

from pathlib import Path

import doe
from doe import folders
from doe.history import fold
from doe.journal import Line, read

TRAINER = str(Path(__file__).parent / "chaos/trainer.py")
MANNER = doe.Manner(executor="local", tracking_uri="none", resources=doe.Resources(slots=3))


def _run(name: str, **told: object) -> list[Line]:
    wishes = doe.Wishes(name=name, **told)  # type: ignore[arg-type]
    doe.run(doe.plan("full_factorial", wishes), MANNER, say=lambda _: None)
    return list(read(folders.journal_of(name)))


def test_its_second_try_has_the_machine_to_itself(workplace: Path) -> None:
    """What was under way beside it ends first, and nothing is begun until it has ended; the others lose nothing."""
    mark = workplace / "mark"
    mark.write_text("memory")
    lines = _run("s", trainer=TRAINER, factors=("a=x,y,z", "c=1,2,3"), settings=(f"mark={mark}", "seconds=0.02"))
    history = fold(lines)
    assert len(history.completed) == 9
    ((key, (failed,)),) = history.failures.items()
    assert failed.kind == "memory"
    under_way: set[tuple[int, int]] = set()
    beside: list[set[tuple[int, int]]] = []
    for line in lines:
        match line["event"]:
            case "begun":
                under_way.add((line["run"], line["replicate"]))
                if history.attempts[key] == 2 and key in under_way and _second(lines, line, key):
                    beside.append(under_way - {key})
            case "completed" | "failed":
                under_way.discard((line["run"], line["replicate"]))
    assert beside == [set()]


def _second(lines: list[Line], line: Line, key: tuple[int, int]) -> bool:
    """Whether a line was written while the second try of a trial was under way."""
    mine = [place for place, each in enumerate(lines) if (each.get("run"), each.get("replicate")) == key]
    begun = max(place for place in mine if lines[place]["event"] == "begun")
    return begun <= lines.index(line) <= mine[-1]


def test_twice_out_of_memory_is_for_good(workplace: Path) -> None:
    """However often trials are tried again for other reasons."""
    Path("hungry.toml").write_text(
        'design = "full_factorial"\ntrainer = "synthetic"\nmaximize = "val_accuracy"\nretries = 5\n'
        '[constants]\nepochs = 2\nfail = "memory"\n[factors]\noptimizer = ["adam", "sgd"]\n'
    )
    doe.run(doe.plan("hungry.toml", doe.Wishes(name="hungry")), MANNER, say=lambda _: None)
    history = fold(read(folders.journal_of("hungry")))
    assert [[failed.kind for failed in some] for some in history.failures.values()] == [["memory"] * 2] * 2
    assert not history.completed
