"""Where did the model look? Images alone in the workbench: maps, layers, classes, and thumbnails as rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.image_panel import made
from tests.browser.lab import PANEL_SECONDS, Notebook

SETUP = """
import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld

torch.set_num_threads(1)
rng = np.random.default_rng(5)
n = 60
images = np.clip(rng.normal(0.3, 0.06, (n, 3, 48, 48)), 0, 1).astype(np.float32)
kind = np.arange(n) % 3
for image, colour in zip(images, kind):
    top, left = rng.integers(0, 32, 2)
    image[colour, top : top + 16, left : left + 16] = 0.95
truth = np.where(np.arange(n) % 7 == 6, (kind + 1) % 3, kind)


class Colours(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(),
        )
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


torch.manual_seed(0)
model = Colours()
x, y = torch.from_numpy(images), torch.from_numpy(kind)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(60):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
"""

SHOW = """
workbench = mld.show(model, (x, truth), class_names=["red", "green", "blue"])
images_panel = lambda: workbench.widget.views["gradcam"]
workbench
"""

MAP_BYTES = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, at) => (at % 4 === 3 ? sum + value : sum), 0);
}"""


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells((SETUP, SHOW))
    opened.fit_workbench(1_000)
    return opened


@pytest.fixture
def images(notebook: Notebook) -> Locator:
    """The panel with all maps of its page made and checked."""
    workbench = notebook.open_panel("Images")
    made(workbench)
    return workbench


def shown_rows(workbench: Locator) -> list[int]:
    tiles = workbench.locator("button.tile").all()
    return [int(tile.get_attribute("data-row") or -1) for tile in tiles]


def first_map(workbench: Locator) -> int:
    """How much of the first map is opaque: changes with the map, not with the slider."""
    opaque: int = workbench.locator("button.tile canvas.map").first.evaluate(MAP_BYTES)
    return opaque


def test_the_highest_losses_come_first_with_maps(notebook: Notebook, images: Locator) -> None:
    expected = notebook.python("np.argsort(-workbench.evaluation.loss, kind='stable')[:12].tolist()")
    assert shown_rows(images) == expected
    assert first_map(images) > 0
    expect(images.get_by_text("1 to 12 of 60 images, highest loss first")).to_be_visible()
    expect(images.get_by_role("region", name="How far to trust it")).to_contain_text(
        "Deletion", timeout=PANEL_SECONDS * 1_000
    )


def test_the_opacity_slider_changes_the_picture_at_once(notebook: Notebook, images: Locator) -> None:
    slider = images.get_by_role("slider", name="Opacity of the map")
    over = images.locator("button.tile canvas.map").first
    slider.fill("10")
    expect(over).to_have_css("opacity", "0.1")
    slider.press("ArrowRight")
    expect(over).to_have_css("opacity", "0.11")
    notebook.wait_for_python("round(images_panel().opacity, 2)", 0.11)


def test_another_layer_is_one_click_away(images: Locator) -> None:
    layers = images.get_by_role("group", name="Layer").get_by_role("radio")
    expect(layers).not_to_have_count(0)
    assert layers.count() >= 2
    before = first_map(images)
    layers.nth(1).check()
    expect(images.get_by_text("Chosen by hand.")).to_be_visible(timeout=PANEL_SECONDS * 1_000)
    made(images)
    assert first_map(images) != before
    images.get_by_role("button", name="Find the layer again").click()
    expect(images.get_by_text("Chosen by hand.")).to_have_count(0, timeout=PANEL_SECONDS * 1_000)


def test_another_class_and_two_side_by_side(notebook: Notebook, images: Locator) -> None:
    images.get_by_role("radiogroup", name="Class", exact=True).get_by_role("radio", name="true").click()
    expect(images.get_by_text("for the true class.")).to_be_visible(timeout=PANEL_SECONDS * 1_000)
    made(images)
    target, truth = (notebook.python(f"images_panel().result.{name}.tolist()") for name in ("target", "truth"))
    assert target == truth
    images.get_by_role("radiogroup", name="Side by side").get_by_role("radio", name="classes").click()
    expect(images.locator("button.tile canvas.map")).to_have_count(24, timeout=PANEL_SECONDS * 1_000)
    images.get_by_role("radiogroup", name="Side by side").get_by_role("radio", name="off").click()
    images.get_by_role("radiogroup", name="Class", exact=True).get_by_role("radio", name="predicted").click()
    expect(images.get_by_text("for the predicted class.")).to_be_visible(timeout=PANEL_SECONDS * 1_000)


def test_an_image_opens_with_its_numbers_and_is_saved(notebook: Notebook, images: Locator, tmp_path: Path) -> None:
    first = shown_rows(images)[0]
    images.locator("button.tile").first.press("Enter")
    expect(images.get_by_role("heading", name=f"Row {first}", exact=True)).to_be_focused()
    notebook.wait_for_python("workbench.widget.row", first)
    rows = notebook.python("images_panel().result.raw.shape[1]")
    expect(images.get_by_role("region", name="The map's numbers").locator("tr")).to_have_count(rows)
    with notebook.page.expect_download() as download:
        images.get_by_role("button", name="Save as PNG").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == f"image-row-{first}.png"
    assert saved.read_bytes().startswith(b"\x89PNG")
    notebook.page.keyboard.press("Escape")
    expect(images.locator("button.tile")).to_have_count(12)
    expect(images.locator("button.tile").first).to_be_focused()


def test_rows_are_pictures_and_what_is_selected_there_is_shown_here(notebook: Notebook) -> None:
    workbench = notebook.open_panel("Rows")
    tiles = workbench.locator("button.tile:visible")
    expect(tiles).to_have_count(48)
    expect(tiles.locator("canvas")).to_have_count(48)
    chosen = [int(tiles.nth(at).get_attribute("data-row") or -1) for at in (1, 4)]
    tiles.nth(1).click()
    tiles.nth(4).click(modifiers=["Control"])
    notebook.wait_for_python("sorted(workbench.selection.rows.tolist())", sorted(chosen))
    notebook.open_panel("Images")
    expect(workbench.get_by_text("2 images, highest loss first")).to_be_visible(timeout=PANEL_SECONDS * 1_000)
    notebook.execute("workbench.select(None)")
    expect(workbench.get_by_text("1 to 12 of 60 images")).to_be_visible(timeout=PANEL_SECONDS * 1_000)


def test_cancel_leaves_the_pictures(notebook: Notebook, images: Locator) -> None:
    images.get_by_role("combobox", name="Method", exact=True).select_option(label="Occlusion")
    cancel = images.get_by_role("button", name="Cancel").first
    cancel.click(timeout=PANEL_SECONDS * 1_000)
    expect(images.get_by_text("These maps were not finished.")).to_be_visible(timeout=PANEL_SECONDS * 1_000)
    assert notebook.python("1 + 1") == 2
    images.get_by_role("combobox", name="Method", exact=True).select_option(label="Grad-CAM")
    made(images)
    assert notebook.errors == []
    assert notebook.foreign_requests == []


def test_the_model_of_images_alone_has_no_values_to_change(notebook: Notebook) -> None:
    workbench = notebook.open_panel("What-if")
    expect(workbench.get_by_text("The model reads images or sequences, not the table's columns.")).to_be_visible()
