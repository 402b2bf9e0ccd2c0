"""How wrong is each row, and which rows are searched: the numbers that slices, heat maps and histograms average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_vocabulary.wording import literal_of
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.evaluation.query_columns import QueryColumns

Floats = npt.NDArray[np.floating[Any]]
Positions = npt.NDArray[np.intp]

#: What ``split=`` takes for the rows of every split.
ALL_ROWS = "all"

_LABELS = {
    "error": "error",
    "loss": "loss",
    "absolute_residual": "absolute error",
    "residual": "predicted minus actual",
    "custom": "given value",
}
_OF_TASK = {
    "binary": ("error", "loss"),
    "multiclass": ("error", "loss"),
    "multilabel": ("loss",),
    "regression": ("absolute_residual", "residual", "loss"),
}


@dataclass(frozen=True, slots=True, eq=False)
class RowMetric:
    """One number per row, larger where the model is more wrong.

    Attributes
    ----------
    name, label
        "error", "loss", "absolute_residual", "residual" or "custom", and how it reads on screen.
    values
        (n,) NaN where the row cannot be judged.
    binary
        True when every known value is 0 or 1, so that its mean is a share of rows.
    """

    name: str
    label: str
    values: Floats
    binary: bool


@dataclass(frozen=True, slots=True, eq=False)
class SearchedRows:
    """The rows that are looked at.

    Attributes
    ----------
    rows
        (r,) their positions, ascending.
    split
        Name of their split, "" for all rows.
    query
        The condition that selects them in the whole Evaluation, "" for all rows.
    """

    rows: Positions
    split: str
    query: str


def metric_names(ev: Evaluation) -> tuple[str, ...]:
    """Return the metrics that the Evaluation's task has, the default first."""
    return _OF_TASK[ev.task]


def metric_label(ev: Evaluation, name: str) -> str:
    """Return how a metric reads on screen: the loss by its own name."""
    return ev.loss_name if name == "loss" else _LABELS[name]


def row_metric(ev: Evaluation, metric: Any = None) -> RowMetric:
    """Return how wrong each row is.

    Parameters
    ----------
    ev
        The Evaluation.
    metric
        "error" (1 where the predicted class is wrong), "loss", "absolute_residual", "residual" (predicted minus
        actual), n values, or None for the task's own: "error" with classes, "absolute_residual" for regression,
        "loss" for several labels.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-W34`` for a name that the task does not have, ``MLD-W35`` for values that are not one number per row.
    """
    if metric is None or isinstance(metric, str):
        name = metric_names(ev)[0] if metric is None else metric
        if name not in metric_names(ev):
            allowed = f"{', '.join(metric_names(ev))}, or {ev.n:,} values"
            raise MldValueError("MLD-W34", "metric", shown(metric), allowed, f"Leave it out for {metric_names(ev)[0]}.")
        values = _named(ev, name)
        return RowMetric(name, metric_label(ev, name), values, name == "error")
    values = _given(metric, ev.n)
    known = values[~np.isnan(values)]
    return RowMetric("custom", _LABELS["custom"], values, bool(((known == 0) | (known == 1)).all()))


def searched_rows(ev: Evaluation, split: Any = None) -> SearchedRows:
    """Return the rows of a split: of the held-out one by default, of all splits for "all".

    Raises
    ------
    MldValueError
        ``MLD-W36`` for a split that is not there.
    """
    name = ev.primary if split is None else split
    if not isinstance(name, str) or (name not in ev.splits and name != ALL_ROWS):
        allowed = ", ".join(map(repr, dict.fromkeys((*ev.splits, ALL_ROWS))))
        raise MldValueError("MLD-W36", "split", shown(split), allowed, "Leave it out for the held-out rows.")
    if name not in ev.splits or len(ev.splits) == 1:
        return SearchedRows(np.arange(ev.n), "", "")
    rows = np.sort(np.asarray(ev.splits[name], dtype=np.intp))
    return SearchedRows(rows, name, f"{QueryColumns(ev).written('split')} == {literal_of(name) or repr(name)}")


def _named(ev: Evaluation, name: str) -> Floats:
    if name == "loss":
        return np.asarray(ev.loss)
    if name == "error":
        truth, predicted = np.asarray(ev.class_codes), np.asarray(ev.predicted_codes)
        wrong: Floats = (truth != predicted).astype(np.float32)
        wrong[(truth < 0) | (predicted < 0)] = np.nan
        return wrong
    residual: Floats = np.subtract(ev.scores, ev.y, dtype=np.float64)
    residual[~np.isfinite(residual)] = np.nan
    return np.abs(residual) if name == "absolute_residual" else residual


def _given(metric: Any, n: int) -> Floats:
    try:
        values = np.array(metric, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MldTypeError(
            "MLD-W35", "metric", shown(metric), f"a metric's name or {n:,} numbers", 'Pass for example metric="loss".'
        ) from error
    if values.shape != (n,):
        raise MldValueError(
            "MLD-W35", "metric", f"values of shape {values.shape}", f"{n:,} numbers, one per row of the Evaluation",
            'Pass for example metric=ev.loss, or metric="loss".',
        )  # fmt: skip
    values[~np.isfinite(values)] = np.nan
    return values
