"""What a small flexible model finds in the same columns: something to measure underfitting against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.analyzers.metrics.of_task import metrics_of
from mldebug_widgets.analyzers.metrics.scored import scored_rows
from mldebug_widgets.analyzers.simple_models.answers import with_answers
from mldebug_widgets.analyzers.simple_models.boosted import boosted_scores, usable_features
from mldebug_widgets.analyzers.simple_models.plan import has_train, train_rows

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

LEARNED_ROWS = 20_000
FEWEST_LEARNED_ROWS = 1_000
JUDGED_ROWS = 50_000

#: Rows times columns that are learned from: a wide table teaches from fewer rows.
LEARNED_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Reference:
    """Metrics of a small boosted tree model on held-out rows.

    ``fitted_on`` and ``judged_on`` say on how many rows, in words. ``metrics`` is empty and ``why`` set when it could
    not be fitted.
    """

    metrics: tuple[Metric, ...]
    fitted_on: str
    judged_on: str
    why: str


def reference(ev: Evaluation, cancelled: Callable[[], bool] = lambda: False) -> Reference:
    """Return what 60 rounds of boosted trees, learned on at most 20,000 train rows, reach on held-out rows.

    It is deliberately small: where it beats a model on that model's own training rows, the model is too weak or has not
    been trained enough. The user's model and all random states stay untouched.
    """
    if ev.task == "multilabel":
        return _without("not fitted for a multilabel task")
    if not has_train(ev):
        return _without("there is no train split beside held-out rows")
    generator = np.random.default_rng(ev.seed)
    known = train_rows(ev)
    most = min(LEARNED_ROWS, max(LEARNED_CELLS // len(ev.features), FEWEST_LEARNED_ROWS))
    learn = known if len(known) <= most else np.sort(generator.choice(known, most, replace=False))
    rows = np.asarray(ev.splits[ev.primary], dtype=np.intp)
    asked = rows if len(rows) <= JUDGED_ROWS else np.sort(generator.choice(rows, JUDGED_ROWS, replace=False))
    judged = scored_rows(ev, asked)
    truth = ev.y[learn] if ev.class_codes is None else ev.class_codes[learn]
    if not len(judged) or len(np.unique(truth)) < 2:
        return _without("too few rows or classes to learn from")
    features = usable_features(ev, learn)
    if not features:
        return _without("no column to learn from, free text apart")
    scores = boosted_scores(ev, features, learn, judged.rows, cancelled)
    if scores is None:
        return _without("cancelled")
    return Reference(
        metrics_of(ev, with_answers(ev, judged, scores)),
        f"{len(learn):,} of {len(known):,} {ev.train} rows",
        f"{len(judged):,} of {len(rows):,} {ev.primary} rows, seed {ev.seed}",
        "",
    )


def _without(why: str) -> Reference:
    return Reference((), "", "", why)
