"""Predicates on ordered values: numbers in bins, few integers one by one, both in runs where codes may be merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.slice_search.coded import Merging
from mldebug_widgets.analyzers.slice_vocabulary.cuts import Cut, RealNumbers, Scale, WholeNumbers, place_cuts
from mldebug_widgets.analyzers.slice_vocabulary.field import Codes, Entry, Mask, Named, Plan, Unusable, coded_column
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.evaluation.schema import Feature

#: Integers of at most so many distinct values are told one by one.
FEW_INTEGERS = 20
#: From here on floats and integers are no longer equal one by one.
LARGEST_EXACT = 2.0**53
_WIDEST_TABLE = 1 << 16  # range of integers that are looked up in a table instead of being sorted
_CHUNK = 1 << 16  # values that stay in the cache while they are compared with one cut after the other


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """Values that have an order.

    Attributes
    ----------
    values
        (m,) numpy numbers; what stands where a value is missing does not matter.
    missing
        (m,) rows without a value; None = all have one.
    incomparable
        (m,) rows with a value that no comparison holds for, which is a NaN that pandas does not call missing;
        None = there is none.
    """

    values: npt.NDArray[Any]
    missing: Mask | None = None
    incomparable: Mask | None = None

    def all_present(self) -> Mask | None:
        """Return (m,) which values are there; None = all."""
        if self.missing is None or self.incomparable is None:
            absent = self.incomparable if self.missing is None else self.missing
            return None if absent is None else ~absent
        return ~(self.missing | self.incomparable)

    def present(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return those of ``positions`` whose value is there and finite."""
        present = self.all_present()
        if present is not None:
            positions = positions[present[positions]]
        if self.values.dtype.kind == "f":
            positions = positions[np.isfinite(self.values[positions])]
        return positions


def number_entries(column: pd.Series, feature: Feature, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the predicates of a numeric column.

    Raises
    ------
    Unusable
        When its values cannot be compared exactly in a query.
    """
    ordered = ordered_numbers(plan.taken(column))
    if feature.integer and feature.unique <= FEW_INTEGERS and _are_exact(ordered.values):
        return few_integers(ordered, named, plan)
    scale: Scale = WholeNumbers() if ordered.values.dtype.kind in "iu" else RealNumbers()
    return in_bins(ordered, scale, named, plan)


def _are_exact(values: npt.NDArray[Any]) -> bool:
    """Tell whether whole numbers are finite, and equal to the integers that stand for them."""
    if values.dtype.kind != "f":
        return True
    return not (np.abs(values) >= LARGEST_EXACT).any()


def ordered_numbers(column: pd.Series) -> Ordered:
    """Return a numeric column in its own precision."""
    dtype: Any = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        values = np.asarray(column.to_numpy())
        missing = np.isnan(values) if dtype.kind == "f" else None
        return Ordered(values, if_any(missing))
    if isinstance(dtype, pd.SparseDtype) and dtype.subtype.kind in "iuf":
        values = np.asarray(column.array, dtype=dtype.subtype)
        return Ordered(values, if_any(np.asarray(pd.isna(values))))
    stored = getattr(dtype, "numpy_dtype", None)
    if not isinstance(stored, np.dtype) or stored.kind not in "iuf":
        raise Unusable(f"its values are {dtype}: convert it to a plain number first")
    if isinstance(dtype, pd.ArrowDtype) and stored.kind == "f":
        stored = np.dtype(np.float64)  # in which Arrow compares single precision with a number of the query
    missing = np.asarray(column.isna())
    values = np.asarray(column.to_numpy(dtype=stored, na_value=stored.type(0)))
    unordered = np.isnan(values) & ~missing if stored.kind == "f" else None
    return Ordered(values, if_any(missing), if_any(unordered))


def if_any(mask: Mask | None) -> Mask | None:
    """Return ``mask`` if it holds anywhere, else None."""
    return mask if mask is not None and mask.any() else None


def few_integers(ordered: Ordered, named: Named, plan: Plan, words: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """Return equality of every distinct integer; ``words`` are the names of the integers from 0, if they have any."""
    codes, values = _whole_codes(ordered)
    if len(values) + (ordered.missing is not None) + (ordered.incomparable is not None) < 2:
        return ()
    wording = _Integers(named, values, words, ordered.incomparable is not None)
    return (_entry(named, codes, len(values), ordered, wording, plan),)


def _whole_codes(ordered: Ordered) -> tuple[npt.NDArray[np.uint8], tuple[int, ...]]:
    """Return (m,) positions among the distinct present whole numbers, and these in order; there are at most 256."""
    present = ordered.all_present()
    known = ordered.values if present is None else ordered.values[present]
    codes, distinct = _ranks(known) if len(known) else (np.empty(0, np.uint8), ())
    if present is None:
        return codes, distinct
    spread = np.zeros(len(ordered.values), np.uint8)
    spread[present] = codes
    return spread, distinct


def _ranks(values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint8], tuple[int, ...]]:
    low = values.min()
    if int(values.max()) - int(low) > _WIDEST_TABLE:
        distinct = np.unique(values)
        return _above(values, list(distinct[:-1])), tuple(int(value) for value in distinct)
    offsets = values.astype(np.int64) - low.astype(np.int64)  # right even where large unsigned ones wrap around
    occurs = np.bincount(offsets) > 0
    table = np.maximum(np.cumsum(occurs) - 1, 0).astype(np.uint8)
    return table[offsets], tuple((int(low) + np.flatnonzero(occurs)).tolist())


def in_bins(ordered: Ordered, scale: Scale, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the bins of ordered values."""
    sample = ordered.present(plan.sample)
    metric = plan.values[sample] if plan.merge else None
    cuts = place_cuts(ordered.values[sample], metric, scale, plan.bins, plan.least_in_sample)
    if not cuts and (ordered.missing is None or ordered.missing.all()):
        return ()
    codes = _above(ordered.values, [cut.value for cut in cuts])
    wording = _Intervals(named, cuts, ordered.incomparable is not None)
    return (_entry(named, codes, len(cuts) + 1, ordered, wording, plan),)


def _entry(
    named: Named, codes: Codes, size: int, ordered: Ordered, wording: _Integers | _Intervals, plan: Plan
) -> Entry:
    """Return the entry of ``size`` ordered codes, with one more for missing, and one for what cannot be compared."""
    usable = [True] * size
    if ordered.missing is not None:
        codes[ordered.missing] = len(usable)
        usable.append(True)
    if ordered.incomparable is not None:
        codes[ordered.incomparable] = len(usable)
        usable.append(False)
    merging: Merging = "runs" if plan.merge else "none"
    coded = coded_column(named.column, codes, len(usable), usable=np.array(usable), merging=merging, ordered=size)
    return Entry(coded, wording)


def _above(values: npt.NDArray[Any], cuts: list[Any]) -> npt.NDArray[np.uint8]:
    """Return (m,) how many of the ascending ``cuts`` each value lies above."""
    codes = np.zeros(len(values), np.uint8)
    above = np.empty(min(_CHUNK, len(values)), bool)
    for start in range(0, len(values), _CHUNK):
        part = np.ascontiguousarray(values[start : start + _CHUNK])
        counted = codes[start : start + _CHUNK]
        for cut in cuts:
            np.greater(part, cut, out=above[: len(part)])
            counted += above[: len(part)].view(np.uint8)
    return codes


@dataclass(frozen=True, slots=True, eq=False)
class _Integers:
    """Says which of a few integers a value is."""

    named: Named
    values: tuple[int, ...]
    words: tuple[str, ...]
    has_incomparable: bool

    def predicate(self, codes: tuple[int, ...]) -> Predicate:
        if codes[0] == len(self.values):
            return self.named.missing()
        first, last = self.values[codes[0]], self.values[codes[-1]]
        column, query, feature = self.named.column, self.named.query, self.named.feature
        if first == last:
            return Predicate(column, "equal", f"{column} = {self._word(first)}", f"{query} == {first}", feature)
        from_start, to_end = codes[0] == 0, codes[-1] == len(self.values) - 1
        if from_start and to_end and not self.has_incomparable:
            return self.named.present()
        label, condition = f"{column} in {self._word(first)}..{self._word(last)}", f"{first} <= {query} <= {last}"
        if not self.words and from_start:
            label, condition = f"{column} <= {last}", f"{query} <= {last}"
        if not self.words and to_end:
            label, condition = f"{column} >= {first}", f"{query} >= {first}"
        return Predicate(column, "interval", label, condition, feature)

    def _word(self, value: int) -> str:
        return self.words[value] if self.words else str(value)


@dataclass(frozen=True, slots=True, eq=False)
class _Intervals:
    """Says between which cuts a value lies."""

    named: Named
    cuts: tuple[Cut, ...]
    has_incomparable: bool

    def predicate(self, codes: tuple[int, ...]) -> Predicate:
        last_bin = len(self.cuts)
        if codes[0] > last_bin:
            return self.named.missing()
        low = self.cuts[codes[0] - 1] if codes[0] else None
        high = self.cuts[codes[-1]] if codes[-1] < last_bin else None
        column, query, feature = self.named.column, self.named.query, self.named.feature
        if low is not None and high is not None:
            label = f"{low.word} < {column} <= {high.word}"
            return Predicate(column, "interval", label, f"{low.literal} < {query} <= {high.literal}", feature)
        if low is not None:
            return Predicate(column, "interval", f"{column} > {low.word}", f"{query} > {low.literal}", feature)
        if high is not None:
            return Predicate(column, "interval", f"{column} <= {high.word}", f"{query} <= {high.literal}", feature)
        present = self.named.present()
        if not self.has_incomparable:
            return present
        return Predicate(column, "present", present.label, f"{query} == {query}", feature)
