"""What the model would answer for a row with other values, and which real row is nearest with another answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_row
from mldebug_widgets.analyzers.columns import Scalar, scalar_at
from mldebug_widgets.analyzers.followed import followed_output
from mldebug_widgets.analyzers.gower import GowerSpace
from mldebug_widgets.analyzers.table_columns import label_text

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

__all__ = [
    "NearestRow",
    "Prediction",
    "Scalar",
    "WhatifResult",
    "nearest_other",
    "open_row",
    "predict_edited",
]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The model's answer for one row.

    ``scores`` are (k,) class probabilities, or (1,) for binary (of the positive class) and regression.
    ``predicted`` is the answer as text (class name or number). ``output`` is the one number the view follows: the
    probability of the positive class (binary), of the originally predicted class (multiclass), or the prediction.
    """

    scores: npt.NDArray[np.float32]
    predicted: str
    output: float | None


@dataclass(frozen=True, slots=True, eq=False)
class NearestRow:
    """The nearest real row that gets another answer.

    Another class (classification), or a prediction that differs by at least one standard deviation of all predictions
    (regression). ``row`` is None when there is none; ``why`` then says why.
    ``values`` are that row's values by feature position; ``distance`` is the mean over features of |difference| / range
    (numeric, datetime) or 0/1 (others): Gower's distance.
    """

    row: int | None
    distance: float | None
    values: tuple[Scalar, ...]
    predicted: str
    output: float | None
    searched: int
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class WhatifResult:
    """One row opened for editing: its values by feature position (datetimes as ms), its truth and the answer."""

    kind: Literal["whatif"]
    row: int
    split: str
    values: tuple[Scalar, ...]
    truth: str
    prediction: Prediction
    output_label: str

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame of one row per score: the class (or the target) and its score."""
        return pd.DataFrame({"score": self.prediction.scores})

    def __repr__(self) -> str:
        return (
            f"WhatifResult(row {self.row:,} of {self.split!r}, truth {self.truth}, "
            f"predicted {self.prediction.predicted}, {self.output_label} {_shown(self.prediction.output)})"
        )


Edits = Mapping[int, Scalar]

#: Candidates measured between two looks at ``cancelled``.
CHUNK_ROWS = 65_536


def open_row(ev: Evaluation, row: int) -> WhatifResult:
    """Return one row's values, truth and prediction, ready to be edited.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-S50, MLD-S51 for a row that does not exist.
    """
    position = checked_row(row, ev.n)
    code = int(ev.split_of[position])
    return WhatifResult(
        kind="whatif",
        row=position,
        split=list(ev.splits)[code] if code >= 0 else "",
        values=_row_values(ev, position),
        truth=_truth_text(ev, position),
        prediction=_prediction(ev, position, np.atleast_1d(ev.scores[position])),
        output_label=followed_output(ev, np.array([position])).label,
    )


def predict_edited(ev: Evaluation, row: int, edits: Edits) -> Prediction:
    """Return the model's answer for ``row`` with some values replaced.

    Parameters
    ----------
    ev
        The Evaluation.
    row
        Position of the row.
    edits
        {feature position: value}: a number, a switch, milliseconds since 1970 UTC for datetimes, the category as text,
        or None for missing.
    """
    position = checked_row(row, ev.n)
    return _prediction(ev, position, ev.predict_edited(position, edits).reshape(-1))


def nearest_other(
    ev: Evaluation,
    row: int,
    edits: Edits,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    prediction: Prediction | None = None,
) -> NearestRow:
    """Return the nearest real row that gets another answer than ``row`` with ``edits``.

    Every row of the Evaluation but ``row`` itself is a candidate. Another answer is another class (classification), or
    a prediction that differs by at least one standard deviation of all predictions (regression).

    Parameters
    ----------
    ev
        The Evaluation.
    row
        Position of the row.
    edits
        Its edited values, as for ``predict_edited``.
    cancelled
        Asked between chunks; the search stops when it returns True.
    prediction
        What ``predict_edited`` answers for this row and these edits, where the caller has it: then no model is called,
        and the search can run in another thread than the model's.

    Notes
    -----
    The distance is Gower's (1971): every feature counts the same, whether the model uses it or not. Free text counts
    as equal or different. It is a row that exists, not the smallest change that would turn the answer.
    """
    position = checked_row(row, ev.n)
    answer = predict_edited(ev, position, edits) if prediction is None else prediction
    candidates = _rows_with_another_answer(ev, position, answer)
    if not candidates.size:
        return _nothing_near(0, "no row of the data gets another answer")
    space = GowerSpace(ev.X, ev.features)
    point = space.point(tuple(edits.get(j, value) for j, value in enumerate(_row_values(ev, position))))
    best_row, best_distance = -1, np.inf
    for start in range(0, len(candidates), CHUNK_ROWS):
        if cancelled():
            return _nothing_near(start, "the search was stopped")
        chunk = candidates[start : start + CHUNK_ROWS]
        distances = space.distances(point, chunk)
        nearest = int(np.argmin(distances))
        if distances[nearest] < best_distance:
            best_row, best_distance = int(chunk[nearest]), float(distances[nearest])
    scores = np.atleast_1d(ev.scores[best_row]).astype(np.float32)
    return NearestRow(
        row=best_row,
        distance=best_distance,
        values=_row_values(ev, best_row),
        predicted=_answer_text(ev, scores),
        output=_followed_output(ev, position, scores),
        searched=len(candidates),
        why="",
    )


def _prediction(ev: Evaluation, row: int, scores: npt.NDArray[Any]) -> Prediction:
    narrow = scores.astype(np.float32)
    return Prediction(narrow, _answer_text(ev, narrow), _followed_output(ev, row, narrow))


def _nothing_near(searched: int, why: str) -> NearestRow:
    return NearestRow(None, None, (), "", None, searched, why)


def _rows_with_another_answer(ev: Evaluation, row: int, prediction: Prediction) -> npt.NDArray[np.intp]:
    codes = ev.predicted_codes
    if codes is None:
        away = np.abs(ev.scores - prediction.scores[0])
        differs = np.asarray(away >= max(float(np.nanstd(ev.scores)), np.finfo(np.float32).tiny))
    elif codes.ndim == 2:
        differs = np.asarray((codes != (prediction.scores >= 0.5)).any(axis=1) & (codes >= 0).all(axis=1))
    else:
        differs = np.asarray((codes != _answer_code(ev, prediction.scores)) & (codes >= 0))
    differs[row] = False
    return np.flatnonzero(differs)


def _answer_code(ev: Evaluation, scores: npt.NDArray[np.float32]) -> int:
    """Return the code of the predicted class, or -1 when the model gave no finite score."""
    if not np.isfinite(scores).all():
        return -1
    if ev.task == "binary":
        return int(scores[0] >= ev.threshold)
    return int(np.argmax(scores))


def _answer_text(ev: Evaluation, scores: npt.NDArray[np.float32]) -> str:
    if not np.isfinite(scores).all():
        return "no answer (NaN)"
    if ev.task == "regression":
        return f"{scores[0]:.6g}"
    if ev.task == "multilabel":
        return label_text(scores >= 0.5, ev.class_names)
    return ev.class_names[_answer_code(ev, scores)]


def _followed_output(ev: Evaluation, row: int, scores: npt.NDArray[np.float32]) -> float | None:
    """Return the one number that the view follows: for several classes, that of the class first predicted."""
    followed = float(scores[followed_output(ev, np.array([row])).column])
    return followed if np.isfinite(followed) else None


def _truth_text(ev: Evaluation, row: int) -> str:
    codes = ev.class_codes
    if codes is None:
        return _shown(float(ev.y[row]))
    if codes.ndim == 2:
        return label_text(codes[row] > 0, ev.class_names)
    return ev.class_names[int(codes[row])] if codes[row] >= 0 else "unknown"


def _row_values(ev: Evaluation, row: int) -> tuple[Scalar, ...]:
    return tuple(scalar_at(ev.X.iloc[:, feature.position], row, feature.kind) for feature in ev.features)


def _shown(value: Any) -> str:
    return "unknown" if value is None or not np.isfinite(value) else f"{value:.6g}"
