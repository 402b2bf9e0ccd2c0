"""The workbench: panels over one evaluation and one selection, built when first opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any, Protocol, runtime_checkable
from uuid import uuid4

import numpy as np
import traitlets

from mldebug_widgets.checks.finding import FindingsResult
from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.widgets.channel import error_record, request
from mldebug_widgets.widgets.panels import Panel, all_panels
from mldebug_widgets.widgets.saved_slices import record_of, recounted, with_slice, without_slice
from mldebug_widgets.widgets.selection import Rows, Selection, everything, from_python, resolve
from mldebug_widgets.widgets.worker import CancelledWork, Job, Worker, afterwards

#: One message carries at most this much of an exported file.
CHUNK_BYTES = 4_000_000

IDLE: dict[str, Any] = {"state": "idle", "text": "", "fraction": None}

Exporter = Callable[[str, bool], tuple[str, bytes]]


@runtime_checkable
class CarriesRows(Protocol):
    """A view that puts raw rows into an exported file."""

    def exported_rows(self, *, include_data: bool) -> Rows:
        """Return the positions of the rows that the file carries."""


class WorkbenchWidget(ViewWidget):
    """The shell around the panels, and the state that they share.

    Attributes
    ----------
    evaluation
        What is debugged, with the answers of the present threshold.
    panels
        The panel list as the shell shows it; ``panel`` is the id of the open one.
    selection, threshold, row
        Shared state: the rows in focus (JSON record), the decision threshold (binary), and the row under What-if.
    feature
        Position of a feature that What-if is asked to show; it takes the request back when it has.
    saved_slices
        Conditions kept under a name, {name, query, n}; in an exported file also ``rows``, those of the rows that it
        carries.
    status
        What the worker is doing.
    contents
        In an exported file: what it holds, in words.
    findings
        The newest findings, None until the checks have run; they stay in the kernel.
    """

    stem = "workbench"
    browser_writes = frozenset({"panel", "selection", "threshold", "row", "feature"})

    title = traitlets.Unicode("").tag(sync=True)
    subtitle = traitlets.Unicode("").tag(sync=True)
    panels: Any = traitlets.List().tag(sync=True)
    panel = traitlets.Unicode("").tag(sync=True)
    selection = traitlets.Dict().tag(sync=True)
    threshold = traitlets.Float(None, allow_none=True).tag(sync=True)
    row = traitlets.Int(None, allow_none=True).tag(sync=True)
    feature = traitlets.Int(None, allow_none=True).tag(sync=True)
    saved_slices: Any = traitlets.List().tag(sync=True)
    status = traitlets.Dict(IDLE).tag(sync=True)
    contents = traitlets.Unicode("").tag(sync=True)
    findings = traitlets.Any(None, allow_none=True)

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.views: dict[str, ViewWidget] = {}
        self.exporter: Exporter | None = None
        self._export: bytes = b""
        self._available: dict[str, Panel] = {
            panel.identifier: panel for panel in all_panels() if panel.applies(evaluation)
        }
        self._selected = everything(evaluation)
        self.worker = Worker(self._tell)
        self._entries_lock = Lock()
        # The shell's element carries its model's id, so the id must be in the first state that the browser gets.
        identifier = uuid4().hex
        super().__init__(
            model_id=identifier,
            workbench=f"IPY_MODEL_{identifier}",
            title=evaluation.model_name,
            subtitle=_subtitle(evaluation),
            panel=next(iter(self._available)),
            panels=[_entry(panel) for panel in self._available.values()],
            selection=self._selected.to_record(),
            threshold=evaluation.threshold,
        )
        self.observe(self._selection_asked, names="selection")
        self.observe(lambda change: self.open_panel(change["new"]), names="panel")
        self.observe(self._threshold_moved, names="threshold")
        self.open_panel(self.panel)

    # -- panels ----------------------------------------------------------------------------------------------------

    def open_panel(self, identifier: str) -> ViewWidget | None:
        """Build the panel's widget when it is opened for the first time; return None when that failed."""
        if identifier not in self.views:
            try:
                self.views[identifier] = self._available[identifier].build(self)
            except Exception as error:
                self._update_entry(identifier, state="failed", error=error_record(error))
                return None
            entry = next(entry for entry in self.panels if entry["id"] == identifier)
            state = entry["state"] if entry["state"] == "computing" else "ready"
            self._update_entry(identifier, reference=self.views[identifier].reference, state=state)
        return self.views[identifier]

    def build_all(self) -> dict[str, ViewWidget]:
        """Build every panel that has not been opened yet, bring the others up to date, and return all by panel id."""
        for identifier in self._available:
            view = self.open_panel(identifier)
            if view is not None:
                view.refresh()
        return self.views

    def set_badge(self, identifier: str, findings: FindingsResult) -> None:
        """Show how many findings need attention beside the panel's name."""
        serious = [finding for finding in findings.findings if finding.severity != "info"]
        worst = "critical" if any(finding.severity == "critical" for finding in serious) else "warning"
        badge = {"count": len(serious), "severity": worst} if serious else None
        self._update_entry(identifier, badge=badge)

    def in_background(self, identifier: str, work: Callable[[Job], None]) -> None:
        """Run ``work`` on the worker for a panel; a failure is shown in the panel, not lost."""

        def guarded(job: Job) -> None:
            try:
                work(job)
            except CancelledWork:
                raise
            except Exception as error:
                self._update_entry(identifier, error=error_record(error), state="failed")

        self.worker.submit(guarded)

    def in_front(self, identifier: str) -> AbstractContextManager[None]:
        """Let the worker make way for a piece of a panel's work if that panel is the open one."""
        return self.worker.making_way() if self.panel == identifier else nullcontext()

    def _update_entry(self, identifier: str, **changes: Any) -> None:
        # The worker's thread and the cell's thread both change entries.
        with self._entries_lock:
            self.panels = [{**entry, **changes} if entry["id"] == identifier else entry for entry in self.panels]

    # -- shared state ----------------------------------------------------------------------------------------------

    @property
    def selected(self) -> Selection:
        """The rows in focus."""
        return self._selected

    def select(self, chosen: Any, label: str | None = None) -> None:
        """Select rows from Python: None (all), a query, a boolean mask or positions."""
        token = int(self.selection.get("token", 0)) + 1
        self._accept(from_python(self.evaluation, chosen, label, token))

    def save_slice(self, name: str, query: str | None = None) -> None:
        """Keep a condition under a name, in place of the one of that name; None keeps the selection's."""
        if query is None and self._selected.query is None:
            raise MldValueError(
                "MLD-S22",
                "query",
                f"the selection ({self._selected.label}) has no query",
                "a condition, or a selection made by one",
                'Pass one, for example save_slice("far", "distance > 500").',
            )
        chosen = self._selected.query if query is None else query
        self.saved_slices = with_slice(self.saved_slices, record_of(self.evaluation, name, chosen))

    def remove_slice(self, name: str) -> None:
        """Forget a saved slice; a selection that was made by it stays."""
        self.saved_slices = without_slice(self.saved_slices, name)

    def _selection_asked(self, change: Mapping[str, Any]) -> None:
        if change["new"] == self._selected.to_record():
            return
        try:
            self._accept(resolve(self.evaluation, change["new"]))
        except MldError as error:
            self.selection = self._selected.to_record()
            self.status = {"state": "failed", "text": str(error), "fraction": None}

    def _accept(self, selected: Selection) -> None:
        self._selected = selected
        self.selection = selected.to_record()
        if self.status["state"] == "failed":
            self.status = IDLE

    def _threshold_moved(self, change: Mapping[str, Any]) -> None:
        if change["new"] is None:
            return
        self.evaluation = self.evaluation.at_threshold(change["new"])
        self.saved_slices = recounted(self.evaluation, self.saved_slices)
        record = self._selected.to_record()
        if record["kind"] == "cell" and record["threshold"] != change["new"]:
            # The rows of a confusion cell are those that the present threshold puts there.
            self._accept(resolve(self.evaluation, {**record, "threshold": change["new"], "token": record["token"] + 1}))

    def accepts(self, name: str, value: Any) -> bool:
        """Return whether there is such a panel, row, feature or threshold; a selection is checked when resolved."""
        if name == "panel":
            return isinstance(value, str) and value in self._available
        if name == "row":
            return value is None or (type(value) is int and 0 <= value < self.evaluation.n)
        if name == "feature":
            return value is None or (type(value) is int and 0 <= value < len(self.evaluation.features))
        if name == "threshold":
            binary = self.evaluation.task == "binary"
            return type(value) in (int, float) and 0 <= value <= 1 if binary else value is None
        return isinstance(value, dict)

    @traitlets.validate("panel", "row", "feature", "threshold")
    def _possible(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if not self.accepts(name, value):
            allowed = {
                "panel": ", ".join(self._available),
                "row": f"a whole number from 0 to {self.evaluation.n - 1}, or None",
                "feature": f"a position from 0 to {len(self.evaluation.features) - 1}, or None",
                "threshold": "a number from 0 to 1" if self.evaluation.task == "binary" else "None",
            }
            raise MldValueError("MLD-S20", name, repr(value), allowed[name], "Choose one of these.")
        return value

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file, where the selection says which of the rows in the file it holds."""
        state = super().report_state(include_data=include_data)
        carried = self.carried_rows(include_data=include_data)
        if carried is None:
            return state
        if not self._selected.is_everything:
            selected = np.intersect1d(carried, self._selected.rows)
            state["selection"] = {**self._selected.to_record(), "rows": selected.tolist()}
        state["saved_slices"] = [
            {**record, "rows": carried[self.evaluation.rows_matching(record["query"])[carried]].tolist()}
            for record in self.saved_slices
        ]
        return state

    def carried_rows(self, *, include_data: bool) -> Rows | None:
        """Return the positions of the rows that an exported file carries, ascending; None when it has no row table."""
        rows = self.views.get("rows")
        return np.sort(rows.exported_rows(include_data=include_data)) if isinstance(rows, CarriesRows) else None

    # -- requests --------------------------------------------------------------------------------------------------

    @request
    def ping(self) -> bool:
        """Answer that the kernel is there."""
        return True

    @request
    def cancel(self) -> bool:
        """Stop the running work."""
        stopped = self.worker.cancel()
        self.status = {"state": "cancelled", "text": "Cancelled", "fraction": None} if stopped else IDLE
        return stopped

    @request
    def export_bytes(self, format: str, include_data: bool = False) -> Future[dict[str, Any]]:
        """Make the exported file and say in how many pieces it can be fetched."""
        if format not in ("html", "ipynb"):
            raise MldValueError("MLD-X10", "format", repr(format), "'html' or 'ipynb'", "Choose one of the two.")
        if not isinstance(include_data, bool):
            raise MldTypeError("MLD-X11", "include_data", repr(include_data), "True or False", "Tick or clear the box.")
        # What the worker still computes belongs in the file; the kernel stays free until it is there.
        return afterwards(self.worker.submit(lambda _job: None), lambda: self._exported(format, include_data))

    @request
    def export_chunk(self, index: int) -> Any:
        """Return one piece of the file that ``export_bytes`` made."""
        n_chunks = max(1, -(-len(self._export) // CHUNK_BYTES))
        if not isinstance(index, int) or not 0 <= index < n_chunks:
            raise MldValueError("MLD-X13", "index", repr(index), f"0 to {n_chunks - 1}", "Export again.")
        piece = self._export[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        return np.frombuffer(piece, dtype=np.uint8)

    def _exported(self, format: str, include_data: bool) -> dict[str, Any]:
        if self.exporter is None:
            raise MldValueError(
                "MLD-X12", "export", "no exporter", "a workbench made by show", "Use workbench.export(path)."
            )
        name, self._export = self.exporter(format, include_data)
        size = len(self._export)
        return {"name": name, "size": size, "n_chunks": max(1, -(-size // CHUNK_BYTES))}

    def _tell(self, text: str, fraction: float | None) -> None:
        if text:
            self.status = {"state": "running", "text": text, "fraction": fraction}
        elif self.status["state"] == "running":
            self.status = IDLE


def _entry(panel: Panel) -> dict[str, Any]:
    return {
        "id": panel.identifier,
        "label": panel.label,
        "group": panel.group,
        "badge": None,
        "reference": "",
        "state": "unbuilt",
        "error": None,
    }


def _subtitle(evaluation: Evaluation) -> str:
    splits = list(evaluation.splits)
    p = evaluation.X.shape[1]
    alone = evaluation.images is not None and p == 0
    size = [f"{evaluation.n:,} images"] if alone else [f"{evaluation.n:,} rows", f"{p:,} feature{'s' * (p != 1)}"]
    parts = [evaluation.task, *size]
    if len(splits) > 1:
        parts.append(" / ".join(splits))
    return " · ".join(parts)
