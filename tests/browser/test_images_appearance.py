"""A workbench of images alone, in both themes and two widths: readable, and nothing cut off. Leaves the pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.appearance import faults_of
from tests.browser.digits import CELLS
from tests.browser.image_panel import made
from tests.browser.lab import KERNEL_SECONDS, Notebook


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells(CELLS)
    opened.execute("workbench.select(workbench.evaluation.splits['test'], label='test')")
    made(opened.open_panel("Images"))
    return opened


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [
        *((name, width, dark) for name in ("Images", "Rows") for width in (1_000, 1_600) for dark in (False, True)),
        *((name, 1_000, False) for name in ("Overview", "Performance", "Slices")),
    ],
)
def test_every_panel_of_images_alone(notebook: Notebook, name: str, width: int, dark: bool, screenshots: Path) -> None:
    notebook.set_theme(dark)
    notebook.fit_workbench(width)
    workbench = notebook.open_panel(name)
    expect(workbench.get_by_role("progressbar")).to_have_count(0, timeout=KERNEL_SECONDS * 1_000)
    if name == "Images":
        made(workbench)
        card = workbench.get_by_role("article").filter(has_text="MLD109")
        expect(card).to_contain_text("The top left corner takes", timeout=KERNEL_SECONDS * 1_000)
    notebook.page.wait_for_timeout(300)
    theme = "dark" if dark else "light"
    workbench.screenshot(path=screenshots / f"digits_{name.lower()}_{width}_{theme}.png")
    assert faults_of(workbench) == []
