"""Predicates on categories and booleans: equality, and small sets where codes may be merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.slice_search.coded import Merging
from mldebug_widgets.analyzers.slice_vocabulary.field import Entry, Mask, Named, Plan, Unusable, coded_column
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.analyzers.slice_vocabulary.wording import has_surrogate, literal_of, set_of_words, word_of

MOST_CATEGORIES = 200


def category_entries(column: pd.Series, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the predicates of a column of categories.

    Raises
    ------
    Unusable
        When no category can be written in a query.
    """
    column = plan.taken(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = np.asarray(column.cat.codes), list(column.cat.categories)
        if any(isinstance(value, str) and has_surrogate(value) for value in values):
            raise Unusable("one of its categories holds half a character, and pandas refuses every query then")
        return coded_categories(codes, values, named, plan, is_ordered=bool(column.cat.ordered))
    codes, distinct = pd.factorize(column)
    return coded_categories(codes, distinct, named, plan)


def coded_categories(
    codes: npt.NDArray[Any],
    values: Sequence[Any],
    named: Named,
    plan: Plan,
    *,
    is_ordered: bool = False,
    missing_is_predicate: bool = True,
    group: int = -1,
) -> tuple[Entry, ...]:
    """Return the predicates of categories given as ``codes`` (m,) into ``values``, -1 = missing.

    Categories with fewer discovery rows than ``plan.min_rows``, those beyond the ``MOST_CATEGORIES`` most frequent,
    and those that a query cannot write become one code that is no predicate.
    """
    shifted = codes.astype(np.intp) + 1
    present = np.bincount(shifted, minlength=len(values) + 1) > 0
    if present.sum() < 2:
        return ()
    literals = _named_categories(plan.counts(shifted, len(values) + 1), values, plan.min_rows)
    kept = sorted(literals) if is_ordered else list(literals)
    has_missing = bool(present[0]) and missing_is_predicate
    if not kept and not has_missing:
        raise Unusable("no category is frequent enough, or a query cannot write them")
    usable = np.ones(len(kept) + has_missing + 1, bool)
    usable[-1] = False  # all the others
    lookup = np.full(len(values) + 1, len(usable) - 1, np.uint8 if len(usable) <= 256 else np.uint16)
    lookup[kept] = np.arange(len(kept))
    if has_missing:
        lookup[0] = len(kept)
    if not present[lookup == len(usable) - 1].any():
        usable = usable[:-1]
    merging: Merging = ("runs" if is_ordered else "sets") if plan.merge else "none"
    words = tuple(word_of(values[code - 1]) for code in kept)
    wording = _Categories(named, tuple(literals[code] for code in kept), words)
    coded = coded_column(
        named.column, lookup[shifted], len(usable), usable=usable, merging=merging, ordered=len(kept), group=group
    )
    return (Entry(coded, wording),)


def _named_categories(counts: npt.NDArray[np.int64], values: Sequence[Any], least: int) -> dict[int, str]:
    """Return shifted code -> literal of the categories that are predicates, most frequent first."""
    frequent = 1 + np.argsort(-counts[1:], kind="stable")
    frequent = frequent[counts[frequent] >= max(least, 1)][:MOST_CATEGORIES]
    literals = ((code, literal_of(values[code - 1])) for code in frequent.tolist())
    return {code: literal for code, literal in literals if literal is not None}


@dataclass(frozen=True, slots=True, eq=False)
class _Categories:
    """Says which categories; the code behind the last one is missing."""

    named: Named
    literals: tuple[str, ...]
    words: tuple[str, ...]

    def predicate(self, codes: tuple[int, ...]) -> Predicate:
        column, query, feature = self.named.column, self.named.query, self.named.feature
        known = [code for code in codes if code < len(self.literals)]
        has_missing = len(known) < len(codes)
        if not known:
            return self.named.missing()
        words = [self.words[code] for code in known]
        condition = f"{query} == {self.literals[known[0]]}"
        if len(known) > 1:
            condition = f"{query} in [{', '.join(self.literals[code] for code in known)}]"
        if has_missing:
            condition, words = f"({condition} or {self.named.missing().query})", [*words, "missing"]
        if len(words) == 1:
            return Predicate(column, "equal", f"{column} = {words[0]}", condition, feature)
        return Predicate(column, "set", f"{column} in {set_of_words(words)}", condition, feature)


def flag_entries(column: pd.Series, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return true, false and missing of a boolean column."""
    column = plan.taken(column)
    missing = np.asarray(column.isna())
    flags: Mask = np.asarray(column.to_numpy(dtype=bool, na_value=False)) if missing.any() else np.asarray(column, bool)
    codes = flags.astype(np.uint8)
    codes[missing] = 2
    if len(np.unique(codes)) < 2:
        return ()
    return (Entry(coded_column(named.column, codes, 3 if missing.any() else 2), _Flags(named)),)


@dataclass(frozen=True, slots=True)
class _Flags:
    """Says true, false or missing."""

    named: Named

    def predicate(self, codes: tuple[int, ...]) -> Predicate:
        if codes[0] == 2:
            return self.named.missing()
        column, value = self.named.column, bool(codes[0])
        label = f"{column} is true" if value else f"{column} is false"
        return Predicate(
            column, "true" if value else "false", label, f"{self.named.query} == {value}", self.named.feature
        )
