"""A report as a person sees it who opens the file in a browser."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from doe.reporting import write_report
from tests.browser import opened
from tests.reports import accounts

if TYPE_CHECKING:
    from selenium import webdriver
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Yield a browser without a window, one for all these tests."""
    with opened(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the replicated L9."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(accounts.replicated(), path)
    return path


@pytest.fixture
def page(browser: webdriver.Chrome, report: Path) -> webdriver.Chrome:
    """The browser with the report open, as it is when it has just been opened."""
    browser.set_window_size(1200, 900)
    browser.get(report.as_uri())
    return browser


def _table(page: webdriver.Chrome, name: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, f'table[aria-label="{name}"]')


def _column(table: WebElement, place: int) -> list[str]:
    return [
        row.find_elements(By.TAG_NAME, "td")[place].text for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")
    ]


def test_it_asks_for_nothing_and_complains_of_nothing(page: webdriver.Chrome, report: Path) -> None:
    """One request, for the file itself; not a word in the console; and it is no wider than its window."""
    page.get_log("browser"), page.get_log("performance")
    page.get(report.as_uri())
    messages = [json.loads(line["message"])["message"] for line in page.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]  # those it holds itself
    assert page.get_log("browser") == []
    for width in (1200, 500):
        page.set_window_size(width, 900)
        assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        _shoot(page, f"report-{width}", report.parent)


def test_tables_sort_by_mouse_and_by_keyboard(page: webdriver.Chrome) -> None:
    """Up, then down; by the value and not by its letters; what is empty stays below; said to who cannot see it."""
    runs = _table(page, "Runs")
    names = [head.text.split()[0] for head in runs.find_elements(By.TAG_NAME, "th")]
    place = names.index("accuracy")
    values = _column(runs, place)
    head = runs.find_elements(By.TAG_NAME, "th")[place]
    button = head.find_element(By.TAG_NAME, "button")
    button.click()
    assert _column(runs, place) == sorted(values, key=float)
    assert head.get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.ENTER)
    assert _column(runs, place) == sorted(values, key=float, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    anova = _table(page, "Analysis of variance of accuracy")
    names = [head.text.split()[0] for head in anova.find_elements(By.TAG_NAME, "th")]
    button = anova.find_elements(By.TAG_NAME, "th")[names.index("F")].find_element(By.TAG_NAME, "button")
    for _ in range(2):
        button.click()
        cells = _column(anova, names.index("F"))
        filled = [cell for cell in cells if cell]
        assert cells == [*filled, *[""] * (len(cells) - len(filled))]
    assert filled == sorted(filled, key=float, reverse=True)


def test_marks_tell_their_values(page: webdriver.Chrome) -> None:
    """Pointing at a mean shows its level and its value."""
    spots = page.find_elements(By.CSS_SELECTOR, "figure .spots circle")
    spot = next(each for each in spots if (each.get_attribute("data-tip") or "").startswith("epochs 50 · accuracy"))
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", spot)
    ActionChains(page).move_to_element(spot).perform()
    tip = page.find_element(By.CSS_SELECTOR, ".tip")
    assert tip.is_displayed()
    assert tip.text.startswith("epochs 50 · accuracy 0.92")
    ActionChains(page).move_to_element(page.find_element(By.TAG_NAME, "h1")).perform()
    assert not tip.is_displayed()


def test_a_figure_opens_zooms_moves_and_closes(page: webdriver.Chrome, report: Path) -> None:
    """By keyboard and by wheel; shown whole again with 0; back in its place in the page after Escape."""
    button = page.find_element(By.CSS_SELECTOR, "figure button")
    assert (button.get_attribute("aria-label") or "").startswith("enlarge main effects")
    page.execute_script("arguments[0].focus()", button)
    button.send_keys(Keys.ENTER)
    dialog = page.find_element(By.TAG_NAME, "dialog")
    svg = dialog.find_element(By.CSS_SELECTOR, ".stage svg")
    whole = svg.get_dom_attribute("viewBox") or ""
    assert svg.size["height"] > 500
    _shoot(page, "report-figure", report.parent)
    ActionChains(page).scroll_from_origin(_middle(svg), 0, -300).perform()
    wheeled = _box(svg)
    assert wheeled[2] < float(whole.split()[2])
    ActionChains(page).send_keys("+").perform()
    assert _box(svg)[2] < wheeled[2]
    before = _box(svg)
    ActionChains(page).send_keys(Keys.ARROW_RIGHT).perform()
    assert _box(svg)[0] > before[0]
    ActionChains(page).click_and_hold(svg).move_by_offset(40, 0).release().perform()
    assert _box(svg)[0] < before[0] + before[2] / 10
    _shoot(page, "report-zoomed", report.parent)
    ActionChains(page).send_keys("0").perform()
    assert _box(svg) == _numbers(whole)
    ActionChains(page).send_keys(Keys.ESCAPE).perform()
    assert not dialog.is_displayed()
    assert page.find_elements(By.CSS_SELECTOR, "figure .drawing > svg")[0].is_displayed()
    assert page.get_log("browser") == []


def test_what_would_break_a_page_is_shown_as_it_is(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """No script of theirs runs, be it named in a factor, a level, a reason or a command; and none could."""
    path = tmp_path / "broken.html"
    account = accounts.broken()
    write_report(replace(account, name="</title></script><script>document.title = 'taken'</script>"), path)
    browser.get(path.as_uri())
    assert "taken" in browser.title
    assert browser.title != "taken"
    assert accounts.EVIL in browser.find_element(By.TAG_NAME, "body").text
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 1
    hurt = "const s = document.createElement('script'); s.textContent = 'window.hurt = 1'; document.body.append(s);"
    browser.execute_script(hurt)
    assert browser.execute_script("return window.hurt") is None


def _middle(element: WebElement) -> object:
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    return ScrollOrigin.from_element(element)


def _box(svg: WebElement) -> list[float]:
    return _numbers(svg.get_dom_attribute("viewBox") or "")


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split()]


def _shoot(page: webdriver.Chrome, name: str, folder: Path) -> None:
    """Keep what is seen, where DOE_SCREENSHOTS says so."""
    page.save_screenshot(str(Path(os.environ.get("DOE_SCREENSHOTS", folder)) / f"{name}.png"))
