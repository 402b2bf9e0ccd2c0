"""The error tree: the same conditions as a few nested splits, each the best one in its rows."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_finding.assembly import scoped
from mldebug_widgets.analyzers.slice_finding.folding import critical_values
from mldebug_widgets.analyzers.slice_finding.result import TreeNode
from mldebug_widgets.analyzers.slice_finding.search import Halves
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary

Float64s = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]

#: A larger tree is not read.
DEEPEST = 4
MOST_LEAVES = 12


@dataclass(frozen=True, slots=True)
class Split:
    """The best split of some rows: ``codes`` of ``column`` on one side, all others on the other side."""

    gain: float
    column: int
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Growing:
    """A node while the tree grows. ``terms`` are the conditions on the way to it."""

    parent: int
    label: str
    terms: tuple[str, ...]
    depth: int
    rows: Positions


class ErrorTree:
    """Grows the tree, the split that explains most first.

    A split takes the most of the squared differences to the mean away, over all splits of the coded columns: between
    two neighbouring codes where they are ordered, and between codes in order of their means where they are not, which
    holds the best of all two-way splits (W. D. Fisher, 1958). A split that chance explains is not made.

    Parameters
    ----------
    halves, vocabulary
        Rows, metric and conditions.
    min_rows
        Fewest rows of a leaf.
    cancelled
        Asked between columns; when it says True the tree raises ``CancelledError``.
    """

    def __init__(
        self,
        halves: Halves,
        vocabulary: Vocabulary,
        min_rows: int,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._vocabulary = vocabulary
        self._values = halves.values
        self._scope = halves.scope.query
        self._min_rows = min_rows
        self._cancelled = cancelled
        self._rows = np.flatnonzero(halves.known)
        self._total = float(self._values[self._rows].sum())
        self._critical = critical_values(vocabulary.columns)
        self._present = [np.bincount(column.codes, minlength=column.size) > 0 for column in vocabulary.columns]

    def nodes(self) -> tuple[TreeNode, ...]:
        """Return the nodes, parents before children, the worse child first."""
        grown = [_Growing(-1, "all rows", (), 0, self._rows)]
        waiting: list[tuple[float, int, Split]] = []
        inner: set[int] = set()
        self._wait(waiting, grown, 0)
        while waiting and len(grown) - len(inner) < MOST_LEAVES:
            _, at, split = heapq.heappop(waiting)
            inner.add(at)
            for child in self._children(at, grown[at], split):
                grown.append(child)
                self._wait(waiting, grown, len(grown) - 1)
        return tuple(self._node(node, at not in inner) for at, node in enumerate(grown))

    def _wait(self, waiting: list[tuple[float, int, Split]], grown: Sequence[_Growing], at: int) -> None:
        split = self._best_split(grown[at].rows) if grown[at].depth < DEEPEST else None
        if split is not None:
            heapq.heappush(waiting, (-split.gain, at, split))

    def _best_split(self, rows: Positions) -> Split | None:
        values = self._values[rows]
        variance = float(values.var()) if len(values) else 0.0
        if len(rows) < 2 * self._min_rows or variance == 0:
            return None
        centred: Float64s = values - values.mean()
        best: Split | None = None
        for place, column in enumerate(self._vocabulary.columns):
            if self._cancelled():
                raise CancelledError
            codes = column.codes[rows]
            counts = np.bincount(codes, minlength=column.size)
            excess = np.bincount(codes, weights=centred, minlength=column.size).astype(np.float64, copy=False)
            found = best_split(column, counts, excess, self._min_rows)
            if found is None or math.sqrt(found[0] / variance) < self._critical[place]:
                continue
            if best is None or found[0] > best.gain:
                best = Split(found[0], place, found[1])
        return best

    def _children(self, at: int, node: _Growing, split: Split) -> list[_Growing]:
        (label, query), (other_label, other_query) = self._words(split)
        inside = self._vocabulary.mask(split.column, split.codes)[node.rows]
        first, second = node.rows[inside], node.rows[~inside]
        children = [
            _Growing(at, label, (*node.terms, query), node.depth + 1, first),
            _Growing(at, other_label, (*node.terms, other_query), node.depth + 1, second),
        ]
        return sorted(children, key=lambda child: -float(self._values[child.rows].mean()))

    def _words(self, split: Split) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return (label, query) of the split's codes and of all others."""
        column, present = self._vocabulary.columns[split.column], self._present[split.column]
        others = tuple(code for code in range(column.size) if present[code] and code not in split.codes)
        chosen = self._vocabulary.predicate(split.column, split.codes)
        words = chosen.label, chosen.query
        if column.merging == "runs" and sayable(column, others):
            rest = self._vocabulary.predicate(split.column, others)
            return words, (rest.label, rest.query)
        return words, (self._label_of_others(split.column, others) or f"not ({words[0]})", f"not ({words[1]})")

    def _label_of_others(self, place: int, codes: tuple[int, ...]) -> str:
        """Return words for the codes behind a cut and one that stands alone (missing), "" when it is not so."""
        column = self._vocabulary.columns[place]
        parts = [tuple(c for c in codes if c < column.ordered), tuple(c for c in codes if c >= column.ordered)]
        if column.merging != "runs" or not all(sayable(column, part) for part in parts):
            return ""
        return " or ".join(self._vocabulary.predicate(place, part).label for part in parts)

    def _node(self, node: _Growing, is_leaf: bool) -> TreeNode:
        total = float(self._values[node.rows].sum())
        return TreeNode(
            parent=node.parent,
            depth=node.depth,
            label=node.label,
            query=scoped(node.terms, self._scope),
            size=len(node.rows),
            metric=total / len(node.rows),
            error_share=total / self._total if self._total else math.nan,
            is_leaf=is_leaf,
        )


def best_split(
    column: CodedColumn, counts: npt.NDArray[np.integer], excess: Float64s, min_rows: int
) -> tuple[float, tuple[int, ...]] | None:
    """Return (squared differences taken away, codes of one side) of the best split of one column.

    Parameters
    ----------
    column
        What codes may stand together.
    counts, excess
        (size,) rows per code, and sum of the metric minus the rows' mean.
    min_rows
        Fewest rows on either side.
    """
    n = int(counts.sum())
    best: tuple[float, tuple[int, ...]] | None = None
    for order, prefixes in _orders(column, counts, excess):
        sizes = np.cumsum(counts[order]) if prefixes else counts[order]
        totals = np.cumsum(excess[order]) if prefixes else excess[order]
        allowed = (sizes >= min_rows) & (n - sizes >= min_rows)
        if not allowed.any():
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            gains = np.where(allowed, totals**2 * (1 / sizes + 1 / (n - sizes)), -1.0)
        at = int(gains.argmax())
        if best is None or gains[at] > best[0]:
            codes = order[: at + 1] if prefixes else order[at : at + 1]
            best = float(gains[at]), tuple(sorted(int(code) for code in codes))
    return best


def _orders(
    column: CodedColumn, counts: npt.NDArray[np.integer], excess: Float64s
) -> list[tuple[npt.NDArray[np.intp], bool]]:
    """Return codes to cut, as (order, whether all up to one go together or each stands alone)."""
    usable = np.flatnonzero(column.usable)
    if column.merging == "runs":
        ordered = usable[usable < column.ordered]
        # A code in between that may not be used ends what can be said in one run from the start.
        gap = np.flatnonzero(ordered != np.arange(len(ordered)))
        return [(ordered[: gap[0]] if len(gap) else ordered, True), (usable[usable >= column.ordered], False)]
    if column.merging == "none":
        return [(usable, False)]
    means = excess[usable] / np.maximum(counts[usable], 1)
    falling = usable[np.argsort(-means, kind="stable")]
    # Where some codes must stay on the other side, the best set may also be at the other end.
    return [(falling, True), (falling[::-1], True)]


def sayable(column: CodedColumn, codes: tuple[int, ...]) -> bool:
    """Return whether one predicate can take these codes and no others."""
    if not codes or not column.usable[list(codes)].all():
        return False
    if len(codes) == 1:
        return True
    if column.merging == "runs":
        return codes[-1] < column.ordered and codes[-1] - codes[0] + 1 == len(codes)
    return column.merging == "sets"
