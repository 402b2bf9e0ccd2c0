"""Which rows: one page of the table, sorted and filtered in the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

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
    """One column of a page: ``numbers`` (r,) for numeric, boolean (0/1) and datetime (ms) kinds, NaN = missing;
    ``texts`` for the others, None = missing. Exactly one of the two is filled."""

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
