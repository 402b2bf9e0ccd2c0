"""Where bins lie: round numbers and calendar units, few enough to be seen, over where most of the rows are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: About so many rows decide where the bins lie; every row is then counted.
SAMPLED_ROWS = 50_000
#: Bins reach over the whole range, unless this share of the rows is within a third of it.
MIDDLE = (0.005, 0.995)
_STEPS = (1.0, 2.0, 2.5, 5.0)

_SECOND, _MINUTE, _HOUR, _DAY = 1, 60, 3_600, 86_400
#: Widths of bins in time, in seconds, and how many characters of an ISO date name a bound.
_CALENDAR = (
    *((seconds * _SECOND, 19) for seconds in (1, 5, 15, 30)),
    *((minutes * _MINUTE, 16) for minutes in (1, 5, 15, 30)),
    *((hours * _HOUR, 16) for hours in (1, 3, 6, 12)),
    *((days * _DAY, 10) for days in (1, 2, 7, 14, 28, 91, 182, 364, 1_820, 3_640, 18_200, 36_400)),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Bins of equal width: bin ``i`` begins at ``(first + i) * step``."""

    first: int
    size: int
    step: float

    def edges(self) -> tuple[float, ...]:
        """Return the (size + 1) edges, each the number nearest to its decimal form."""
        return tuple(_edge(place, self.step) for place in range(self.first, self.first + self.size + 1))


def reach(values: npt.NDArray[np.generic]) -> tuple[float, float] | None:
    """Return from where to where the bins of ``values`` reach, or None when none of them is finite.

    Everything when it is not much wider than where most of the values are, else that middle part.
    """
    some = values[:: max(1, len(values) // SAMPLED_ROWS)].astype(np.float64)
    some = some[np.isfinite(some)]
    if not len(some):
        return None
    low, high = float(np.min(some)), float(np.max(some))
    middle = np.quantile(some, MIDDLE)
    inner = (float(middle[0]), float(middle[1]))
    long_tails = inner[0] < inner[1] and high - low > 3 * (inner[1] - inner[0])
    if long_tails or not math.isfinite(high - low):
        low, high = inner
    return (low, high) if math.isfinite(high - low) else (0.0, 0.0)


def number_scale(low: float, high: float, most: int) -> Scale | None:
    """Return at most ``most`` bins with round bounds that hold ``low`` to ``high``; None when they are too close."""
    width = (high - low) / most
    if not width > 0 or not math.isfinite(low / width):
        return None
    power = math.floor(math.log10(width))
    if not -290 < power < 290:
        return None
    for exponent in (power, power + 1):
        for factor in _STEPS:
            step = factor * 10.0**exponent
            first, last = _outermost(low, high, step)
            if last - first <= most and last < 2**53:
                return Scale(first, max(1, last - first), step)
    return None


def _outermost(low: float, high: float, step: float) -> tuple[int, int]:
    """Return the places of the edges that hold ``low`` to ``high``, in steps.

    A division may miss a bound by its last digit: 1 / 0.000005 is a little more than 200,000.
    """
    first, last = math.floor(low / step), math.ceil(high / step)
    return (
        first + 1 if _edge(first + 1, step) <= low else first,
        last - 1 if _edge(last - 1, step) >= high else last,
    )


def _edge(place: int, step: float) -> float:
    digits = max(0, 2 - math.floor(math.log10(step)))
    return round(place * step, digits) if digits < 300 else place * step


def whole_scale(low: int, high: int, most: int) -> tuple[int, int, int]:
    """Return (first bound, width, number of bins) of at most ``most`` bins of whole numbers, with round bounds."""
    if high - low < most:
        return low, 1, high - low + 1
    power = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * power
            first, last = low // step, high // step
            if step > 1 and last - first < most:
                return first * step, step, last - first + 1
        power *= 10


def calendar_scale(low: int, high: int, per_second: int, most: int) -> tuple[int, int, int, int]:
    """Return (first bound, width, number of bins, characters of a bound) of bins of calendar units.

    Bounds count units of which a second has ``per_second``, as numpy's datetimes do.
    """
    for seconds, characters in _CALENDAR:
        step = seconds * per_second
        first, last = low // step, high // step
        if last - first < most:
            return first * step, step, last - first + 1, characters
    step = -(-(high - low + 1) // most)
    return low, step, most, 10
