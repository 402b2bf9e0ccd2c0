"""Where things are in the Slices panel."""

from __future__ import annotations

from playwright.sync_api import Locator


def slice_list(workbench: Locator) -> Locator:
    return workbench.get_by_role("region", name="Slices", exact=True)


def slices(workbench: Locator) -> Locator:
    return slice_list(workbench).locator("button.pick")


def builder(workbench: Locator) -> Locator:
    return workbench.get_by_role("region", name="Build a slice")


def query_field(workbench: Locator) -> Locator:
    return builder(workbench).get_by_role("combobox", name="Query")


def show(workbench: Locator, name: str) -> None:
    """Switch between list, tree and two features."""
    workbench.get_by_role("radio", name=name, exact=True).click()


def counted(workbench: Locator) -> Locator:
    """The line that says how many rows the query in hand finds."""
    return builder(workbench).locator(".measure")


def chip(workbench: Locator) -> Locator:
    return workbench.locator(".chip")
