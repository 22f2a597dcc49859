"""What a person sees who opens MLflow's user interface on an output folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By

from doe.journal import Journal
from doe.trackers import Mlflow, export, local, ui_page
from tests.browser import opened
from tests.trackers.conftest import Server
from tests.trackers.journals import complete, everything

if TYPE_CHECKING:
    from selenium import webdriver

pytestmark = [
    pytest.mark.slow,
]

PATIENCE = 60.0
"""Seconds; the server and the browser take twenty on a busy machine."""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """Yield a browser without a window."""
    with opened(tmp_path / "browser") as chromium:
        yield chromium


def test_runs_are_seen(journal: Journal, server: Server, browser: webdriver.Chrome, tmp_path: Path) -> None:
    """The list of runs shows names and metrics, a run's page its params, tags and metrics, the study's its files."""
    import mlflow

    server.start()
    everything(journal)
    for run in range(4, 10):
        complete(journal, run)
    uri, artifacts = local(tmp_path / "mlruns")
    journal.close()
    export(journal.path, Mlflow(uri, artifacts), [journal.path])
    runs = {run.info.run_name: run.info.run_id for run in mlflow.MlflowClient(uri).search_runs(["1"])}
    listed = ["run 9 · replicate 1", "run 2 · replicate 1", "val_accuracy", "0.53", "learning_rate", "0.004", "sgd"]
    pages = {
        "studies": (_path(ui_page(tmp_path / "mlruns", 0)), ["wheels"]),
        "runs": (_path(ui_page(tmp_path / "mlruns", 0, "wheels")), listed),
        "trial": (f"/#/experiments/1/runs/{runs['run 9 · replicate 1']}", ["learning_rate", "0.53", "val_accuracy"]),
        "study": (f"/#/experiments/1/runs/{runs['wheels']}", ["factor.optimizer", "adam, sgd", "Which wheel turns?"]),
        "files": (f"/#/experiments/1/runs/{runs['wheels']}/artifacts", ["journal.jsonl"]),
        "charts": (f"/#/experiments/1/runs/{runs['run 9 · replicate 1']}/model-metrics", ["train_loss"]),
    }
    for name, (path, expected) in pages.items():
        browser.get(server.address + path)
        _wait_for_words(browser, expected)
        shots = Path(os.environ.get("DOE_SCREENSHOTS", tmp_path))
        time.sleep(2)  # for what moves to come to rest before it is photographed
        browser.save_screenshot(str(shots / f"mlflow-{name}.png"))


def _wait_for_words(browser: webdriver.Chrome, words: list[str]) -> None:
    end = time.monotonic() + PATIENCE
    text = ""
    while not all(word in text for word in words):
        assert time.monotonic() < end, f"{words} are not all on the page: {text}"
        time.sleep(0.5)
        text = browser.find_element(By.TAG_NAME, "body").text


def _path(address: str) -> str:
    return address.removeprefix("http://127.0.0.1:0")
