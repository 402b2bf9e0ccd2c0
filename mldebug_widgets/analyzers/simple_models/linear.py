"""Logistic and ridge regression on a dense matrix, stoppable between iterations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]
Link = Literal["sigmoid", "softmax", "identity"]

MOST_ITERATIONS = 100

#: Strength of the penalty on the weights (never on the intercepts): scikit-learn's defaults, C=1 and alpha=1.
PENALTY = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Weights (p, k), intercepts (k,), and what turns their sums into scores."""

    weights: Float64s
    intercepts: Float64s
    link: Link

    def scores(self, matrix: Matrix) -> Matrix:
        """Return (r, k) probabilities or predictions."""
        sums = matrix @ self.weights.astype(np.float32) + self.intercepts.astype(np.float32)
        return sums if self.link == "identity" else _probabilities(sums, self.link)


def fit_logistic(
    matrix: Matrix, truth: Matrix, link: Link, cancelled: Callable[[], bool] = lambda: False
) -> LinearModel | None:
    """Return the L2-penalised logistic regression of ``truth`` on ``matrix``, or None when cancelled.

    Parameters
    ----------
    matrix
        (n, p) encoded rows.
    truth
        (n, k) of 0 and 1: one column per class (``softmax``), or per yes-or-no label (``sigmoid``).
    link
        ``softmax`` for one class per row, ``sigmoid`` for independent labels.
    cancelled
        Asked after every iteration.
    """
    n_columns, n_outputs = matrix.shape[1], truth.shape[1]

    def objective(flat: Float64s) -> tuple[float, Float64s]:
        table = flat.reshape(n_columns + 1, n_outputs)
        return _penalised_loss(table[:-1], table[-1], matrix, truth, link)

    found = _minimise(objective, np.zeros((n_columns + 1) * n_outputs), cancelled)
    if found is None:
        return None
    table = found.reshape(n_columns + 1, n_outputs)
    return LinearModel(table[:-1], table[-1], link)


def _minimise(
    objective: Callable[[Float64s], tuple[float, Float64s]], start: Float64s, cancelled: Callable[[], bool]
) -> Float64s | None:
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    stopped = False

    def look(intermediate_result: Any) -> None:
        nonlocal stopped
        stopped = cancelled()
        if stopped:
            raise StopIteration

    # The solver's many tiny LAPACK calls wait for each other's threads on a busy machine: 70 times slower, measured.
    with threadpool_limits(1):
        options = {"maxiter": MOST_ITERATIONS, "gtol": 1e-7, "ftol": 1e-11}
        done = minimize(objective, start, jac=True, method="L-BFGS-B", callback=look, options=options)
    return None if stopped else np.asarray(done.x, dtype=np.float64)


def _penalised_loss(
    weights: Float64s, intercepts: Float64s, matrix: Matrix, truth: Matrix, link: Link
) -> tuple[float, Float64s]:
    """Return the mean log loss plus the penalty, and its gradient (flat)."""
    n = len(matrix)
    sums = matrix @ weights.astype(np.float32) + intercepts.astype(np.float32)
    if link == "sigmoid":
        loss = np.sum(np.logaddexp(0, sums) - truth * sums, dtype=np.float64)
    else:
        top = sums.max(axis=1, keepdims=True)
        total = np.log(np.exp(sums - top).sum(axis=1, keepdims=True)) + top
        loss = np.sum(truth * (total - sums), dtype=np.float64)
    error = _probabilities(sums, link) - truth
    gradient = np.vstack((matrix.T @ error + PENALTY * weights, error.sum(axis=0, dtype=np.float64)))
    penalty = PENALTY / 2 * float(np.sum(weights**2))
    return (float(loss) + penalty) / n, gradient.astype(np.float64).ravel() / n


def _probabilities(sums: Matrix, link: Link) -> Matrix:
    if link == "sigmoid":
        return np.asarray(0.5 * (1 + np.tanh(0.5 * sums)), dtype=np.float32)
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def fit_ridge(matrix: Matrix, truth: npt.NDArray[Any]) -> LinearModel:
    """Return the ridge regression of ``truth`` (n,) on ``matrix`` (n, p)."""
    from sklearn.linear_model import Ridge

    fitted = Ridge(alpha=PENALTY).fit(matrix.astype(np.float64), truth)
    weights = np.asarray(fitted.coef_, dtype=np.float64)
    return LinearModel(weights[:, None], np.array([float(fitted.intercept_)]), "identity")
