"""``doe plan``: what is said of a plan on the screen, as JSON and in files, and what is refused."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from doe.statistics.arrays import strength
from tests import golden
from tests.conftest import Said

TRAINER = str(Path(__file__).parent / "plain_trainer.py")
PLAN = ["plan", "full_factorial", "--trainer", TRAINER, "--factor", "a=x,y", "--factor", "c=1,2"]
TWELVE = [word for number in range(4) for word in ("--factor", f"f{number}=1,2")]


def test_a_plan_trains_nothing_and_leaves_nothing(doe: Said) -> None:
    """Factors, runs, what they mean and what they cost."""
    code, out, err = doe(*PLAN, "--replicates", "2")
    assert (code, err) == (0, "")
    assert "4 runs x 2 replicates on full_factorial" in out
    assert "balanced: every combination of the levels" in out
    assert "8 trainings of 16 epochs together." in out
    assert list(Path().iterdir()) == []


def test_what_was_measured_tells_what_the_plan_would_take(doe: Said) -> None:
    """After a run the rate of its epochs is known; the plan leaves the journal as it was."""
    doe("run", *PLAN[1:], "--executor", "serial", "--tracking-uri", "none")
    journal = Path("mlruns/studies/full_factorial-plain_trainer/journal.jsonl")
    before = journal.read_bytes()
    out = doe(*PLAN, "--replicates", "3")[1]
    assert re.search(r"At \S+ s an epoch, as measured on this study, \S+ seconds of training", " ".join(out.split()))
    assert journal.read_bytes() == before


def test_a_bare_array_needs_neither_factors_nor_a_trainer(doe: Said) -> None:
    """Its own columns are shown, and its numbers are those of DoE.base."""
    page = json.loads(doe("plan", "l18", "--json")[1])
    expected = golden.case("gwlp_catalogue")["expected"]["L18(2^1 3^7)"]
    assert len(page["runs"]) == 18
    assert list(page["runs"][0]) == [f"c{place}" for place in range(1, 9)]
    assert (page["strength"], page["error_df"]) == (2, 2)
    assert page["gwlp"][:7] == pytest.approx(expected["gwlp"])
    assert "study" not in page
    assert "L18(2^1 3^7)" in doe("plan", "l18")[1]


def test_factors_without_a_trainer_are_taken_as_they_are(doe: Said) -> None:
    """No signature is asked; the JSON has what the page says, and the strength is that of its runs."""
    words = ["--factor", "what=1,2,3", "--factor", "ever=a,b,c", "--factor", "it=x,y,z"]
    page = json.loads(doe("plan", "l9", "--trainer", "none", *words, "--json")[1])
    import numpy as np

    table = np.array(
        [["123".index(str(r["what"])), "abc".index(r["ever"]), "xyz".index(r["it"])] for r in page["runs"]]
    )
    assert strength(table) == page["strength"] == 2
    assert {(row["effect"], row["aliased with"]) for row in page["aliases"]} == {
        ("what", "ever x it"),
        ("ever", "what x it"),
        ("it", "what x ever"),
    }
    assert page["error_df"] == 2
    assert {finding["name"] for finding in page["findings"]} >= {"balance", "power", "efficiency", "inflation"}


def test_a_study_is_told_with_its_name_and_digest(doe: Said) -> None:
    """The same as those of its dry run, and the runs in the order in which they begin."""
    page = json.loads(doe(*PLAN, "--json")[1])
    dry = json.loads(doe("run", *PLAN[1:], "--dry-run", "--json")[1])
    assert (page["study"], page["digest"], page["objective"]) == (dry["study"], dry["digest"], dry["objective"])
    settings = [trial["setting"] for trial in dry["trials"]]
    assert sorted(map(str, page["runs"])) == sorted(map(str, settings))


def test_the_table_is_written_in_run_order(doe: Said) -> None:
    """With every replicate where there are several."""
    code, out, _ = doe(*PLAN, "--replicates", "2", "--to", "plan.csv")
    assert (code, out) == (0, "plan.csv\n")
    rows = list(csv.DictReader(Path("plan.csv").read_text().splitlines()))
    page = json.loads(doe(*PLAN, "--replicates", "2", "--json")[1])
    assert list(rows[0]) == ["run", "replicate", "a", "c"]
    assert [row["replicate"] for row in rows] == ["1"] * 4 + ["2"] * 4
    assert [(row["a"], int(row["c"])) for row in rows[:4]] == [(run["a"], run["c"]) for run in page["runs"]]


def test_the_page_needs_nothing_else(doe: Said) -> None:
    """No network and no script; the map is drawn into it, and what is typed cannot break it."""
    code, _, err = doe(
        "plan", "l9", "--trainer", "none", "--factor", "a<b>=1,2,3", "--factor", "b=4,5,6", "--to", "p.html"
    )
    assert (code, err) == (0, "")
    page = Path("p.html").read_text()
    assert "<svg" in page
    assert "Correlation map" in page
    assert "a&lt;b&gt;" in page
    assert "a<b>" not in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page)
    assert (
        doe("plan", "l9", "--trainer", "none", "--factor", "a<b>=1,2,3", "--factor", "b=4,5,6", "--to", "q.html")[0]
        == 0
    )
    assert Path("q.html").read_text() == page


def test_what_would_detect_an_effect_is_told_in_a_sentence_and_a_table(doe: Said) -> None:
    """An L9 of four factors tests nothing; twice as many trials would do."""
    factors = [word for name in "abcd" for word in ("--factor", f"{name}=1,2,3")]
    words = ["plan", "l9", "--trainer", "none", *factors, "--detect", "0.01", "--sd", "0.004"]
    page = json.loads(doe(*words, "--json")[1])
    (detect,) = (finding for finding in page["findings"] if finding["name"] == "detect")
    now, *others = detect["table"]
    assert (now["plan"], now["design"], now["power"]) == ("now", "l9", 0.0)
    assert [row["trials"] for row in others] == sorted(row["trials"] for row in others)
    assert all(row["power"] >= 0.8 for row in others)
    assert "--replicates 2 (18 trials, 2 times this plan's) is the fewest that does with 80 %" in detect["note"]
    assert "What would detect 0.01" in doe(*words)[1]
    enough = doe(*words, "--replicates", "2")[1]
    assert "in every factor with 90 % at least" in " ".join(enough.split())


def test_what_would_detect_an_effect_is_cheapest_in_epochs(doe: Said) -> None:
    """Those of a training that is read at several count once; beside them what the plan costs now is one."""
    words = ["plan", "l9", "--trainer", "synthetic", "--detect", "0.01", "--sd", "0.004", "--json"]
    for more, once in (((), 3 * (30 + 40 + 50)), (("--factor", "epochs:within=30,40,50"), 9 * 50)):
        page = json.loads(doe(*words, *more)[1])
        (detect,) = (finding for finding in page["findings"] if finding["name"] == "detect")
        now, *others = detect["table"]
        assert (now["epochs"], now["ratio"]) == (once, 1)
        assert [row["epochs"] for row in others] == sorted(row["epochs"] for row in others)
        assert all(row["ratio"] == row["epochs"] / once for row in others)
        own = next(row for row in others if row["design"] == "l9")
        assert own["epochs"] == own["replicates"] * once
        assert f"{own['trials']} trials, {own['epochs']:,} epochs, {own['ratio']:g} times this plan's" in detect["note"]


def test_epochs_are_counted_without_a_trainer(doe: Said) -> None:
    """Where a factor or a constant of that name says them."""
    words = ["plan", "l9", "--trainer", "none", "--factor", "a=1,2,3", "--json"]
    for more, total in (
        (("--factor", "epochs=1,2,3"), 18),
        (("--set", "epochs=5"), 45),
        (("--factor", "epochs:within=2,4"), 36),
    ):
        page = json.loads(doe(*words, *more)[1])
        (cost,) = (finding for finding in page["findings"] if finding["name"] == "cost")
        assert cost["table"][-1]["epochs"] == total
    assert "cost" not in {finding["name"] for finding in json.loads(doe(*words)[1])["findings"]}


def test_what_chance_does_to_an_accuracy_can_stand_for_the_standard_deviation(doe: Said) -> None:
    """With so many images and about so high an accuracy."""
    page = json.loads(doe(*PLAN, "--accuracy", "0.9", "--images", "400", "--detect", "0.05", "--json")[1])
    found = {finding["name"]: finding for finding in page["findings"]}
    assert found["chance"]["table"][0]["sd by chance"] == pytest.approx(0.015)
    assert "standard deviation of 0.015" in found["power"]["note"]


@pytest.mark.parametrize("sd", ["1e-300", "1e300"])
def test_the_least_and_the_most_that_can_be_typed_are_judged(doe: Said, sd: str) -> None:
    """Nothing is too small or too large to be answered."""
    page = json.loads(doe("plan", "l18", "--detect", "1", "--sd", sd, "--sd-within", sd, "--json")[1])
    (detect,) = (finding for finding in page["findings"] if finding["name"] == "detect")
    assert detect["table"][0]["power"] == pytest.approx(1.0 if sd == "1e-300" else 0.05)


def test_a_sampler_has_no_plan_to_judge(doe: Said) -> None:
    """Which is said, and is no mistake; there is no table to write."""
    words = ["plan", "tpe", "--factor", "a=1,2,3"]
    assert "there is no plan to judge" in doe(*words)[1]
    page = json.loads(doe(*words, "--json")[1])
    assert (page["runs"], page["strength"], page["gwlp"], page["error_df"]) == ([], None, None, None)
    code, _, err = doe(*words, "--to", "p.csv")
    assert (code, "there is no table to write" in err) == (2, True)
    assert doe(*words, "--to", "p.html")[0] == 0


def test_ten_thousand_runs_are_told_in_part(doe: Said) -> None:
    """The screen shows the first of them."""
    factors = [word for name in "abcd" for word in ("--factor", f"{name}=0,1,2,3,4,5,6,7,8,9")]
    code, out, _ = doe("plan", "full_factorial", *factors)
    assert code == 0
    assert "... and 9,964 more; --to FILE.csv has all" in out
    assert len(out.splitlines()) < 120


BAD: list[Any] = [
    pytest.param(["plan", "l99"], ["no study or design 'l99'", "did you mean 'l9'?"], id="unknown design"),
    pytest.param(["plan", "l4", *TWELVE], ["l4 takes 3 factors of 2 levels, not 4"], id="too many factors"),
    pytest.param(["plan", "l18", "--detect", "0.01"], ["--detect wants the standard deviation", "--sd"], id="no sd"),
    pytest.param(["plan", "l18", "--sd", "-1"], ["--sd -1: wanted a number above 0"], id="negative sd"),
    pytest.param(["plan", "l18", "--power", "2"], ["--power 2: wanted a number between 0 and 1"], id="power"),
    pytest.param(["plan", "l18", "--to", "plan.txt"], ["wanted a name that ends in .csv or .html"], id="suffix"),
    pytest.param(["plan", "l18", "--to", "no/where.csv"], ["cannot write no/where.csv"], id="unwritable"),
    pytest.param(["plan", "full_factorial"], ["full_factorial", "has no factors"], id="no factors"),
    pytest.param(["plan", "l18", "--data", "faces"], ["--data faces", "--trainer NAME"], id="data without a trainer"),
    pytest.param(["plan", "l9", "--factor", "a=1,2,3"], ["--trainer none plans the bare l9"], id="study and design"),
    pytest.param(["plan", "l18", "--replicates", "0"], ["replicates = 0: wanted 1 or more"], id="replicates"),
]


@pytest.mark.parametrize(("words", "wanted"), BAD)
def test_what_is_typed_wrong_is_answered_in_one_line(doe: Said, words: list[str], wanted: list[str]) -> None:
    """Their word and what was wanted; exit code 2, nothing on stdout."""
    code, out, err = doe(*words)
    assert (code, out) == (2, "")
    assert err.startswith("doe: ")
    assert err.count("\n") == 1
    assert all(part in err for part in wanted), err


def test_the_json_page_names_every_key_of_a_plan(doe: Said) -> None:
    """Each key that is printed is in the document."""
    factors = [word for name in "abcd" for word in ("--factor", f"{name}=1,2,3")]
    words = ["plan", "l9", "--trainer", "none", *factors, "--detect", "1", "--sd", "1", "--images", "9", "--json"]
    page = json.loads(doe(*words)[1])
    text = (Path(__file__).parent.parent / "docs/json.md").read_text()
    for key in [*page, *(column for f in page["findings"] for row in f["table"] for column in row)]:
        assert re.search(rf"`[^`]*\b{re.escape(key)}\b[^`]*`", text), key
    assert all(f"`{finding['name']}`" in text for finding in page["findings"])
