"""One ``Feature`` per column: kind, categories, range, missing. The only place that decides kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FeatureKind = Literal["numeric", "boolean", "categorical", "datetime", "text"]


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """What one column of the raw table holds, as far as a control or a chart must know.

    Attributes
    ----------
    name
        Column name as text, exactly as the user wrote it (``str(label)`` for labels that are not text).
    position
        Column position in ``Evaluation.X``. Views refer to columns by position, never by name.
    kind
        ``numeric``, ``boolean``, ``categorical``, ``datetime`` or ``text``.
    dtype
        The pandas dtype as text, for display.
    integer
        True when every present numeric value is a whole number.
    missing, unique
        Number of missing rows, number of distinct present values.
    low, high
        Smallest and largest finite present value; milliseconds since 1970 UTC for datetimes;
        None where there is no order or no finite value.
    categories
        Distinct values as text, most frequent first, at most ``MAX_CATEGORIES``; empty for numeric,
        datetime and text columns. ``unique`` says how many there are in all.
    counts
        Histogram: rows per category (same order as ``categories``), or rows per bin of equal width
        between ``low`` and ``high`` (``HISTOGRAM_BINS`` bins; empty when there is no range).
    """

    name: str
    position: int
    kind: FeatureKind
    dtype: str
    integer: bool
    missing: int
    unique: int
    low: float | None
    high: float | None
    categories: tuple[str, ...]
    counts: npt.NDArray[np.int32]


MAX_CATEGORIES = 200
HISTOGRAM_BINS = 30
