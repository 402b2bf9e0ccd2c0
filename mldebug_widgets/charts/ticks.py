"""Where an axis puts its ticks and what they say: few enough for a narrow figure, and round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Float64s = npt.NDArray[np.float64]

_ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
#: Months and hours are counted by three.
_WHOLE_STEPS = (1.0, 2.0, 2.5, 3.0, 5.0, 10.0)
_DATE_STEPS = (
    "1ms", "10ms", "100ms", "1s", "5s", "15s", "30s", "1min", "5min", "15min", "30min", "1h", "3h", "6h", "12h",
    "1D", "2D", "7D", "14D", "MS", "2MS", "3MS", "6MS", "YS", "2YS", "5YS", "10YS", "20YS", "50YS", "100YS",
)  # fmt: skip
_DAY_MS = 86_400_000.0
#: Smallest gap between ticks (days) -> what a tick says.
_DATE_FORMATS = ((365.0, "%Y"), (28.0, "%b %Y"), (1.0, "%d %b"), (1 / 1440, "%H:%M"), (1 / 86_400, "%H:%M:%S"))
_SPLIT_SECOND = "%H:%M:%S.%f"


def number_ticks(low: float, high: float, count: int = 4, *, whole: bool = False) -> Float64s:
    """Return at most ``count + 1`` round numbers within ``low`` to ``high``, evenly spaced; whole ones if ``whole``.

    A range without extent gives its one value.
    """
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return np.array([low])
    magnitude = 10.0 ** math.floor(math.log10(span / count))
    for factor in _WHOLE_STEPS if whole else _ROUND_STEPS:
        step = factor * magnitude
        if whole and not step.is_integer():
            continue
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first <= count:
            return np.arange(first, last + 1, dtype=np.float64) * step
    return np.array([low, high])


def number_format(low: float, high: float, ticks: Sequence[float] | Float64s) -> str:
    """Return the d3 format with as many digits as the ticks need, at most six characters wide: 0.25, 20,000, 350k."""
    largest = max(abs(low), abs(high))
    if largest >= 1e5 or 0 < largest < 1e-3:
        return "~s" if largest >= 1e5 else ".1~e"
    steps = np.diff(np.asarray(ticks, dtype=np.float64))
    step = float(steps.min()) if steps.size else largest or 1.0
    decimals = 0
    while decimals < 6 and not math.isclose(step, round(step, decimals), rel_tol=1e-6):
        decimals += 1
    return f",.{decimals}f"


def axis_ticks(low: float, high: float, count: int = 4, *, whole: bool = False) -> dict[str, Any]:
    """Return bqplot's ``tick_format`` and ``tick_values``, in the order they must be set, for an axis."""
    ticks = number_ticks(low, high, count, whole=whole)
    shares = (low, high) == (0.0, 1.0) and not whole
    return {"tick_format": "~g" if shares else number_format(low, high, ticks), "tick_values": ticks}


def date_ticks(low: float, high: float, count: int = 4) -> tuple[Float64s, dict[str, str]]:
    """Return tick positions in milliseconds since 1970 UTC at calendar boundaries, and what each one says."""
    start, stop = pd.to_datetime(low, unit="ms"), pd.to_datetime(high, unit="ms")
    marks = pd.DatetimeIndex([start])
    for step in _DATE_STEPS:
        unit = pd.tseries.frequencies.to_offset(step)
        if _expected_ticks(step, low, high) > 4 * count:
            continue
        found = pd.date_range(_floor(start, step), stop, freq=unit)
        found = found[found >= start]
        if 0 < len(found) <= count + 1:
            marks = found
            break
    positions = marks.to_numpy().astype("datetime64[ms]").astype(np.float64)
    gap_days = float(np.diff(positions).min()) / _DAY_MS if len(positions) > 1 else (high - low) / _DAY_MS
    pattern = next((pattern for days, pattern in _DATE_FORMATS if gap_days >= days), _SPLIT_SECOND)
    if gap_days < 1 and marks[0].date() != marks[-1].date():
        pattern = f"%d %b {pattern}"
    texts = (mark.strftime(pattern) for mark in marks)
    milliseconds = (text[:-3] if pattern.endswith("%f") else text for text in texts)
    return positions, {f"{at:.0f}": text for at, text in zip(positions, milliseconds, strict=True)}


def middle_ellipsis(text: str, longest: int) -> str:
    """Shorten ``text`` in the middle to at most ``longest`` characters, so that both ends stay readable."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 2
    return f"{text[: longest - 1 - tail]}…{text[len(text) - tail :] if tail else ''}"


def _expected_ticks(step: str, low: float, high: float) -> float:
    calendar = {"MS": 30.4 * _DAY_MS, "YS": 365.25 * _DAY_MS}
    for suffix, length in calendar.items():
        if step.endswith(suffix):
            return (high - low) / (length * int(step.removesuffix(suffix) or 1))
    return (high - low) / (1000.0 * float(pd.Timedelta(step).total_seconds()))


def _floor(moment: pd.Timestamp, step: str) -> pd.Timestamp:
    if step.endswith("YS"):
        years = int(step.removesuffix("YS") or 1)
        return pd.Timestamp(year=max(1678, moment.year // years * years), month=1, day=1)
    if step.endswith("MS"):
        return pd.Timestamp(year=moment.year, month=1, day=1)
    return moment.floor(step)
