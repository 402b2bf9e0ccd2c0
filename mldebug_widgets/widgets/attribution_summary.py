"""What the attributions view shows of a result: bars of all rows, dots of some, one row's steps, two sides compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.attributions import AttributionsResult
from mldebug_widgets.analyzers.trust import TrustLine
from mldebug_widgets.evaluation.schema import describe_features
from mldebug_widgets.widgets.attribution_columns import (
    ORDERED_KINDS,
    AttributionCurve,
    Column,
    column_of,
    curve_of,
    rounded,
)
from mldebug_widgets.widgets.focus_rows import RowPlace

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.schema import FeatureKind

Floats = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.intp]

#: More dots cover one another; the bars are means of all attributed rows.
MOST_DOTS = 2_000
#: Dots of an exported file, next to those of the rows that it carries: 0.2 MB where 14 columns are drawn.
MOST_DOTS_IN_FILE = 1_000
#: Columns with dots and a dependence plot, those with the largest mean; the others are summed up.
MOST_FEATURES = 30
#: Steps of one row that the view is given, of which it draws the first dozen until it is asked for all.
MOST_STEPS = 200
#: How many of the dots' values are without a place.
NO_LEVEL = 255


@dataclass(frozen=True, slots=True, eq=False)
class FeatureAttributions:
    """One column: ``mean_abs`` and ``mean`` over all attributed rows, and how they run over its values.

    ``labels`` names the categories that ``x`` counts, and is empty for numbers and moments; ``whole`` tells that all
    numbers are whole ones; ``origin`` is what the dots' ``x`` are counted from.
    """

    position: int
    name: str
    kind: FeatureKind
    mean_abs: float
    mean: float
    labels: tuple[str, ...]
    whole: bool
    origin: float
    curve: AttributionCurve


@dataclass(frozen=True, slots=True, eq=False)
class AttributionDots:
    """The rows that are drawn: d dots in each of f columns.

    ``rows`` (d,) row positions, ``values`` (d, f) attributions, ``levels`` (d, f) 0 to 254 for each cell's place among
    its column's values (255: none), ``x`` (d, f) the cells as numbers less the column's ``origin``, or positions of
    labels; ``outputs``, ``baseline_outputs``, ``deltas`` and ``targets`` (d,) as in the result. ``rounded`` (d,) is 1
    for rows whose numbers in ``x`` are only as exact as a plot shows them, in files that do not carry the row.
    """

    rows: Rows
    values: Floats
    levels: npt.NDArray[np.uint8]
    x: npt.NDArray[np.float32]
    outputs: Floats
    baseline_outputs: Floats
    deltas: Floats
    targets: Rows
    rounded: npt.NDArray[np.uint8]


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

    ``why`` says how the row was chosen, ``place`` where it stands among the rows in focus; ``others`` is the sum of
    ``n_others`` smaller steps; ``delta`` what the steps miss of the difference, None for methods that do not add up.
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
    place: RowPlace | None


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


def summary_of(
    result: AttributionsResult,
    kinds: Sequence[FeatureKind] | None = None,
    also: Rows | None = None,
    most_dots: int = MOST_DOTS,
) -> AttributionsSummary:
    """Return what the view draws of ``result``; ``kinds`` of its columns, found from its cells when None.

    Of many rows ``most_dots`` are drawn, and with them those of ``also`` (row positions) that were attributed.
    """
    known = kinds if kinds is not None else [feature.kind for feature in describe_features(result.cells)]
    shown = [int(position) for position in result.order[:MOST_FEATURES]]
    others = result.order[MOST_FEATURES:]
    drawn = _drawn(result, also, most_dots)
    columns = [column_of(result, position, known) for position in shown]
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
            values=result.values[drawn][:, shown],
            levels=_levels(result.levels.of(drawn)[:, shown]),
            x=_offsets([column.x[drawn] for column in columns], columns, len(drawn)),
            outputs=result.output[drawn],
            baseline_outputs=result.baseline_output[drawn],
            deltas=result.delta[drawn],
            targets=result.target[drawn],
            rounded=np.zeros(len(drawn), dtype=np.uint8),
        ),
        trust_lines=result.trust_lines,
        # How many rows were attributed stands below the picture.
        notes=tuple(note for note in result.notes if not note.endswith(f" rows, seed {result.seed}.")),
        seconds=result.seconds,
    )


def for_file(result: AttributionsResult, kinds: Sequence[FeatureKind] | None, carried: Rows) -> AttributionsSummary:
    """Return the summary for a file that carries the values of the ``carried`` rows.

    It has dots of the panel and of the carried rows that were attributed. The numbers and moments of rows that the
    file does not carry are rounded to places of the plot; their attributions and categories stand as they are.
    """
    most_dots = MOST_DOTS if len(carried) == result.n else MOST_DOTS_IN_FILE
    summary = summary_of(result, kinds, carried if len(carried) <= MOST_DOTS else None, most_dots)
    dots = summary.dots
    others = ~np.isin(dots.rows, carried)
    x = dots.x.astype(np.float64)
    for at, feature in enumerate(summary.features):
        if feature.kind in ORDERED_KINDS and others.any():
            known = x[np.isfinite(x[:, at]), at]
            x[others, at] = rounded(x[others, at], *((known.min(), known.max()) if known.size else (0.0, 0.0)))
    return replace(summary, dots=replace(dots, x=x.astype(np.float32), rounded=others.astype(np.uint8)))


def row_of(result: AttributionsResult, index: int, why: str, place: RowPlace | None = None) -> RowAttributions:
    """Return the steps of the row at ``index`` of ``result``."""
    values = result.values[index].astype(np.float64)
    order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")
    shown = order[:MOST_STEPS]
    cells = {at: cell_text(result.cells.iat[index, at]) if len(result.cells) else "" for at in shown.tolist()}
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
                cells[int(at)],
                result.baseline_values[at] if result.baseline_values else "",
                float(values[at]),
            )
            for at in shown
        ),
        n_others=len(order) - len(shown),
        others=float(values[order[len(shown) :]].sum()),
        notes=result.notes,
        method=result.method,
        place=place,
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


def cell_text(cell: Any) -> str:
    """Return a cell as the view writes numbers and dates."""
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float | np.floating) and np.isnan(cell)):
        return "missing"
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}" if cell == cell.normalize() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
        number = float(cell)
        return f"{number:,.{4 if abs(number) < 1_000 else 6}g}".replace("-", "\N{MINUS SIGN}")
    return str(cell)


def target_words(result: AttributionsResult) -> str:
    """Return the class that is explained, "predicted class" where it differs between rows, "" without classes."""
    if not result.class_names or not len(result.target):
        return ""
    return _class_name(result, 0) if (result.target == result.target[0]).all() else "each row's class"


def _class_name(result: AttributionsResult, index: int) -> str:
    return result.class_names[int(result.target[index])] if result.class_names else ""


def _drawn(result: AttributionsResult, also: Rows | None, most: int) -> Rows:
    n = len(result.rows)
    if n <= most:
        return np.arange(n)
    drawn = np.random.default_rng(result.seed).choice(n, most, replace=False)
    if also is not None:
        drawn = np.union1d(drawn, np.flatnonzero(np.isin(result.rows, also)))
    return np.sort(drawn)


def _offsets(cells: Sequence[Floats], columns: Sequence[Column], n: int) -> npt.NDArray[np.float32]:
    """Return (n, f) cells counted from their column's origin, so that 32 bits tell one moment from the next."""
    offsets = np.full((n, len(columns)), np.nan, dtype=np.float32)
    largest = np.finfo(np.float32).max
    for at, (part, column) in enumerate(zip(cells, columns, strict=True)):
        offsets[:, at] = np.clip(part - column.origin, -largest, largest)
    return offsets


def _levels(levels: Floats) -> npt.NDArray[np.uint8]:
    scaled = np.where(np.isnan(levels), NO_LEVEL, np.round(levels * (NO_LEVEL - 1)))
    return np.asarray(scaled, dtype=np.uint8)


def _feature(result: AttributionsResult, position: int, column: Column) -> FeatureAttributions:
    values = result.values[:, position].astype(np.float64)
    present = values[~np.isnan(values)]
    return FeatureAttributions(
        position=position,
        name=result.features[position],
        kind=column.kind,
        mean_abs=float(result.mean_abs[position]),
        mean=float(present.mean()) if present.size else float("nan"),
        labels=column.labels,
        whole=column.whole,
        origin=column.origin,
        curve=curve_of(column, values),
    )
