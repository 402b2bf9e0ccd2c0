"""The offline page around any widgets: it draws and reacts from disk without network, and runs no text as code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import bqplot
import numpy as np
import pytest
import traitlets
from ipywidgets import IntSlider, Widget

from mldebug_widgets.errors import MldValueError
from mldebug_widgets.report.contents import Contents
from mldebug_widgets.report.document import Document
from mldebug_widgets.report.frontend import inline_script, module_script
from mldebug_widgets.report.html import embedded_json, html_page
from mldebug_widgets.report.snapshot import snapshot
from tests.report.conftest import OpenReport
from tests.report.payloads import PAYLOADS
from tests.report.test_summary import findings, overview

SHELL = """
export default {
  async render({ model, el }) {
    const root = el.attachShadow({ mode: "open" });
    for (const reference of model.get("children")) {
      const child = await model.widget_manager.get_model(reference.slice("IPY_MODEL_".length));
      const { luminoWidget } = await model.widget_manager.create_view(child);
      const slot = Object.assign(document.createElement("slot"), { name: reference });
      const place = document.createElement("div");
      place.slot = reference;
      root.append(slot);
      el.append(place);
      luminoWidget.constructor.attach(luminoWidget, place);
    }
  },
};
"""

COUNTER = """
export default {
  render({ model, el }) {
    const button = Object.assign(document.createElement("button"), { className: "counter" });
    const draw = () => {
      button.textContent = `${model.get("label")} ${model.get("n")}, ${model.get("packed").data.byteLength} bytes`;
    };
    button.addEventListener("click", () => {
      model.set("n", model.get("n") + 1);
      model.save_changes();
    });
    model.on("change:n", draw);
    draw();
    el.append(button);
  },
};
"""


class Shell(anywidget.AnyWidget):
    _esm = SHELL
    children = traitlets.List().tag(sync=True)


class Counter(anywidget.AnyWidget):
    _esm = COUNTER
    n = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode("count").tag(sync=True)
    packed = traitlets.Dict({"dtype": "u1", "data": b"</script>\0\xff"}).tag(sync=True)


def figure(text: str) -> tuple[bqplot.Figure, Any]:
    x, y = bqplot.LinearScale(), bqplot.LinearScale()
    grid = np.linspace(0, 1, 50)
    line = bqplot.Lines(x=grid, y=grid**2, scales={"x": x, "y": y}, labels=[text], display_legend=True)
    dots = bqplot.Scatter(x=grid, y=grid, scales={"x": x, "y": y}, names=[text] * 50)
    brush = bqplot.interacts.BrushIntervalSelector(scale=x, marks=[dots])
    axes = [bqplot.Axis(scale=x, label=text), bqplot.Axis(scale=y, orientation="vertical", label=text)]
    return bqplot.Figure(marks=[line, dots], axes=axes, interaction=brush, title=text), brush


def shell(text: str = "score") -> Shell:
    drawn, _ = figure(text)
    colour = bqplot.HeatMap(
        x=np.arange(4.0),
        y=np.arange(3.0),
        color=np.arange(12.0).reshape(3, 4),
        scales={"x": bqplot.LinearScale(), "y": bqplot.LinearScale(), "color": bqplot.ColorScale()},
    )
    children = (Counter(label=text), drawn, bqplot.Figure(marks=[colour]))
    return Shell(children=[f"IPY_MODEL_{child.model_id}" for child in children])


def document(root: Widget, text: str = "MLP") -> Document:
    return Document(
        root=root.model_id,
        widget_state=snapshot(root, include_data=False),
        contents=Contents(text, (text, "seed 0"), f"This file holds {text}."),
        overview=overview(text, text),
        findings=findings(text),
        state={},
        target=None,
    )


def written(folder: Path, page: str) -> Path:
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


Opener = Callable[..., OpenReport]


def test_it_draws_and_reacts_without_network(tmp_path: Path, open_report: Opener) -> None:
    report = open_report(written(tmp_path, html_page(document(shell()))))
    page = report.page
    button = page.get_by_role("button", name="score 0, 11 bytes")
    button.click()
    page.get_by_role("button", name="score 1, 11 bytes").wait_for()
    plot = page.locator(".bqplot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 200, steps=4)
    page.mouse.up()
    brushed = page.locator(".bqplot .selector .selection").first
    assert brushed.bounding_box()["width"] > 50  # type: ignore[index]
    assert page.locator(".bqplot").count() == 2
    report.assert_quiet()


def test_hostile_text_stays_text(tmp_path: Path, open_report: Opener) -> None:
    parts = [part for payload in PAYLOADS for part in (Counter(label=payload), figure(payload)[0])]
    root = Shell(children=[f"IPY_MODEL_{part.model_id}" for part in parts])
    title = " ".join(PAYLOADS)
    report = open_report(written(tmp_path, html_page(document(root, title))))
    page = report.page
    assert page.title() == f"{title}: workbench"
    assert page.locator("h1").text_content() == title
    page.locator(".bqplot").nth(len(PAYLOADS) - 1).wait_for()
    for payload, button in zip(PAYLOADS, page.locator(".counter").all(), strict=True):
        button.click()
        assert (button.text_content() or "").startswith(f"{payload} 1")
    report.assert_quiet()


def test_scripts_that_are_not_its_own_are_refused(tmp_path: Path, open_report: Opener) -> None:
    """The policy is a second wall: it holds even if hostile text became HTML."""
    page_text = html_page(document(shell()))
    for injected in ("<script>window.__pwned=1</script>", "<img src=x onerror=window.__pwned=1>"):
        report = open_report(written(tmp_path, page_text.replace("</main>", f"{injected}</main>")))
        report.page.wait_for_timeout(50)
        assert report.page.evaluate("window.__pwned") is None
        assert any("policy" in problem for problem in report.problems)
    assert "unsafe-eval" not in page_text


def test_the_policy_forbids_the_network(tmp_path: Path, open_report: Opener) -> None:
    report = open_report(written(tmp_path, html_page(document(shell()))))
    outcome = report.page.evaluate("fetch('https://example.invalid/x').then(() => 'sent', (e) => e.name)")
    assert outcome == "TypeError"
    report.page.wait_for_timeout(50)
    assert any("policy" in problem for problem in report.problems)
    assert report.requests == []


def test_the_theme_follows_the_system_and_the_button(tmp_path: Path, open_report: Opener) -> None:
    path = written(tmp_path, html_page(document(shell())))
    report = open_report(path, color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert report.page.evaluate(background) == "rgb(22, 25, 29)"
    report.page.get_by_role("button", name="Light theme").click()
    assert report.page.evaluate(background) == "rgb(255, 255, 255)"
    assert report.page.evaluate("document.body.dataset.jpThemeLight") == "true"
    report.page.emulate_media(color_scheme="light")
    report.page.get_by_role("button", name="Dark theme").click()
    assert report.page.evaluate(background) == "rgb(22, 25, 29)"
    report.assert_quiet()


def test_without_script_the_numbers_can_be_read(tmp_path: Path, browser: Any) -> None:
    path = written(tmp_path, html_page(document(shell())))
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    for part in ("This file holds MLP.", "0.742 (0.738 to 0.746)", "critical: MLP"):
        assert page.get_by_text(part).first.is_visible()
    context.close()


def test_a_page_that_cannot_be_drawn_says_so(tmp_path: Path, open_report: Opener) -> None:
    page_text = html_page(document(shell()))
    damaged = re.sub(r'"root":"\w+"', '"root":"gone"', page_text)
    report = open_report(written(tmp_path, damaged))
    assert "could not be drawn: widget model not found" in (report.page.text_content("#mld-workbench") or "")
    assert report.page.get_by_text("0.742 (0.738 to 0.746)").is_visible()


def test_only_reachable_widgets_are_saved() -> None:
    secret = Counter(label="another widget of this kernel")
    root = shell()
    saved = snapshot(root, include_data=False)["state"]
    assert secret.model_id not in saved
    assert {model["model_name"] for model in saved.values()} >= {"AnyModel", "FigureModel", "ScatterModel", "AxisModel"}


def test_a_reference_in_nested_state_is_followed() -> None:
    inner = Counter()
    root = Shell(children=[{"deep": [{"reference": f"IPY_MODEL_{inner.model_id}"}, "IPY_MODEL_unknown"]}])
    assert inner.model_id in snapshot(root, include_data=False)["state"]


def test_saved_state_is_json_with_bytes_as_base64() -> None:
    counter = Counter(packed={"rows": [b"a", 1.5, float("nan")], "data": memoryview(b"bc")})
    saved = snapshot(counter, include_data=False)["state"][counter.model_id]
    assert saved["state"]["packed"] == {"rows": [None, 1.5, None]}
    assert saved["buffers"] == [
        {"path": ["packed", "rows", 0], "encoding": "base64", "data": "YQ=="},
        {"path": ["packed", "data"], "encoding": "base64", "data": "YmM="},
    ]


def test_a_widget_without_offline_front_end_is_refused() -> None:
    slider = IntSlider()
    root = Shell(children=[f"IPY_MODEL_{slider.model_id}"])
    with pytest.raises(MldValueError, match="MLD-X40"):
        html_page(document(root))


@pytest.mark.parametrize("name", ["../../secret", "a/b", "", "no-such-package-anywhere"])
def test_a_module_name_is_no_path(name: str) -> None:
    with pytest.raises(MldValueError, match="MLD-X40"):
        module_script(name)


def test_inline_script_cannot_end_its_element() -> None:
    code = inline_script('const a = "</SCRIPT>", b = "<!-- x", c = 1 < 2;\r\nreturn a\r+b')
    assert re.search(r"</script|<!--|\r", code, re.IGNORECASE) is None
    assert "1 < 2" in code


def test_embedded_json_holds_nothing_that_html_or_script_reads() -> None:
    text = embedded_json({"a": "</script><!--\u2028\u2029", "b": [None, 1.5, "é"]})
    assert not set(text) & {"<", "\u2028", "\u2029"}
