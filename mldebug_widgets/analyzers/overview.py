"""How good the model is, on which rows, and against what simple baseline."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mldebug_widgets.analyzers.arguments import checked_evaluation, named_split
from mldebug_widgets.analyzers.baselines import Baseline, baselines
from mldebug_widgets.analyzers.metrics.metric import Direction, Metric
from mldebug_widgets.analyzers.metrics.of_task import HEADLINES, metrics_of
from mldebug_widgets.analyzers.metrics.scored import scored_rows, split_rows
from mldebug_widgets.analyzers.metrics.tables import metrics_frame
from mldebug_widgets.errors import MldValueError

if TYPE_CHECKING:
    import pandas as pd

    from mldebug_widgets.evaluation.evaluation import Evaluation

__all__ = [
    "Baseline",
    "Direction",
    "Metric",
    "OverviewResult",
    "SplitMetrics",
    "baselines",
    "overview",
    "with_baselines",
]


@dataclass(frozen=True, slots=True)
class SplitMetrics:
    """The metrics of one split. ``n`` rows, of which ``n_scored`` have a finite score and a known target."""

    split: str
    n: int
    n_scored: int
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class OverviewResult:
    """Headline metrics on every split, and baselines once they are known.

    ``headline`` names the metrics for the tiles, in order. ``primary`` is the split that decides (held-out when there
    is one). ``train`` is the split the model learned from, where it is known: the first headline metric there minus
    the same on ``primary`` is the gap that overfitting opens. ``threshold`` is where a score becomes the positive
    answer (binary), else None. ``baselines`` is empty until they have been fitted.
    """

    kind: Literal["overview"]
    task: str
    model_name: str
    n_rows: int
    n_features: int
    primary: str
    train: str | None
    threshold: float | None
    headline: tuple[str, ...]
    splits: tuple[SplitMetrics, ...]
    baselines: tuple[Baseline, ...]
    seconds: float

    def metric(self, name: str, split: str | None = None) -> Metric:
        """Return one metric of a split (the primary one by default).

        Raises
        ------
        MldValueError
            MLD-O59 for a split, MLD-O60 for a metric that is not there.
        """
        found = named_split(self.splits, split or self.primary)
        metrics = {metric.name: metric for metric in found.metrics}
        if name not in metrics:
            raise MldValueError("MLD-O60", "name", f"got {name!r}", f"one of {', '.join(metrics)}", "Use one of them.")
        return metrics[name]

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame indexed by (split, metric) with columns value, low, high and interval.

        The baselines' metrics on the primary split are there too, with the baseline's name in place of the split's.
        """
        groups = {entry.split: entry.metrics for entry in self.splits}
        groups |= {entry.name: entry.metrics for entry in self.baselines}
        return metrics_frame(groups)

    def __repr__(self) -> str:
        lead = self.metric(self.headline[0])
        value = "not computed" if lead.value is None else f"{lead.value:.4g}"
        return (
            f"OverviewResult({self.task}, {self.n_rows:,} rows, {lead.label} {value} on {self.primary!r}, "
            f"{len(self.baselines)} baselines)"
        )


def overview(ev: Evaluation) -> OverviewResult:
    """Return how good the model is: the metrics of its task on every split, with 95% intervals.

    Parameters
    ----------
    ev
        The Evaluation.

    Returns
    -------
    OverviewResult
        All rows that have a finite score and a known target are counted; none is sampled. ``baselines`` is empty:
        they take longer and come from ``baselines(ev)``.

    Notes
    -----
    The intervals take rows for independent. ROC AUC: DeLong. Shares: Wilson. Balanced accuracy and F1 of two classes:
    bootstrap over rows. Means: bootstrap up to 10,000 rows, delta method beyond. The interval of a train split says how
    well that split is measured, not how well the model would do on new rows.
    """
    checked_evaluation(ev)
    started = time.perf_counter()
    splits = tuple(_split_metrics(ev, split) for split in ev.splits)
    return OverviewResult(
        kind="overview",
        task=ev.task,
        model_name=ev.model_name,
        n_rows=ev.n,
        n_features=ev.X.shape[1],
        primary=ev.primary,
        train=ev.train,
        threshold=ev.threshold,
        headline=HEADLINES[ev.task],
        splits=splits,
        baselines=(),
        seconds=time.perf_counter() - started,
    )


def _split_metrics(ev: Evaluation, split: str) -> SplitMetrics:
    scored = scored_rows(ev, split_rows(ev, split))
    return SplitMetrics(split, scored.n, len(scored), metrics_of(ev, scored))


def with_baselines(result: OverviewResult, fitted: tuple[Baseline, ...]) -> OverviewResult:
    """Return ``result`` with the baselines filled in."""
    return replace(result, baselines=fitted)
