"""Metrics as DataFrames."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mldebug_widgets.analyzers.metrics.metric import Metric

_COLUMNS = ("value", "low", "high", "interval")


def metrics_frame(groups: Mapping[str, tuple[Metric, ...]]) -> pd.DataFrame:
    """Return a frame indexed by (split, metric) with columns value, low, high and interval."""
    index = [(group, metric.name) for group, metrics in groups.items() for metric in metrics]
    rows = [
        (metric.value, metric.low, metric.high, metric.interval) for metrics in groups.values() for metric in metrics
    ]
    frame = pd.DataFrame(
        rows, columns=list(_COLUMNS), index=pd.MultiIndex.from_tuples(index, names=["split", "metric"])
    )
    return frame.astype({"value": "float64", "low": "float64", "high": "float64"})


def metrics_by_split(groups: Mapping[str, tuple[Metric, ...]]) -> pd.DataFrame:
    """Return a frame indexed by metric with columns (split, value), (split, low) and (split, high)."""
    frame = metrics_frame(groups).drop(columns="interval").unstack("split").swaplevel(axis=1)
    names = [metric.name for metric in next(iter(groups.values()))]
    wide: pd.DataFrame = frame.reindex(
        index=pd.Index(names, name="metric"),
        columns=pd.MultiIndex.from_product([list(groups), ["value", "low", "high"]], names=["split", None]),
    )
    return wide
