"""Slices panel: where the model is wrong. The search runs on the workbench's worker; conditions are measured live."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any

import traitlets

from mldebug_widgets.analyzers.builder_columns import builder_columns
from mldebug_widgets.analyzers.error_heatmap import ErrorHeatMap, error_heatmap
from mldebug_widgets.analyzers.row_metric import ALL_ROWS, metric_names
from mldebug_widgets.analyzers.slice_comparison import (
    RowComparer,
    SliceComparison,
    SliceMeasure,
    measure_slice,
    relabelled,
)
from mldebug_widgets.analyzers.slices import NextStep, SlicesResult, default_slices, find_slices, with_next_steps
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import error_record, request
from mldebug_widgets.widgets.crossfilter import build_for
from mldebug_widgets.widgets.panels import Panel
from mldebug_widgets.widgets.slice_report import embedded_slices
from mldebug_widgets.widgets.worker import CancelledWork, Job
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

#: What the panel searches for when it is opened; ``find_slices`` has the same defaults.
K = 10
MAX_PREDICATES = 3
MOST_PREDICATES = 4

#: An answer carries the distributions of so many columns, those that differ most.
MOST_FEATURES = 200

#: Progress is told at most so often.
TELL_SECONDS = 0.1

DIRECTIONS = ("worse", "better")

IDLE: dict[str, Any] = {"state": "idle", "text": "", "fraction": None, "error": None}


class SlicesWidget(ViewWidget):
    """Draws a ``SlicesResult``; in a workbench it also searches, measures, compares and saves slices.

    Attributes
    ----------
    crossfilter
        Reference of the strip of histograms, "" without a workbench.
    columns
        What conditions can be made of; empty until they are counted.
    scopes, scope
        The splits that can be searched ("all" for every row), and the one that the panel works on.
    settings
        What is searched for: ``metric`` of ``metrics``, ``direction``, ``max_predicates``, ``k``.
    status
        How the search goes: state, text, fraction, and the coded error of one that failed.
    stale
        Whether the threshold has moved since the search.
    embedded
        In an exported file: comparisons and rows by query, and one heat map.
    """

    stem = "slices"

    crossfilter = traitlets.Unicode("").tag(sync=True)
    columns = traitlets.Any(()).tag(sync=True, to_json=encoded)
    scopes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    scope = traitlets.Unicode("").tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict(IDLE).tag(sync=True)
    stale = traitlets.Bool(False).tag(sync=True)
    embedded = traitlets.Any(None).tag(sync=True, to_json=encoded)

    def __init__(self, result: SlicesResult | None = None, session: WorkbenchWidget | None = None) -> None:
        """Draw ``result``; with a workbench, search its evaluation."""
        self._session = session
        self._searches = 0
        self._searched: Evaluation | None = None
        self._comparer: tuple[Evaluation, str, RowComparer] | None = None
        if session is None:
            super().__init__(result=result)
            return
        evaluation = session.evaluation
        scopes = _scopes(evaluation)
        metrics = metric_names(evaluation)
        super().__init__(
            workbench=session.reference,
            scopes=scopes,
            scope=scopes[0],
            settings={
                "metric": metrics[0],
                "metrics": list(metrics),
                "direction": DIRECTIONS[0],
                "max_predicates": MAX_PREDICATES,
                "k": K,
            },
        )
        self._strip = build_for(session)
        self.crossfilter = self._strip.reference
        session.observe(self._threshold_moved, names="threshold")
        self._start()

    # -- searching -------------------------------------------------------------------------------------------------

    @request
    def search(self, scope: Any, metric: Any, direction: Any, max_predicates: Any) -> None:
        """Search again with these settings; a search that is still running ends."""
        self._check(scope, metric, direction, max_predicates)
        if scope != self.scope:
            self._strip.show_split(scope)
        self.scope = scope
        self.settings = {
            **self.settings,
            "metric": metric,
            "direction": direction,
            "max_predicates": int(max_predicates),
        }
        self._start()

    @request
    def cancel(self) -> None:
        """End the running search; what was found before stays."""
        self._searches += 1
        if self.status["state"] == "running":
            self.status = {**IDLE, "state": "cancelled", "text": "Cancelled"}

    def refresh(self) -> None:
        """Search again where the threshold has moved since: an exported file cannot be asked to."""
        if self.stale and self.status["state"] != "running":
            self._start()

    def _start(self) -> None:
        session = self._workbench_session()
        self._searches += 1
        search, evaluation = self._searches, session.evaluation
        find = self._finder(evaluation)
        self.status = {**IDLE, "state": "running", "text": "Searching slices"}

        def unwanted(job: Job) -> bool:
            return job.cancelled() or search != self._searches

        def work(job: Job) -> None:
            if unwanted(job):
                raise CancelledWork
            try:
                if not self.columns:
                    self.columns = builder_columns(evaluation, cancelled=lambda: unwanted(job))
                result = find(lambda: unwanted(job), self._teller(job, search))
            except CancelledError as error:
                raise CancelledWork from error
            if unwanted(job):
                raise CancelledWork
            with self.hold_sync():
                self._searched = evaluation
                self.result = result
                self.stale = session.evaluation.threshold != evaluation.threshold
                self.status = IDLE

        session.worker.submit(work).add_done_callback(lambda done: self._ended(done, search))

    def _finder(self, evaluation: Evaluation) -> Callable[[Callable[[], bool], Any], SlicesResult]:
        """Return the search of the present settings; the first one is shared with the findings."""
        settings, scope = dict(self.settings), self.scope
        chosen = (scope, settings["metric"], settings["direction"], settings["max_predicates"])
        if chosen == (self.scopes[0], settings["metrics"][0], DIRECTIONS[0], MAX_PREDICATES):
            return lambda cancelled, progress: default_slices(evaluation, cancelled=cancelled, progress=progress)

        def find(cancelled: Callable[[], bool], progress: Any) -> SlicesResult:
            found = find_slices(
                evaluation,
                k=settings["k"],
                max_predicates=settings["max_predicates"],
                metric=settings["metric"],
                direction=settings["direction"],
                split=scope,
                tree=True,
                cancelled=cancelled,
                progress=progress,
            )
            return with_next_steps(found, evaluation, cancelled=cancelled)

        return find

    def _teller(self, job: Job, search: int) -> Callable[[str, float | None], None]:
        told = 0.0

        def tell(text: str, fraction: float | None = None) -> None:
            nonlocal told
            if time.monotonic() - told < TELL_SECONDS:
                return
            told = time.monotonic()
            job.progress(text, fraction)
            if search == self._searches:
                self.status = {**IDLE, "state": "running", "text": text, "fraction": fraction}

        return tell

    def _ended(self, done: Future[None], search: int) -> None:
        """Say how a search ended that brought no result, unless a newer one runs."""
        if search != self._searches:
            return
        if done.cancelled():
            self.status = {**IDLE, "state": "cancelled", "text": "Cancelled"}
        elif (error := done.exception()) is not None:
            record = error_record(error)
            self.status = {**IDLE, "state": "failed", "text": record["message"], "error": record}

    def _threshold_moved(self, _change: object) -> None:
        searched = self._searched
        self.stale = searched is not None and searched.threshold != self._workbench_session().evaluation.threshold

    # -- asking ----------------------------------------------------------------------------------------------------

    @request
    def measure(self, query: Any) -> SliceMeasure:
        """Return the metric on the rows of a condition and on the rest."""
        evaluation = self._workbench_session().evaluation
        return measure_slice(evaluation, _text("query", query), split=self.scope, metric=self.settings["metric"])

    @request
    def compare(self, query: Any, other: Any = "") -> Future[SliceComparison]:
        """Return two slices side by side, or one and the rest, in the background."""
        first, second = _text("query", query), _text("other", other)
        comparer = self.comparer()

        def work(job: Job) -> SliceComparison:
            found = comparer.compare(first, second, cancelled=job.cancelled)
            job.progress("Comparing")
            return relabelled(found, self._label(first), self._label(second)).of_most_different(MOST_FEATURES)

        return self._workbench_session().worker.submit(work)

    @request
    def heatmap(self, x: Any, y: Any) -> Future[ErrorHeatMap]:
        """Return the error in the plane of two columns, in the background."""
        evaluation, scope, metric = self._workbench_session().evaluation, self.scope, self.settings["metric"]
        across, down = _text("x", x), _text("y", y)
        return self._workbench_session().worker.submit(
            lambda _job: error_heatmap(evaluation, across, down, split=scope, metric=metric)
        )

    @request
    def what_next(self, query: Any) -> tuple[NextStep, ...]:
        """Return what to do about a slice of the result."""
        wanted = _text("query", query)
        found = next((slice for slice in self.result or () if slice.query == wanted), None)
        if found is None:
            raise MldValueError("MLD-W43", "query", shown(wanted), "the query of a slice in the list", "Search again.")
        steps: tuple[NextStep, ...] = found.what_next()
        return steps

    @request
    def save_slice(self, name: Any, query: Any) -> None:
        """Keep a condition under a name, in the whole workbench."""
        self._workbench_session().save_slice(name, _text("query", query))

    @request
    def remove_slice(self, name: Any) -> None:
        """Forget a saved slice."""
        self._workbench_session().remove_slice(name)

    def comparer(self) -> RowComparer:
        """Return what compares rows of the present scope at the present threshold; it is kept for the next time."""
        evaluation = self._workbench_session().evaluation
        if self._comparer is None or self._comparer[:2] != (evaluation, self.scope):
            self._comparer = evaluation, self.scope, RowComparer(evaluation, self.scope)
        return self._comparer[2]

    # -- exported files --------------------------------------------------------------------------------------------

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file: what stands in for the kernel there."""
        state: dict[str, Any] = {"mode": "report", "status": IDLE}
        if self._session is None:
            return state
        carried = self._session.carried_rows(include_data=include_data)
        named = [(record["query"], record["name"]) for record in self._session.saved_slices]
        embedded = embedded_slices(self.comparer(), self.result, named, carried, metric=self.settings["metric"])
        return {**state, "embedded": encode(embedded)}

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _label(self, query: str) -> str:
        """Return what a query is called on screen: its saved name, its words as a found slice, or nothing."""
        saved = (record["name"] for record in self._workbench_session().saved_slices if record["query"] == query)
        found = (slice.label for slice in self.result or () if slice.query == query)
        return next(saved, next(found, ""))

    def _workbench_session(self) -> WorkbenchWidget:
        if self._session is None:
            raise MldValueError(
                "MLD-W44", "slices", "a result that stands alone", "the Slices panel of a workbench",
                "Show the model with its data: mld.show(model, data).",
            )  # fmt: skip
        return self._session

    def _check(self, scope: Any, metric: Any, direction: Any, max_predicates: Any) -> None:
        self._workbench_session()
        for code, name, value, allowed in (
            ("MLD-W39", "scope", scope, self.scopes),
            ("MLD-W40", "metric", metric, self.settings["metrics"]),
            ("MLD-W41", "direction", direction, DIRECTIONS),
        ):
            if not isinstance(value, str) or value not in allowed:
                raise MldValueError(code, name, shown(value), ", ".join(allowed), "Choose one of these.")
        if type(max_predicates) is not int or not 1 <= max_predicates <= MOST_PREDICATES:
            allowed = f"a whole number from 1 to {MOST_PREDICATES}"
            raise MldValueError("MLD-W42", "max_predicates", shown(max_predicates), allowed, "Choose one of these.")


def _scopes(evaluation: Evaluation) -> list[str]:
    if len(evaluation.splits) == 1:
        return [ALL_ROWS]
    others = [name for name in evaluation.splits if name != evaluation.primary]
    return list(dict.fromkeys([evaluation.primary, *others, ALL_ROWS]))


def _text(argument: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MldTypeError("MLD-W45", argument, shown(value), "text", "Type or choose a condition again.")
    return value


def widget_of(result: SlicesResult) -> SlicesWidget:
    """Return a view of one result, standing alone."""
    return SlicesWidget(result)


def build(workbench: WorkbenchWidget) -> SlicesWidget:
    """Make the panel; it searches on the workbench's worker."""
    return SlicesWidget(session=workbench)


PANEL = Panel("slices", "Slices", "Narrow", 30, build)
