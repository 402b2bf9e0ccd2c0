"""Where each column of the row table gets its values and its sort keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import NUMBER_KINDS, column_codes, column_numbers, column_texts
from mldebug_widgets.evaluation.schema import Feature

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Rows = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
PageValues = tuple[npt.NDArray[Any] | None, tuple[str | None, ...]]


class Source(Protocol):
    """Values of one column."""

    @property
    def kind(self) -> str:
        """What the values are, as ``Feature.kind``."""

    def page(self, rows: Rows) -> PageValues:
        """Return (numbers, ()) or (None, texts) of ``rows``."""

    def keys(self) -> tuple[npt.NDArray[Any], Mask | None]:
        """Return (n,) values to sort by, and which are missing when the values cannot say."""

    def bounds(self) -> tuple[float | None, float | None]:
        """Return the smallest and largest finite value, or None where there is no order."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers, NaN = missing; ``low`` and ``high`` where its possible range is known."""

    values: npt.NDArray[Any]
    low: float | None = None
    high: float | None = None
    kind: str = "numeric"

    def page(self, rows: Rows) -> PageValues:
        """Return whole numbers as they are, others as float64."""
        values = self.values[rows]
        return (values if values.dtype.kind in "iu" else values.astype(np.float64)), ()

    def keys(self) -> tuple[npt.NDArray[Any], Mask | None]:
        """Return the numbers."""
        return self.values, None

    def bounds(self) -> tuple[float | None, float | None]:
        """Return the possible range where it is known, else the range of the finite values."""
        if self.low is not None:
            return self.low, self.high
        finite = self.values[np.isfinite(self.values)]
        return (float(finite.min()), float(finite.max())) if finite.size else (None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A column of few distinct texts, as codes; a negative code is missing."""

    codes: npt.NDArray[Any]
    texts: tuple[str, ...]
    kind: str = "categorical"

    def page(self, rows: Rows) -> PageValues:
        """Return the texts."""
        return None, tuple(self.texts[code] if code >= 0 else None for code in self.codes[rows].tolist())

    def keys(self) -> tuple[npt.NDArray[Any], Mask | None]:
        """Return the codes, so that texts sort in their given order."""
        return self.codes, self.codes < 0

    def bounds(self) -> tuple[float | None, float | None]:
        """Return no range."""
        return None, None


@dataclass(frozen=True, slots=True, eq=False)
class LabelSets:
    """A column of sets of labels (multilabel), shown as their names."""

    holds: Mask
    labels: tuple[str, ...]
    kind: str = "text"

    def page(self, rows: Rows) -> PageValues:
        """Return the names of the labels that hold."""
        return None, tuple(label_text(held, self.labels) for held in self.holds[rows])

    def keys(self) -> tuple[npt.NDArray[Any], Mask | None]:
        """Return one number per distinct set, equal sets side by side."""
        _, codes = np.unique(np.packbits(self.holds, axis=1), axis=0, return_inverse=True)
        return codes.reshape(-1), None

    def bounds(self) -> tuple[float | None, float | None]:
        """Return no range."""
        return None, None


@dataclass(frozen=True, slots=True, eq=False)
class FeatureColumn:
    """A raw feature."""

    column: pd.Series
    feature: Feature

    @property
    def kind(self) -> str:
        """The feature's kind."""
        return self.feature.kind

    def page(self, rows: Rows) -> PageValues:
        """Return numbers for numeric, boolean and datetime features, texts for the others."""
        cells = self.column.iloc[rows]
        if self.feature.kind not in NUMBER_KINDS:
            return None, column_texts(cells)
        return column_numbers(cells, self.feature.kind).astype(np.float64), ()

    def keys(self) -> tuple[npt.NDArray[Any], Mask | None]:
        """Return the values as pandas would sort them."""
        if isinstance(self.column.dtype, np.dtype) and self.column.dtype.kind in "iufb":
            return np.asarray(self.column.to_numpy()), None
        if self.feature.kind in NUMBER_KINDS:
            return column_numbers(self.column, self.feature.kind), None
        codes, _ = column_codes(self.column)
        return codes, codes < 0

    def bounds(self) -> tuple[float | None, float | None]:
        """Return the feature's range."""
        return self.feature.low, self.feature.high


def outcome_sources(ev: Evaluation) -> list[tuple[str, str, Source]]:
    """Return (role, label, source) of the columns that the Evaluation adds to the features, what decides first."""
    sources: list[tuple[str, str, Source]] = [
        ("row", "row", Numbers(np.arange(ev.n), 0.0, float(ev.n - 1))),
        ("loss", ev.loss_name, Numbers(ev.loss)),
        ("target", ev.target_name, _answers(ev, ev.class_codes, ev.y)),
        ("predicted", "predicted", _answers(ev, ev.predicted_codes, ev.predicted)),
    ]
    if ev.confidence is not None:
        sources.append(("confidence", "confidence", Numbers(ev.confidence, 0.0, 1.0)))
    if ev.task == "binary":
        sources.append(("score", ev.output_label, Numbers(ev.scores, 0.0, 1.0)))
    if len(ev.splits) > 1:
        sources.append(("split", "split", Codes(ev.split_of, tuple(ev.splits))))
    return sources


def _answers(ev: Evaluation, codes: npt.NDArray[Any] | None, numbers: npt.NDArray[Any]) -> Source:
    """Return the column of true or predicted answers."""
    if codes is None:
        return Numbers(numbers)
    return Codes(codes, ev.class_names) if codes.ndim == 1 else LabelSets(codes > 0, ev.class_names)


def label_text(held: npt.NDArray[Any], labels: tuple[str, ...]) -> str:
    """Return the names of the labels that hold, or "none"."""
    return ", ".join(labels[label] for label in np.flatnonzero(held)) or "none"
