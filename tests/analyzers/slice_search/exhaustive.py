"""The same search without any cleverness: every conjunction of every predicate, as row masks."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn

#: A candidate's columns, and the codes that it takes of each.
Key = tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]


def predicates(column: CodedColumn, values: np.ndarray) -> list[tuple[int, ...]]:
    """Return the code sets that are predicates of a column."""
    present = [code for code in range(column.size) if column.usable[code] and (column.codes == code).any()]
    sets = {(code,) for code in present}
    if column.merging == "runs":
        for low, high in combinations(present, 2):
            run = range(low, high + 1)
            if high < column.ordered and all(column.usable[code] for code in run):
                sets.add(tuple(run))
    if column.merging == "sets":
        # Means that only rounding tells apart are equal, and equals go by code.
        means = {code: float(np.mean(values[column.codes == code])) for code in present}
        digits = min(12 - math.frexp(max(map(abs, means.values()), default=0.0))[1] * 3 // 10, 300)
        worst_first = sorted(present, key=lambda code: (-round(means[code], digits), code))
        sets |= {tuple(sorted(worst_first[: length + 1])) for length in range(len(present))}
    return sorted(codes for codes in sets if not np.isin(column.codes, codes).all())


def candidates(
    columns: list[CodedColumn], values: np.ndarray, max_predicates: int, min_rows: int
) -> dict[Key, tuple[int, float]]:
    """Return size and total of every candidate, by its columns and codes."""
    found = {}
    per_column = [predicates(column, values) for column in columns]
    for width in range(1, max_predicates + 1):
        for chosen in combinations(range(len(columns)), width):
            groups = [columns[position].group for position in chosen if columns[position].group >= 0]
            if len(set(groups)) < len(groups):
                continue
            for codes in product(*(per_column[position] for position in chosen)):
                rows = np.ones(len(values), dtype=bool)
                for position, code in zip(chosen, codes, strict=True):
                    rows &= np.isin(columns[position].codes, code)
                if rows.sum() >= max(1, min_rows):
                    found[chosen, codes] = int(rows.sum()), float(values[rows].sum())
    return found


def ranked(found: dict[Key, tuple[int, float]], score: dict[Key, float]) -> list[Key]:
    """Return the keys in rank order."""
    return sorted(found, key=lambda key: (-score[key], -found[key][0], len(key[0]), key[0], key[1]))
