"""doe import: a table or an experiment becomes a study whose findings are those of the table."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from doe import folders
from doe.analyses import analyze
from doe.concluding import recall
from doe.importing import Wanted, import_table
from doe.journal import read
from doe.loading import read_results
from doe.model import Completed, Failed, Objective, StudyError
from doe.trackers import local
from doe.trackers._store import connect
from tests.conftest import Said

FOUNDING = Path(__file__).parent / "golden" / "founding_l9.csv"
ACCURACY = Objective("accuracy")
REPLICATED = """optimizer,rate,augment,seed,seconds,loss,note,accuracy,order
adam,1e-3,true,5,2.5,0.25,good,0.5,4
sgd,0.01,false,5,1.0,,bad,0.75,3
adam,0.001,true,6,2.0,0.5,,0.625,2

sgd,0.01,false,6,,1.5,gone,,1
"""


def test_the_findings_are_the_tables(workplace: Path) -> None:
    """The founding study as it was published: what is found in the study is what is found in its table, bit by bit."""
    made = import_table(FOUNDING, Wanted("founding", ACCURACY))
    assert (made.completed, made.failed) == (9, 0)
    conducted = recall("founding")
    ours = {finding.name: finding.table for finding in conducted.findings}
    theirs = {finding.name: finding.table for finding in analyze(read_results(FOUNDING, ACCURACY))}
    for name in ("response-table", "contributions", "anova", "optimum"):
        assert ours[name] == theirs[name]
    assert conducted.completed == conducted.total == 9
    rows = list(csv.DictReader(FOUNDING.read_text().splitlines()))
    for row, outcome in zip(rows, conducted.outcomes, strict=True):
        assert isinstance(outcome, Completed)
        assert outcome.readings[-1].metrics == {"accuracy": float(row["accuracy"])}
        assert {name: str(level) for name, level in outcome.trial.setting.items()} == {
            name: row[name] for name in ("optimizer", "epochs", "dropout", "batch_size")
        }


def test_what_a_table_says_besides(workplace: Path) -> None:
    """Replicates, seeds, seconds, further metrics, the order, a row without a response; and where all of it is from."""
    table = workplace / "mine.csv"
    table.write_text(REPLICATED)
    wanted = Wanted("mine", ACCURACY, ("optimizer", "rate:log", "augment"))
    made = import_table(table, wanted)
    assert (made.completed, made.failed) == (3, 1)
    study, history = folders.read_history("mine")
    assert [factor.scale for factor in study.factors] == ["nominal", "log", "nominal"]
    assert (study.replicates, study.trainer) == (2, "imported")
    conducted = recall("mine")
    trials = [(o.trial.key, o.trial.seed, dict(o.trial.setting), o.seconds) for o in conducted.outcomes]
    adam, sgd = ({"optimizer": o, "rate": r, "augment": a} for o, r, a in (("adam", 0.001, True), ("sgd", 0.01, False)))
    assert trials == [((1, 1), 5, adam, 2.5), ((1, 2), 6, adam, 2.0), ((2, 1), 5, sgd, 1.0), ((2, 2), 6, sgd, 0.0)]
    metrics = [dict(o.readings[-1].metrics) for o in conducted.outcomes if isinstance(o, Completed)]
    assert metrics == [{"accuracy": 0.5, "loss": 0.25}, {"accuracy": 0.625, "loss": 0.5}, {"accuracy": 0.75}]
    (failed,) = [o for o in conducted.outcomes if isinstance(o, Failed)]
    assert (failed.kind, failed.reason) == ("missing", "its row says no accuracy")
    assert list(history.attempts) == [(2, 2), (1, 2), (2, 1), (1, 1)]
    assert history.opened[0]["data"] == f"imported from {table} (4 rows)"
    assert history.opened[0]["command"]
    assert conducted.total == 4


def test_it_is_there_whole_or_not_at_all(workplace: Path) -> None:
    """What is refused leaves nothing behind, and a study that is there stays as it is."""
    with pytest.raises(StudyError, match="cannot be a study's name"):
        import_table(FOUNDING, Wanted("../up", ACCURACY))
    assert not folders.MLRUNS.exists()
    import_table(FOUNDING, Wanted("once", ACCURACY))
    before = folders.journal_of("once").read_bytes()
    with pytest.raises(StudyError, match="there is a study 'once' already, in mlruns/studies/once; --as another"):
        import_table(FOUNDING, Wanted("once", ACCURACY))
    assert folders.journal_of("once").read_bytes() == before
    assert [path.name for path in folders.MLRUNS.iterdir()] == ["studies"]


def test_one_who_could_train_more_is_checked(workplace: Path) -> None:
    """A trainer takes the table's factors and levels, or says in a line which it does not."""
    table = workplace / "mine.csv"
    table.write_text("dropout,val_accuracy\n0.1,0.5\n0.5,0.6\n0.1,0.7\n0.5,0.8\n")
    made = import_table(table, Wanted("mine", Objective("val_accuracy"), trainer="synthetic"))
    assert made.study.trainer == "synthetic"
    table.write_text("drop_out,val_accuracy\n0.1,0.5\n0.5,0.6\n0.1,0.7\n0.5,0.8\n")
    with pytest.raises(
        Exception, match=r"^trainer 'synthetic' has no hyperparameter 'drop_out'; did you mean 'dropout'\?"
    ):
        import_table(table, Wanted("other", Objective("val_accuracy"), trainer="synthetic"))


def test_an_experiment_becomes_a_study(doe: Said, workplace: Path) -> None:
    """Params are factors, metrics responses; what failed, failed; headings and what is under way are left out."""
    uri = f"sqlite:///{workplace}/theirs.db"
    client = connect(uri, None)
    experiment = client.create_experiment("night shift", artifact_location=f"file://{workplace}/theirs")
    above = client.create_run(experiment)
    for number, (rate, optimizer) in enumerate([("0.1", "adam"), ("0.01", "adam"), ("0.1", "sgd"), ("0.01", "sgd")]):
        run = client.create_run(
            experiment, tags={"mlflow.parentRunId": above.info.run_id}, start_time=1000 * number + 7
        )
        for name, value in {"rate": rate, "optimizer": optimizer, "epochs": "3"}.items():
            client.log_param(run.info.run_id, name, value)
        for step, accuracy in enumerate((0.1, 0.5 + number / 7)):
            client.log_metric(run.info.run_id, "val/accuracy", accuracy, step=step)
        client.log_metric(run.info.run_id, "loss", math.nan if number else 0.125)
        client.set_terminated(run.info.run_id, "FAILED" if number == 3 else "FINISHED", end_time=1000 * number + 1507)
    client.create_run(experiment)
    words = ("import", "mlflow:night shift", "--as", "night", "--tracking-uri", uri, "--response", "val/accuracy")
    code, out, _err = doe(*words, "--factors", "rate:log,optimizer")
    assert code == 0
    assert out.startswith("night: 3 completed trials and 1 that failed are in mlruns/studies/night; ")
    conducted = recall("night")
    assert [dict(o.trial.setting) for o in conducted.outcomes] == [
        {"rate": rate, "optimizer": optimizer} for optimizer in ("adam", "sgd") for rate in (0.1, 0.01)
    ]
    completed = [o for o in conducted.outcomes if isinstance(o, Completed)]
    assert [o.readings[-1].metrics["val/accuracy"] for o in completed] == [0.5 + number / 7 for number in range(3)]
    assert [(o.seconds, o.readings[-1].epoch) for o in completed] == [(1.5, 3)] * 3
    assert [set(o.readings[-1].metrics) for o in completed] == [{"val/accuracy", "loss"}, *[{"val/accuracy"}] * 2]
    assert conducted.study.constants == {"epochs": 3}
    opened = next(line for line in read(folders.journal_of("night")) if line["event"] == "opened")
    assert opened["data"] == f"imported from experiment night shift of {uri} (4 runs)"


def test_what_we_tracked_comes_back(doe: Said) -> None:
    """A study that was tracked in MLflow, imported again, has the same runs, replicates, seeds and responses."""
    doe("run", "l4", "--trainer", "synthetic", "--factor", "dropout=0,0.5", "--factor", "batch_size=16,32",
        "--replicates", "2", "--seed", "3")  # fmt: skip
    doe("import", "mlflow:l4-synthetic", "--as", "back", "--response", "val_accuracy")
    once, back = recall("l4-synthetic"), recall("back")
    assert back.completed == back.total == 8

    def said(outcomes: object) -> set[str]:
        return {
            json.dumps([o.trial.replicate, o.trial.seed, sorted(o.trial.setting.items()), dict(o.readings[-1].metrics)])
            for o in outcomes  # type: ignore[attr-defined]
        }

    assert said(back.outcomes) == said(once.outcomes)


@pytest.mark.parametrize("command", ["confirm", "refine", "augment --foldover", "augment --repair"])
def test_nobody_can_train_more_of_it(doe: Said, command: str) -> None:
    """Where no trainer was named: it says so in a line, says what can be done, and writes nothing."""
    import_table(FOUNDING, Wanted("founding", ACCURACY))
    before = folders.journal_of("founding").read_bytes()
    name, *more = command.split()
    code, out, err = doe(name, "founding", *more, "--executor", "serial", "--tracking-uri", "none")
    assert (code, out) == (2, "")
    assert err == (
        "doe: founding was imported and its trainer is not known; doe import with --as ANOTHER --trainer NAME makes a"
        " study that can be trained on\n"
    )
    assert folders.journal_of("founding").read_bytes() == before


def test_the_advice_for_it_is_to_name_a_trainer(doe: Said) -> None:
    """No command that could not be carried out; the study's own name is taken."""
    import_table(FOUNDING, Wanted("founding", ACCURACY))
    code, out, _ = doe("next", "founding", "--json")
    (step,) = json.loads(out)["next"]
    assert (code, step["trials"], step["command"]) == (0, 0, "doe import TABLE --as founding-2 --trainer NAME")


REFUSED = [
    (("none.csv",), "none.csv cannot be read: No such file or directory"),
    (("mine.csv", "--response", "acuracy"), "mine.csv has no column 'acuracy'; did you mean 'accuracy'?"),
    (("mine.csv", "--factors", "rat:log"), "mine.csv has no column 'rat'; did you mean 'rate'?"),
    (
        ("mine.csv", "--factors", "optimizer:log"),
        "factor 'optimizer' has scale 'log', but not all its levels are numbers",
    ),
    (("mine.csv", "--goal", "max"), "no goal 'max'; "),
    (("mine.csv", "--tracking-uri", "x"), "--tracking-uri is for mlflow:EXPERIMENT; mine.csv is a table"),
    (("mlflow:x",), "no MLflow database "),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_is_one_line(doe: Said, workplace: Path, words: tuple[str, ...], said: str) -> None:
    """And leaves no study behind."""
    (workplace / "mine.csv").write_text(REPLICATED)
    response = () if "--response" in words else ("--response", "accuracy")
    code, out, err = doe("import", *words, "--as", "mine", *response)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"doe: {said}")
    assert folders.studies_begun() == []


def test_an_experiment_that_is_not_there(doe: Said, workplace: Path) -> None:
    """MLflow's own words are put into ours: which experiments there are, which metrics, and none that has ended."""
    uri, _ = local(folders.MLRUNS)
    folders.MLRUNS.mkdir()
    client = connect(uri, None)
    run = client.create_run(client.create_experiment("night"))
    words = ("--as", "mine", "--response", "accuracy")
    assert (
        doe("import", "mlflow:nigth", *words)[2].rstrip().endswith("has no experiment 'nigth'; did you mean 'night'?")
    )
    assert doe("import", "mlflow:night", *words)[2] == "doe: experiment 'night' has no run that has ended\n"
    client.log_metric(run.info.run_id, "acuracy", 1.0)
    client.set_terminated(run.info.run_id)
    said = "doe: experiment 'night' has no metric 'accuracy'; did you mean 'acuracy'?\n"
    assert doe("import", "mlflow:night", *words)[2] == said
    assert doe("import", "mlflow:night", "--as", "mine", "--response", "acuracy")[2] == (
        "doe: experiment 'night' has no param that differs between its runs\n"
    )
