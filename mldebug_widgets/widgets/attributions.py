"""Attributions panel: why one row got its answer, what drives the model overall, and what is different in a slice."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.arguments import checked_row
from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attribution.steps import Asked
from mldebug_widgets.analyzers.attributions import AttributionsResult, Step, attribution_steps
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.widgets.attribution_settings import settings_record, target_of
from mldebug_widgets.widgets.attribution_summary import (
    ComparedAttributions,
    RowAttributions,
    compared,
    for_file,
    row_of,
    summary_of,
)
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import error_record, request
from mldebug_widgets.widgets.focus_rows import neighbour, place_of, row_in_focus
from mldebug_widgets.widgets.panels import Panel
from mldebug_widgets.widgets.pieces import PieceWork
from mldebug_widgets.widgets.selection import Rows
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

Work = Generator[Step, None, Any]

#: What a person sets on the panel.
CHOICES = ("method", "baseline", "baseline_row", "target")
#: What the panel computes, in this order; a row that is opened goes before everything.
PARTS = ("row", "all", "compared", "trust")
DOING = {
    "row": "Attributing the row",
    "all": "Attributing all rows",
    "compared": "Attributing the selection",
    "trust": "Checking how far to trust it",
}
#: Attributed rows that are enough to stand for a selection; where fewer are, so many are computed, but no more than
#: stand for all rows.
ENOUGH_SELECTED = 200
TRUST_ROWS = 20
#: About how long a panel that somebody waits for asks a slow model about all rows; it then attributes fewer of them.
PATIENCE_SECONDS = 8.0

IDLE: dict[str, Any] = {"state": "idle", "text": "", "fraction": None, "error": None}
CANCELLED: dict[str, Any] = {**IDLE, "state": "cancelled", "text": "Cancelled"}


def _summarised(result: AttributionsResult | None, widget: Any) -> Any:
    return None if result is None else encode(summary_of(result, widget.kinds))


class AttributionsWidget(ViewWidget):
    """Draws an ``AttributionsResult``; in a workbench it also computes them, for the open row and for all rows.

    The user's model is asked on the thread that runs the cells, in pieces between which the kernel answers.

    Attributes
    ----------
    result
        The ``AttributionsResult`` of all rows, or of the sample of them that its notes state.
    local
        The steps of one row.
    compared
        The selection against the rest, None while all rows are in focus.
    trust
        What was checked on some of the rows, in ``TrustLine``s.
    settings
        ``method``, ``baseline`` (with ``baseline_row``) and ``target``, and the choices of each.
    status
        How each part goes: {part: state, text, fraction, error}.
    n_rows, unavailable
        Rows that can be opened, and why the model cannot be asked, or "".
    """

    stem = "attributions"

    result = traitlets.Any(None).tag(sync=True, to_json=_summarised)
    local = traitlets.Any(None, allow_none=True).tag(sync=True, to_json=encoded)
    compared = traitlets.Any(None, allow_none=True).tag(sync=True, to_json=encoded)
    trust = traitlets.Any(()).tag(sync=True, to_json=encoded)
    settings = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    n_rows = traitlets.Int(0).tag(sync=True)
    unavailable = traitlets.Unicode("").tag(sync=True)

    def __init__(self, result: AttributionsResult | None = None, session: WorkbenchWidget | None = None) -> None:
        """Draw ``result``; with a workbench, compute what its evaluation's model answers."""
        self._session = session
        self._works: dict[str, PieceWork[Step, Any]] = {}
        self._due: set[str] = set()
        self.kinds = None if session is None else [feature.kind for feature in session.evaluation.features]
        status = dict.fromkeys(PARTS, IDLE)
        if session is None:
            first = row_of(result, 0, "") if result is not None and len(result.rows) else None
            trust = () if result is None else result.trust_lines
            super().__init__(result=result, local=first, trust=trust, status=status)
            return
        evaluation = session.evaluation
        super().__init__(
            workbench=session.reference,
            settings=_settings(evaluation),
            status=status,
            n_rows=evaluation.n,
            unavailable=evaluation.model.why_cannot,
        )
        if self.unavailable:
            return
        session.observe(lambda _change: self._ask("row"), names="row")
        session.observe(self._selection_changed, names="selection")
        session.observe(lambda _change: self._go(), names="panel")
        self._ask(*PARTS)

    # -- what the view asks ----------------------------------------------------------------------------------------

    @request
    def configure(self, method: Any, baseline: Any, baseline_row: Any, target: Any) -> None:
        """Compute everything again with these settings; what still runs ends."""
        wanted = {"method": method, "baseline": baseline, "baseline_row": baseline_row, "target": target}
        self.check_choices(wanted)
        self.choose(wanted)

    @request
    def open_row(self, row: Any) -> None:
        """Show a row here and under What-if."""
        session = self._asked_session()
        session.row = checked_row(row, session.evaluation.n)

    @request
    def step_row(self, by: Any) -> None:
        """Open the row before (-1) or after (1) this one among those in focus, highest loss first."""
        session = self._asked_session()
        if type(by) is not int or by not in (-1, 1):
            raise MldValueError("MLD-W87", "by", shown(by), "-1 or 1", "Reload the notebook page.")
        if (row := neighbour(session, by)) is not None:
            session.row = row

    @request
    def compute(self, part: Any) -> None:
        """Compute one part again, for example after it was cancelled."""
        self._asked_session()
        _check_choice("MLD-W64", "part", part, PARTS)
        self._ask(*(PARTS[1:] if part == "all" else (part,)))

    @request
    def cancel(self) -> None:
        """End what runs and forget what is due; what was found before stays."""
        self._due.clear()
        for part, work in self._works.items():
            if work.cancel():
                self._say(part, CANCELLED)

    # -- saved state -----------------------------------------------------------------------------------------------

    def choices(self) -> dict[str, Any]:
        """Return method, baseline and class; nothing where the model cannot be asked."""
        return {} if self._session is None or self.unavailable else {name: self.settings[name] for name in CHOICES}

    def check_choices(self, saved: Mapping[str, Any]) -> None:
        """Refuse what the panel does not offer."""
        evaluation = self._asked_session().evaluation
        if set(saved) != set(CHOICES):
            raise MldValueError(
                "MLD-S46", f"state['panels'][{self.stem!r}]", shown(dict(saved)),
                f"an object with {', '.join(CHOICES)}", "Pass what workbench.state() returned, unchanged.",
            )  # fmt: skip
        for code, name in (("MLD-W60", "method"), ("MLD-W61", "baseline")):
            _check_choice(code, name, saved[name], [choice["value"] for choice in self.settings[f"{name}s"]])
        if saved["baseline"] == "row":
            checked_row(saved["baseline_row"], evaluation.n, "baseline_row")
        elif saved["baseline_row"] is not None:
            got = shown(saved["baseline_row"])
            raise MldTypeError("MLD-W62", "baseline_row", got, "null", "Choose the baseline again.")
        targets = [choice["value"] for choice in self.settings["targets"]] or ["auto"]
        _check_choice("MLD-W63", "target", saved["target"], targets)

    def choose(self, saved: Mapping[str, Any]) -> None:
        """Compute everything again with these settings."""
        with self.hold_sync():
            self.settings = {**self.settings, **{name: saved[name] for name in CHOICES}}
            self.trust = ()
        self._ask(*PARTS)

    # -- computing -------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Finish what is due: an exported file cannot be asked to."""
        if self._session is None or self.unavailable:
            return
        while self._due or self._busy(PARTS):
            self._go(unseen=True)
            for work in list(self._works.values()):
                work.finish()

    def _selection_changed(self, _change: object) -> None:
        session = self._asked_session()
        if session.selected.is_everything or not len(session.selected):
            self.compared = None
        if session.row is None:
            self._ask("row", "compared")
            return
        local: RowAttributions | None = self.local
        if local is not None:
            self.local = replace(local, place=place_of(session, local.row))
        self._ask("compared")

    def _ask(self, *parts: str) -> None:
        if self.unavailable:
            return
        for part in parts:
            if part in self._works:
                self._works.pop(part).cancel()
        self._due |= set(parts)
        self._go()

    def _go(self, *, unseen: bool = False) -> None:
        """Start what is due and may start: the row at once, the other parts one after another."""
        session = self._asked_session()
        if not unseen and session.panel != PANEL.identifier:
            return
        for part in PARTS:
            if part in self._due and (part == "row" or not self._busy(PARTS)):
                self._due.discard(part)
                self._start(part)

    def _busy(self, parts: tuple[str, ...]) -> bool:
        return any(part in self._works and not self._works[part].future.done() for part in parts)

    def _start(self, part: str) -> None:
        maker: dict[str, Any] = {
            "row": self._row_steps,
            "all": lambda: self._steps(None),
            "compared": self._compared_steps,
            "trust": self._trust_steps,
        }
        session = self._asked_session()
        work: PieceWork[Step, Any] = PieceWork(
            maker[part](), lambda step: self._tell(part, step), lambda: session.in_front(PANEL.identifier)
        )
        self._works[part] = work
        self._say(part, {**IDLE, "state": "running", "text": DOING[part]})
        work.future.add_done_callback(lambda done: self._ended(part, work, done))
        work.start()

    def _tell(self, part: str, step: Step) -> None:
        self._say(part, {**IDLE, "state": "running", "text": DOING[part], "fraction": step.fraction})

    def _say(self, part: str, status: dict[str, Any]) -> None:
        if self.status.get(part) != status:
            self.status = {**self.status, part: status}

    def _ended(self, part: str, work: PieceWork[Step, Any], done: Future[Any]) -> None:
        if self._works.get(part) is not work:
            return
        if done.cancelled():  # by the button, or by an interrupt of the kernel
            self._due.clear()
            self._say(part, CANCELLED)
            return
        with self.hold_sync():
            if (error := done.exception()) is None:
                setattr(self, {"row": "local", "all": "result"}.get(part, part), done.result())
                self._say(part, IDLE)
            else:
                record = error_record(error)
                self._say(part, {**IDLE, "state": "failed", "text": record["message"], "error": record})
        if part == "all" and done.exception() is not None:
            # The other parts would fail for the same reason.
            self._due -= {"compared", "trust"}
        self._go(unseen=True)

    def _steps(self, rows: Any, *, trust: bool = False) -> Generator[Step, None, AttributionsResult]:
        evaluation, settings = self._asked_session().evaluation, self.settings
        baseline = settings["baseline_row"] if settings["baseline"] == "row" else settings["baseline"]
        target = target_of(settings["target"])
        return attribution_steps(
            evaluation, Asked(rows, settings["method"], target, baseline, trust=trust, seconds=PATIENCE_SECONDS)
        )

    def _row_steps(self) -> Generator[Step, None, RowAttributions | None]:
        session = self._asked_session()
        row, why = row_in_focus(session)
        if row is None:
            return None
        found = yield from self._steps([row])
        return row_of(found, 0, why, place_of(session, row))

    def _compared_steps(self) -> Generator[Step, None, ComparedAttributions | None]:
        session, result = self._asked_session(), self.result
        selected = session.selected
        if selected.is_everything or not len(selected) or result is None or len(selected) == session.evaluation.n:
            return None
        extra = None
        wanted = min(len(selected), ENOUGH_SELECTED, len(result.rows))
        if np.isin(result.rows, selected.rows).sum() < wanted:
            extra = yield from self._steps(_sample(np.unique(selected.rows), wanted, result.seed))
        if np.isin(result.rows, selected.rows).all():
            return None
        return compared(result, extra, selected.rows, selected.label)

    def _trust_steps(self) -> Generator[Step, None, Any]:
        rows = self.result.rows if self.result is not None else np.arange(self.n_rows)
        checked = yield from self._steps(_sample(rows, TRUST_ROWS, self._asked_session().evaluation.seed), trust=True)
        return checked.trust_lines

    # -- exported files --------------------------------------------------------------------------------------------

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file: the panel's dots, and steps of the row if the file carries it."""
        state: dict[str, Any] = {"mode": "report", "status": dict.fromkeys(PARTS, IDLE)}
        if self._session is None or self.result is None:
            return state
        carried = self._session.carried_rows(include_data=include_data)
        held = np.empty(0, dtype=np.intp) if carried is None else carried
        drawn = for_file(self.result, self.kinds, held)
        return {**state, "result": encode(drawn), "local": encode(self._carried_row(held))}

    def _carried_row(self, carried: Rows) -> RowAttributions | None:
        """Return the steps of the row, if the file carries its values; the row under What-if is in every file."""
        session, baseline_row = self._asked_session(), self.settings["baseline_row"]
        local: RowAttributions | None = self.local
        if local is None or (local.row != session.row and local.row not in carried):
            return None
        if baseline_row is None or baseline_row in carried or baseline_row == session.row:
            return local
        return replace(local, steps=tuple(replace(step, baseline="") for step in local.steps))

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _asked_session(self) -> WorkbenchWidget:
        if self._session is None:
            raise MldValueError(
                "MLD-W65", "attributions", "a result that stands alone", "the Attributions panel of a workbench",
                "Show the model with its data: mld.show(model, data).",
            )  # fmt: skip
        return self._session


def _settings(evaluation: Evaluation) -> dict[str, Any]:
    gradients = evaluation.model.family == "torch"
    methods = {name: method.label for name, method in METHODS.items() if gradients or not method.gradients}
    classes = [] if evaluation.task == "regression" else [str(name) for name in evaluation.class_names]
    default = {"binary": "1", "multiclass": "predicted"}.get(evaluation.task, "0" if classes else "auto")
    record = settings_record(methods, classes, evaluation.task, default)
    return {**record, "baseline_row": None}


def _sample(rows: Rows, count: int, seed: int) -> Rows:
    if len(rows) <= count:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, count, replace=False))


def _check_choice(code: str, name: str, value: Any, allowed: Any) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise MldValueError(code, name, shown(value), ", ".join(allowed), "Choose one of these.")


def widget_of(result: AttributionsResult) -> AttributionsWidget:
    """Return a view of one result, standing alone."""
    return AttributionsWidget(result)


def build(workbench: WorkbenchWidget) -> AttributionsWidget:
    """Make the panel; it computes in pieces between which the kernel answers."""
    return AttributionsWidget(session=workbench)


def applies(evaluation: Evaluation) -> bool:
    """Tell whether the model reads a table's columns."""
    read = evaluation.text_input
    if read is not None and read.make is not None:
        return False  # the panel Text shows which words
    return evaluation.X.shape[1] > 0 and (
        evaluation.model.can_predict or (evaluation.images is None and evaluation.texts is None)
    )


PANEL = Panel("attributions", "Attributions", "Explain", 60, build, applies)
