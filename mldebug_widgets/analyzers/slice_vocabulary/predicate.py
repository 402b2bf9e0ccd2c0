"""One condition on one column: in words, as a query, and on which feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PredicateKind = Literal["equal", "set", "interval", "missing", "present", "true", "false", "word"]


@dataclass(frozen=True, slots=True)
class Predicate:
    """One condition of a slice.

    Attributes
    ----------
    column
        The column as a person reads it: ``carrier``, ``hour of scheduled``, ``length of review``, ``predicted``.
    kind
        What sort of condition it is.
    label
        The condition in words: ``carrier in {EV, MQ}``, ``sched_dep_time > 1830``, ``wind_gust missing``.
    query
        The condition in pandas' query language; selects exactly the predicate's rows.
    feature
        Position of the feature in ``Evaluation.X``; -1 for what is not a feature (predicted, metadata, images).
    """

    column: str
    kind: PredicateKind
    label: str
    query: str
    feature: int
