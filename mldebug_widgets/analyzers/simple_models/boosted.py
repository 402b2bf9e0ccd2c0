"""A small gradient-boosted tree model: what a flexible model finds in the same columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import NUMBER_KINDS, column_numbers
from mldebug_widgets.evaluation.schema import Feature

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
Scores = npt.NDArray[np.float64]

ROUNDS = 60

#: Trees fitted between two looks at ``cancelled``. Each piece sorts the columns into bins anew, so few are cheaper.
TREES_PER_PIECE = 20

CHUNK_ROWS = 16_384


def usable_features(ev: Evaluation, learn: Positions) -> list[Feature]:
    """Return the features with something to learn from: not free text, and not missing in all of ``learn``."""
    return [f for f in ev.features if f.kind != "text" and ev.X.iloc[learn, f.position].notna().any()]


def boosted_scores(
    ev: Evaluation, features: Sequence[Feature], learn: Positions, judged: Positions, cancelled: Callable[[], bool]
) -> Scores | None:
    """Return (s, k) class probabilities, or (s, 1) of the positive class or predictions; None when cancelled.

    Parameters
    ----------
    ev
        The Evaluation; binary, multiclass or regression.
    features
        ``usable_features`` of ``learn``, at least one.
    learn
        Positions to learn from, at least two classes among them.
    judged
        Positions to answer.
    cancelled
        Asked every few rounds and every few rows.
    """
    from threadpoolctl import threadpool_limits

    categories = [_categories(ev.X.iloc[learn, feature.position], feature) for feature in features]
    model = _model(ev, categories)
    matrix = _matrix(ev.X, features, categories, learn)
    truth = ev.y[learn].astype(np.float64) if ev.class_codes is None else ev.class_codes[learn]
    step = max(2, TREES_PER_PIECE // len(ev.classes)) if ev.task == "multiclass" else TREES_PER_PIECE
    for rounds in range(step, ROUNDS + step, step):
        if cancelled():
            return None
        # On one thread: small parallel loops wait for each other where other work keeps the cores busy.
        with threadpool_limits(limits=1, user_api="openmp"):
            model.set_params(max_iter=min(rounds, ROUNDS)).fit(matrix, truth)
    answers = []
    for start in range(0, len(judged), CHUNK_ROWS):
        if cancelled():
            return None
        part = _matrix(ev.X, features, categories, judged[start : start + CHUNK_ROWS])
        with threadpool_limits(limits=1, user_api="openmp"):
            answers.append(_answer(model, part, ev))
    return np.concatenate(answers)


def _model(ev: Evaluation, categories: Sequence[pd.Index | None]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    make = HistGradientBoostingRegressor if ev.task == "regression" else HistGradientBoostingClassifier
    return make(
        learning_rate=0.15,
        max_leaf_nodes=15,
        categorical_features=[kept is not None for kept in categories],
        early_stopping=False,
        warm_start=True,
        random_state=ev.seed,
    )


def _answer(model: Any, matrix: npt.NDArray[np.float32], ev: Evaluation) -> Scores:
    if ev.class_codes is None:
        return np.asarray(model.predict(matrix)[:, None])
    scores = np.zeros((len(matrix), len(ev.classes)))
    scores[:, model.classes_] = model.predict_proba(matrix)
    return scores[:, 1:] if ev.task == "binary" else scores


def _categories(cells: pd.Series, feature: Feature) -> pd.Index | None:
    """Return the categories that get a code of their own, or None for numbers. scikit-learn allows 255."""
    if feature.kind in NUMBER_KINDS:
        return None
    counts = cells.astype(object).map(str, na_action="ignore").value_counts()
    return pd.Index(counts.index[:250], dtype=object)


def _matrix(
    frame: pd.DataFrame, features: Sequence[Feature], categories: Sequence[pd.Index | None], rows: Positions
) -> npt.NDArray[np.float32]:
    matrix = np.empty((len(rows), len(features)), dtype=np.float32)
    for at, (feature, kept) in enumerate(zip(features, categories, strict=True)):
        cells = frame.iloc[rows, feature.position]
        if kept is None:
            matrix[:, at] = column_numbers(cells, feature.kind)
        else:
            codes = kept.get_indexer(pd.Index(cells.astype(object).map(str, na_action="ignore"), dtype=object))
            matrix[:, at] = np.where(codes < 0, np.nan, codes)
    return matrix
