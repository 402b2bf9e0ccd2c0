"""How do two sets of rows differ? In every metric, and in the distribution of every feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class SliceMeasure:
    """The searched metric on the rows of one query, against the rest: what the builder shows while a person types.

    ``effect``, ``low`` and ``high`` are the difference, slice minus rest, and its 95% interval on all these rows: they
    were chosen by a person, so there is no search to correct for, and no promise if the person searched by eye.
    """

    query: str
    label: str
    n: int
    share: float
    metric: float
    rest_metric: float
    lift: float
    error_share: float
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class ComparedMetric:
    """One metric on both sides with 95% intervals; NaN where it cannot be computed."""

    name: str
    label: str
    first: float
    first_low: float
    first_high: float
    second: float
    second_low: float
    second_high: float


@dataclass(frozen=True, slots=True, eq=False)
class ComparedFeature:
    """One feature's distribution on both sides.

    Attributes
    ----------
    distance
        Total variation distance of the two histograms, 0 (equal) to 1 (no overlap), missing as one bin.
    edges
        (b+1,) for numbers (milliseconds for datetimes); empty for categories.
    labels
        (b,) categories as text ("other" and "missing" last); for numbers only the last may be "missing".
    first, second
        (b,) or (b+1,) rows per bin; numbers with missing values carry them in one more bin at the end.
    """

    name: str
    kind: str
    distance: float
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    first: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class SliceComparison:
    """Two sets of rows side by side; ``features`` by distance, largest first. ``second_query`` "" = the rest."""

    first_label: str
    first_query: str
    second_label: str
    second_query: str
    n_first: int
    n_second: int
    metrics: tuple[ComparedMetric, ...]
    features: tuple[ComparedFeature, ...]
