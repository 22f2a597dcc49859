"""A real browser without a window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-sync", "--disable-background-networking", "--disable-component-update", "--window-size=1600,1000"),
)


@contextmanager
def opened(profile: Path) -> Iterator[webdriver.Chrome]:
    """Open Chromium with a profile of its own, everything that a page says or asks for logged; close it in the end."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium, "this test looks at a page in Chromium: apt-get install chromium chromium-driver"
    assert driver, "this test steers Chromium: apt-get install chromium-driver"
    options = Options()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (*QUIET, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()
