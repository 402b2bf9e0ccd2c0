"""Crossfilter: histograms of every column that follow a brush in the browser, and show any selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.crossfilter import CrossfilterResult, crossfilter, recounted
from mldebug_widgets.analyzers.crossfilter_cubes.counting import CountingCancelled
from mldebug_widgets.analyzers.crossfilter_cubes.records import BrushCube, BrushedBins
from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import error_record, request
from mldebug_widgets.widgets.worker import CancelledWork, Job
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget


class CrossfilterWidget(ViewWidget):
    """Draws a ``CrossfilterResult``, and turns brushes into the workbench's selection.

    Attributes
    ----------
    selected
        What the selection is made of, bin by bin, with its brushes when it was brushed here; None for all rows.
    embedded
        In an exported file: what it needs to follow one brush.
    """

    stem = "crossfilter"

    selected = traitlets.Any(None).tag(sync=True, to_json=encoded)
    embedded = traitlets.Any(None).tag(sync=True, to_json=encoded)

    def __init__(
        self, result: CrossfilterResult | None, workbench: WorkbenchWidget | None = None, split: str = ""
    ) -> None:
        """Draw ``result``; where there is none, count the workbench's rows of ``split``."""
        self._workbench = workbench
        self._split = split
        self._countings = 0
        self._brushes: tuple[BrushedBins, ...] = ()
        super().__init__(result=result, workbench=workbench.reference if workbench else "")
        if workbench is not None:
            workbench.observe(self._follow_selection, names="selection")
            workbench.observe(self._threshold_moved, names="threshold")
            if result is None:
                self._count(None)

    @property
    def query(self) -> str:
        """The query that selects the brushed rows, "" without a brush."""
        return self.result.query(self._brushes) if self._brushes else ""

    @request
    def cube(self, active: Any, brushes: Any) -> BrushCube:
        """Count everything that the strip shows while the dimension ``active`` is brushed."""
        cube: BrushCube = self._counted().cube(active, _brushes(brushes))
        return cube

    @request
    def select(self, brushes: Any) -> None:
        """Select the brushed rows everywhere; without a brush, all rows."""
        result = self._counted()
        wanted = _brushes(brushes)
        query = result.query(wanted)
        self._brushes = wanted
        if self._workbench is None:
            self.selected = result.selected_by(wanted) if wanted else None
            return
        brushed = {"kind": "query", "query": query, "label": result.words(wanted)}
        record = brushed if wanted and query else {"kind": "all"}
        # Whatever is selected now, this is another request: its token is one higher.
        self._workbench.selection = {**record, "token": int(self._workbench.selection.get("token", 0)) + 1}

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file: wider bins, every pair of them counted, and the carried rows' bins."""
        workbench = self._workbench
        carried, selected = None, None
        if workbench is not None:
            self.result = self.result or crossfilter(workbench.evaluation, split=self._split or None)
            carried = workbench.carried_rows(include_data=include_data)
            selected = None if workbench.selected.is_everything else workbench.selected.rows
        result: CrossfilterResult = self.result.for_file()
        return {
            "mode": "report",
            "result": encode(result),
            "embedded": encode(result.pairs(np.empty(0, np.intp) if carried is None else carried)),
            "selected": encode(None if selected is None else result.selected_rows(selected)),
        }

    def show_split(self, split: str = "") -> None:
        """Count the rows of another split on the workbench's worker: "" the held-out one, "all" all rows."""
        self._split = split
        self._count(None)

    def _threshold_moved(self, _change: object) -> None:
        self._count(self.result)

    def _count(self, before: CrossfilterResult | None) -> None:
        """Count in the background, from the bins of ``before`` if that is given; only the newest counting is shown."""
        if self._workbench is None:
            return
        self._countings += 1
        counting, evaluation, split = self._countings, self._workbench.evaluation, self._split

        def count(job: Job) -> None:
            def unwanted() -> bool:
                return job.cancelled() or counting != self._countings

            if unwanted():
                return
            try:
                job.progress("Counting histograms")
                if before is None:
                    result = crossfilter(evaluation, split=split or None, cancelled=unwanted)
                else:
                    result = recounted(before, evaluation, cancelled=unwanted)
            except (CancelledWork, CountingCancelled):
                return
            except Exception as error:
                self.failed = error_record(error)
                return
            if not unwanted():
                self._show(result)

        self._workbench.worker.submit(count)

    def _show(self, result: CrossfilterResult) -> None:
        with self.hold_sync():
            self.selected = None
            self.result = result
            self._follow_selection()

    def _follow_selection(self, _change: object = None) -> None:
        if self._workbench is None or self.result is None:
            return
        selected = self._workbench.selected
        if selected.is_everything:
            self._brushes = ()
            self.selected = None
        elif self._still_brushed(selected.query):
            self.selected = self.result.selected_by(self._brushes)
        else:
            self._brushes = ()
            self.selected = self.result.selected_rows(selected.rows)

    def _still_brushed(self, query: str | None) -> bool:
        """Tell whether the selection is that of the brushes; after a new counting they may be others."""
        try:
            return bool(self._brushes) and self.query == query
        except MldError:
            return False

    def _counted(self) -> CrossfilterResult:
        if self.result is None:
            raise MldValueError(
                "MLD-W50", "crossfilter", "the histograms are still being counted", "a brush on counted histograms",
                "Wait until they are drawn.",
            )  # fmt: skip
        result: CrossfilterResult = self.result
        return result


def _brushes(value: Any) -> tuple[BrushedBins, ...]:
    """Check brushes that came from the browser; that they are inside the histograms is checked where they are used."""
    names = ("dimension", "first", "last")
    if not isinstance(value, list | tuple) or not all(
        isinstance(item, dict) and item.keys() == {*names} for item in value
    ):
        raise MldTypeError(
            "MLD-W51", "brushes", shown(value), "a list of {dimension, first, last}", "Brush a histogram again."
        )
    return tuple(BrushedBins(*(item[name] for name in names)) for item in value)


def widget_of(result: CrossfilterResult) -> CrossfilterWidget:
    """Return a strip of its own: brushes show there what they select, and nowhere else."""
    return CrossfilterWidget(result)


def build_for(workbench: WorkbenchWidget, split: str = "") -> CrossfilterWidget:
    """Return a strip for a panel of the workbench; it is counted on the workbench's worker."""
    return CrossfilterWidget(None, workbench, split)
