"""Every panel in both themes at 1,000 pixels: readable, nothing cut off, no empty chart. Leaves the pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.appearance import corners_of, faults_of
from tests.browser.lab import Notebook
from tests.browser.planted import CELLS

#: Charts that each panel must draw.
PANELS = {"Overview": 0, "Performance": 2, "Slices": 0, "Rows": 0, "What-if": 1, "Attributions": 0}
WIDTH = 1_000


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells(CELLS)
    opened.execute("workbench.widget.row = 2_100; workbench.select('hour > 20', label='late in the evening')")
    opened.fit_workbench(WIDTH)
    return opened


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PANELS)
def test_panel(notebook: Notebook, name: str, dark: bool, screenshots: Path) -> None:
    notebook.set_theme(dark)
    workbench = notebook.open_panel(name)
    expect(workbench.get_by_role("progressbar")).to_have_count(0, timeout=20_000)
    expect(workbench.get_by_text("Searching", exact=True)).to_have_count(0)
    charts = workbench.locator(".bqplot.figure:visible")
    expect(charts).to_have_count(PANELS[name])
    assert all(corners_of(chart) > 2 for chart in charts.all())
    # The charts take over the theme a moment after the page.
    notebook.page.wait_for_timeout(300)
    workbench.screenshot(path=screenshots / f"{name.lower()}_{'dark' if dark else 'light'}.png")
    assert faults_of(workbench) == []


def test_a_narrow_workbench_has_a_select_in_place_of_the_panel_list(notebook: Notebook, screenshots: Path) -> None:
    notebook.set_theme(False)
    notebook.open_panel("Overview")
    notebook.fit_workbench(700)
    choice = notebook.workbench.get_by_role("combobox", name="Panel")
    expect(choice).to_be_visible()
    choice.select_option(label="Rows")
    expect(notebook.workbench.get_by_role("heading", name="Rows")).to_be_visible()
    notebook.workbench.screenshot(path=screenshots / "rows_narrow.png")
    assert faults_of(notebook.workbench) == []
