"""The quickstart as a newcomer meets it: run in JupyterLab, looked at, and its exported page opened from disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.appearance import faults_of
from tests.browser.lab import LabServer, Notebook
from tests.browser.offline import opened_offline

ROOT = Path(__file__).parents[2]
PANELS = ("Overview", "Performance", "Slices", "Rows", "What-if", "Attributions")
#: What a panel shows once it has followed the selection.
FOLLOWED = {"Attributions": "late in the evening against the rest"}
WIDTH = 1_000
LARGEST_PAGE = 3_000_000


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    written = nbformat.read(ROOT / "notebooks" / "quickstart.ipynb", as_version=4)
    opened = open_cells([cell.source for cell in written.cells if cell.cell_type == "code"])
    opened.fit_workbench(WIDTH)
    return opened


def test_it_runs_and_writes_its_reports(notebook: Notebook, lab: LabServer) -> None:
    reports = {path.name: path.stat().st_size for path in (lab.root / "reports").iterdir()}
    assert reports.keys() == {"quickstart.html", "quickstart.ipynb"}
    assert reports["quickstart.html"] < LARGEST_PAGE
    assert notebook.errors == []
    assert notebook.foreign_requests == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PANELS)
def test_every_panel_can_be_shown_to_someone(notebook: Notebook, name: str, dark: bool, screenshots: Path) -> None:
    notebook.set_theme(dark)
    notebook.execute("workbench.select('target == \"late\" and departure >= 17', label='late in the evening')")
    notebook.execute("workbench.widget.row = int(workbench.selection.rows[0])")
    workbench = notebook.open_panel(name)
    expect(workbench.get_by_text(FOLLOWED.get(name, "late in the evening")).first).to_be_visible(timeout=60_000)
    expect(workbench.get_by_role("progressbar")).to_have_count(0, timeout=60_000)
    notebook.page.wait_for_timeout(500)
    workbench.screenshot(path=screenshots / f"flights_{name.lower()}_{'dark' if dark else 'light'}.png")
    assert faults_of(workbench) == []


def test_its_page_opens_from_disk_without_a_request(
    notebook: Notebook, lab: LabServer, browser: Browser, screenshots: Path, tmp_path: Path
) -> None:
    file = tmp_path / "quickstart.html"
    shutil.copy(lab.root / "reports" / "quickstart.html", file)
    with opened_offline(browser, file, {"width": 1_100, "height": 900}) as page:
        workbench = page.locator("[data-mld-workbench]")
        workbench.get_by_role("heading", name="Overview").wait_for()
        expect(workbench.get_by_text("summer evenings", exact=True)).to_be_visible()
        page.screenshot(path=screenshots / "flights_exported_page.png")
