"""Where is it wrong: what a person does with the Slices panel in a real JupyterLab, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.appearance import faults_of
from tests.browser.lab import Notebook
from tests.browser.offline import opened_offline
from tests.browser.slices_panel import builder, chip, counted, query_field, show, slice_list, slices

#: A model that is wrong far more often for evening flights of one carrier, and a column that it never saw.
SETUP = """
import numpy as np
import pandas as pd

import mldebug_widgets as mld

rng = np.random.default_rng(0)
n = 6_000
table = pd.DataFrame({
    "hour": rng.integers(5, 24, n),
    "distance": rng.integers(100, 2_500, n),
    "temp": np.where(rng.random(n) < 0.1, np.nan, rng.normal(55, 15, n).round(1)),
    "carrier": rng.choice(["AA", "B6", "DL", "UA"], n),
})
weak = ((table["carrier"] == "B6") & (table["hour"] >= 19)).to_numpy()
late = table["distance"].to_numpy() > 1_200
table["late"] = np.where(late ^ (rng.random(n) < np.where(weak, 0.55, 0.06)), "late", "on time")
plane = pd.DataFrame({"plane": rng.choice(["old", "new"], n)})
splits = {"train": table[:2_000], "test": table[2_000:].reset_index(drop=True)}
metadata = {"train": plane[:2_000], "test": plane[2_000:].reset_index(drop=True)}
"""

SHOW = """
workbench = mld.show(
    lambda rows: np.where(rows["distance"] > 1_200, 0.1, 0.9), splits, target="late", metadata=metadata
)
workbench
"""

AFTER = "ev, panel = workbench.evaluation, lambda: workbench.widget.views['slices']"

#: The planted rows that are searched.
WEAK = "(ev.X['carrier'] == 'B6') & (ev.X['hour'] >= 19) & (np.arange(ev.n) >= 2_000)"


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells((SETUP, SHOW, AFTER))
    opened.workbench.get_by_role("heading", name="Overview").wait_for()
    return opened


@pytest.fixture
def workbench(notebook: Notebook) -> Locator:
    """The panel with its list drawn, all rows in focus and nothing saved."""
    notebook.execute("workbench.select(None); [workbench.remove_slice(name) for name in workbench.slices]")
    opened = notebook.open_panel("Slices")
    expect(slices(opened).first).to_be_visible(timeout=60_000)
    expect(builder(opened).get_by_role("combobox", name="Query")).to_be_visible(timeout=60_000)
    if query_field(opened).input_value() != "":
        builder(opened).get_by_role("button", name="Clear").click()
    return opened


@pytest.fixture(autouse=True)
def nothing_goes_wrong(notebook: Notebook) -> Iterator[None]:
    """Every test ends without an error in the page or a request to another host."""
    yield
    assert notebook.errors == []
    assert notebook.foreign_requests == []


def rows_of(notebook: Notebook, condition: str) -> list[int]:
    found: list[int] = notebook.python(f"np.flatnonzero({condition}).tolist()")
    return found


def test_the_planted_weakness_comes_first_and_is_confirmed(notebook: Notebook, workbench: Locator) -> None:
    row = slice_list(workbench).locator("tr.slice").first
    expect(row).to_contain_text("carrier = B6")
    expect(row).to_contain_text("hour >= 19")
    expect(row).to_contain_text("confirmed")
    size = len(rows_of(notebook, WEAK))
    expect(row).to_contain_text(f"{size:,}")


def test_a_clicked_slice_is_the_selection_in_every_panel(notebook: Notebook, workbench: Locator) -> None:
    first = slices(workbench).first
    first.click()
    notebook.wait_for_python("workbench.selection.rows.tolist()", rows_of(notebook, WEAK))
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(chip(workbench).first).to_contain_text("carrier = B6")
    notebook.open_panel("Rows")
    count = len(rows_of(notebook, WEAK))
    expect(workbench.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", str(count + 1))
    notebook.open_panel("Slices")
    slices(workbench).first.click()
    notebook.wait_for_python("workbench.selection.is_everything", True)


def test_a_finding_leads_to_its_slice(notebook: Notebook, workbench: Locator) -> None:
    notebook.open_panel("Overview")
    workbench.get_by_role("button", name="Open slice").click(timeout=60_000)
    expect(workbench.get_by_role("heading", name="Slices", level=2)).to_be_visible()
    notebook.wait_for_python("workbench.selection.rows.tolist()", rows_of(notebook, WEAK))
    expect(slices(workbench).first).to_have_attribute("aria-pressed", "true")


def test_a_slice_is_built_by_clicking_values_and_dragging_over_a_histogram(
    notebook: Notebook, workbench: Locator
) -> None:
    part = builder(workbench)
    part.get_by_role("button", name="Add a condition").click()
    part.get_by_label("Column").select_option(label="carrier")
    part.get_by_role("group", name="Values of carrier").get_by_role("button", name=re.compile("^B6")).click()
    part.get_by_role("button", name="and another condition").click()
    part.get_by_label("Column").nth(1).select_option(label="hour")
    part.get_by_label("Condition on hour").select_option(index=0)
    plot = part.locator(".range-plot .plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page, middle = notebook.page, box["y"] + box["height"] / 2
    # From the middle beyond the right edge: hours from about 14 on, without an upper bound.
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 20, middle, steps=5)
    page.mouse.up()
    expect(query_field(workbench)).to_have_value(
        re.compile('carrier == "B6" and .*hour >=? ?14|carrier == "B6" and hour >=')
    )
    query = query_field(workbench).input_value()
    count = notebook.python(f"int(ev.rows_matching({query!r})[ev.splits['test']].sum())")
    expect(counted(workbench)).to_contain_text(f"{count:,} rows")

    part.get_by_role("checkbox", name="not").first.check()
    expect(query_field(workbench)).to_have_value(re.compile("not|!="))
    query = query_field(workbench).input_value()
    count = notebook.python(f"int(ev.rows_matching({query!r})[ev.splits['test']].sum())")
    expect(counted(workbench)).to_contain_text(f"{count:,} rows")
    part.get_by_role("button", name="Select these rows").click()
    condition = f"ev.rows_matching({query!r}) & (np.arange(ev.n) >= 2_000)"
    notebook.wait_for_python("workbench.selection.rows.tolist()", rows_of(notebook, condition))


def test_a_slice_is_typed_with_completion_and_kept_under_a_name(notebook: Notebook, workbench: Locator) -> None:
    field = query_field(workbench)
    field.press_sequentially("carr")
    expect(workbench.get_by_role("option", name=re.compile("^carrier"))).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(re.compile("^carrier ?$"))
    field.press_sequentially(' == "B6" and hour >= 19 and plane == "old"')
    field.press("Escape")
    condition = f"{WEAK} & (ev.metadata['plane'] == 'old')"
    rows = rows_of(notebook, condition)
    expect(counted(workbench)).to_contain_text(f"{len(rows):,} rows")

    name = builder(workbench).get_by_label("Name to save the slice under")
    name.fill("evening B6")
    name.press("Enter")
    notebook.wait_for_python("list(workbench.slices)", ["evening B6"])
    notebook.open_panel("Rows")
    workbench.get_by_role("button", name=re.compile("^Saved slices")).click()
    workbench.get_by_role("list", name="Saved slices").get_by_role("button", name=re.compile("evening B6")).click()
    notebook.wait_for_python("workbench.selection.rows.tolist()", rows)
    expect(workbench.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", str(len(rows) + 1))

    notebook.open_panel("Slices")
    workbench.get_by_role("region", name="Saved slices").get_by_role("button", name="Remove").click()
    notebook.wait_for_python("workbench.slices", {})


def test_a_query_that_cannot_be_is_explained_while_it_is_typed(notebook: Notebook, workbench: Locator) -> None:
    query_field(workbench).fill("carier == 3")
    expect(builder(workbench).locator(".query-error")).to_contain_text("MLD-Q02")
    expect(builder(workbench).locator(".query-error")).to_contain_text("carrier")
    expect(builder(workbench).get_by_role("button", name="Select these rows")).to_be_disabled()


def test_a_slice_is_compared_with_the_rest(notebook: Notebook, workbench: Locator) -> None:
    slice_list(workbench).get_by_role("button", name=re.compile("^More about")).first.click()
    workbench.get_by_role("button", name="Compare with the rest").first.click()
    part = workbench.get_by_role("region", name="Comparison")
    query = notebook.python("panel().result[0].query")
    accuracy = notebook.python(f"mld.compare_rows(ev, {query!r}).to_frame().loc['Accuracy', ('first', 'value')]")
    expect(part.get_by_role("row", name=re.compile("^Accuracy"))).to_contain_text(f"{accuracy:.2f}")
    expect(part.locator(".distribution").first).to_contain_text("carrier")
    part.get_by_role("button", name="Close").click()
    expect(part).to_have_count(0)
    slice_list(workbench).get_by_role("button", name=re.compile("^Less about")).first.click()


def test_a_cell_of_two_features_is_a_selection(notebook: Notebook, workbench: Locator) -> None:
    show(workbench, "Two features")
    workbench.get_by_label("Across").select_option(label="carrier")
    workbench.get_by_label("Down").select_option(label="distance")
    grid = workbench.locator("table.heat-grid")
    cell = grid.get_by_role("button").nth(5)
    expect(cell).to_be_visible()
    cell.click()
    notebook.wait_for_python("workbench.selection.query is not None", True)
    selected = notebook.python("len(workbench.selection)")
    heatmap = notebook.python("mld.error_heatmap(ev, 'carrier', 'distance').counts.tolist()")
    assert selected in {count for row in heatmap for count in row}
    show(workbench, "List")


def test_the_tree_leads_to_the_same_place(notebook: Notebook, workbench: Locator) -> None:
    show(workbench, "Tree")
    expect(workbench.get_by_text(re.compile("carrier")).first).to_be_visible()
    show(workbench, "List")


def test_a_brush_selects_exactly_what_it_covers(notebook: Notebook, workbench: Locator) -> None:
    hours = workbench.get_by_role("slider", name="hour", exact=True)
    hours.scroll_into_view_if_needed()
    box = hours.bounding_box()
    assert box is not None
    page, middle = notebook.page, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.75, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=4)
    page.mouse.up()
    notebook.wait_for_python("workbench.selection.query is not None", True)
    found = notebook.python("ev.X['hour'].to_numpy()[workbench.selection.rows].tolist()")
    low, high = min(found), max(found)
    expected = f"(ev.X['hour'] >= {low}) & (ev.X['hour'] <= {high}) & (np.arange(ev.n) >= 2_000)"
    assert notebook.python("workbench.selection.rows.tolist()") == rows_of(notebook, expected)
    assert low < high
    hours.press("Escape")
    notebook.wait_for_python("workbench.selection.is_everything", True)


def test_everything_is_reached_by_keyboard(notebook: Notebook, workbench: Locator) -> None:
    first = slices(workbench).first
    first.focus()
    first.press("ArrowDown")
    expect(slices(workbench).nth(1)).to_be_focused()
    slices(workbench).nth(1).press("Enter")
    notebook.wait_for_python("workbench.selection.query == panel().result[1].query", True)

    hours = workbench.get_by_role("slider", name="hour", exact=True)
    hours.focus()
    hours.press("ArrowRight")
    hours.press("Shift+ArrowRight")
    notebook.wait_for_python("len(set(ev.X['hour'].to_numpy()[workbench.selection.rows].tolist()))", 2)
    hours.press("Escape")
    notebook.wait_for_python("workbench.selection.is_everything", True)


def test_other_settings_search_again(notebook: Notebook, workbench: Locator) -> None:
    workbench.get_by_label("Conditions per slice").select_option(label="1 condition")
    notebook.wait_for_python("panel().result.max_predicates", 1, seconds=30)
    expect(slices(workbench).first).to_contain_text("carrier = B6")
    workbench.get_by_label("Conditions per slice").select_option(label="up to 3 conditions")
    notebook.wait_for_python("panel().result.max_predicates", 3, seconds=30)


def test_a_search_that_crashes_leaves_panel_and_kernel_usable(notebook: Notebook, workbench: Locator) -> None:
    found = notebook.python("len(panel().result)")
    expect(slices(workbench)).to_have_count(found)  # the page may still be on its way to it
    notebook.execute("import mldebug_widgets.widgets.slices as searching; kept = searching.find_slices")
    notebook.execute("searching.find_slices = lambda *_, **options: 1 / 0")
    workbench.get_by_label("Metric").select_option(label="loss")
    failed = workbench.get_by_role("alert").filter(has_text="ZeroDivisionError")
    expect(failed).to_be_visible(timeout=30_000)
    expect(slices(workbench)).to_have_count(found)
    query_field(workbench).fill('carrier == "B6"')
    query_field(workbench).press("Escape")
    expect(counted(workbench)).to_contain_text("rows")

    notebook.execute("searching.find_slices = kept")
    failed.get_by_role("button", name="Try again").click()
    notebook.wait_for_python("panel().result.metric_name", "loss", seconds=30)
    expect(failed).to_have_count(0)
    expect(workbench.get_by_text("; log loss is")).to_be_visible()
    workbench.get_by_label("Metric").select_option(label="error")
    notebook.wait_for_python("panel().result.metric_name", "error", seconds=30)
    expect(workbench.get_by_text("; error is")).to_be_visible()


def test_a_slice_of_the_list_is_changed_in_the_builder(workbench: Locator) -> None:
    slice_list(workbench).get_by_role("button", name=re.compile("^More about")).first.click()
    workbench.get_by_role("button", name="Change in the builder").first.click()
    expect(builder(workbench).get_by_role("heading", name="Build a slice")).to_be_focused()
    expect(builder(workbench)).to_be_in_viewport(ratio=0.9)
    expect(query_field(workbench)).to_have_value(re.compile("carrier"))
    slice_list(workbench).get_by_role("button", name=re.compile("^Less about")).first.click()


def test_a_moved_threshold_is_said_until_it_is_searched_again(notebook: Notebook, workbench: Locator) -> None:
    notebook.execute("workbench.widget.threshold = 0.05")
    workbench.get_by_role("button", name="Search again").click()
    notebook.wait_for_python("panel().stale", False, seconds=30)
    notebook.execute("workbench.widget.threshold = 0.5")
    workbench.get_by_role("button", name="Search again").click()
    notebook.wait_for_python("panel().stale", False, seconds=30)
    expect(workbench.get_by_role("button", name="Search again")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_can_be_read_in_both_themes(notebook: Notebook, workbench: Locator, dark: bool, screenshots: Path) -> None:
    window = notebook.page.viewport_size
    assert window is not None
    notebook.page.set_viewport_size({"width": 1_100, "height": 2_400})
    notebook.set_theme(dark)
    slices(workbench).first.click()
    notebook.wait_for_python("workbench.selection.is_everything", False)
    slice_list(workbench).get_by_role("button", name=re.compile("^More about")).first.click()
    query_field(workbench).fill('carrier == "B6"')
    query_field(workbench).press("Escape")
    expect(counted(workbench)).to_contain_text("rows")
    notebook.page.wait_for_timeout(500)
    workbench.screenshot(path=screenshots / f"slices_live_{'dark' if dark else 'light'}.png")
    assert faults_of(workbench) == []
    slice_list(workbench).get_by_role("button", name=re.compile("^Less about")).first.click()
    notebook.set_theme(False)
    notebook.page.set_viewport_size(window)


@pytest.fixture(scope="module")
def page(notebook: Notebook, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The panel in an exported file, opened from disk with the network off."""
    notebook.execute("workbench.select(None)")
    notebook.execute("workbench.save_slice('evening B6', 'carrier == \\'B6\\' and hour >= 19')")
    path = tmp_path_factory.mktemp("export") / "slices.html"
    notebook.execute(f"workbench.export({str(path)!r})")
    with opened_offline(browser, path) as opened:
        opened.wait_for_selector("#mld-workbench[data-state]")
        opened.get_by_role("navigation", name="Panels").get_by_role("button", name="Slices").click()
        yield opened


class TestExportedFile:
    """The same panel in a file that has no kernel behind it."""

    def test_a_slice_selects_the_rows_that_the_file_carries(self, notebook: Notebook, page: Page) -> None:
        workbench = page.locator("[data-mld-workbench]").first
        expect(slices(workbench).first).to_be_visible()
        slices(workbench).first.click()
        expect(chip(workbench).first).to_contain_text("carrier = B6")
        carried = notebook.python(
            "int(np.isin(panel().result[0].rows, workbench.widget.carried_rows(include_data=False)).sum())"
        )
        page.get_by_role("navigation", name="Panels").get_by_role("button", name="Rows").click()
        expect(page.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", str(carried + 1))
        assert carried > 0

    def test_a_saved_slice_is_there_in_every_panel(self, notebook: Notebook, page: Page) -> None:
        page.get_by_role("button", name=re.compile("^Saved slices")).click()
        page.get_by_role("list", name="Saved slices").get_by_role("button", name=re.compile("evening B6")).click()
        carried = notebook.python(
            "int(ev.rows_matching(workbench.slices['evening B6'])[workbench.widget.carried_rows(include_data=False)]"
            ".sum())"
        )
        expect(page.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", str(carried + 1))

    def test_a_comparison_and_a_heat_map_are_there(self, page: Page) -> None:
        page.get_by_role("navigation", name="Panels").get_by_role("button", name="Slices").click()
        workbench = page.locator("[data-mld-workbench]").first
        workbench.get_by_role("region", name="Saved slices").get_by_role("button", name="Compare").click()
        expect(workbench.get_by_role("region", name="Comparison").locator(".distribution").first).to_be_visible()
        show(workbench, "Two features")
        expect(workbench.locator("table.heat-grid")).to_be_visible()
        show(workbench, "List")

    def test_the_histograms_follow_a_brush(self, page: Page) -> None:
        hours = page.get_by_role("slider", name="hour", exact=True)
        hours.focus()
        hours.press("ArrowRight")
        expect(hours).not_to_have_attribute("aria-valuetext", "all rows")
        expect(chip(page.locator("[data-mld-workbench]").first).first).to_contain_text("hour")
