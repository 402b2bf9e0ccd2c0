"""Why one row got its answer and what drives the model, as a person finds out in JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import PANEL_SECONDS, Notebook
from tests.browser.planted import CELLS

#: Everything is computed: the parts come one after another.
COMPUTED_MS = 2 * PANEL_SECONDS * 1000

#: Finds a dot on a canvas that is not transparent, and returns where it is.
FIND_DOT = """canvas => {
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    for (let x = Math.round(width * 0.7); x < width; x++)
        for (let y = 0; y < height; y++)
            if (pixels[4 * (y * width + x) + 3] > 150) {
                const box = canvas.getBoundingClientRect();
                return { x: (x * box.width) / width, y: (y * box.height) / height };
            }
    throw new Error("nothing is drawn");
}"""


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    return open_cells((*CELLS, "ev = workbench.evaluation"))


@pytest.fixture
def panel(notebook: Notebook) -> Locator:
    """The Attributions panel with everything computed."""
    workbench = notebook.open_panel("Attributions")
    expect(workbench.locator(".trust-lines")).to_be_visible(timeout=COMPUTED_MS)
    expect(workbench.locator(".progress")).to_have_count(0, timeout=COMPUTED_MS)
    return workbench


def name_at(panel: Locator, place: int) -> Locator:
    return panel.locator(".overall .name").nth(place)


def test_the_column_that_decides_is_first_and_every_check_has_a_verdict(notebook: Notebook, panel: Locator) -> None:
    expect(name_at(panel, 0)).to_have_text("hour")
    expect(panel.locator(".trust-lines li")).to_have_count(
        notebook.python("len(workbench.widget.views['attributions'].trust)")
    )
    expect(panel.get_by_text("3,000 rows attributed")).to_have_count(1)
    expect(panel.get_by_text("2,000 of them drawn as dots, means of all 3,000")).to_be_visible()


def test_the_steps_of_a_row_are_those_of_python(notebook: Notebook, panel: Locator) -> None:
    field = panel.get_by_role("region", name="One row").get_by_role("textbox")
    field.fill("2100")
    field.press("Enter")
    expect(panel.get_by_text("Row 2,100, open under What-if")).to_be_visible()
    notebook.wait_for_python("workbench.widget.row", 2100)
    alone = "mld.attributions(ev, 2100, target=1, trust=False)"
    value = notebook.python(f"float({alone}.values[0][list(ev.X.columns).index('hour')])")
    step = panel.locator(".steps li").filter(has_text="hour").locator(".num")
    expect(step).to_have_text(f"{value:+.2f}".replace("-", "\u2212"))
    ends = notebook.python(f"[float({alone}.baseline_output[0]), float({alone}.output[0])]")
    shown = [f"{end:.2f}".replace("-", "\u2212") for end in ends]
    expect(panel.locator(".from-to b")).to_have_text(shown)


def test_a_dot_opens_its_row(notebook: Notebook, panel: Locator) -> None:
    before = notebook.python("workbench.widget.views['attributions'].local.row")
    canvas = panel.locator(".overall canvas").first
    canvas.click(position=canvas.evaluate(FIND_DOT))
    notebook.wait_for_python(f"workbench.widget.row not in (None, {before})", expected=True)
    row = notebook.python("workbench.widget.row")
    expect(panel.get_by_text(f"Row {row:,}, open under What-if")).to_be_visible()


def test_a_name_shows_how_it_acts_by_keyboard(panel: Locator) -> None:
    plot = panel.get_by_role("region", name="How hour acts")
    expect(plot).to_be_visible()
    plot.get_by_text("as a table").click()
    expect(plot.get_by_role("row")).to_have_count(21)
    name_at(panel, 1).focus()
    name_at(panel, 1).press("Enter")
    expect(plot).to_have_count(0)
    expect(name_at(panel, 1)).to_have_attribute("aria-pressed", "true")
    name_at(panel, 0).press("Enter")
    expect(plot).to_be_visible()


def test_arrow_keys_walk_over_the_dots_and_enter_opens_their_row(notebook: Notebook, panel: Locator) -> None:
    cloud = panel.locator(".overall .dots").first
    # The highest of the drawn rows, then the next below it.
    dots = "workbench.widget.views['attributions'].get_state('result')['result']['dots']"
    values = f"np.frombuffer({dots}['values']['data'], {dots}['values']['dtype']).reshape({dots}['values']['shape'])"
    order = f"np.frombuffer({dots}['rows']['data'], {dots}['rows']['dtype'])[np.argsort({values}[:, 0])]"
    highest, next_below = notebook.python(f"{order}[[-1, -2]].tolist()")
    cloud.focus()
    cloud.press("End")
    expect(cloud).to_have_attribute("aria-valuetext", re.compile(rf"^Row {highest:,}: hour = "))
    cloud.press("ArrowLeft")
    expect(cloud).to_have_attribute("aria-valuetext", re.compile(rf"^Row {next_below:,}: hour = "))
    expect(panel.locator(".overall .ring").first).to_be_visible()
    cloud.press("Enter")
    notebook.wait_for_python("workbench.widget.row", next_below)
    expect(panel.get_by_text(f"Row {next_below:,}, open under What-if")).to_be_visible()


def test_the_next_row_by_loss_is_a_button_away(notebook: Notebook, panel: Locator) -> None:
    notebook.execute("workbench.select([5, 6, 7]); workbench.widget.row = None")
    order = notebook.python("sorted([5, 6, 7], key=lambda row: -workbench.evaluation.loss[row])")
    region = panel.get_by_role("region", name="One row")
    expect(region.get_by_text("1 of 3 in the selection, by loss")).to_be_visible()
    region.get_by_role("button", name="Next").click()
    expect(region.get_by_text("2 of 3 in the selection, by loss")).to_be_visible()
    notebook.wait_for_python("workbench.widget.row", order[1])
    region.get_by_role("button", name="Previous").focus()
    region.get_by_role("button", name="Previous").press("Enter")
    expect(region.get_by_text("1 of 3 in the selection, by loss")).to_be_visible()
    notebook.wait_for_python("workbench.widget.row", order[0])
    notebook.execute("workbench.select(None)")
    expect(region.get_by_text(re.compile(r"of 1,000 test rows, by loss|not among the 1,000 test rows"))).to_be_visible()


def test_the_selection_is_compared_with_the_rest_as_it_changes(notebook: Notebook, panel: Locator) -> None:
    section = panel.get_by_role("region", name="The selection")
    for query in ("hour > 20", "weekend"):
        notebook.execute(f"workbench.select({query!r})")
        expect(section.get_by_text(f"{query} against the rest")).to_be_visible(timeout=COMPUTED_MS)
        first = notebook.python("workbench.widget.views['attributions'].compared.features[0].name")
        expect(section.locator("tbody tr").first).to_contain_text(first)
        notebook.wait_for_python(
            "workbench.widget.views['attributions'].compared.n_all == len(workbench.selection.rows)", expected=True
        )
    notebook.execute("workbench.select(None)")
    expect(section).to_have_count(0)


def test_another_method_baseline_and_class_are_computed(notebook: Notebook, panel: Locator) -> None:
    result = "workbench.widget.views['attributions'].result"
    for name, option, attribute, wanted in (
        ("Method", "Feature ablation", "method", "feature_ablation"),
        ("Baseline", "column medians", "baseline", "median"),
        ("Method", "Automatic", "method", "integrated_gradients"),
    ):
        panel.get_by_label(name, exact=True).select_option(option)
        notebook.wait_for_python(f"{result}.{attribute}", wanted, PANEL_SECONDS)
    panel.get_by_label("Class", exact=True).select_option("late")
    expect(panel.locator(".from-to")).to_contain_text("of late", timeout=COMPUTED_MS)
    expect(panel.locator(".lead").first).to_contain_text("median")


def test_long_work_can_be_cancelled_from_the_screen(notebook: Notebook, panel: Locator) -> None:
    # However fast the machine, there is time to press the button.
    notebook.execute("import time; slow = model.register_forward_pre_hook(lambda *_: time.sleep(0.05))")
    panel.get_by_label("Method", exact=True).select_option("Shapley value sampling")
    cancel = panel.get_by_role("region", name="All rows").get_by_role("button", name="Cancel")
    cancel.click(timeout=COMPUTED_MS)
    expect(panel.get_by_role("button", name="Compute again").first).to_be_visible(timeout=COMPUTED_MS)
    assert notebook.python("workbench.widget.views['attributions'].status['all']['state']") == "cancelled"
    notebook.execute("slow.remove()")
    panel.get_by_label("Method", exact=True).select_option("Automatic")
    expect(panel.locator(".progress")).to_have_count(0, timeout=COMPUTED_MS)


def test_nothing_went_wrong_meanwhile(notebook: Notebook) -> None:
    assert notebook.errors == []
    assert notebook.foreign_requests == []
