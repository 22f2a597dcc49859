"""Who logs in with what stands in no journal, message, report or tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.provenance import without_secrets
from doe.trackers import UI_ENVIRONMENT, shown, ui_command
from doe.trackers._follow import reason
from tests.conftest import Said

TRAINER = str(Path(__file__).parent.parent / "plain_trainer.py")
ADDRESSES = {
    "https://me:hush@host/x": "https://***@host/x",
    "https://hush@host/x": "https://***@host/x",
    "postgresql+psycopg2://me:p@hush/w@host:5432/db": "postgresql+psycopg2://***@host:5432/db",
    "postgresql://host/db?user=me&password=hush": "postgresql://host/db?user=me&password=***",
    "http://host:1/?access_token=hush&x=1": "http://host:1/?access_token=***&x=1",
    "mysql://:hush@host/db?ssl_key=hush": "mysql://***@host/db?ssl_key=***",
    "sqlite:///mlruns/mlflow.db": "sqlite:///mlruns/mlflow.db",
    "http://127.0.0.1:5000": "http://127.0.0.1:5000",
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_an_address_is_shown_without_its_secrets(address: str, expected: str) -> None:
    """However it holds them; an address without any is shown as it is."""
    assert shown(address) == expected
    assert without_secrets(f"cannot reach '{address}' now") == f"cannot reach '{expected}' now"
    assert "hush" not in reason(ValueError(f"cannot parse {address}"))


@pytest.mark.parametrize(
    "address", ["http://me:hush@127.0.0.1:9", "postgresql://me:hush@127.0.0.1:9/db", "odd://me:hush@nowhere"]
)
def test_a_study_keeps_no_secret_of_its_tracker(address: str, doe: Said, workplace: Path) -> None:
    """The server is away, the study goes on; no file below the working folder and nothing said has the password."""
    words = ["full_factorial", "--trainer", TRAINER, "--factor", "a=x,y", "--executor", "serial", "--yes"]
    code, out, err = doe("run", *words, "--tracking-uri", address)
    assert code == 0, err
    assert "hush" not in out + err
    files = [path for path in workplace.rglob("*") if path.is_file()]
    assert any(path.name == "report.html" for path in files)
    assert not [path for path in files if b"hush" in path.read_bytes()]


LEAKY = """
def train(dataset=None, epochs=1, seed=0, *, a: int = 1):
    if a == 2:
        raise RuntimeError("cannot reach postgresql://me:hush@host/db?password=hush")
    yield {"y": float(a)}
"""
SECRETS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "PGPASSWORD")


def test_secrets_of_the_environment_and_of_errors_stay_out(
    doe: Said, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither journal, MLflow's database and artifacts, tables nor reports have them; the trainer's own log may."""
    for name in SECRETS:
        monkeypatch.setenv(name, "hush-hush")
    Path("leaky.py").write_text(LEAKY)
    words = ["full_factorial", "--trainer", "leaky.py", "--factor", "a=1,2,3", "--maximize", "y", "--yes"]
    code, out, err = doe("run", *words, "--executor", "local")
    assert code == 3, err
    assert "cannot reach postgresql://***@host/db?password=***" in out + err
    for suffix in (".html", ".md"):
        assert doe("report", "full_factorial-leaky", "--to", f"page{suffix}")[0] == 0
    files = [path for path in workplace.rglob("*") if path.is_file() and path.name != "leaky.py"]
    assert {"mlflow.db", "journal.jsonl", "report.html", "page.md"} <= {path.name for path in files}
    telling = [path for path in files if b"hush" in path.read_bytes()]
    assert {path.parent.name for path in telling} <= {"logs"}
    assert "hush" not in out + err


def test_a_message_about_an_address_has_no_secret(doe: Said) -> None:
    """Errors that quote what was typed, too."""
    code, _, err = doe("export", "mlflow", "nothing", "--tracking-uri", "http://me:hush@127.0.0.1:9")
    assert code == 2
    assert "hush" not in err
    assert "hush" not in doe("plan", "http://me:hush@host/x.toml")[2]


def test_the_pages_are_served_to_this_machine_alone(tmp_path: Path) -> None:
    """The command names the loopback address, and no option takes another."""
    command = ui_command(tmp_path, 5000)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert not [word for word in command if "0.0.0.0" in word]
    assert UI_ENVIRONMENT["MLFLOW_DISABLE_TELEMETRY"] == "true"
