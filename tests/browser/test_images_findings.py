"""What the checks say about the maps, one click from its images; and one class of many, found by a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.image_panel import made
from tests.browser.lab import KERNEL_SECONDS, PANEL_SECONDS, Notebook

SETUP = """
import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld

torch.set_num_threads(1)
NAMES = [f"{colour} {thing}" for colour in ("red", "green", "blue", "grey") for thing in (
    "kettle", "lamp", "teapot", "bicycle", "harbour", "owl", "spoon", "violin", "window", "zebra")]

rng = np.random.default_rng(5)
images = rng.uniform(0, 0.6, (24, 3, 32, 32)).astype(np.float32)
images[::2, :, :6, :6] = 1  # every other image bears a mark in its corner
truth = np.where(np.arange(24) % 2 == 0, 0, 12)


class LooksForTheMark(nn.Module):
    \"\"\"Says "red kettle" where something is bright white, "green teapot" otherwise.\"\"\"

    def __init__(self):
        super().__init__()
        self.near = nn.Conv2d(3, 4, 3, padding=1)
        self.head = nn.Linear(4, len(NAMES))
        with torch.no_grad():
            self.near.weight.fill_(1 / 27)
            self.near.bias.fill_(-0.6)
            self.head.weight.zero_()
            self.head.bias.zero_()
            self.head.weight[0] = 300
            self.head.bias[12] = 8

    def forward(self, x):
        return self.head(torch.relu(self.near(x)).mean((2, 3)))
"""

SHOW = """
workbench = mld.show(LooksForTheMark(), (images, truth), class_names=NAMES)
images_panel = lambda: workbench.widget.views["gradcam"]
finding = lambda: next(entry for entry in workbench.widget.findings if entry.code == "MLD109")
workbench
"""

MARKED = list(range(0, 24, 2))


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells((SETUP, SHOW))
    opened.fit_workbench(1_000)
    return opened


@pytest.fixture
def images(notebook: Notebook) -> Locator:
    """The panel with all maps of its page made and checked, and nothing selected."""
    notebook.execute("workbench.select(None)")
    workbench = notebook.open_panel("Images")
    made(workbench)
    return workbench


def shown_rows(workbench: Locator) -> list[int]:
    return sorted(int(tile.get_attribute("data-row") or -1) for tile in workbench.locator("button.tile:visible").all())


def test_the_finding_stands_beside_the_maps_and_selects_its_images(notebook: Notebook, images: Locator) -> None:
    card = images.get_by_role("article").filter(has_text="MLD109")
    expect(card).to_contain_text("The top left corner takes", timeout=KERNEL_SECONDS * 1_000)
    expect(card).to_contain_text("This is a suspicion, not proof.")
    card.get_by_role("button", name="Select the 12 images").click()
    notebook.wait_for_python("sorted(workbench.selection.rows.tolist())", MARKED)
    expect(images.get_by_text("12 images, highest loss first")).to_be_visible(timeout=PANEL_SECONDS * 1_000)
    made(images)
    assert shown_rows(images) == MARKED


def test_overview_opens_the_images_that_it_names(notebook: Notebook, images: Locator) -> None:
    workbench = notebook.open_panel("Overview")
    entry = workbench.get_by_role("listitem").filter(has_text="The top left corner takes")
    entry.get_by_role("button", name="Open the 12 rows").click(timeout=KERNEL_SECONDS * 1_000)
    workbench.get_by_role("heading", name="Images", level=2).wait_for(timeout=PANEL_SECONDS * 1_000)
    notebook.wait_for_python("sorted(workbench.selection.rows.tolist())", MARKED)
    assert notebook.python("workbench.selection.label == finding().title")
    expect(workbench.get_by_text("12 images, highest loss first")).to_be_visible(timeout=PANEL_SECONDS * 1_000)
    made(workbench)
    assert shown_rows(workbench) == MARKED


def test_a_class_is_found_by_part_of_its_name(notebook: Notebook, images: Locator) -> None:
    images.get_by_role("radiogroup", name="Class", exact=True).get_by_role("radio", name="by name").click()
    field = images.get_by_role("combobox", name="Class by name")
    field.fill("TEAP")
    options = images.get_by_role("listbox", name="Class by name").get_by_role("option")
    expect(options).to_have_text(["red teapot", "green teapot", "blue teapot", "grey teapot"])
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("green teapot")
    notebook.wait_for_python("set(images_panel().result.target.tolist()) == {12}", True, seconds=PANEL_SECONDS)
    made(images)
    field.fill("nothing of the kind")
    expect(images.get_by_text("No class has this in its name")).to_be_visible()
    field.press("Escape")
    expect(field).to_have_value("green teapot")
    assert notebook.errors == []
    assert notebook.foreign_requests == []
