"""What a row is compared with: the baseline's cells, in the dtypes of the user's columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_row
from mldebug_widgets.analyzers.columns import column_codes, column_numbers
from mldebug_widgets.errors import MldTypeError, MldValueError, shown

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import Feature

#: Rows of a background sample.
BACKGROUND_ROWS = 20
NAMES = ("mean", "median", "zero", "background")


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """One row of cells, or several whose attributions are averaged.

    Attributes
    ----------
    name
        "mean", "median", "zero", "row", "background".
    note
        What that means here, in words.
    frame
        (b, p) the cells, in the dtypes of the user's columns.
    texts
        (p,) the cells as text; empty for a background sample.
    """

    name: str
    note: str
    frame: pd.DataFrame
    texts: tuple[str, ...]


def baseline_of(ev: Evaluation, baseline: Any, method: str, seed: int) -> Baseline:
    """Return the cells for ``baseline`` (see ``mld.attributions``); they come from the training rows where known."""
    if baseline == "auto" if isinstance(baseline, str) else False:
        baseline = "background" if method == "gradient_shap" else "mean"
    if not isinstance(baseline, str):
        return _of_row(ev, baseline)
    if baseline not in NAMES:
        raise MldValueError("MLD-O83", "baseline", f"got {baseline!r}", _ALLOWED, 'Leave it out for "auto".')
    split = ev.train
    rows = np.arange(ev.n) if split is None else ev.splits[split]
    where = f"all {len(rows):,} rows" if split is None else f"the {len(rows):,} rows of {split}"
    if baseline == "background":
        chosen = rows
        if len(rows) > BACKGROUND_ROWS:
            chosen = np.sort(np.random.default_rng(seed).choice(rows, BACKGROUND_ROWS, replace=False))
        note = f"average over a background sample of {len(chosen)} of {where}, seed {seed}"
        return Baseline("background", note, ev.X.iloc[chosen].reset_index(drop=True), ())
    source = ev.X if split is None else ev.X.iloc[rows]
    cells = [_cell(source.iloc[:, feature.position], feature, baseline) for feature in ev.features]
    frame = pd.concat(cells, axis=1)
    frame.columns = ev.X.columns
    return Baseline(baseline, _note(baseline, where, ev.features), frame, cell_texts(frame))


_ALLOWED = '"auto", "mean", "median", "zero", "background", or the position of a row'


def _of_row(ev: Evaluation, baseline: Any) -> Baseline:
    if not isinstance(baseline, int | np.integer) or isinstance(baseline, bool):
        raise MldTypeError("MLD-O83", "baseline", f"got {shown(baseline)}", _ALLOWED, 'Leave it out for "auto".')
    at = checked_row(baseline, ev.n, "baseline")
    frame = ev.X.iloc[[at]].reset_index(drop=True)
    return Baseline("row", f"row {at}", frame, cell_texts(frame))


def _note(name: str, where: str, features: tuple[Feature, ...]) -> str:
    kinds = {feature.kind for feature in features}
    words = {"mean": f"mean over {where}", "median": f"median over {where}", "zero": "0 in every number"}[name]
    if any(feature.integer and "int" in feature.dtype.lower() for feature in features) and name != "zero":
        words += ", rounded where the column holds whole numbers"
    others = []
    if kinds & {"categorical", "boolean"}:
        others.append("the most frequent category")
    if "datetime" in kinds:
        others.append("the median moment")
    if "text" in kinds:
        others.append("the empty text")
    return f"{words}; elsewhere {' and '.join(others)}" if others else words


def _cell(column: pd.Series, feature: Feature, name: str) -> pd.Series:
    """Return one cell as a Series of one, in the column's dtype."""
    if feature.kind == "text":
        return pd.Series([""], dtype=column.dtype if getattr(column.dtype, "type", None) is str else object)
    if feature.kind in ("categorical", "boolean"):
        return _most_frequent(column)
    if feature.kind == "datetime" or pd.api.types.is_timedelta64_dtype(column.dtype):
        return _middle(column, feature)
    numbers = column_numbers(column, feature.kind).astype(np.float64)
    present = numbers[np.isfinite(numbers)]
    if not present.size:
        return column.iloc[:1].reset_index(drop=True)
    value = 0.0 if name == "zero" else float(present.mean() if name == "mean" else np.median(present))
    return pd.Series(pd.array([_fitting(value, column.dtype)], dtype=column.dtype))


def _fitting(value: float, dtype: Any) -> Any:
    return round(value) if pd.api.types.is_integer_dtype(dtype) else value


def _most_frequent(column: pd.Series) -> pd.Series:
    codes, _ = column_codes(column)
    present = codes[codes >= 0]
    first = 0 if not present.size else int(np.flatnonzero(codes == np.bincount(present).argmax())[0])
    return column.iloc[[first]].reset_index(drop=True)


def _middle(column: pd.Series, feature: Feature) -> pd.Series:
    """Return the lower median, which is a moment that the column holds."""
    numbers = column_numbers(column, feature.kind)
    order = np.argsort(numbers, kind="stable")
    present = int(np.isfinite(numbers).sum())
    return column.iloc[[int(order[max(present - 1, 0) // 2])]].reset_index(drop=True)


def cell_texts(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the first row's cells as a person reads them."""
    return tuple(_text(frame.iloc[0, position]) for position in range(frame.shape[1]))


def _text(cell: Any) -> str:
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return "missing"
    if isinstance(cell, float | np.floating):
        return f"{float(cell):.4g}"
    return str(cell)
