"""The exported notebook: valid, readable without widgets, and unmoved by hostile text."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter, MarkdownExporter, PythonExporter

from mldebug_widgets.report.notebook import notebook_text
from tests.report.payloads import PAYLOADS
from tests.report.test_page import document, shell

STATE = {"version": 1, "panel": "rows", "selection": {"kind": "query", "query": "a > 'x\\n'"}, "threshold": None}


def notebook(text: str = "MLP", state: dict[str, Any] | None = None) -> Any:
    made = document(shell(text), text)
    changed = {name: getattr(made, name) for name in made.__slots__} | {"state": state or STATE, "target": text}
    return nbformat.reads(notebook_text(type(made)(**changed)), as_version=4)


def test_it_is_a_valid_notebook_of_the_current_format() -> None:
    read = notebook()
    nbformat.validate(read)
    assert (read.nbformat, read.nbformat_minor) == (4, 5)
    assert [cell.cell_type for cell in read.cells] == ["markdown", "markdown", "markdown", "code", "code"]


def test_it_says_what_it_holds_and_what_was_found() -> None:
    title, found, *_ = notebook().cells
    assert "This file holds MLP." in title.source
    assert "seed 0" in title.source
    assert "1. **critical: MLP** (MLD101)" in found.source


def test_the_cells_make_the_workbench_again() -> None:
    *_, load, show = notebook().cells
    assert load.source.startswith("# EDIT THIS CELL: load the model and the data")
    assert "target = 'MLP'" in load.source
    assignment = next(node for node in ast.parse(show.source).body if isinstance(node, ast.Assign))
    assert ast.literal_eval(assignment.value) == STATE
    assert "mld.show(model, data, target, state=state)" in show.source


def test_the_output_is_the_widget_with_a_static_fallback() -> None:
    read = notebook()
    data = read.cells[-1].outputs[0].data
    root = data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert root in read.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert "0.742 (0.738 to 0.746)" in data["text/html"]
    assert "<script" not in data["text/html"]
    assert "0.742 (0.738 to 0.746)" in data["text/plain"]


@pytest.mark.parametrize("exporter", [HTMLExporter, MarkdownExporter, PythonExporter])
def test_nbconvert_takes_it(exporter: Any) -> None:
    body, _ = exporter().from_notebook_node(notebook())
    assert "EDIT THIS CELL" in body.replace('<span class="c1">', "")


def test_hostile_text_stays_data(tmp_path: Path) -> None:
    for payload in PAYLOADS:
        read = notebook(payload, {"selection": {"kind": "query", "query": payload}})
        nbformat.validate(read)
        *_, load, show = read.cells
        targets = [ast.literal_eval(node.value) for node in ast.parse(load.source).body if isinstance(node, ast.Assign)]
        assert targets == [..., ..., payload]
        assert ast.literal_eval(ast.parse(show.source).body[1].value)["selection"]["query"] == payload


def test_hostile_text_is_not_run_by_nbconvert(tmp_path: Path, open_page: Callable[[Path], Any]) -> None:
    """The page that nbconvert makes wants its own scripts from the network; nothing else may run."""
    body, _ = HTMLExporter().from_notebook_node(notebook(" ".join(PAYLOADS)))
    path = tmp_path / "converted.html"
    path.write_text(body, encoding="utf-8")
    opened = open_page(path)
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.__pwned") is None
    links = opened.page.eval_on_selector_all("a[href]", "links => links.map((link) => link.protocol)")
    assert "javascript:" not in links
    assert PAYLOADS[0] in (opened.page.text_content("body") or "")


def test_the_text_is_plain_json() -> None:
    text = notebook_text(document(shell()))
    assert "NaN" not in text
    assert json.loads(text)["nbformat"] == 4
