"""Numbers and datetimes as bins. Bounds are values of the column's own type, so that a query finds exactly a bin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_numbers
from mldebug_widgets.analyzers.crossfilter_cubes.binned import MISSING, MOST_BINS, BinnedColumn, Bounds, Kind, Role
from mldebug_widgets.analyzers.crossfilter_cubes.scales import calendar_scale, number_scale, reach, whole_scale

Mask = npt.NDArray[np.bool_]

#: Up to here every whole number is a value of the type.
_WHOLE_UP_TO = {"f2": 2**11, "f4": 2**24, "f8": 2**53}
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@dataclass(frozen=True, slots=True)
class Naming:
    """How a column is called.

    Attributes
    ----------
    name, role
        As in ``Dimension``.
    expression, column
        As in ``BinnedColumn``; both "" when no query can name the column.
    """

    name: str
    role: Role
    expression: str
    column: str


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Bins of an ordered column: bin ``i`` ends before ``inner[i]``, which is of the column's own type."""

    inner: npt.NDArray[np.generic]
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    ticks: tuple[str, ...]
    bounds: Bounds


def bin_numbers(values: npt.NDArray[np.generic], missing: Mask, naming: Naming) -> BinnedColumn:
    """Bin numbers in their own numpy type."""
    present = values if not missing.any() else values[~missing]
    whole = _whole_range(present)
    cuts = _of_whole(*whole, values.dtype) if whole else _of_floats(present, values.dtype)
    return _binned(values, missing, cuts, "numeric", naming)


def bin_moments(moments: pd.DatetimeIndex, naming: Naming) -> BinnedColumn:
    """Bin datetimes by calendar units of their own time zone."""
    missing = np.asarray(moments.isna())
    present = moments[~missing] if missing.any() else moments
    return _binned(moments.asi8, missing, _of_moments(present), "datetime", naming)


def _binned(values: npt.NDArray[np.generic], missing: Mask, cuts: _Cuts, kind: Kind, naming: Naming) -> BinnedColumn:
    has_missing = bool(missing.any())
    codes = np.searchsorted(cuts.inner, values, side="right").astype(np.uint8)
    n_values = len(cuts.labels)
    if has_missing:
        codes[missing] = n_values
    return BinnedColumn(
        naming.name,
        naming.role,
        kind,
        codes,
        cuts.edges,
        (*cuts.labels, MISSING) if has_missing else cuts.labels,
        cuts.ticks,
        has_missing,
        naming.expression,
        naming.column,
        cuts.bounds,
    )


_NOTHING = _Cuts(np.empty(0), np.empty(0), (), (), Bounds((), (), False))


def _whole_range(present: npt.NDArray[np.generic]) -> tuple[int, int] | None:
    """Return from where to where bins of whole numbers reach; None where there are other numbers, or none at all."""
    kind = present.dtype.kind
    span = reach(present)
    if span is None:
        return None
    if kind in "iu":
        low, high = int(present.min()), int(present.max())
        return (low, high) if (span == (float(low), float(high))) else (int(span[0]), int(span[1]))
    if max(map(abs, span)) > _WHOLE_UP_TO[present.dtype.str[1:]] / 4:
        return None
    # Infinite values are whole in this sense: they are beyond the outermost bound either way.
    return (round(span[0]), round(span[1])) if bool((np.floor(present) == present).all()) else None


def _of_whole(low: int, high: int, dtype: np.dtype[np.generic]) -> _Cuts:
    start, step, size = whole_scale(low, high, MOST_BINS)
    lows = [start + place * step for place in range(size)]
    highs = [bound + step - 1 for bound in lows]
    inner = np.array(lows[1:], dtype=object).astype(dtype)
    edges = np.array([*lows, lows[-1] + step], dtype=np.float64)
    labels = tuple(f"{first:,}" if step == 1 else f"{first:,} to {last:,}" for first, last in zip(lows, highs, strict=True))
    ticks = () if step == 1 else tuple(f"{bound:,}" for bound in (*lows, lows[-1] + step))
    return _Cuts(inner, edges, labels, ticks, Bounds(tuple(map(str, lows)), tuple(map(str, highs)), closed=True))


def _of_floats(present: npt.NDArray[np.generic], dtype: np.dtype[np.generic]) -> _Cuts:
    span = reach(present)
    if span is None:
        # Only infinite values, or none at all.
        return replace(_NOTHING, inner=np.empty(0, dtype), labels=("any value",)) if len(present) else _NOTHING
    scale = number_scale(*span, MOST_BINS)
    rounded = np.array(span if scale is None else scale.edges())
    if scale is None or len(np.unique(rounded.astype(dtype))) < len(rounded):
        label = short(span[0]) if span[0] == span[1] else f"{short(span[0])} to {short(span[1])}"
        return replace(_NOTHING, inner=np.empty(0, dtype), edges=np.array(span), labels=(label,))
    bounds = rounded.astype(dtype)
    literals = tuple(repr(float(bound)) for bound in bounds)
    ticks = tuple(short(bound) for bound in rounded.tolist())
    labels = tuple(f"{low} to {high}" for low, high in pairwise(ticks))
    return _Cuts(bounds[1:-1], rounded, labels, ticks, Bounds(literals[:-1], literals[1:], closed=False))


def _of_moments(present: pd.DatetimeIndex) -> _Cuts:
    if not len(present):
        return _NOTHING
    zone, unit = present.tz, present.unit
    local = present if zone is None else present.tz_localize(None)
    span = local[[local.argmin(), local.argmax()]].asi8.tolist()
    start, step, size, characters = calendar_scale(*span, _PER_SECOND[unit], MOST_BINS)
    clock = np.array([start + place * step for place in range(size + 1)], dtype=f"datetime64[{unit}]")
    bounds = pd.DatetimeIndex(clock)
    if zone is not None:
        # Where clocks are set forward a bound moves with them, where they are set back it is the earlier moment.
        bounds = bounds.tz_localize(zone, ambiguous=np.ones(size + 1, bool), nonexistent="shift_forward")
    texts = [str(moment)[:characters].replace("T", " ") for moment in np.datetime_as_string(clock, unit="s")]
    labels = texts[:-1] if step == 86_400 * _PER_SECOND[unit] else [f"{low} to {high}" for low, high in pairwise(texts)]
    ticks = tuple(texts)
    literals = tuple(repr(bound.isoformat()) for bound in bounds)
    edges = column_numbers(pd.Series(bounds), "datetime")
    return _Cuts(bounds.asi8[1:-1], edges, tuple(labels), ticks, Bounds(literals[:-1], literals[1:], closed=False))


def short(value: float) -> str:
    """Return a number as a person writes it: no more digits than it needs, separators in large ones."""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:.10g}"
