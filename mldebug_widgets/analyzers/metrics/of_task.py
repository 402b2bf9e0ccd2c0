"""The metric set of each task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebug_widgets.analyzers.metrics.binary import binary_metrics
from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.analyzers.metrics.multiclass import multiclass_metrics
from mldebug_widgets.analyzers.metrics.multilabel import multilabel_metrics
from mldebug_widgets.analyzers.metrics.ranking import Ranking
from mldebug_widgets.analyzers.metrics.regression import regression_metrics
from mldebug_widgets.analyzers.metrics.scored import ScoredRows

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: The metrics of the tiles, the deciding one first.
HEADLINES: dict[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "recall", "precision"),
    "multiclass": ("accuracy", "macro_f1", "log_loss"),
    "multilabel": ("micro_f1", "macro_f1", "subset_accuracy"),
    "regression": ("r2", "mae", "rmse"),
}


def metrics_of(ev: Evaluation, scored: ScoredRows, *, ranking: Ranking | None = None) -> tuple[Metric, ...]:
    """Return the metrics of the Evaluation's task on ``scored``; ``ranking`` is that of the positive class if known."""
    # A model that only gives labels has no log loss; its per-row loss is 0 or 1.
    loss = scored.loss if ev.loss_name == "log loss" else None
    if ev.task == "binary":
        return binary_metrics(
            scored.truth == 1,
            scored.predicted == 1,
            scored.scores,
            loss,
            positive_name=ev.class_names[1],
            seed=ev.seed,
            ranking=ranking,
        )
    if ev.task == "multiclass":
        return multiclass_metrics(scored.truth, scored.predicted, scored.scores, loss, seed=ev.seed)
    if ev.task == "multilabel":
        return multilabel_metrics(scored.truth, scored.predicted, loss, seed=ev.seed)
    return regression_metrics(scored.truth, scored.predicted, seed=ev.seed)
