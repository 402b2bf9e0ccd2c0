"""Everything important works without a mouse, and typing in the workbench never reaches the notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook
from tests.browser.planted import CELLS

#: The element that holds focus, looked for through shadow roots.
FOCUSED = """() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const label = element?.getAttribute("aria-label") ?? element?.labels?.[0]?.textContent ?? element?.textContent;
    return label?.trim() ?? "";
}"""
MOST_TABS = 40


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    return open_cells(CELLS)


def tab_to(notebook: Notebook, name: str) -> None:
    """Press Tab until the element with this name holds focus."""
    for _ in range(MOST_TABS):
        notebook.page.keyboard.press("Tab")
        if notebook.page.evaluate(FOCUSED).startswith(name):
            return
    raise AssertionError(f"{name} is not reached by {MOST_TABS} presses of Tab")


def test_from_the_panel_list_to_a_selected_row(notebook: Notebook) -> None:
    keyboard = notebook.page.keyboard
    workbench = notebook.open_panel("Overview")
    workbench.get_by_role("button", name="Export").focus()
    tab_to(notebook, "Overview")
    for _ in ("Performance", "Slices", "Rows"):
        keyboard.press("ArrowDown")
    assert notebook.page.evaluate(FOCUSED) == "Rows"
    keyboard.press("Enter")
    workbench.get_by_role("heading", name="Rows").wait_for()
    expect(workbench.locator("[data-row]").first).to_be_visible()

    tab_to(notebook, "Filter")
    keyboard.type("carrier == 'UA'")
    keyboard.press("Enter")
    expect(workbench.get_by_text("rows: where carrier == 'UA'")).to_be_visible()
    tab_to(notebook, "Rows")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    third = int(workbench.locator("[data-index='2']").get_attribute("data-row"))
    notebook.wait_for_python("workbench.selection.rows.tolist()", [third])
    assert notebook.python(f"workbench.evaluation.X['carrier'].iloc[{third}]") == "UA"


def test_a_confusion_cell_is_chosen_with_the_arrows(notebook: Notebook) -> None:
    keyboard = notebook.page.keyboard
    workbench = notebook.open_panel("Performance")
    workbench.get_by_label("Threshold, 0 to 1").focus()
    tab_to(notebook, "truth late, predicted late")
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    notebook.wait_for_python("workbench.widget.selection['kind']", "cell")
    notebook.wait_for_python("[workbench.widget.selection[k] for k in ('truth', 'predicted')]", [0, 1])


def test_typing_in_the_workbench_leaves_the_notebook_alone(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Rows")
    before = notebook.in_panel("return panel.content.model.cells.length;")
    field = workbench.get_by_role("textbox", name="Filter")
    field.fill("")
    notebook.page.keyboard.type("ddabx")
    expect(field).to_have_value("ddabx")
    workbench.get_by_role("grid", name="Rows").focus()
    notebook.page.keyboard.type("ddab")
    assert notebook.in_panel("return panel.content.model.cells.length;") == before
