"""Edits of one row as they arrive from a view: every position and value is checked before a model sees it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mldebug_widgets.analyzers.columns import Scalar
from mldebug_widgets.errors import MldTypeError, MldValueError, type_of
from mldebug_widgets.evaluation.schema import Feature

LONGEST_TEXT = 100_000


def checked_position(position: Any, features: Sequence[Feature]) -> int:
    """Return ``position`` as the position of a feature."""
    text = position if isinstance(position, str) else str(position) if type(position) is int else ""
    if not text.isdecimal() or int(text) >= len(features):
        raise MldValueError(
            "MLD-W20",
            "position",
            repr(position)[:80],
            f"a feature's position from 0 to {len(features) - 1}",
            "Run the cell again, so that view and kernel have the same columns.",
        )
    return int(text)


def checked_edits(edits: Any, features: Sequence[Feature], frame: pd.DataFrame) -> dict[int, Scalar]:
    """Return ``edits`` {position: value} with positions that exist and values that their column can hold.

    Numbers and datetimes (milliseconds since 1970 UTC) are finite, categories occur in the data, and None is allowed
    where the data has missing values.

    Raises
    ------
    MldTypeError, MldValueError
        MLD-W20 to MLD-W25.
    """
    if not isinstance(edits, Mapping):
        raise MldTypeError("MLD-W21", "edits", type_of(edits), "an object of values by position", "Edit the row again.")
    positions = [checked_position(position, features) for position in edits]
    return {
        position: _checked_value(value, features[position], frame)
        for position, value in zip(positions, edits.values(), strict=True)
    }


def _checked_value(value: Any, feature: Feature, frame: pd.DataFrame) -> Scalar:
    argument = f"edits[{feature.position}]"
    if value is None:
        if not feature.missing:
            raise MldValueError(
                "MLD-W22", argument, "missing", f"a value: {feature.name!r} is never missing in the data", "Set one."
            )
        return None
    if feature.kind in ("numeric", "datetime"):
        return _finite(value, argument)
    if feature.kind == "boolean":
        if not isinstance(value, bool):
            raise MldTypeError("MLD-W23", argument, repr(value)[:80], "true or false", "Use the switch.")
        return value
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise MldTypeError("MLD-W24", argument, repr(value)[:80], "text", "Choose or write a text.")
    if feature.kind == "categorical" and not _occurs(value, feature, frame):
        raise MldValueError(
            "MLD-W25", argument, repr(value)[:80], f"a value that occurs in {feature.name!r}", "Choose one of the list."
        )
    return value


def _finite(value: Any, argument: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MldTypeError("MLD-W23", argument, repr(value)[:80], "a finite number", "Write a number.")
    return float(value)


def _occurs(value: str, feature: Feature, frame: pd.DataFrame) -> bool:
    """Return whether the column holds ``value``; the schema lists only the most frequent categories."""
    if value in feature.categories:
        return True
    if feature.unique <= len(feature.categories):
        return False
    return any(str(known) == value for known in frame.iloc[:, feature.position].unique())
