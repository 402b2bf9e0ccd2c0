"""Numbers and datetimes as bins. Bounds are values of the column's own type, so that a query finds exactly a bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.columns import column_numbers
from mldebug_widgets.analyzers.crossfilter_cubes.binned import (
    AND_MORE,
    MISSING,
    MOST_BINS,
    UP_TO,
    BinnedColumn,
    Bounds,
    Kind,
    Role,
)
from mldebug_widgets.analyzers.crossfilter_cubes.scales import calendar_scale, number_scale, reach, whole_scale

Mask = npt.NDArray[np.bool_]

#: Up to here every whole number is a value of the type.
_WHOLE_UP_TO = {"f2": 2**11, "f4": 2**24, "f8": 2**53}
_TORCH_TYPES = {"f4", "f8", "i1", "i2", "i4", "i8"}
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
    starts: tuple[str, ...]
    ends: tuple[str, ...]
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
    codes = _places(cuts.inner, values)
    named = cuts.labels if kind == "datetime" else _with_ends(cuts, values, missing if has_missing else None)
    if has_missing:
        codes[missing] = len(named)
    return BinnedColumn(
        naming.name,
        naming.role,
        kind,
        codes,
        cuts.edges,
        (*named, MISSING) if has_missing else named,
        cuts.starts,
        cuts.ends,
        has_missing,
        naming.expression,
        naming.column,
        cuts.bounds,
    )


def _places(inner: npt.NDArray[np.generic], values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Return how many of ``inner`` each value has reached; both are of one type, so that the comparison is exact."""
    if values.dtype.str[1:] not in _TORCH_TYPES or not values.flags.writeable:
        return np.searchsorted(inner, values, side="right").astype(np.uint8)
    # Twice as fast as numpy.
    reached = torch.bucketize(torch.from_numpy(values), torch.from_numpy(inner), right=True, out_int32=True)
    return reached.to(torch.uint8).numpy()


def _with_ends(cuts: _Cuts, values: npt.NDArray[np.generic], missing: Mask | None) -> tuple[str, ...]:
    """Return the bins' labels; the outermost say so where values lie beyond their bounds."""
    labels = list(cuts.labels)
    if len(labels) < 2:
        return cuts.labels
    present = values if missing is None else values[~missing]
    low, high = (float(end) for end in (present.min(), present.max()))
    if low < cuts.edges[0]:
        labels[0] = f"{UP_TO}{(cuts.ends or labels)[0]}"
    if high > cuts.edges[-1] or (cuts.bounds.closed and high >= cuts.edges[-1]):
        labels[-1] = f"{(cuts.starts or labels)[-1]}{AND_MORE}"
    return tuple(labels)


_NOTHING = _Cuts(np.empty(0), np.empty(0), (), (), (), Bounds((), (), False))


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
    bounds = Bounds(tuple(map(str, lows)), tuple(map(str, highs)), closed=True)
    starts, ends = (tuple(f"{bound:,}" for bound in side) for side in (lows, highs))
    if step == 1:
        return _Cuts(inner, edges, starts, (), (), bounds)
    return _Cuts(inner, edges, _spans(starts, ends), starts, ends, bounds)


def _of_floats(present: npt.NDArray[np.generic], dtype: np.dtype[np.generic]) -> _Cuts:
    span = reach(present)
    if span is None:
        # Only infinite values, or none at all.
        return replace(_NOTHING, inner=np.empty(0, dtype), labels=("any value",)) if len(present) else _NOTHING
    scale = number_scale(*span, MOST_BINS)
    rounded = np.array(span if scale is None else scale.edges())
    with np.errstate(over="ignore"):
        # The outermost bounds may be beyond the type; they are only drawn, as their bins take everything beyond them.
        bounds = rounded.astype(dtype)
    if scale is None or len(np.unique(bounds)) < len(bounds):
        label = short(span[0]) if span[0] == span[1] else f"{short(span[0])} to {short(span[1])}"
        return replace(_NOTHING, inner=np.empty(0, dtype), edges=np.array(span), labels=(label,))
    literals = tuple(repr(float(bound)) for bound in bounds)
    ticks = tuple(short(bound) for bound in rounded.tolist())
    starts, ends = ticks[:-1], ticks[1:]
    limits = Bounds(literals[:-1], literals[1:], closed=False)
    return _Cuts(bounds[1:-1], rounded, _spans(starts, ends), starts, ends, limits)


def _of_moments(present: pd.DatetimeIndex) -> _Cuts:
    if not len(present):
        return _NOTHING
    zone, unit = present.tz, present.unit
    local = present if zone is None else present.tz_localize(None)
    span = local[[local.argmin(), local.argmax()]].asi8.tolist()
    start, step, size, characters = calendar_scale(span[0], span[1], _PER_SECOND[unit], MOST_BINS)
    clock = np.array([start + place * step for place in range(size + 1)], dtype=f"datetime64[{unit}]")
    bounds = pd.DatetimeIndex(clock)
    if zone is not None:
        # Where clocks are set forward a bound moves with them, where they are set back it is the earlier moment.
        bounds = bounds.tz_localize(zone, ambiguous=np.ones(size + 1, bool), nonexistent="shift_forward")
    texts = [str(moment)[:characters].replace("T", " ") for moment in np.datetime_as_string(clock, unit="s")]
    literals = tuple(repr(bound.isoformat()) for bound in bounds)
    limits = Bounds(literals[:-1], literals[1:], closed=False)
    edges = column_numbers(pd.Series(bounds), "datetime")
    days = tuple(texts[:-1])
    if step == 86_400 * _PER_SECOND[unit]:
        return _Cuts(bounds.asi8[1:-1], edges, days, (), (), limits)
    ends = tuple(texts[1:])
    return _Cuts(bounds.asi8[1:-1], edges, _spans(days, ends), days, ends, limits)


def _spans(starts: Sequence[str], ends: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{start} to {end}" for start, end in zip(starts, ends, strict=True))


def short(value: float) -> str:
    """Return a number as a person writes it: no more digits than it needs, separators in large ones."""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:.10g}"
