"""Which rows are in focus, and why: one selection per workbench, read and set from every panel and from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError, type_of

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Rows = npt.NDArray[np.intp]

#: A selection of more rows travels to the browser as its description and count only.
LARGEST_ROW_LIST = 2_000


class Selection:
    """The rows in focus.

    Attributes
    ----------
    rows
        (s,) row positions in the Evaluation, ascending, except that clicked rows keep the order of the clicks.
    label
        Why these rows, in words, as the chip shows it.
    query
        The pandas query that gives the same rows, or None when there is none.
    """

    def __init__(self, evaluation: Evaluation, record: Mapping[str, Any], rows: Rows | None) -> None:
        self._evaluation = evaluation
        self._record = dict(record)
        self._rows = rows

    @property
    def is_everything(self) -> bool:
        """True when nothing is selected, so that all rows are in focus."""
        return self._rows is None

    @property
    def rows(self) -> Rows:
        """Row positions in the Evaluation."""
        return np.arange(self._evaluation.n) if self._rows is None else self._rows

    @property
    def label(self) -> str:
        """Why these rows, in words."""
        return str(self._record["label"])

    @property
    def query(self) -> str | None:
        """The pandas query that gives these rows, or None."""
        query = self._record.get("query")
        return None if query is None else str(query)

    def __len__(self) -> int:
        return self._evaluation.n if self._rows is None else len(self._rows)

    def __repr__(self) -> str:
        return f"Selection({self.label!r}, {len(self):,} of {self._evaluation.n:,} rows)"

    def to_frame(self) -> pd.DataFrame:
        """Return the selected rows: raw features plus target, predicted and loss, indexed by row position."""
        evaluation = self._evaluation
        frame = evaluation.X.iloc[self.rows].set_axis(pd.Index(self.rows, name="row"))
        for name, values in (("target", evaluation.y), ("predicted", evaluation.predicted), ("loss", evaluation.loss)):
            frame[_free_name(name, frame)] = np.asarray(values)[self.rows]
        return frame

    def to_record(self) -> dict[str, Any]:
        """Return the selection as the browser and a saved state hold it (JSON)."""
        return {**self._record, "n": len(self)}


def everything(evaluation: Evaluation, token: int = 0) -> Selection:
    """Return the selection of all rows."""
    return Selection(evaluation, {"kind": "all", "label": "all rows", "token": token}, None)


def resolve(evaluation: Evaluation, record: Any) -> Selection:
    """Check a selection that came from a view or a saved state, and find its rows.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-S10`` to ``MLD-S16`` when a field is missing, of a wrong type or out of range.
    """
    if not isinstance(record, Mapping):
        raise MldTypeError("MLD-S10", "selection", type_of(record), "an object with a kind", "Select rows again.")
    kind = record.get("kind")
    resolver = _RESOLVERS.get(kind) if isinstance(kind, str) else None
    if resolver is None:
        allowed = ", ".join(sorted(_RESOLVERS))
        raise MldValueError("MLD-S11", "selection", f"kind={kind!r}", f"one of {allowed}", "Select rows again.")
    token = record.get("token", 0)
    fields, rows = resolver(evaluation, record)
    return Selection(evaluation, {"kind": kind, **fields, "token": token if isinstance(token, int) else 0}, rows)


def from_python(evaluation: Evaluation, chosen: Any, label: str | None, token: int) -> Selection:
    """Return the selection that a person asked for in Python.

    Parameters
    ----------
    chosen
        None for all rows, a query in pandas' query language, a boolean mask of n values, or row positions.
    label
        What the chip says; a query shows itself.
    """
    if chosen is None:
        return everything(evaluation, token)
    if isinstance(chosen, Selection):
        return resolve(evaluation, {**chosen.to_record(), "token": token, "rows": chosen.rows.tolist()})
    if isinstance(chosen, str):
        return resolve(evaluation, {"kind": "query", "query": chosen, "label": label, "token": token})
    rows = _positions(evaluation, chosen)
    text = label or (f"row {rows[0]:,}" if len(rows) == 1 else f"{len(rows):,} rows chosen in Python")
    return Selection(evaluation, {"kind": "python", "label": text, "token": token, **_row_list(rows)}, rows)


def _free_name(name: str, frame: pd.DataFrame) -> str:
    while name in frame.columns:
        name += "_"
    return name


def _row_list(rows: Rows) -> dict[str, Any]:
    return {"rows": rows.tolist()} if len(rows) <= LARGEST_ROW_LIST else {}


def _positions(evaluation: Evaluation, chosen: Any) -> Rows:
    try:
        array = np.asarray(chosen)
    except ValueError:
        array = np.empty((), dtype=object)
    if array.dtype == np.bool_ and array.shape == (evaluation.n,):
        return np.flatnonzero(array)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise MldTypeError(
            "MLD-S12",
            "selection",
            f"{type(chosen).__name__} of shape {array.shape} and dtype {array.dtype}",
            f"row positions, a query, or a boolean mask of {evaluation.n:,} values",
            "Pass for example workbench.select(numpy.flatnonzero(mask)).",
        )
    outside = array[(array < 0) | (array >= evaluation.n)]
    if outside.size:
        raise MldValueError(
            "MLD-S13",
            "selection",
            f"row {int(outside[0])}",
            f"row positions from 0 to {evaluation.n - 1}",
            "Use positions in the Evaluation (iloc), not index labels.",
        )
    return array.astype(np.intp)


def _all_rows(evaluation: Evaluation, record: Mapping[str, Any]) -> tuple[dict[str, Any], Rows | None]:
    return {"label": "all rows"}, None


def _listed_rows(evaluation: Evaluation, record: Mapping[str, Any]) -> tuple[dict[str, Any], Rows]:
    rows = _positions(evaluation, record.get("rows"))
    label = f"row {rows[0]:,}" if len(rows) == 1 else f"{len(rows):,} rows"
    return {"label": _label(record, label), **_row_list(rows)}, rows


def _confusion_cell(evaluation: Evaluation, record: Mapping[str, Any]) -> tuple[dict[str, Any], Rows]:
    classes = evaluation.class_names
    if evaluation.task not in ("binary", "multiclass"):
        raise MldValueError(
            "MLD-S14",
            "selection",
            f"a confusion cell of a {evaluation.task} task",
            "rows or a query",
            "Select rows instead.",
        )
    truth = _index(record, "truth", len(classes))
    predicted = _index(record, "predicted", len(classes))
    threshold = _number(record, "threshold")
    mask = (evaluation.class_codes == truth) & (_codes_at(evaluation, threshold) == predicted)
    split = record.get("split")
    if split is not None:
        mask &= _in_split(evaluation, split)
    label = f"truth {classes[truth]}, predicted {classes[predicted]}"
    if threshold is not None and evaluation.task == "binary":
        label += f" at {threshold:.4g}"
    fields = {"truth": truth, "predicted": predicted, "split": split, "threshold": threshold}
    text = label if split is None or len(evaluation.splits) == 1 else f"{label}, {split}"
    return {"label": text, **fields}, np.flatnonzero(mask)


def _query_rows(evaluation: Evaluation, record: Mapping[str, Any]) -> tuple[dict[str, Any], Rows]:
    query = record.get("query")
    if not isinstance(query, str):
        raise MldTypeError("MLD-S15", "query", type_of(query), "text", 'Write for example "distance > 500".')
    rows = np.flatnonzero(evaluation.rows_matching(query))
    return {"label": _label(record, query), "query": query}, rows


def _value_range(evaluation: Evaluation, record: Mapping[str, Any]) -> tuple[dict[str, Any], Rows]:
    field = record.get("field")
    values = _range_fields(evaluation).get(field) if isinstance(field, str) else None
    if values is None:
        raise MldValueError(
            "MLD-S16", "field", repr(field), ", ".join(_range_fields(evaluation)), "Brush a histogram again."
        )
    low, high = _number(record, "low"), _number(record, "high")
    numbers = np.asarray(values() if callable(values) else values, dtype=np.float64)
    mask = np.ones(len(numbers), dtype=bool)
    if low is not None:
        mask &= numbers >= low
    if high is not None:
        mask &= numbers <= high
    split = record.get("split")
    if split is not None:
        mask &= _in_split(evaluation, split)
    bounds = " to ".join("any" if bound is None else f"{bound:,.4g}" for bound in (low, high))
    label = f"{field} {bounds}" if split is None or len(evaluation.splits) == 1 else f"{field} {bounds}, {split}"
    return {"label": label, "field": field, "low": low, "high": high, "split": split}, np.flatnonzero(mask)


_Resolver = Callable[["Evaluation", Mapping[str, Any]], tuple[dict[str, Any], Rows | None]]
_RESOLVERS: dict[str, _Resolver] = {
    "all": _all_rows,
    "rows": _listed_rows,
    "python": _listed_rows,
    "cell": _confusion_cell,
    "query": _query_rows,
    "range": _value_range,
}


def _range_fields(evaluation: Evaluation) -> dict[str, Any]:
    fields: dict[str, Any] = {"loss": evaluation.loss}
    if evaluation.task == "regression":
        fields["error"] = lambda: np.asarray(evaluation.scores) - np.asarray(evaluation.y, dtype=np.float64)
    elif evaluation.task == "binary":
        fields["score"] = evaluation.scores
    if evaluation.confidence is not None:
        fields["confidence"] = evaluation.confidence
    return fields


def _codes_at(evaluation: Evaluation, threshold: float | None) -> npt.NDArray[Any]:
    if threshold is None or evaluation.task != "binary":
        return np.asarray(evaluation.predicted_codes)
    scores = np.asarray(evaluation.scores)
    return np.where(np.isnan(scores), -1, scores >= threshold)


def _in_split(evaluation: Evaluation, split: Any) -> npt.NDArray[np.bool_]:
    names = list(evaluation.splits)
    if split not in names:
        raise MldValueError("MLD-S17", "split", repr(split), ", ".join(names), "Name one of the splits.")
    return np.asarray(evaluation.split_of == names.index(split))


def _label(record: Mapping[str, Any], otherwise: str) -> str:
    label = record.get("label")
    return label[:200] if isinstance(label, str) and label else otherwise


def _index(record: Mapping[str, Any], name: str, size: int) -> int:
    value = record.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < size:
        raise MldValueError("MLD-S18", name, repr(value), f"a whole number from 0 to {size - 1}", "Select again.")
    return value


def _number(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise MldValueError("MLD-S19", name, repr(value), "a finite number or null", "Select again.")
    return float(value)
