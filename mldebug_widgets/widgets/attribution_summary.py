"""What the attributions view shows of a result: bars from all rows, dots of some, one row's steps, two sides compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.attribution.baselines import cell_texts
from mldebug_widgets.analyzers.attributions import AttributionsResult
from mldebug_widgets.analyzers.columns import column_codes, column_numbers
from mldebug_widgets.analyzers.trust import TrustLine
from mldebug_widgets.evaluation.schema import describe_features

if TYPE_CHECKING:
    import pandas as pd

    from mldebug_widgets.evaluation.schema import FeatureKind

Floats = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.intp]

#: More dots cover one another; the bars are means of all attributed rows.
MOST_DOTS = 2_000
#: Columns with dots and a dependence plot, those with the largest mean; the others are summed up.
MOST_FEATURES = 30
#: Bars of one row; the others are one bar together.
MOST_BARS = 12
#: Categories of a dependence plot, the most frequent ones.
MOST_CATEGORIES = 12
CURVE_BINS = 20
#: How many of the dots' values are without a place.
NO_LEVEL = 255
ORDERED_KINDS = ("numeric", "datetime")


@dataclass(frozen=True, slots=True, eq=False)
class AttributionCurve:
    """How the attribution of a column runs over its values: means of all attributed rows.

    ``x`` (b,) mean value per bin, or the position of a label; ``mean`` (b,) mean attribution; ``count`` (b,) rows.
    """

    x: Floats
    mean: Floats
    count: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureAttributions:
    """One column: ``mean_abs`` and ``mean`` over all attributed rows, and how they run over its values.

    ``labels`` names the categories that ``x`` counts, and is empty for numbers and moments.
    """

    position: int
    name: str
    kind: FeatureKind
    mean_abs: float
    mean: float
    labels: tuple[str, ...]
    curve: AttributionCurve


@dataclass(frozen=True, slots=True, eq=False)
class AttributionDots:
    """The rows that are drawn: d dots in each of f columns.

    ``rows`` (d,) row positions, ``values`` (d, f) attributions, ``levels`` (d, f) 0 to 254 for each cell's place among
    its column's values (255: none), ``x`` (d, f) the cells as numbers or positions of labels; ``outputs``,
    ``baseline_outputs``, ``deltas`` and ``targets`` (d,) as in the result.
    """

    rows: Rows
    values: Floats
    levels: npt.NDArray[np.uint8]
    x: Floats
    outputs: Floats
    baseline_outputs: Floats
    deltas: Floats
    targets: Rows

    def of(self, keep: npt.NDArray[Any]) -> AttributionDots:
        """Return some of the rows, by mask or positions."""
        return AttributionDots(*(getattr(self, part.name)[keep] for part in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class AttributionsSummary:
    """A result as the view draws it; ``features`` with the largest mean first, ``n_others`` more are not drawn."""

    method: str
    method_label: str
    method_reason: str
    baseline_note: str
    unit: str
    target: str
    class_names: tuple[str, ...]
    n: int
    n_rows: int
    sampled: bool
    seed: int
    features: tuple[FeatureAttributions, ...]
    n_others: int
    others_mean_abs: float
    dots: AttributionDots
    trust_lines: tuple[TrustLine, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class AttributionStep:
    """One column's part in one row's answer, with the cell and the baseline's cell as text."""

    position: int
    name: str
    cell: str
    baseline: str
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class RowAttributions:
    """One row: its steps, largest first, from the baseline's output to its own.

    ``why`` says how the row was chosen; ``others`` is the sum of ``n_others`` smaller steps; ``delta`` what the steps
    miss of the difference, None for methods that do not add up to it.
    """

    row: int
    why: str
    target: str
    unit: str
    output: float
    baseline_output: float
    delta: float | None
    steps: tuple[AttributionStep, ...]
    n_others: int
    others: float
    notes: tuple[str, ...]
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class ComparedFeature:
    """One column on both sides: mean absolute and mean signed attribution."""

    position: int
    name: str
    selected_mean_abs: float
    rest_mean_abs: float
    selected_mean: float
    rest_mean: float


@dataclass(frozen=True, slots=True, eq=False)
class ComparedAttributions:
    """Selected rows against the rest, columns that differ most first; ``n_selected`` of ``n_all`` were attributed."""

    label: str
    n_selected: int
    n_all: int
    n_rest: int
    seed: int
    unit: str
    features: tuple[ComparedFeature, ...]


def summary_of(result: AttributionsResult, kinds: Sequence[FeatureKind] | None = None) -> AttributionsSummary:
    """Return what the view draws of ``result``; ``kinds`` of its columns, found from its cells when None."""
    known = kinds if kinds is not None else [feature.kind for feature in describe_features(result.cells)]
    shown = [int(position) for position in result.order[:MOST_FEATURES]]
    others = result.order[MOST_FEATURES:]
    drawn = _drawn(len(result.rows), result.seed)
    columns = [_column(result, position, known) for position in shown]
    return AttributionsSummary(
        method=result.method,
        method_label=result.method_label,
        method_reason=result.method_reason,
        baseline_note=result.baseline_note,
        unit=result.unit,
        target=target_words(result),
        class_names=result.class_names,
        n=result.n,
        n_rows=len(result.rows),
        sampled=result.sampled,
        seed=result.seed,
        features=tuple(_feature(result, *column) for column in zip(shown, columns, strict=True)),
        n_others=len(others),
        others_mean_abs=float(result.mean_abs[others].sum()),
        dots=AttributionDots(
            rows=result.rows[drawn],
            values=result.values[np.ix_(drawn, shown)],
            levels=_levels(result.levels[np.ix_(drawn, shown)]),
            x=np.stack([column.x[drawn] for column in columns], axis=1) if columns else np.zeros((len(drawn), 0)),
            outputs=result.output[drawn],
            baseline_outputs=result.baseline_output[drawn],
            deltas=result.delta[drawn],
            targets=result.target[drawn],
        ),
        trust_lines=result.trust_lines,
        notes=result.notes,
        seconds=result.seconds,
    )


def only_rows(summary: AttributionsSummary, rows: Rows) -> AttributionsSummary:
    """Return the summary with dots of these rows only; means and curves stay those of all."""
    return replace(summary, dots=summary.dots.of(np.isin(summary.dots.rows, rows)))


def row_of(result: AttributionsResult, index: int, why: str) -> RowAttributions:
    """Return the steps of the row at ``index`` of ``result``."""
    values = result.values[index].astype(np.float64)
    order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")
    # One column alone is not summed up: it takes no more room than its sum.
    shown = order if len(order) <= MOST_BARS + 1 else order[:MOST_BARS]
    cells = cell_texts(result.cells.iloc[[index]]) if len(result.cells) else ("",) * len(values)
    delta = float(result.delta[index])
    return RowAttributions(
        row=int(result.rows[index]),
        why=why,
        target=_class_name(result, index),
        unit=result.unit,
        output=float(result.output[index]),
        baseline_output=float(result.baseline_output[index]),
        delta=None if np.isnan(delta) else delta,
        steps=tuple(
            AttributionStep(
                int(at),
                result.features[at],
                cells[at],
                result.baseline_values[at] if result.baseline_values else "",
                float(values[at]),
            )
            for at in shown
        ),
        n_others=len(order) - len(shown),
        others=float(values[order[len(shown) :]].sum()),
        notes=result.notes,
        method=result.method,
    )


def compared(
    result: AttributionsResult, extra: AttributionsResult | None, selected: Rows, label: str
) -> ComparedAttributions:
    """Return the selected rows against the rest of ``result``; ``extra`` holds more selected rows, where they are few.

    Raises
    ------
    ValueError
        When one of the sides is empty.
    """
    inside = np.isin(result.rows, selected)
    own, rest = result.values[inside], result.values[~inside]
    if extra is not None:
        own = np.concatenate([own, extra.values[~np.isin(extra.rows, result.rows)]])
    if not len(own) or not len(rest):
        raise ValueError("both sides need rows")
    sides = [(np.nanmean(np.abs(side), axis=0), np.nanmean(side, axis=0)) for side in (own, rest)]
    (own_abs, own_mean), (rest_abs, rest_mean) = sides
    differs = np.maximum(np.abs(own_abs - rest_abs), np.abs(own_mean - rest_mean))
    ranked = np.argsort(-np.nan_to_num(differs), kind="stable")[:MOST_FEATURES]
    return ComparedAttributions(
        label=label,
        n_selected=len(own),
        n_all=len(selected),
        n_rest=len(rest),
        seed=result.seed,
        unit=result.unit,
        features=tuple(
            ComparedFeature(
                int(at),
                result.features[at],
                float(own_abs[at]),
                float(rest_abs[at]),
                float(own_mean[at]),
                float(rest_mean[at]),
            )
            for at in ranked
        ),
    )


def target_words(result: AttributionsResult) -> str:
    """Return the class that is explained, "predicted class" where it differs between rows, "" without classes."""
    if not result.class_names or not len(result.target):
        return ""
    return _class_name(result, 0) if (result.target == result.target[0]).all() else "each row's class"


def _class_name(result: AttributionsResult, index: int) -> str:
    return result.class_names[int(result.target[index])] if result.class_names else ""


def _drawn(n: int, seed: int) -> Rows:
    if n <= MOST_DOTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, MOST_DOTS, replace=False))


def _levels(levels: Floats) -> npt.NDArray[np.uint8]:
    scaled = np.where(np.isnan(levels), NO_LEVEL, np.round(levels * (NO_LEVEL - 1)))
    return np.asarray(scaled, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """(m,) the cells of one column as numbers, or as positions in ``labels``."""

    x: npt.NDArray[np.float64]
    kind: FeatureKind
    labels: tuple[str, ...]


def _column(result: AttributionsResult, position: int, kinds: Sequence[FeatureKind]) -> _Column:
    if not len(result.cells):
        return _Column(np.full(len(result.rows), np.nan), "numeric", ())
    cells, kind = result.cells.iloc[:, position], kinds[position]
    if kind in ORDERED_KINDS:
        return _Column(np.asarray(column_numbers(cells, kind), dtype=np.float64), kind, ())
    places, labels = _categories(cells)
    return _Column(places, kind, labels)


def _categories(cells: pd.Series) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Return (m,) positions among the labels: the most frequent values in their order, "others" and "missing"."""
    codes, values = column_codes(cells)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    frequent = np.sort(np.argsort(-counts, kind="stable")[:MOST_CATEGORIES])
    frequent = frequent[counts[frequent] > 0]
    place = np.full(len(values) + 1, len(frequent))
    place[frequent] = np.arange(len(frequent))
    labels = [str(values[at]) for at in frequent]
    if (counts > 0).sum() > len(frequent):
        labels.append(f"{(counts > 0).sum() - len(frequent)} others")
    # The last place is that of code -1.
    place[-1] = len(labels)
    if (codes < 0).any():
        labels.append("missing")
    return place[codes].astype(np.float64), tuple(labels)


def _feature(result: AttributionsResult, position: int, column: _Column) -> FeatureAttributions:
    values = result.values[:, position].astype(np.float64)
    present = values[~np.isnan(values)]
    return FeatureAttributions(
        position=position,
        name=result.features[position],
        kind=column.kind,
        mean_abs=float(result.mean_abs[position]),
        mean=float(present.mean()) if present.size else float("nan"),
        labels=column.labels,
        curve=_curve(column, values),
    )


def _curve(column: _Column, values: npt.NDArray[np.float64]) -> AttributionCurve:
    usable = np.isfinite(column.x) & np.isfinite(values)
    x, y = column.x[usable], values[usable]
    if not x.size:
        return AttributionCurve(np.zeros(0), np.zeros(0), np.zeros(0, np.int32))
    if column.labels:
        bins, n_bins = x.astype(np.intp), len(column.labels)
    else:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, CURVE_BINS + 1)))
        bins, n_bins = np.clip(np.searchsorted(edges, x, "right") - 1, 0, max(len(edges) - 2, 0)), max(len(edges) - 1, 1)
    count = np.bincount(bins, minlength=n_bins)
    filled = count > 0
    means = [np.bincount(bins, weights=part, minlength=n_bins)[filled] / count[filled] for part in (x, y)]
    return AttributionCurve(means[0], means[1], count[filled].astype(np.int32))


def settings_record(
    methods: Mapping[str, str], classes: Sequence[str], task: str, default_target: str
) -> dict[str, Any]:
    """Return the choices of the panel as the view shows them, with the present ones."""
    by_row = [("predicted", "predicted class"), ("true", "true class")] if task == "multiclass" else []
    named = [(str(position), name) for position, name in enumerate(classes)]
    return {
        "method": "auto",
        "methods": [{"value": "auto", "label": "Automatic"}, *_choices(methods.items())],
        "baseline": "auto",
        "baselines": _choices(BASELINES.items()),
        "target": default_target,
        "targets": _choices([*by_row, *named]),
    }


BASELINES = {
    "auto": "Automatic",
    "mean": "column means",
    "median": "column medians",
    "zero": "zero",
    "background": "background sample",
    "row": "a row",
}


def _choices(pairs: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]
