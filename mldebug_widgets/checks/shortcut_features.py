"""Columns that take much of the attribution and say nothing of the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from mldebug_widgets.analyzers.metrics.ranking import Ranking
from mldebug_widgets.checks.shortcut_evidence import Suspicion, drawn_alike, judged

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.attributions import AttributionsResult
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import Feature

#: A column with a smaller share of the attribution decides little, and neither does one below its even share.
SMALLEST_SHARE = 0.10
TIMES_EVEN_SHARE = 1.5

#: Attributions are of no use where they may rank the truth by chance or worse, and surely no better than this.
CHANCE = 0.5
MOST_USEFUL = 0.60
WIDTH = 1.96

#: From here on they are of use on the rows that the model learned from.
LEARNED = 0.60
FEWEST_ROWS = 100

#: A column whose values differ in this share of the rows may name a row instead of describing it. A price may have as
#: many values, so chance must have repeated this many of them, or the column's name must say so.
IDENTIFIER = 0.98
FEWEST_EXPECTED_REPEATS = 20
IDENTIFIER_NAMES = frozenset({"id", "ids", "uid", "uuid", "guid", "idx", "index", "row", "rowid", "rownumber"})

Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]


def suspicious_columns(ev: Evaluation, result: AttributionsResult) -> Iterator[Suspicion]:
    """Yield the columns that take much of the attribution, and that only name a row or say nothing of the truth."""
    total = float(result.mean_abs.sum())
    if not np.isfinite(total) or total <= 0 or len(result.features) < 2:
        return
    least = max(SMALLEST_SHARE, TIMES_EVEN_SHARE / len(result.features))
    truth = _truth(ev, result)
    held_out = judged(ev, result.rows)
    for at in result.order:
        share = float(result.mean_abs[at]) / total
        if share < least:
            return
        feature = ev.features[int(at)]
        useless = None
        if truth is not None and drawn_alike(ev, result.rows, sampled=result.sampled):
            useless = _useless(ev, result.values[:, at], truth, held_out)
        reasons = [reason for reason in (_names_a_row(ev, feature), useless) if reason]
        if reasons:
            yield _suspicion(feature, share, len(result.features), len(result.rows), reasons)


def _suspicion(feature: Feature, share: float, p: int, m: int, reasons: list[str]) -> Suspicion:
    return Suspicion(
        feature.name,
        share,
        1 / p,
        f"{feature.name} takes {share:.0%} of the attribution and seems to carry no meaning",
        f"Spread evenly over {p} columns it would be {1 / p:.0%}; counted over {m:,} rows. " + " ".join(reasons),
        strong=True,
        feature=feature.position,
    )


def _names_a_row(ev: Evaluation, feature: Feature) -> str:
    present = ev.n - feature.missing
    if present < FEWEST_ROWS or feature.unique < IDENTIFIER * present:
        return ""
    like = f"It has {feature.unique:,} different values in {ev.n:,} rows"
    named = f"{like}, like a number that only names a row."
    if feature.kind == "categorical":
        return named
    if feature.kind != "numeric" or not feature.integer or feature.low is None or feature.high is None:
        return ""
    # Numbers drawn at random from the range that these have repeat at least so often.
    possible = feature.high - feature.low + 1
    repeats = present - possible * -np.expm1(present * np.log1p(-1 / max(possible, 2)))
    if repeats >= max(FEWEST_EXPECTED_REPEATS, 4 * (present - feature.unique)):
        return (
            f"{like}, where numbers drawn from their range would repeat {repeats:,.0f} times: it may only name a row."
        )
    words = re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+", feature.name)
    return named if IDENTIFIER_NAMES & {word.lower() for word in words} else ""


def _truth(ev: Evaluation, result: AttributionsResult) -> Floats | None:
    """Return (m,) what attributions should follow, NaN where unknown; None where each row explains its own class."""
    if ev.task == "regression":
        return np.asarray(ev.y, dtype=float)[result.rows]
    codes = None if ev.class_codes is None else np.asarray(ev.class_codes)
    if codes is None or codes.ndim > 1 or not len(result.target) or np.ptp(result.target):
        return None
    chosen = codes[result.rows]
    return np.where(chosen < 0, np.nan, (chosen == result.target[0]).astype(float))


def _useless(ev: Evaluation, values: Floats, truth: Floats, held_out: Mask) -> str:
    """Return in words that the column's attributions do not go with the truth, or "" where they may."""
    known = np.isfinite(truth) & np.isfinite(values)
    found = _agreement(values[known & held_out], truth[known & held_out])
    if found is None:
        return ""
    value, error = found
    if value - WIDTH * error > CHANCE or value + WIDTH * error > MOST_USEFUL:
        return ""
    where = f"{ev.primary} rows" if len(ev.splits) > 1 else "these rows"
    text = f"On {where} its attributions rank the truth no better than chance: ROC AUC {value:.2f} ± {error:.2f}."
    if ev.train is None or ev.train == ev.primary:
        return text
    learned = _agreement(values[known & ~held_out], truth[known & ~held_out])
    if learned is not None and learned[0] - WIDTH * learned[1] > LEARNED:
        text += (
            f" On the other rows, {ev.train} among them, it is {learned[0]:.2f}: what it learned does not hold here."
        )
    return text


def _agreement(values: Floats, truth: Floats) -> tuple[float, float] | None:
    """Return how well attributions rank the truth, as an area under the ROC curve, and its standard error.

    A number as truth is cut at its median. None where too few rows could show it.
    """
    if len(values) < FEWEST_ROWS:
        return None
    positive = truth > np.median(truth) if len(np.unique(truth)) > 2 else truth == truth.max()
    if min(positive.sum(), (~positive).sum()) < FEWEST_ROWS // 10 or not np.ptp(values):
        return None
    ranking = Ranking.of(rankdata(values), positive)
    return float(ranking.auc), float(ranking.auc_standard_error())
