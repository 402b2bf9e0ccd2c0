"""Images and their maps in an exported file: alive without a kernel, and named among what the file holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import mldebug_widgets as mld
from tests.report.conftest import OpenReport
from tests.widgets.image_evaluations import images_evaluation

OPAQUE = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    .reduce((sum, value, at) => (at % 4 === 3 ? sum + value : sum), 0)"""


@pytest.fixture
def report(tmp_path: Path, open_report: Callable[..., OpenReport]) -> OpenReport:
    workbench: Any = mld.show(images_evaluation())
    return open_report(workbench.export(tmp_path / "images.html"))


def opened(report: OpenReport, label: str) -> Any:
    workbench = report.page.locator("[data-mld-workbench]").first
    workbench.get_by_role("navigation", name="Panels").get_by_role("button", name=label).click()
    workbench.get_by_role("heading", name=label, exact=True).wait_for()
    return workbench


def test_maps_are_alive_offline(report: OpenReport) -> None:
    panel = opened(report, "Images")
    maps = panel.locator("button.tile canvas.map")
    expect(maps).to_have_count(12)
    assert maps.first.evaluate(OPAQUE) > 0
    panel.get_by_role("slider", name="Opacity of the map").fill("30")
    expect(maps.first).to_have_css("opacity", "0.3")
    panel.locator("button.tile").first.click()
    expect(panel.get_by_role("region", name="The map's numbers").locator("tr")).to_have_count(12)
    expect(panel.get_by_role("combobox")).to_have_count(0)
    with report.page.expect_download() as download:
        panel.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "image-row-14.png"
    report.assert_quiet()


def test_rows_are_pictures_offline(report: OpenReport) -> None:
    panel = opened(report, "Rows")
    expect(panel.locator("button.tile canvas")).to_have_count(40)
    report.assert_quiet()


def test_the_file_says_that_it_holds_pictures(report: OpenReport) -> None:
    text = "all 40 rows with their values. It holds pictures of 40 of them."
    expect(report.page.locator("#mld-workbench").get_by_text(text)).to_be_visible()
