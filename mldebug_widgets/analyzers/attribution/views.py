"""Other ways to look at attributions that were computed: one column's dependence, some rows against the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import NUMBER_KINDS, column_codes, column_numbers
from mldebug_widgets.errors import MldValueError, shown
from mldebug_widgets.evaluation.schema import kind_of

Floats = npt.NDArray[np.float32]

#: Attributions that vary by no more than this part of the largest one are equal: what varies is the last digits.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """The attribution of one column against its value, one point per explained row.

    Attributes
    ----------
    feature, position
        Which column.
    numbers
        (m,) the values: numbers (milliseconds since 1970 UTC for moments), or positions in ``labels``; NaN = missing.
    labels
        Categories as text in their order; empty for numbers and moments.
    values
        (m,) the attributions.
    """

    feature: str
    position: int
    numbers: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    values: Floats

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with the column's value and its attribution, one line per row."""
        cells: Any = self.numbers
        if self.labels:
            cells = [None if np.isnan(at) else self.labels[int(at)] for at in self.numbers]
        return pd.DataFrame({self.feature: cells, "attribution": self.values})


@dataclass(frozen=True, slots=True, eq=False)
class AttributionComparison:
    """Attributions of a selection beside those of the other explained rows.

    Attributes
    ----------
    features
        (p,) names of the columns.
    selected_mean, rest_mean
        (p,) mean attribution.
    selected_size, rest_size
        (p,) mean absolute attribution.
    difference
        (p,) ``selected_mean - rest_mean``: in which direction a column pushes more in the selection.
    effect
        (p,) the difference in standard deviations of the column's attributions (Cohen's d, pooled); NaN where they do
        not vary.
    order
        (p,) columns by the absolute difference, largest first.
    n_selected, n_rest
        Rows on each side.
    """

    features: tuple[str, ...]
    selected_mean: Floats
    rest_mean: Floats
    selected_size: Floats
    rest_size: Floats
    difference: Floats
    effect: Floats
    order: npt.NDArray[np.intp]
    n_selected: int
    n_rest: int

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with one line per column, the largest difference first."""
        frame = pd.DataFrame(
            {
                "feature": self.features,
                "selected_mean": self.selected_mean,
                "rest_mean": self.rest_mean,
                "difference": self.difference,
                "effect": self.effect,
            }
        )
        return frame.iloc[self.order].reset_index(drop=True)


def dependence_of(cells: pd.DataFrame, features: tuple[str, ...], values: Floats, feature: str | int) -> Dependence:
    """Return the points of one column."""
    position = _position(features, feature)
    column = cells.iloc[:, position]
    kind = kind_of(column)
    labels: tuple[str, ...] = ()
    if kind in NUMBER_KINDS:
        numbers = column_numbers(column, kind).astype(np.float64)
    else:
        codes, names = column_codes(column)
        numbers = np.where(codes < 0, np.nan, codes)
        labels = tuple(str(name) for name in names)
    return Dependence(features[position], position, numbers, labels, values[:, position])


def _position(features: tuple[str, ...], feature: Any) -> int:
    if isinstance(feature, str) and feature in features:
        return features.index(feature)
    if isinstance(feature, int | np.integer) and not isinstance(feature, bool) and 0 <= feature < len(features):
        return int(feature)
    some = ", ".join(map(repr, features[:8]))
    raise MldValueError(
        "MLD-O88", "feature", f"got {shown(feature)}", f"a name or position of the {len(features)} columns: {some}",
        "See result.features.",
    )  # fmt: skip


def comparison_of(features: tuple[str, ...], values: Floats, chosen: npt.NDArray[np.bool_]) -> AttributionComparison:
    """Compare the chosen rows of ``values`` (m, p) with the others; rows with NaN count for neither."""
    known = np.isfinite(values).all(axis=1)
    selected, rest = values[chosen & known].astype(np.float64), values[~chosen & known].astype(np.float64)
    if not len(selected) or not len(rest):
        got = "none of these rows was explained" if not len(selected) else "no explained row is left to compare with"
        raise MldValueError(
            "MLD-O89", "rows", got, "some, and not all, of the explained rows", "See result.rows, or explain more rows."
        )
    difference = selected.mean(axis=0) - rest.mean(axis=0)
    squares = sum(((side - side.mean(axis=0)) ** 2).sum(axis=0) for side in (selected, rest))
    spread = np.sqrt(squares / max(len(selected) + len(rest) - 2, 1))
    varies = spread > ROUNDING * max(np.abs(selected).max(), np.abs(rest).max())
    effect = np.divide(difference, spread, out=np.full_like(difference, np.nan), where=varies)
    single = [side.astype(np.float32) for side in (selected.mean(axis=0), rest.mean(axis=0))]
    sizes = [np.abs(side).mean(axis=0).astype(np.float32) for side in (selected, rest)]
    return AttributionComparison(
        features=features,
        selected_mean=single[0],
        rest_mean=single[1],
        selected_size=sizes[0],
        rest_size=sizes[1],
        difference=difference.astype(np.float32),
        effect=effect.astype(np.float32),
        order=np.argsort(-np.abs(difference), kind="stable"),
        n_selected=len(selected),
        n_rest=len(rest),
    )
