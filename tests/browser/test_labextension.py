"""The palette commands: export the focused workbench beside its notebook, and open it in a tab of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab import LabServer, Notebook
from tests.browser.planted import CELLS

COMMANDS = ("mldebug-widgets:export-html", "mldebug-widgets:export-ipynb", "mldebug-widgets:open-in-tab")


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells(CELLS)
    opened.open_panel("Overview")
    return opened


def enabled(page: Page) -> list[bool]:
    return page.evaluate("(names) => names.map((name) => jupyterapp.commands.isEnabled(name))", list(COMMANDS))


def run_from_palette(page: Page, label: str) -> None:
    page.get_by_role("menuitem", name="View").click()
    page.get_by_role("menuitem", name="Activate Command Palette").click()
    palette = page.locator(".jp-ModalCommandPalette")
    palette.locator("input").fill(label)
    palette.locator(".lm-CommandPalette-item", has_text=label).first.click()


def dialog(page: Page) -> Locator:
    return page.locator("dialog[open], .jp-Dialog").last


def test_commands_wait_for_a_workbench(open_cells: Callable[[Sequence[str]], Notebook]) -> None:
    assert enabled(open_cells(["1 + 1"]).page) == [False] * len(COMMANDS)


def test_export_asks_for_a_name_and_before_it_overwrites(notebook: Notebook, lab: LabServer) -> None:
    page = notebook.page
    assert enabled(page) == [True] * len(COMMANDS)
    written = lab.root / "notebooks" / "palette.html"

    run_from_palette(page, "Export Workbench as HTML")
    expect(dialog(page).get_by_role("textbox")).to_have_value(f"{Path(notebook.path).stem}-report.html")
    dialog(page).get_by_role("textbox").fill("palette")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Exported notebooks/palette.html").first).to_be_visible(timeout=20_000)
    assert written.read_text().lower().startswith("<!doctype html>")

    written.write_text("keep me")
    run_from_palette(page, "Export Workbench as HTML")
    dialog(page).get_by_role("textbox").fill("palette.html")
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text("notebooks/palette.html exists already")
    dialog(page).get_by_role("button", name="Cancel").click()
    assert written.read_text() == "keep me"


def test_export_as_notebook_and_only_beside_the_notebook(notebook: Notebook, lab: LabServer) -> None:
    page = notebook.page
    run_from_palette(page, "Export Workbench as Notebook")
    dialog(page).get_by_role("textbox").fill("palette.ipynb")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Exported notebooks/palette.ipynb").first).to_be_visible(timeout=20_000)
    assert json.loads((lab.root / "notebooks" / "palette.ipynb").read_text())["nbformat"] == 4

    run_from_palette(page, "Export Workbench as Notebook")
    dialog(page).get_by_role("textbox").fill("../outside.ipynb")
    page.keyboard.press("Enter")
    assert not dialog(page).get_by_role("textbox").evaluate("(field) => field.checkValidity()")
    dialog(page).get_by_role("button", name="Cancel").click()
    assert not (lab.root / "outside.ipynb").exists()


def test_a_second_view_in_its_own_tab_follows_the_first(notebook: Notebook) -> None:
    page = notebook.page
    run_from_palette(page, "Open Workbench in Its Own Tab")
    views = page.locator("[data-mld-workbench]")
    expect(views).to_have_count(2)
    tab = page.locator(".lm-TabBar-tab", has_text="Sequential")
    expect(tab).to_be_visible()

    notebook.execute("workbench.select('hour > 22', label='at night')")
    expect(views.last.locator(".chip", has_text="at night")).to_be_visible()
    views.last.get_by_role("navigation", name="Panels").get_by_role("button", name="Rows").click()
    expect(views.last.get_by_role("heading", name="Rows")).to_be_visible()

    notebook.in_panel("jupyterapp.shell.activateById(panel.id);")
    expect(views.first.locator(".chip", has_text="at night")).to_be_visible()
    expect(views.first.get_by_role("heading", name="Rows")).to_be_visible()

    assert notebook.errors == []
    notebook.in_panel("panel.close();")
    page.get_by_role("button", name="Discard").or_(page.get_by_role("button", name="Don't Save")).click()
    expect(tab).to_have_count(0)
