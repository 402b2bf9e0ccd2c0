"""The workbench as a notebook: findings as text, cells that make it again, and what it looked like when it was saved.

The notebook is written as plain JSON (format 4.5), so that exporting needs no Jupyter package beyond the widgets.
"""

from __future__ import annotations

import json
from pprint import pformat
from typing import Any

import mldebug_widgets
from mldebug_widgets.report.document import Document
from mldebug_widgets.report.snapshot import STATE_MIMETYPE, VIEW_MIMETYPE
from mldebug_widgets.report.summary import escape_markdown, findings_markdown, summary_html, summary_text

_LOAD = """\
# EDIT THIS CELL: load the model and the data that this file was made from. They are not inside it.
model = ...
data = ...
target = {target!r}  # the column that holds the truth; None where the data holds it apart"""

_SHOW = """\
import mldebug_widgets as mld

state = {state}

# Add the options that show() was called with before, such as preprocess=.
workbench = mld.show(model, data, target, state=state)
workbench"""

_HOW = """\
The output below is the workbench as it was saved: it can be looked at without a kernel. JupyterLab draws it once the \
notebook is trusted (*Trust Notebook* in the command palette, then reload the page) and shows its tables until then.

To work on it again, edit the next cell so that it loads model and data, and run both cells."""

Cell = dict[str, Any]


def notebook_text(document: Document) -> str:
    """Return the notebook's JSON text."""
    contents = document.contents
    facts = escape_markdown(" · ".join(contents.facts))
    cells = [
        _markdown("title", f"# {escape_markdown(contents.title)}\n\n{facts}\n\n{escape_markdown(contents.holds)}"),
        _markdown("findings", f"## Findings\n\n{findings_markdown(document.findings)}"),
        _markdown("how", f"## Workbench\n\n{_HOW}"),
        _code("load", _LOAD.format(target=document.target), outputs=[]),
        _code(
            "workbench",
            _SHOW.format(state=pformat(document.state, width=110, sort_dicts=False)),
            outputs=[_output(document)],
        ),
    ]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "mldebug_widgets": {"version": mldebug_widgets.__version__, "contents": contents.holds},
            "widgets": {STATE_MIMETYPE: document.widget_state},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _output(document: Document) -> dict[str, Any]:
    """Return the saved output: the widget where widgets run, else HTML without script, else text."""
    return {
        "output_type": "execute_result",
        "execution_count": None,
        "metadata": {},
        "data": {
            VIEW_MIMETYPE: {"version_major": 2, "version_minor": 0, "model_id": document.root},
            "text/html": _lines(summary_html(document.overview, document.findings)),
            "text/plain": _lines(summary_text(document.overview, document.findings)),
        },
    }


def _markdown(identifier: str, text: str) -> Cell:
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": _lines(text)}


def _code(identifier: str, text: str, *, outputs: list[dict[str, Any]]) -> Cell:
    return {
        "cell_type": "code",
        "id": identifier,
        "metadata": {},
        "execution_count": None,
        "source": _lines(text),
        "outputs": outputs,
    }


def _lines(text: str) -> list[str]:
    """Return ``text`` as notebooks store it: line by line, so that a version control system shows what changed."""
    return text.splitlines(keepends=True)
