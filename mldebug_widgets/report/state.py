"""The workbench's state as JSON: what is in focus, so that it can be put back on the same model and data.

A saved state is a request like any other: it may come from a file that somebody changed. Everything in it is checked
before anything is set, so a state is restored whole or not at all.
"""

from __future__ import annotations

import math
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.widgets.edits import checked_edits
from mldebug_widgets.widgets.saved_slices import MOST_SLICES, Record, queries, record_of, with_slice
from mldebug_widgets.widgets.selection import resolve
from mldebug_widgets.widgets.workbench import WorkbenchWidget

VERSION = 1

#: Longest text that a field of a state may hold.
LONGEST_TEXT = 10_000

_DEFAULTS: dict[str, Any] = {
    "selection": {"kind": "all"},
    "slices": {},
    "threshold": None,
    "row": None,
    "edits": {},
    "sort": {"key": "loss", "ascending": False},
    "query": "",
    "panels": {},
}
_FIELDS = ("version", "panel", *_DEFAULTS)

State = dict[str, Any]


def collect(workbench: WorkbenchWidget) -> State:
    """Return the state of ``workbench`` as JSON-able values.

    Returns
    -------
    dict
        ``version``; ``panel``, the open panel's id; ``selection``, its record; ``slices``, the saved slices' queries
        by name; ``threshold``; ``row``, the row under What-if; ``edits``, its edited values by feature position;
        ``sort`` and ``query`` of the row table; ``panels``, what was chosen on each panel alone, by panel id.
    """
    rows, whatif = workbench.views.get("rows"), workbench.views.get("whatif")
    return {
        "version": VERSION,
        "panel": workbench.panel,
        "selection": _selection_record(workbench),
        "slices": queries(workbench.saved_slices),
        "threshold": workbench.threshold,
        "row": workbench.row,
        "edits": {} if whatif is None else dict(whatif.edits),
        "sort": dict(_DEFAULTS["sort"]) if rows is None else {"key": rows.sort, "ascending": rows.ascending},
        "query": "" if rows is None else rows.query,
        "panels": {identifier: chosen for identifier, view in workbench.views.items() if (chosen := view.choices())},
    }


def restore(workbench: WorkbenchWidget, saved: Any) -> None:
    """Put ``saved`` back on ``workbench``.

    Parameters
    ----------
    workbench
        A workbench over the same model and data, or over others with the same columns and at least as many rows.
    saved
        What ``collect`` returned, possibly after a trip through JSON.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-S30`` to ``MLD-S46``, or the code of a selection, slice, query or edit that cannot be used; nothing is
        changed then.
    """
    state = checked(saved, workbench.evaluation, [entry["id"] for entry in workbench.panels])
    selection = resolve(workbench.evaluation, _with_rows(state["selection"], workbench.evaluation.n))
    chosen = _checked_choices(workbench, state["panels"])
    _restore_table(workbench, state["sort"], state["query"])
    for view, choices in chosen:
        view.choose(choices)
    if state["threshold"] is not None:
        # Before the selection: a query over predictions depends on it.
        workbench.threshold = state["threshold"]
    workbench.saved_slices = _saved_slices(state["slices"], workbench.evaluation)
    workbench.select(None if selection.is_everything else selection)
    workbench.row = state["row"]
    whatif = _view(workbench, "whatif", needed=bool(state["edits"]))
    if whatif is not None:
        whatif.edits = {str(position): value for position, value in state["edits"].items()}
    workbench.panel = state["panel"]


def checked(saved: Any, evaluation: Evaluation, panels: Sequence[str]) -> State:
    """Return ``saved`` with defaults filled in, after checking every field but the selection's content.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-S30`` to ``MLD-S45``, or the code of a query or edit that cannot be used.
    """
    if not isinstance(saved, Mapping):
        raise MldTypeError("MLD-S30", "state", shown(saved), "a dict from workbench.state()", "Pass that dict.")
    if saved.get("version") != VERSION or isinstance(saved.get("version"), bool):
        raise _refused("MLD-S31", "version", saved.get("version"), f"{VERSION}")
    unknown = next((name for name in saved if name not in _FIELDS), None)
    if unknown is not None:
        raise _refused("MLD-S32", "field", unknown, ", ".join(_FIELDS))
    state = {"panel": panels[0], **_DEFAULTS, **saved}
    if state["panel"] not in panels:
        raise _refused("MLD-S33", "panel", state["panel"], ", ".join(panels))
    if not isinstance(state["selection"], Mapping):
        raise _refused("MLD-S34", "selection", state["selection"], "an object with a kind")
    _saved_slices(state["slices"], evaluation)
    _check_threshold(state["threshold"], evaluation)
    _check_row(state["row"], evaluation.n)
    _check_edits(state["edits"], state["row"], evaluation)
    _check_sort(state["sort"])
    _check_query(state["query"], evaluation)
    _check_panels(state["panels"], panels)
    return state


def _check_threshold(threshold: Any, evaluation: Evaluation) -> None:
    if threshold is None:
        return
    if evaluation.task != "binary":
        raise _refused("MLD-S35", "threshold", threshold, f"None, as the task is {evaluation.task}")
    if not _is_number(threshold) or not 0 <= threshold <= 1:
        raise _refused("MLD-S35", "threshold", threshold, "a number from 0 to 1, or None")


def _saved_slices(slices: Any, evaluation: Evaluation) -> list[Record]:
    """Return the records of the saved slices of a state."""
    if not isinstance(slices, Mapping):
        raise _refused("MLD-S43", "slices", slices, "an object of queries by name")
    if len(slices) > MOST_SLICES:
        raise _refused("MLD-S44", "slices", f"{len(slices)} slices", f"at most {MOST_SLICES}")
    records: list[Record] = []
    for name, query in slices.items():
        records = with_slice(records, record_of(evaluation, name, query))
    return records


def _check_row(row: Any, n: int) -> None:
    if row is not None and (isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < n):
        raise _refused("MLD-S36", "row", row, f"a whole number from 0 to {n - 1}, or None")


def _check_edits(edits: Any, row: Any, evaluation: Evaluation) -> None:
    if not isinstance(edits, Mapping):
        raise _refused("MLD-S37", "edits", edits, "an object of values by feature position")
    if edits and row is None:
        raise _refused("MLD-S38", "edits", dict(edits), "edits together with a row")
    checked_edits(edits, evaluation.features, evaluation.X)


def _check_sort(sort: Any) -> None:
    good = isinstance(sort, Mapping) and set(sort) == {"key", "ascending"}
    if not good or not isinstance(sort["key"], str) or not isinstance(sort["ascending"], bool):
        raise _refused("MLD-S40", "sort", sort, "an object with a key (text) and ascending (true or false)")


def _check_query(query: Any, evaluation: Evaluation) -> None:
    if not isinstance(query, str) or len(query) > LONGEST_TEXT:
        raise _refused("MLD-S41", "query", query, f"text of at most {LONGEST_TEXT:,} characters")
    if query:
        evaluation.rows_matching(query)


def _check_panels(choices: Any, panels: Sequence[str]) -> None:
    good = isinstance(choices, Mapping) and all(isinstance(chosen, Mapping) for chosen in choices.values())
    if not good or not set(choices) <= set(panels):
        raise _refused("MLD-S45", "panels", choices, f"an object of choices by panel: {', '.join(panels)}")


def _checked_choices(workbench: WorkbenchWidget, choices: Mapping[str, Any]) -> list[tuple[ViewWidget, Any]]:
    """Return the panels that choices were made on, built where needed, with choices that they can take."""
    views = [(workbench.open_panel(identifier), chosen) for identifier, chosen in choices.items() if chosen]
    built = [(view, chosen) for view, chosen in views if view is not None]
    for view, chosen in built:
        view.check_choices(chosen)
    return built


def _view(workbench: WorkbenchWidget, panel: str, *, needed: bool) -> ViewWidget | None:
    """Return the panel's view; one that is not built yet is built only when ``needed``, as building it may cost."""
    return workbench.open_panel(panel) if needed else workbench.views.get(panel)


def _restore_table(workbench: WorkbenchWidget, sort: Mapping[str, Any], query: str) -> None:
    rows = _view(workbench, "rows", needed=sort != _DEFAULTS["sort"] or bool(query))
    if rows is None:
        return
    keys = [column.key for column in rows.columns]
    if sort["key"] not in keys:
        raise _refused("MLD-S40", "sort", sort["key"], ", ".join(keys))
    rows.sort, rows.ascending, rows.query = sort["key"], sort["ascending"], query


def _selection_record(workbench: WorkbenchWidget) -> dict[str, Any]:
    """Return the selection's record so that its rows can be found again, however many they are."""
    selected = workbench.selected
    record = selected.to_record()
    record.pop("token", None)
    if record["kind"] in ("rows", "python") and "rows" not in record:
        record["mask"] = _packed(selected.rows, workbench.evaluation.n)
    return record


def _with_rows(record: Mapping[str, Any], n: int) -> dict[str, Any]:
    """Return ``record`` with its packed rows unpacked."""
    plain = dict(record)
    mask = plain.pop("mask", None)
    if mask is not None:
        plain["rows"] = _unpacked(mask, n).tolist()
    return plain


def _packed(rows: npt.NDArray[np.intp], n: int) -> str:
    bits = np.zeros(n, dtype=bool)
    bits[rows] = True
    return b64encode(zlib.compress(np.packbits(bits).tobytes())).decode("ascii")


def _unpacked(mask: Any, n: int) -> npt.NDArray[np.intp]:
    size = -(-n // 8)
    try:
        unpacker = zlib.decompressobj()
        # The limit keeps a small text from unpacking into more memory than the rows could ever need.
        packed = unpacker.decompress(b64decode(mask, validate=True), size + 1)
    except (TypeError, ValueError, zlib.error) as error:
        raise _refused("MLD-S42", "selection['mask']", mask, "the text that workbench.state() wrote") from error
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8))
    if len(packed) != size or bits[n:].any():
        raise _refused("MLD-S42", "selection['mask']", mask, f"a mask of {n:,} rows")
    return np.flatnonzero(bits)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _refused(code: str, field: str, value: Any, allowed: str) -> MldValueError:
    argument = f"state[{field!r}]" if field.isidentifier() else f"state, {field}"
    return MldValueError(code, argument, shown(value), allowed, "Pass what workbench.state() returned, unchanged.")
