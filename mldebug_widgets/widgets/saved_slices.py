"""Conditions kept under a name: what may be one, and its record as panels and files hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mldebug_widgets.errors import MldTypeError, MldValueError, shown

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

LONGEST_NAME = 80
MOST_SLICES = 100

#: One saved slice: ``name``, ``query`` and ``n``, the rows that it has at the present threshold.
Record = dict[str, Any]

#: Names in a query whose values change with the threshold.
_MOVING = ("predicted", "confidence")


def record_of(evaluation: Evaluation, name: Any, query: Any) -> Record:
    """Return the record of one slice, its name without blanks at either end.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-S21`` for a name, ``MLD-S22`` for a query that cannot be one; the query's own codes.
    """
    if not isinstance(name, str):
        raise MldTypeError("MLD-S21", "name", shown(name), "text", 'Pass for example "late flights".')
    stripped = name.strip()
    if not stripped or len(stripped) > LONGEST_NAME or not stripped.isprintable():
        allowed = f"1 to {LONGEST_NAME} characters in one line"
        raise MldValueError("MLD-S21", "name", shown(name), allowed, 'Pass for example "late flights".')
    if not isinstance(query, str) or not query.strip():
        allowed = "a condition in pandas' query language"
        raise MldValueError("MLD-S22", "query", shown(query), allowed, 'Write for example "distance > 500".')
    return {"name": stripped, "query": query, "n": int(np.count_nonzero(evaluation.rows_matching(query)))}


def with_slice(records: Sequence[Record], record: Record) -> list[Record]:
    """Return ``records`` with ``record`` in the place of the one of its name, or at the end.

    Raises
    ------
    MldValueError
        ``MLD-S24`` when there would be too many.
    """
    if any(known["name"] == record["name"] for known in records):
        return [record if known["name"] == record["name"] else known for known in records]
    if len(records) >= MOST_SLICES:
        raise MldValueError(
            "MLD-S24", "name", f"slice number {len(records) + 1}", f"at most {MOST_SLICES} slices", "Remove one first."
        )
    return [*records, record]


def without_slice(records: Sequence[Record], name: Any) -> list[Record]:
    """Return ``records`` without the one called ``name``.

    Raises
    ------
    MldValueError
        ``MLD-S23`` when there is none of that name.
    """
    kept = [record for record in records if record["name"] != name]
    if len(kept) == len(records):
        allowed = ", ".join(repr(record["name"]) for record in records) or "none is saved"
        raise MldValueError("MLD-S23", "name", shown(name), allowed, "Name a saved slice.")
    return kept


def recounted(evaluation: Evaluation, records: Sequence[Record]) -> list[Record]:
    """Return ``records`` with the counts of another threshold; queries that it cannot change are not asked again."""
    return [record_of(evaluation, record["name"], record["query"]) if _moves(record) else record for record in records]


def queries(records: Sequence[Record]) -> dict[str, str]:
    """Return name -> query, in order."""
    return {record["name"]: record["query"] for record in records}


def _moves(record: Mapping[str, Any]) -> bool:
    return any(name in record["query"] for name in _MOVING)
