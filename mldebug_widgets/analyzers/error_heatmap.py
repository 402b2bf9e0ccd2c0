"""Where is the error in the plane of two features? The two-feature error heat map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class ErrorHeatMap:
    """Mean metric per cell of two binned columns, over all searched rows.

    Attributes
    ----------
    x, y
        The columns.
    x_labels, y_labels
        Words for every bin; ``x_queries``, ``y_queries`` the queries that select them.
    counts
        (len(y), len(x)) rows per cell.
    means
        (len(y), len(x)) mean metric per cell, NaN where there is no row.
    overall
        Mean metric over all searched rows.
    scope_query
        Query of the searched rows ("" = all), to be joined by "and" with the two bins' queries.
    """

    x: str
    y: str
    x_labels: tuple[str, ...]
    y_labels: tuple[str, ...]
    x_queries: tuple[str, ...]
    y_queries: tuple[str, ...]
    scope_query: str
    counts: npt.NDArray[np.int32]
    means: npt.NDArray[np.float32]
    overall: float
    metric_label: str
