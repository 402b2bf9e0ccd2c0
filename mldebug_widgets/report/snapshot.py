"""The workbench's widgets as Jupyter's own saved widget state, changed for a file that has no kernel behind it."""

from __future__ import annotations

import math
from base64 import standard_b64encode
from collections.abc import Iterator
from typing import Any

from ipywidgets import Widget, widget_serialization

from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.widgets.channel import error_record
from mldebug_widgets.widgets.workbench import WorkbenchWidget

STATE_MIMETYPE = "application/vnd.jupyter.widget-state+json"
VIEW_MIMETYPE = "application/vnd.jupyter.widget-view+json"

_REFERENCE = "IPY_MODEL_"


def snapshot(workbench: WorkbenchWidget, *, include_data: bool) -> dict[str, Any]:
    """Return the saved state of the workbench and of every widget that it shows, and of no other widget.

    The live widgets stay as they are: what differs in a file (its mode, the rows and curves that it carries) is put
    into the returned copy only.

    Parameters
    ----------
    workbench
        The workbench, with all its panels built.
    include_data
        Passed to each view's ``report_state``.

    Returns
    -------
    dict
        JSON of ``application/vnd.jupyter.widget-state+json``, buffers as base64.
    """
    models: dict[str, Any] = {}
    waiting: list[Widget] = [workbench]
    while waiting:
        widget = waiting.pop()
        if widget.model_id in models:
            continue
        state = widget.get_state()
        if isinstance(widget, ViewWidget):
            state.update(_report_state(widget, include_data=include_data))
        models[widget.model_id] = _saved(widget, state)
        waiting.extend(_referenced(state))
    return {"version_major": 2, "version_minor": 0, "state": models}


def _report_state(view: ViewWidget, *, include_data: bool) -> dict[str, Any]:
    """Return what differs in a file; a view whose model refuses shows why, and the others do not suffer."""
    try:
        return view.report_state(include_data=include_data)
    except MldError as error:
        return {"mode": "report", "failed": error_record(error)}


def _saved(widget: Widget, state: dict[str, Any]) -> dict[str, Any]:
    buffers: list[dict[str, Any]] = []
    saved = {
        "model_name": widget._model_name,
        "model_module": widget._model_module,
        "model_module_version": widget._model_module_version,
        "state": _without_bytes(state, [], buffers),
    }
    if buffers:
        saved["buffers"] = buffers
    return saved


def _without_bytes(value: Any, path: list[str | int], buffers: list[dict[str, Any]]) -> Any:
    """Return ``value`` with its bytes moved to ``buffers``, as Jupyter's saved state has it.

    A key of an object that held bytes goes; an element of a list that held bytes becomes None, and so does a number
    that JSON does not have.
    """
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            if isinstance(item, bytes | bytearray | memoryview):
                buffers.append(_buffer([*path, key], item))
            else:
                kept[key] = _without_bytes(item, [*path, key], buffers)
        return kept
    if isinstance(value, list | tuple):
        return [_without_bytes(item, [*path, index], buffers) for index, item in enumerate(value)]
    if isinstance(value, bytes | bytearray | memoryview):
        buffers.append(_buffer(path, value))
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _buffer(path: list[str | int], content: bytes | bytearray | memoryview) -> dict[str, Any]:
    return {"path": path, "encoding": "base64", "data": standard_b64encode(content).decode("ascii")}


def _referenced(value: Any) -> Iterator[Widget]:
    """Yield the live widgets that a state names, however deep."""
    if isinstance(value, str):
        if value.startswith(_REFERENCE):
            widget = widget_serialization["from_json"](value, None)
            if isinstance(widget, Widget):
                yield widget
    elif isinstance(value, dict):
        for item in value.values():
            yield from _referenced(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _referenced(item)
