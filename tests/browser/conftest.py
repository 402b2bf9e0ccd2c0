"""One JupyterLab server and one Chromium for all browser tests; notebooks are opened in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.lab import LabServer, Notebook, open_notebook, running_lab

#: The width at which everything must be readable.
WINDOW = {"width": 1400, "height": 1000}

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    with running_lab(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile for each test module."""
    profile = browser.new_context(viewport=WINDOW, accept_downloads=True)
    yield profile
    profile.close()


@pytest.fixture(scope="module")
def open_cells(
    request: pytest.FixtureRequest, lab: LabServer, context: BrowserContext
) -> Iterator[Callable[[Sequence[str]], Notebook]]:
    """``open_cells(cells)`` opens a notebook in a page of its own and runs it; kernels end with the module."""
    number = count(1)
    pages: list[tuple[Page, Notebook]] = []

    def opened(cells: Sequence[str]) -> Notebook:
        page = context.new_page()
        notebook = open_notebook(page, lab, f"notebooks/{Path(request.fspath).stem}_{next(number)}.ipynb", cells)
        pages.append((page, notebook))
        notebook.run_all()
        return notebook

    yield opened
    for page, notebook in pages:
        if not page.is_closed():
            notebook.in_panel("await panel?.sessionContext.shutdown();")
            page.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the screen go; not under version control."""
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
