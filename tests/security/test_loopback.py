"""What leaves this machine is said so, in one line on stderr; what does not is not talked about."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from doe.addresses import is_here, of_ray, of_tracker
from tests.conftest import Said

TRAINER = str(Path(__file__).parent.parent / "plain_trainer.py")
TOKEN, TLS = {"RAY_AUTH_MODE": "token"}, {"RAY_USE_TLS": "1"}
ELSEWHERE = {"RAY_ADDRESS": "10.0.0.5:6379"}

RAYS: list[tuple[str | None, Mapping[str, str], str]] = [
    (None, {}, ""),
    (None, TOKEN, ""),
    (None, {"RAY_ADDRESS": "local"}, ""),
    (None, ELSEWHERE, "RAY_ADDRESS=10.0.0.5:6379 is not heeded: doe starts a Ray of its own; --address auto joins"),
    ("local", {}, ""),
    ("127.0.0.1:6379", {}, ""),
    ("[::1]:6379", {}, ""),
    ("ray://localhost:10001", {}, ""),
    ("ray://127.3.2.1:10001", ELSEWHERE, ""),
    ("10.0.0.5:6379", {}, "whoever reaches its port runs programs as you, and nothing is encrypted"),
    ("10.0.0.5:6379", TOKEN, "it wants a token, but nothing is encrypted without RAY_USE_TLS=1"),
    ("10.0.0.5:6379", TOKEN | TLS, ""),
    ("10.0.0.5:6379", {"RAY_USE_TLS": "0"}, "nothing is encrypted"),
    ("[fd00::5]:6379", {}, "Ray at [fd00::5]:6379 can be reached from other machines"),
    ("head", {}, "Ray at head can be"),
    ("ray://head:10001", {}, "Ray at ray://head:10001 can be"),
    ("localhost.evil.example:6379", {}, "whoever reaches its port"),
    ("0.0.0.0:6379", {}, "whoever reaches its port"),
    (
        "auto",
        {},
        "Ray at auto may be reached from other machines: whoever reaches its port runs programs as you unless",
    ),
    ("auto", ELSEWHERE, "Ray at 10.0.0.5:6379 can be reached"),
    ("auto", {"RAY_ADDRESS": "127.0.0.1:6379"}, ""),
    ("auto", TOKEN, "it wants a token"),
]


@pytest.mark.parametrize(("address", "variables", "said"), RAYS)
def test_what_is_said_of_a_ray(address: str | None, variables: Mapping[str, str], said: str) -> None:
    """Nothing of one on this machine's loopback, nor where both sides show certificates."""
    told = of_ray(address, variables) or ""
    assert bool(told) == bool(said)
    assert said in told
    assert "\n" not in told


TRACKERS: list[tuple[str | None, Mapping[str, str], str]] = [
    (None, {}, ""),
    ("none", {}, ""),
    ("mlruns/mlflow.db", {}, ""),
    ("sqlite:////srv/mlflow.db", {}, ""),
    ("https://mlflow.example.org", {}, ""),
    ("http://127.0.0.1:5000", {}, ""),
    ("http://localhost:5000/", {}, ""),
    ("http://[::1]:5000", {}, ""),
    ("http://mlflow.example.org", {}, "http://mlflow.example.org is not encrypted: what is copied there, and any"),
    ("HTTP://10.0.0.5:5000", {}, "https mends that"),
    ("http://me:hush@10.0.0.5:5000", {}, "http://***@10.0.0.5:5000 is not encrypted"),
    ("http://127.0.0.1@10.0.0.5/", {}, "is not encrypted"),
    ("http://[broken", {}, ""),
    ("postgresql://me:hush@db/mlflow", {}, "postgresql://***@db/mlflow is not sure to be encrypted"),
    ("postgresql+psycopg2://db/mlflow?sslmode=prefer", {}, "sslmode=verify-full mends that"),
    ("postgresql+psycopg2://db/mlflow?sslmode=require", {}, ""),
    ("postgresql://db/mlflow", {"PGSSLMODE": "verify-full"}, ""),
    ("postgresql://db/mlflow?sslmode=disable", {"PGSSLMODE": "verify-full"}, "is not sure to be encrypted"),
    ("postgresql://me@127.0.0.1:5432/mlflow", {}, ""),
    ("postgresql:///mlflow?host=/var/run/postgresql", {}, ""),
    ("postgresql:///mlflow?host=localhost,db", {}, "is not sure to be encrypted"),
    ("postgresql://[::1]:5432,localhost:5433/mlflow", {}, ""),
    ("postgresql://[::1]:5432,db:5433/mlflow", {}, "is not sure to be encrypted"),
    ("mysql+pymysql://me:hush@db/mlflow", {}, "its own TLS mends that"),
    ("mysql+pymysql://db/mlflow?ssl_ca=/etc/ca.pem", {}, ""),
    ("mysql://db/mlflow?ssl_disabled=true", {}, "its own TLS mends that"),
]


@pytest.mark.parametrize(("uri", "variables", "said"), TRACKERS)
def test_what_is_said_of_a_tracker(uri: str | None, variables: Mapping[str, str], said: str) -> None:
    """Nothing of files, of this machine, and of what insists on encryption; never with the password."""
    told = of_tracker(uri, variables) or ""
    assert bool(told) == bool(said)
    assert said in told
    assert "hush" not in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.8.9.1", "[::1]", "::ffff:127.0.0.1"]
)
def test_the_loopback_has_many_names(host: str) -> None:
    """All of 127.0.0.0/8, and names that RFC 6761 reserves."""
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "localhost.org", "127.0.0.1.org", "1270.0.0.1"]
)
def test_others_have_not(host: str) -> None:
    """Names that only look like it."""
    assert not is_here(host)


@pytest.fixture
def refusing() -> Iterator[str]:
    """An address of this machine's, other than its loopback, at which nothing listens; connecting ends at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("198.51.100.1", 9))  # nothing is sent; a route is looked up
            host = asking.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no address but the loopback")
    with socket.socket() as taken:  # bound, but it does not listen
        taken.bind((host, 0))
        yield f"{host}:{taken.getsockname()[1]}"


def test_it_is_said_once_and_never_on_stdout(refusing: str, doe: Said) -> None:
    """With ``--json`` standard output is JSON, the line stands on stderr, and the exit code is as ever."""
    words = ["full_factorial", "--trainer", TRAINER, "--factor", "a=x,y,z", "--executor", "serial", "--json"]
    code, out, err = doe("run", *words, "--tracking-uri", f"http://me:hush@{refusing}")
    assert code == 0, err
    assert json.loads(out)["status"] == "complete"
    assert err.count(f"http://***@{refusing} is not encrypted") == 1
    assert "hush" not in err
    code, out, err = doe("run", *words, "--fresh", "--tracking-uri", "none")
    assert (code, "encrypted" in out + err) == (0, False)


def test_a_ray_elsewhere_is_said_before_it_is_joined(refusing: str, tmp_path: Path) -> None:
    """Where it does not answer, the line comes first, then the error; in a process that has no Ray yet."""
    words = ["full_factorial", "--trainer", TRAINER, "--factor", "a=x,y,z", "--tracking-uri", "none", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "doe", "run", *words, "--executor", "ray", "--address", refusing],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 2
    said, error = done.stderr.strip().splitlines()
    assert said.startswith(f"Ray at {refusing} can be reached from other machines")
    assert f"no Ray cluster at '{refusing}'" in error


def test_an_export_says_it_too(refusing: str, doe: Said) -> None:
    """Both of MLflow and of Optuna's storages."""
    words = ["full_factorial", "--trainer", TRAINER, "--factor", "a=x,y,z", "--executor", "serial"]
    assert doe("run", *words, "--tracking-uri", "none")[0] == 0
    code, out, err = doe("export", "mlflow", "full_factorial", "--tracking-uri", f"http://{refusing}")
    assert code == 2
    assert "is not encrypted" in err.splitlines()[0]
    assert "encrypted" not in out
    code, _, err = doe("export", "optuna", "full_factorial", "--to", f"postgresql://{refusing}/db")
    assert code == 2
    assert "is not sure to be encrypted" in err.splitlines()[0]
