"""What tests of the Images panel share."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.lab import KERNEL_SECONDS, PANEL_SECONDS


def made(workbench: Locator) -> None:
    """Wait until all maps of the page are made and checked."""
    expect(workbench.locator("button.tile canvas.map")).not_to_have_count(0, timeout=PANEL_SECONDS * 1_000)
    expect(workbench.get_by_role("progressbar")).to_have_count(0, timeout=KERNEL_SECONDS * 1_000)
    # Checks take many times as many passes as the maps.
    expect(workbench.get_by_text("being checked")).to_have_count(0, timeout=KERNEL_SECONDS * 1_000)
