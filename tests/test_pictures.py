"""What trainers draw of confirmed settings, from the worker to every kind of report."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.loading import load_trainer
from tests.conftest import Said

TRAINER = str(Path(__file__).with_name("drawing_trainer.py"))
QUIET = ["--executor", "local", "--tracking-uri", "none", "--json"]


@pytest.fixture
def confirmed(doe: Said) -> Path:
    """The folder of a study whose predicted and baseline settings are confirmed, two trainings each."""
    factors = ["--factor", "a=1.0,2.0", "--factor", "b=1.0,2.0"]
    assert doe("run", "full_factorial", "--trainer", TRAINER, *factors, "--set", "epochs=1", *QUIET)[0] == 0
    assert doe("confirm", "full_factorial", "--replicates", "2", *QUIET)[0] == 0
    return next(Path("mlruns/studies").iterdir())


def test_it_is_no_hyperparameter() -> None:
    """A folder is not told by the user."""
    trainer = load_trainer(TRAINER)
    assert (trainer.draws, trainer.goes_on) == (True, False)
    assert set(trainer.hyperparameters) == {"epochs", "a", "b", "read_test"}


def test_each_confirmed_setting_is_drawn_once(confirmed: Path) -> None:
    """No run of the design, and of two trainings of a setting the first."""
    assert sorted(folder.name for folder in (confirmed / "pictures").iterdir()) == ["5", "6"]


def test_the_page_holds_what_is_a_picture_or_a_table(confirmed: Path) -> None:
    """Text in a table is text, a link is not followed, and what is not shown is named with the reason."""
    page = (confirmed / "report.html").read_text()
    assert page.count('<img src="data:image/png;base64,') == page.count('<img src="data:image/gif;base64,') == 2
    assert "Floor map: predicted" in page
    assert "Clip: baseline" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "broken.png is not shown: cannot identify image file" in page
    assert "notes.html is not shown: wanted .png, .gif or .csv" in page
    assert "lsewhere" not in page


@pytest.mark.parametrize(
    ("suffix", "beside"),
    [
        ("pdf", []),
        ("docx", []),
        ("md", ["baseline-clip.gif", "baseline-floor-map.png", "predicted-clip.gif", "predicted-floor-map.png"]),
        ("tex", ["baseline-clip.png", "baseline-floor-map.png", "predicted-clip.png", "predicted-floor-map.png"]),
    ],
)
def test_other_reports_hold_them_or_lay_them_beside(doe: Said, confirmed: Path, suffix: str, beside: list[str]) -> None:
    """Under the name of the setting; where nothing can move, the first frame."""
    assert confirmed.exists()
    code, _, error = doe("report", "full_factorial", "--to", f"report.{suffix}")
    assert code == 0, error
    assert Path(f"report.{suffix}").stat().st_size > 1000
    files = {file.name for file in Path("report-figures").glob("*")} if beside else set()
    assert files.issuperset(beside)
    if suffix in {"md", "tex"}:
        assert all(name in Path(f"report.{suffix}").read_text() for name in beside)
