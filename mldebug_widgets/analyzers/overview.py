"""How good is the model, on which rows, and against what simple baseline?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric on one split with its 95% interval.

    ``interval`` names the method ("DeLong", "Wilson", "bootstrap, 1,000 resamples", "delta method", "none").
    ``name`` is the stable key ("roc_auc"), ``label`` what the screen says ("ROC AUC").
    ``value``, ``low`` and ``high`` are None when they cannot be computed; ``why`` then says why.
    """

    name: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    interval: str
    better: Direction
    why: str


@dataclass(frozen=True, slots=True)
class SplitMetrics:
    """The metrics of one split. ``n`` rows, of which ``n_scored`` have a finite score and a known target."""

    split: str
    n: int
    n_scored: int
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple model's metrics on the primary split. ``name`` "majority class" | "mean" | "logistic regression" | "ridge regression".

    ``fitted_on`` says in words which rows it learned from ("100,000 of 1,000,000 train rows, seed 0").
    ``metrics`` is empty and ``why`` set when it could not be fitted.
    """

    name: str
    fitted_on: str
    metrics: tuple[Metric, ...]
    why: str


@dataclass(frozen=True, slots=True)
class OverviewResult:
    """Headline metrics on every split, and baselines once they are known.

    ``headline`` names the metrics for the tiles, in order. ``primary`` is the split that decides (held-out
    when there is one). ``baselines`` is empty until they have been fitted.
    """

    kind: Literal["overview"]
    task: str
    model_name: str
    n_rows: int
    n_features: int
    primary: str
    headline: tuple[str, ...]
    splits: tuple[SplitMetrics, ...]
    baselines: tuple[Baseline, ...]
    seconds: float
