"""A kernel that goes takes the workbench's Python side with it: the screen must say so, and soon."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Notebook
from tests.browser.planted import CELLS

MOST_SECONDS = 5


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    return open_cells((*CELLS, "import os, signal"))


def banner(notebook: Notebook) -> Locator:
    return notebook.workbench.get_by_text("Kernel gone: values shown are from the last run. Run the cell again.")


def test_a_restarted_kernel_is_announced_and_the_cell_recovers(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Overview")
    value = workbench.locator(".tile .figure").first.inner_text()
    expect(banner(notebook)).to_have_count(0)

    notebook.restart_kernel()
    expect(banner(notebook)).to_be_visible(timeout=MOST_SECONDS * 1000)
    assert workbench.locator(".tile .figure").first.inner_text() == value, "what was computed stays readable"
    expect(workbench.get_by_role("button", name="Export")).to_be_disabled()

    notebook.run_all()
    expect(workbench.locator(".tile .figure").first).to_have_text(value)
    expect(banner(notebook)).to_have_count(0)
    assert notebook.errors == []


def test_a_kernel_that_dies_is_announced(notebook: Notebook) -> None:
    notebook.open_panel("Overview")
    notebook.in_panel(
        "panel.sessionContext.session.kernel.requestExecute({ code: argument });",
        "os.kill(os.getpid(), signal.SIGKILL)",
    )
    expect(banner(notebook)).to_be_visible(timeout=MOST_SECONDS * 1000)
