"""Rows by a condition in the pandas query language, parsed and never evaluated as code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd


def rows_matching(query: str, frame: pd.DataFrame, extra: Mapping[str, pd.Series]) -> npt.NDArray[np.bool_]:
    """Return (n,) True where ``query`` holds."""
    if not query.strip():
        return np.ones(len(frame), bool)
    from mldebug_widgets.errors import MldValueError

    raise MldValueError("MLD-S30", "query", repr(query), "an empty query", "Queries follow.")
