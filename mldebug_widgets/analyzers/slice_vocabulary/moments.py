"""Predicates on datetimes and durations: the moment itself in bins, and its hour, weekday, month and year."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import tzinfo
from typing import Any, Literal

import numpy as np
import pandas as pd

from mldebug_widgets.analyzers.slice_vocabulary.cuts import Cut, roundest
from mldebug_widgets.analyzers.slice_vocabulary.field import Entry, Named, Plan, Unusable
from mldebug_widgets.analyzers.slice_vocabulary.numbers import Ordered, few_integers, if_any, in_bins, ordered_numbers

TimeUnit = Literal["s", "ms", "us", "ns"]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = (("hour", "hour", ()), ("weekday", "day_of_week", _WEEKDAYS), ("month", "month", ()), ("year", "year", ()))
#: Values of a part that are told one by one; years that span more are left to the moment's bins.
MOST_PARTS = 24
_ROUND_DURATIONS = tuple(pd.Timedelta(1, unit=unit) for unit in ("D", "h", "min", "s", "ms", "us"))
_ROUND_TIMES = ("h", "min", "s", "ms", "us")


class Moments:
    """Datetimes as integers since 1970 UTC in ``unit``, written in their time zone."""

    def __init__(self, unit: TimeUnit, zone: tzinfo | None) -> None:
        self._unit = unit
        self._zone = zone

    def between(self, low: Any, high: Any) -> Cut:
        """Return the roundest moment from ``low`` up to but not ``high``."""
        last = self._moment(int(high) - 1)
        for moment in self._rounder(last):
            ticks = self._ticks(moment)
            if int(low) <= ticks < int(high):
                return self._cut(moment, ticks)
        return self._cut(self._moment(int(low)), int(low))

    def _moment(self, ticks: int) -> pd.Timestamp:
        moment = pd.Timestamp(np.datetime64(ticks, self._unit))
        return moment if self._zone is None else moment.tz_localize("UTC").tz_convert(self._zone)

    def _ticks(self, moment: pd.Timestamp) -> int:
        bare = moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)
        return int(bare.to_numpy().astype(f"datetime64[{self._unit}]").astype(np.int64))

    def _rounder(self, moment: pd.Timestamp) -> Iterator[pd.Timestamp]:
        """Yield the start of the moment's year, month, day, hour, ...; what a change of clocks forbids is left out."""
        with suppress(ValueError, OverflowError):
            midnight = moment.normalize()
            yield midnight.replace(month=1, day=1)
            yield midnight.replace(day=1)
            yield midnight
        for unit in _ROUND_TIMES:
            with suppress(ValueError, OverflowError):
                yield moment.floor(unit)

    def _cut(self, moment: pd.Timestamp, ticks: int) -> Cut:
        text = str(moment)
        try:
            reads_back = pd.Timestamp(text) == moment
        except ValueError:
            reads_back = False
        if not reads_back:
            raise Unusable("its moments lie beyond what a query can write")
        bare = str(moment.tz_localize(None))
        return Cut(np.int64(ticks), f'"{text}"', bare.removesuffix(" 00:00:00").removesuffix(":00"))


class Durations:
    """Timedeltas as integers in ``unit``."""

    def __init__(self, unit: TimeUnit) -> None:
        self._unit = unit

    def between(self, low: Any, high: Any) -> Cut:
        """Return the roundest duration from ``low`` up to but not ``high``."""
        steps = (int(step / pd.Timedelta(1, unit=self._unit)) for step in _ROUND_DURATIONS)
        ticks = roundest(int(low), int(high), (*(step for step in steps if step > 1), 1))
        text = str(pd.Timedelta(np.timedelta64(ticks, self._unit)))
        return Cut(np.int64(ticks), f'"{text}"', text.removeprefix("0 days ").removesuffix(" 00:00:00"))


def moment_entries(column: pd.Series, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the predicates of a datetime column.

    Raises
    ------
    Unusable
        For dates that are Python objects, which have neither parts nor an order in a query.
    """
    column = plan.taken(column)
    if pd.api.types.is_object_dtype(column.dtype):
        raise Unusable("its dates are Python objects: convert them with pd.to_datetime()")
    entries: list[Entry] = []
    has_time = not str(column.dtype).startswith(("date32", "date64"))
    if has_time:  # Arrow's dates cannot be compared with a text
        index = pd.DatetimeIndex(column)
        moments = Ordered(np.asarray(index.asi8), if_any(np.asarray(index.isna())))
        entries += in_bins(moments, Moments(index.unit, index.tz), named, plan)
    for name, part, words in _PARTS if has_time else _PARTS[1:]:
        plan.look()
        values = ordered_numbers(getattr(column.dt, part))
        present = values.values[values.present(np.arange(len(column)))]
        if len(present) and 0 < int(present.max()) - int(present.min()) < MOST_PARTS:
            # A missing moment is one predicate, not one for every part.
            alone = Ordered(values.values, None, values.missing)
            entries += few_integers(alone, named.part(name, f"dt.{part}"), plan, words)
    return tuple(entries)


def duration_entries(column: pd.Series, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the bins of a timedelta column."""
    index = pd.TimedeltaIndex(plan.taken(column))
    ordered = Ordered(np.asarray(index.asi8), if_any(np.asarray(index.isna())))
    return in_bins(ordered, Durations(index.unit), named, plan)
