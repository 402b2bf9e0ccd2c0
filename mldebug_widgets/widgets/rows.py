"""Rows panel: all rows in a virtual table; the kernel sorts, filters and serves pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.image_pages import Thumbnails, thumbnails
from mldebug_widgets.analyzers.rows import RowsResult, RowTable
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import request
from mldebug_widgets.widgets.panels import Panel
from mldebug_widgets.widgets.selection import Rows, Selection, everything
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

#: A view asks for what it can show; nobody sees more rows than this at once.
LARGEST_PAGE = 500

#: Raw rows in an exported file unless the person asks for more. With the row under What-if and its nearest row: 200.
EXPORTED_ROWS = 198
MOST_EXPORTED_ROWS = 100_000

#: Pictures on one page of the view, at most.
MOST_PICTURES = 100
#: An exported file has a picture for so many of its rows, those with the highest loss, of this longest side.
EXPORTED_PICTURES = 198
EXPORTED_SIDE = 64


class RowsWidget(ViewWidget):
    """Serves pages of the row table.

    Attributes
    ----------
    columns
        The table's columns.
    sort, ascending, query
        What the view shows; written by the view, kept in a saved state.
    version
        Grows when pages that the view holds are no longer true.
    scope
        The selection that narrows the table, without its rows. Rows clicked in the table are marked in it and leave
        the scope as it was; every other selection becomes the scope.
    classes
        Class names in the model's order: without a kernel the view finds the rows of a confusion cell by them.
    embedded
        In an exported file: the rows it carries.
    pictures
        Whether the rows have images, so that they can be shown as pictures.
    embedded_pictures
        In an exported file: small pictures of the rows it carries.
    """

    stem = "rows"
    browser_writes = frozenset({"sort", "ascending", "query"})

    columns = traitlets.Any(()).tag(sync=True, to_json=encoded)
    sort = traitlets.Unicode("loss").tag(sync=True)
    ascending = traitlets.Bool(False).tag(sync=True)
    query = traitlets.Unicode("").tag(sync=True)
    version = traitlets.Int(0).tag(sync=True)
    scope = traitlets.Dict().tag(sync=True)
    classes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    embedded = traitlets.Any(None).tag(sync=True, to_json=encoded)
    pictures = traitlets.Bool(False).tag(sync=True)
    embedded_pictures = traitlets.Any(None).tag(sync=True, to_json=encoded)

    def __init__(self, session: WorkbenchWidget) -> None:
        self._session = session
        self._table = RowTable(session.evaluation)
        self._narrowed_to = everything(session.evaluation)
        classes = session.evaluation.classes
        super().__init__(
            columns=self._table.columns,
            workbench=session.reference,
            scope=_scope_record(self._narrowed_to),
            classes=[] if classes is None else [str(name) for name in classes],
            pictures=session.evaluation.images is not None,
        )
        self._narrow()
        session.observe(self._answers_changed, names="threshold")
        session.observe(self._narrow, names="selection")

    def _narrow(self, _change: object = None) -> None:
        selected = self._session.selected
        if selected.to_record()["kind"] != "rows":
            self._narrowed_to = selected
            self.scope = _scope_record(selected)

    def _answers_changed(self, _change: object) -> None:
        """Another threshold gives other predictions: make the table again and have the view ask again."""
        self._table = RowTable(self._session.evaluation)
        self.version += 1

    @request
    def page(self, start: int, count: int, sort: str, ascending: bool, query: str = "") -> RowsResult:
        """Return one page of the rows in scope."""
        if any(isinstance(value, bool) or not isinstance(value, int) for value in (start, count)):
            raise MldTypeError("MLD-W10", "start, count", f"{start!r}, {count!r}", "whole numbers", "Scroll again.")
        if start < 0 or not 0 <= count <= LARGEST_PAGE:
            raise MldValueError(
                "MLD-W11", "start, count", f"{start}, {count}", f"0 and up, 0 to {LARGEST_PAGE}", "Scroll again."
            )
        scope = self._narrowed_to
        rows = None if scope.is_everything else scope.rows
        return self._table.page(start=start, count=count, sort=sort, ascending=ascending, query=query, rows=rows)

    @request
    def thumbnails(self, rows: Any) -> Thumbnails:
        """Return small pictures of some rows."""
        self._check_pictures(rows)
        return thumbnails(self._session.evaluation, np.asarray(rows, np.intp))

    def _check_pictures(self, rows: Any) -> None:
        if not self.pictures:
            raise MldValueError(
                "MLD-W77", "images", "an evaluation without images", "one with images", "Pass images= to evaluate()."
            )
        n = self.n_rows
        fits = isinstance(rows, list) and 0 < len(rows) <= MOST_PICTURES
        if not fits or not all(type(row) is int and 0 <= row < n for row in rows):
            allowed = f"1 to {MOST_PICTURES} row positions from 0 to {n - 1}"
            raise MldValueError("MLD-W78", "rows", shown(rows), allowed, "Turn the page again.")

    def exported_rows(self, *, include_data: bool) -> Rows:
        """Return the rows that an exported file carries: those with the highest loss.

        With a selection, half of them are the selection's own, so that it shows something in the file too.
        """
        limit = MOST_EXPORTED_ROWS if include_data else EXPORTED_ROWS
        worst = self._worst(limit, None)
        if self._narrowed_to.is_everything or limit >= self.n_rows:
            return worst
        selected = self._worst(limit, self._narrowed_to.rows)
        own = selected[: max(limit // 2, limit - len(np.setdiff1d(worst, selected)))]
        others = worst[~np.isin(worst, own)]
        return np.concatenate([own, others[: limit - len(own)]])

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file: the rows that it carries, highest loss first."""
        rows = self.exported_rows(include_data=include_data)
        page = self._table.page(start=0, count=len(rows), sort="loss", ascending=False, query="", rows=rows)
        state = {"mode": "report", "embedded": encode(page), "sort": self.sort, "query": ""}
        if self.pictures:
            shown = np.asarray(page.rows)[:EXPORTED_PICTURES].astype(np.intp)
            state["embedded_pictures"] = encode(thumbnails(self._session.evaluation, shown, side=EXPORTED_SIDE))
        return state

    @property
    def n_rows(self) -> int:
        """Number of rows in the table."""
        return self._session.evaluation.n

    def _worst(self, count: int, rows: Rows | None) -> Rows:
        return np.asarray(self._table.page(start=0, count=count, sort="loss", ascending=False, rows=rows).rows)


def _scope_record(selected: Selection) -> dict[str, Any]:
    return {key: value for key, value in selected.to_record().items() if key in {"kind", "label", "n", "token"}}


def build(workbench: WorkbenchWidget) -> RowsWidget:
    """Make the panel; pages are computed when the view asks for them."""
    return RowsWidget(workbench)


PANEL = Panel("rows", "Rows", "Narrow", 40, build)
