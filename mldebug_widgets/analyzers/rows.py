"""Which rows: one page of the table, sorted and filtered in the kernel."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_rows
from mldebug_widgets.analyzers.ordering import Order, stable_order
from mldebug_widgets.analyzers.table_columns import FeatureColumn, Source, outcome_sources
from mldebug_widgets.errors import MldTypeError, MldValueError, type_of

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Value = TypeVar("Value")

ColumnRole = Literal["row", "split", "target", "predicted", "score", "confidence", "loss", "feature"]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of the row table: ``key`` ("loss", "predicted", or "feature:3"), what it is, and its range for bars."""

    key: str
    label: str
    role: ColumnRole
    kind: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class ColumnValues:
    """One column of a page, as numbers or as texts; the other of the two is None or empty.

    ``numbers`` (r,) for numeric, boolean (0/1) and datetime (ms) kinds, NaN = missing; ``texts`` for the others,
    None = missing.
    """

    numbers: npt.NDArray[Any] | None
    texts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RowsResult:
    """Rows ``start`` to ``start + len(rows)`` of the table in the asked order.

    ``rows`` (r,) positions in the Evaluation; ``total`` rows after filter and selection, of ``n_rows`` in all.
    ``columns`` and ``values`` are parallel.
    """

    kind: Literal["rows"]
    start: int
    total: int
    n_rows: int
    sort: str
    ascending: bool
    query: str
    rows: npt.NDArray[np.int32]
    columns: tuple[TableColumn, ...]
    values: tuple[ColumnValues, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the page as a DataFrame indexed by row position, one column per label."""
        columns = {
            column.key: values.numbers if values.numbers is not None else list(values.texts)
            for column, values in zip(self.columns, self.values, strict=True)
        }
        frame = pd.DataFrame(columns, index=pd.Index(self.rows, name="row"))
        frame.columns = [column.label for column in self.columns]
        return frame.iloc[:, 1:]

    def __repr__(self) -> str:
        order = "ascending" if self.ascending else "descending"
        kept = "all" if self.total == self.n_rows else f"{self.total:,} of"
        last = self.start + len(self.rows)
        return f"RowsResult({self.start:,} to {last:,} of {kept} {self.n_rows:,} rows, by {self.sort} {order})"


class RowTable:
    """All rows of an Evaluation as a table that is sorted, filtered and served in pages.

    Orders, filters and their combination are kept for the few latest requests, so that scrolling costs only the page.

    Parameters
    ----------
    ev
        The Evaluation.
    """

    KEPT = 4

    def __init__(self, ev: Evaluation) -> None:
        self._ev = ev
        self._sources: dict[str, Source] = {}
        columns = []
        for role, label, source in outcome_sources(ev):
            columns.append(self._add(role, label, role, source))
        for feature in ev.features:
            source = FeatureColumn(ev.X.iloc[:, feature.position], feature)
            columns.append(self._add(f"feature:{feature.position}", feature.name, "feature", source))
        self.columns: tuple[TableColumn, ...] = tuple(columns)
        self._orders: OrderedDict[Hashable, Order] = OrderedDict()
        self._filters: OrderedDict[Hashable, npt.NDArray[np.bool_]] = OrderedDict()
        self._views: OrderedDict[Hashable, Order] = OrderedDict()
        self._selected: npt.NDArray[np.intp] | None = None
        self._selection_token = 0

    def _add(self, key: str, label: str, role: Any, source: Source) -> TableColumn:
        self._sources[key] = source
        low, high = source.bounds()
        return TableColumn(key, label, role, source.kind, low, high)

    def page(
        self,
        *,
        start: int,
        count: int,
        sort: str = "loss",
        ascending: bool = False,
        query: str = "",
        rows: Any = None,
    ) -> RowsResult:
        """Return ``count`` rows from ``start`` of the rows that match ``query`` and are among ``rows``, in order.

        Parameters
        ----------
        start, count
            Which part of the sorted and filtered table; a part beyond its end is empty.
        sort, ascending
            Column key and direction. Missing values come last either way, equal values keep the order of the rows.
        query
            Condition in pandas' query language over the features and target, predicted, loss, confidence, row, split.
        rows
            Positions or a boolean mask; None for all rows.

        Raises
        ------
        MldValueError, MldTypeError
            MLD-O53 unknown column, MLD-O54 impossible page, MLD-S51 to S54 rows, and the query's own codes.
        """
        _check_page(start, count)
        if sort not in self._sources:
            known = ", ".join(self._sources)
            raise MldValueError("MLD-O53", "sort", f"got {sort!r}", f"one of {known}", "Use a column's key.")
        view = self._view(sort, bool(ascending), query, rows)
        shown = view[start : start + count]
        values = tuple(ColumnValues(*self._sources[column.key].page(shown)) for column in self.columns)
        return RowsResult(
            kind="rows",
            start=start,
            total=len(view),
            n_rows=self._ev.n,
            sort=sort,
            ascending=bool(ascending),
            query=query,
            rows=shown,
            columns=self.columns,
            values=values,
        )

    def _view(self, sort: str, ascending: bool, query: str, rows: Any) -> Order:
        token = self._token(rows)
        if not query.strip() and token is None:
            return self._order(sort, ascending)
        return _kept(
            self._views,
            (sort, ascending, query, token),
            lambda: (order := self._order(sort, ascending))[self._filter(query, token)[order]],
        )

    def _order(self, sort: str, ascending: bool) -> Order:
        def sorted_now() -> Order:
            values, missing = self._sources[sort].keys()
            return stable_order(values, ascending=ascending, missing=missing)

        return _kept(self._orders, (sort, ascending), sorted_now)

    def _filter(self, query: str, token: int | None) -> npt.NDArray[np.bool_]:
        return _kept(self._filters, (query, token), lambda: self._matching(query, token))

    def _matching(self, query: str, token: int | None) -> npt.NDArray[np.bool_]:
        mask = np.ones(self._ev.n, dtype=np.bool_)
        if query.strip():
            mask &= self._ev.rows_matching(query)
        if token is not None:
            among = np.zeros(self._ev.n, dtype=np.bool_)
            among[self._selected] = True
            mask &= among
        return mask

    def _token(self, rows: Any) -> int | None:
        """Return a number that stands for the selection and changes when its rows do."""
        if rows is None:
            return None
        positions = checked_rows(rows, self._ev.n)
        if self._selected is None or not np.array_equal(positions, self._selected):
            self._selected = positions.copy()
            self._selection_token += 1
        return self._selection_token


def rows_page(
    ev: Evaluation,
    *,
    start: int,
    count: int,
    sort: str = "loss",
    ascending: bool = False,
    query: str = "",
    rows: Any = None,
) -> RowsResult:
    """Return one page of the rows; for several pages keep a ``RowTable``, which remembers orders and filters."""
    return RowTable(ev).page(start=start, count=count, sort=sort, ascending=ascending, query=query, rows=rows)


def _check_page(start: Any, count: Any) -> None:
    for name, value in (("start", start), ("count", count)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise MldTypeError("MLD-O54", name, f"got {type_of(value)}", "a whole number", "Pass for example 0.")
        if value < 0:
            raise MldValueError("MLD-O54", name, f"got {value}", "0 or more", "Pass for example 0.")


def _kept(cache: OrderedDict[Hashable, Value], key: Hashable, compute: Callable[[], Value]) -> Value:
    """Return the cached value, computing it first if needed; the least recently used one makes room."""
    if key not in cache:
        cache[key] = compute()
        if len(cache) > RowTable.KEPT:
            cache.popitem(last=False)
    cache.move_to_end(key)
    return cache[key]
