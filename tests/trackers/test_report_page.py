"""A report among a study's files in MLflow's user interface."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from doe.journal import Journal
from doe.reporting import write_report
from doe.trackers import Mlflow, export, local
from tests.browser import opened
from tests.reports import accounts
from tests.trackers.conftest import Server
from tests.trackers.journals import everything

pytestmark = [pytest.mark.slow]

PATIENCE = 60.0
"""Seconds; the server and the browser take twenty on a busy machine."""


def test_a_report_opens_where_mlflow_shows_it(journal: Journal, server: Server, tmp_path: Path) -> None:
    """Within its frame, which may run scripts and nothing else: text, sorting and figures work."""
    import mlflow

    server.start()
    everything(journal)
    journal.close()
    write_report(accounts.founding(), tmp_path / "report.html")
    uri, artifacts = local(tmp_path / "mlruns")
    export(journal.path, Mlflow(uri, artifacts), [tmp_path / "report.html"])
    runs = {run.info.run_name: run.info.run_id for run in mlflow.MlflowClient(uri).search_runs(["1"])}
    with opened(tmp_path / "profile") as browser:
        browser.get(f"{server.address}/#/experiments/1/runs/{runs['wheels']}/artifacts/report.html")
        end = time.monotonic() + PATIENCE
        while not (frames := browser.find_elements(By.TAG_NAME, "iframe")) and time.monotonic() < end:
            time.sleep(0.5)
        browser.switch_to.frame(frames[0])
        assert browser.find_element(By.TAG_NAME, "h1").text == "l9-vgg16"
        head = browser.find_element(By.CSS_SELECTOR, "th")
        browser.execute_script("arguments[0].click()", head.find_element(By.TAG_NAME, "button"))
        assert head.get_attribute("aria-sort") == "ascending"
        browser.execute_script("document.querySelector('figure button').click()")
        assert browser.find_element(By.CSS_SELECTOR, "dialog svg").is_displayed()
