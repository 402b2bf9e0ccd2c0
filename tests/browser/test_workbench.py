"""What a person does with the workbench, in a real JupyterLab: look, select, filter, move the threshold, export."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.lab import Notebook
from tests.browser.offline import opened_offline
from tests.browser.planted import CELLS

PANELS = ("Overview", "Performance", "Slices", "Rows", "What-if", "Attributions")

#: Test rows that the workbench calls "on time" although they were late.
MISSED = "(ev.y == 'late') & (ev.predicted == 'on time') & (np.arange(ev.n) >= 2_000)"


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells((*CELLS, "ev = workbench.evaluation"))
    opened.workbench.get_by_role("heading", name="Overview").wait_for()
    return opened


@pytest.fixture(autouse=True)
def nothing_goes_wrong(notebook: Notebook) -> None:
    """Every test starts with all rows in focus and ends without an error or a request to another host."""
    notebook.execute("workbench.select(None); workbench.widget.threshold = 0.5")
    yield
    assert notebook.errors == []
    assert notebook.foreign_requests == []


def rows_shown(workbench: Locator) -> Locator:
    return workbench.get_by_role("grid", name="Rows").locator("[data-row]")


def test_overview_shows_the_numbers_that_python_gives(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Overview")
    tile = workbench.locator(".tile", has_text="ROC AUC").first.locator(".figure")
    value = notebook.python("mld.performance(ev).metrics.loc['roc_auc', ('test', 'value')]")
    assert float(tile.inner_text()) == pytest.approx(value, abs=0.0051)
    expect(workbench.get_by_role("columnheader", name="logistic regression")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_opens_without_an_error(notebook: Notebook, name: str) -> None:
    workbench = notebook.open_panel(name)
    expect(workbench.get_by_role("alert").filter(has_text="MLD-")).to_have_count(0)
    states = notebook.python("{panel['label']: panel['state'] for panel in workbench.widget.panels}")
    assert states[name] == "ready"


def test_a_confusion_cell_selects_the_same_rows_everywhere(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Performance")
    cell = workbench.get_by_role("button", name=re.compile("^truth late, predicted on time"))
    count = int(re.search(r"([\d,]+) rows?", cell.get_attribute("aria-label"))[1].replace(",", ""))
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")

    notebook.wait_for_python("len(workbench.selection)", count)
    assert notebook.python(f"workbench.selection.rows.tolist() == np.flatnonzero({MISSED}).tolist()")
    expect(workbench.locator(".chip", has_text=f"{count} rows")).to_be_visible()

    notebook.open_panel("Rows")
    expect(workbench.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", str(count + 1))
    worst = notebook.python("int(workbench.selection.rows[ev.loss[workbench.selection.rows].argmax()])")
    expect(rows_shown(workbench).first).to_have_attribute("data-row", str(worst))


def test_a_selection_made_in_python_shows_on_the_screen_and_can_be_cleared_there(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Rows")
    notebook.execute("workbench.select('hour > 20 and carrier == \"B6\"', label='late evening')")
    count = notebook.python("int(((ev.X['hour'] > 20) & (ev.X['carrier'] == 'B6')).sum())")
    expect(workbench.locator(".chip", has_text=f"late evening · {count} rows")).to_be_visible()
    expect(workbench.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", str(count + 1))

    workbench.get_by_role("button", name="Clear the selection").click()
    notebook.wait_for_python("workbench.selection.is_everything", True)
    expect(workbench.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", "3001")


def test_rows_are_sorted_filtered_and_scrolled_by_the_kernel(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Rows")
    grid = workbench.get_by_role("grid", name="Rows")
    expect(grid).to_have_attribute("aria-rowcount", "3001")
    order = notebook.python("np.argsort(-ev.loss, kind='stable').tolist()")
    expect(rows_shown(workbench).first).to_have_attribute("data-row", str(order[0]))

    grid.evaluate("(element) => { element.scrollTop = element.scrollHeight; }")
    expect(rows_shown(workbench).last).to_have_attribute("data-row", str(order[-1]))

    workbench.get_by_role("columnheader", name="hour").click()
    expect(rows_shown(workbench).first).to_have_attribute(
        "data-row", str(notebook.python("int(ev.X['hour'].to_numpy().argmax())"))
    )
    query = workbench.get_by_label("Filter")
    query.fill("carrier == 'DL' and loss > 1")
    query.press("Enter")
    count = notebook.python("int(((ev.X['carrier'] == 'DL') & (ev.loss > 1)).sum())")
    expect(grid).to_have_attribute("aria-rowcount", str(count + 1))

    query.fill("carrier ==")
    query.press("Enter")
    expect(workbench.locator("#filter-error")).to_contain_text("MLD-")
    query.fill("")
    query.press("Enter")
    workbench.get_by_role("columnheader", name="log loss").click()
    expect(rows_shown(workbench).first).to_have_attribute("data-row", str(order[0]))


def test_a_clicked_row_is_the_selection_and_opens_in_what_if(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Rows")
    row = rows_shown(workbench).nth(3)
    position = int(row.get_attribute("data-row"))
    row.click()
    notebook.wait_for_python("workbench.selection.rows.tolist()", [position])
    workbench.get_by_role("button", name="Open in What-if").click()
    expect(workbench.get_by_role("heading", name="What-if")).to_be_visible()
    notebook.wait_for_python("[workbench.widget.panel, workbench.widget.row]", ["whatif", position])


def test_the_threshold_moves_matrix_and_metrics(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Performance")
    typed = workbench.get_by_label("Threshold, 0 to 1")
    typed.fill("0.7")
    typed.press("Enter")
    notebook.wait_for_python("workbench.widget.threshold", 0.7)
    confusion = notebook.python("mld.performance(ev, threshold=0.7).confusion.tolist()")
    shown = [cell.get_attribute("aria-label") for cell in workbench.locator("[data-cell]").all()]
    assert [int(re.search(r"([\d,]+) rows?", label)[1].replace(",", "")) for label in shown] == [
        count for row in confusion for count in row
    ]

    slider = workbench.get_by_role("slider", name="Threshold for on time")
    slider.focus()
    slider.press("ArrowRight")
    notebook.wait_for_python("round(workbench.widget.threshold, 3)", 0.701)


def test_the_exported_page_opens_with_the_network_off(notebook: Notebook, browser: Browser) -> None:
    workbench = notebook.open_panel("Overview")
    workbench.get_by_role("button", name="Export").click()
    with notebook.page.expect_download() as download:
        workbench.get_by_role("button", name="HTML page").click()
    workbench.get_by_role("button", name="Export", exact=True).click()

    copy = download.value.path().with_suffix(".html")
    download.value.save_as(copy)
    with opened_offline(browser, copy) as page:
        page.locator("[data-mld-workbench]").get_by_role("heading", name="Overview").wait_for()


def test_an_exported_notebook_is_one(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Overview")
    workbench.get_by_role("button", name="Export").click()
    with notebook.page.expect_download() as download:
        workbench.get_by_role("button", name="Notebook", exact=True).click()
    workbench.get_by_role("button", name="Export", exact=True).click()
    assert json.loads(download.value.path().read_text())["nbformat"] == 4
