"""What would change the model's mind: controls that are dragged, and answers that follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.appearance import corners_of
from tests.browser.lab import Notebook
from tests.browser.planted import CELLS

ROW = 2_100
#: Moves the slider through many positions as a fast hand does, and returns the last one.
DRAG = """async (slider, steps) => {
    const [low, high] = [Number(slider.min), Number(slider.max)];
    for (let step = 1; step <= steps; step++) {
        slider.valueAsNumber = low + ((high - low) * ((step * 37) % steps)) / steps;
        slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
        if (step % 20 === 0) await new Promise(requestAnimationFrame);
    }
    slider.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
    return slider.valueAsNumber;
}"""


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    opened = open_cells((*CELLS, "ev = workbench.evaluation"))
    opened.execute(f"workbench.widget.row = {ROW}")
    return opened


@pytest.fixture
def whatif(notebook: Notebook) -> Locator:
    """The What-if panel with an unchanged row."""
    workbench = notebook.open_panel("What-if")
    reset = workbench.get_by_role("button", name="Reset all")
    reset.wait_for()
    if reset.is_enabled():
        reset.click()
    return workbench


def answer_of(whatif: Locator) -> Locator:
    return whatif.locator(".answer .number")


def predicted(notebook: Notebook, edits: str) -> str:
    """What the user's own model says for the edited row, to three digits."""
    script = f"float(torch.sigmoid(model(preprocess(ev.X.iloc[[{ROW}]].assign({edits}))))[0, 0])"
    return f"{notebook.python(script):.3f}"


def test_the_unchanged_row_has_its_own_prediction(notebook: Notebook, whatif: Locator) -> None:
    expect(answer_of(whatif)).to_have_text(predicted(notebook, ""))
    expect(whatif.get_by_text(f"Row {ROW:,} of test.")).to_be_visible()


def test_a_dragged_slider_ends_on_what_predict_gives_for_the_last_position(notebook: Notebook, whatif: Locator) -> None:
    slider = whatif.get_by_role("slider", name="hour")
    last = slider.evaluate(DRAG, 1_000)
    expect(whatif.locator(".answer")).to_have_attribute("aria-busy", "false")
    expect(answer_of(whatif)).to_have_text(predicted(notebook, f"hour={last}"))
    expect(whatif.locator(".answer .delta")).to_be_visible()

    whatif.get_by_role("button", name="Reset hour").click()
    expect(answer_of(whatif)).to_have_text(predicted(notebook, ""))


def test_a_mouse_drags_it_too(notebook: Notebook, whatif: Locator) -> None:
    slider = whatif.get_by_role("slider", name="hour")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    mouse, middle = notebook.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] * 0.2, middle)
    mouse.down()
    for share in (0.3, 0.5, 0.7, 0.9):
        mouse.move(box["x"] + box["width"] * share, middle, steps=5)
    mouse.up()
    value = float(slider.input_value())
    assert value > 18
    expect(answer_of(whatif)).to_have_text(predicted(notebook, f"hour={value}"))


def test_every_kind_of_control_reaches_the_model(notebook: Notebook, whatif: Locator) -> None:
    flipped = not notebook.python(f"bool(ev.X['weekend'].iloc[{ROW}])")
    whatif.get_by_role("switch", name="weekend").click()
    expect(answer_of(whatif)).to_have_text(predicted(notebook, f"weekend={flipped}"))

    other = notebook.python(f"next(c for c in 'AA B6 DL UA'.split() if c != ev.X['carrier'].iloc[{ROW}])")
    whatif.get_by_label("carrier").get_by_text(other, exact=True).click()
    carrier = f"carrier=pd.Categorical(['{other}'], categories=['AA', 'B6', 'DL', 'UA'])"
    expect(answer_of(whatif)).to_have_text(predicted(notebook, f"weekend={flipped}, {carrier}"))
    notebook.wait_for_python("len(workbench.state()['edits'])", 2)


def test_the_curve_follows_the_feature_in_hand(whatif: Locator) -> None:
    whatif.get_by_role("slider", name="distance").focus()
    figure = whatif.locator(".bqplot.figure").filter(has_text="distance")
    expect(figure).to_be_visible()
    assert corners_of(figure) >= 20


def test_walking_to_the_nearest_row_flips_the_answer(notebook: Notebook, whatif: Locator) -> None:
    nearest = whatif.get_by_role("region", name="Nearest row with another answer")
    walk = nearest.get_by_role("button", name="Walk there")
    expect(walk).to_be_enabled(timeout=10_000)
    walk.click()
    expect(whatif.get_by_text("the answer flips to")).to_be_visible()
    assert notebook.errors == []
