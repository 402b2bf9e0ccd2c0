"""Texts that a model reads: which column holds them, and how they are handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.models.preprocessing import Preprocess
from mldebug_widgets.evaluation.schema import kind_of

Make = Literal["list", "series", "array"]

COLUMN = "text"


@dataclass(frozen=True, slots=True, eq=False)
class TextInput:
    """The texts that a model reads.

    Attributes
    ----------
    column
        Position in ``Evaluation.X`` of the column that holds them.
    make
        How the model takes them: "list", "series" or "array" of texts alone, or None when it reads the whole table.
    """

    column: int
    make: Make | None


class TextColumn(Preprocess):
    """The step between the table and a model of texts: the one column, as what the texts came in."""

    def __init__(self, column: int, make: Make) -> None:
        super().__init__(_itself, "pandas")
        self.name = "texts"
        self._column = column
        self._make = make

    def __call__(self, rows: pd.DataFrame) -> Any:
        """Return the texts of ``rows``."""
        column = rows.iloc[:, self._column]
        if self._make == "series":
            return column.copy()
        return list(column) if self._make == "list" else column.to_numpy(dtype=object, copy=True)


def _itself(rows: Any) -> Any:
    return rows


def texts_of(frame: pd.DataFrame, column: int) -> list[str]:
    """Return the texts of a column; what is missing is the empty text."""
    values = frame.iloc[:, column]
    return ["" if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]


def as_named_texts(data: Any, *, are_texts: bool) -> tuple[Any, Make | None]:
    """Return ``data`` with flat sequences of texts as named columns, and what they came in; None when it has none.

    ``are_texts`` False: short words of few kinds are taken for categories.
    """
    if isinstance(data, Mapping) and not hasattr(data, "columns"):
        parts = {name: as_named_texts(part, are_texts=are_texts) for name, part in data.items()}
        makes = {make for _, make in parts.values()}
        same = makes.pop() if len(makes) == 1 else None
        return ({name: part for name, (part, _) in parts.items()}, same) if same else (data, None)
    if not isinstance(data, tuple) or len(data) != 2:
        return data, None
    make = _make_of(data[0], are_texts=are_texts)
    if make is None:
        return data, None
    name = getattr(data[0], "name", None)
    index = data[0].index if isinstance(data[0], pd.Series) else None
    column = pd.Series(list(data[0]), index=index, name=COLUMN if name is None else name, dtype=object)
    return (column, data[1]), make


def _make_of(values: Any, *, are_texts: bool) -> Make | None:
    make: Make = "list"
    if isinstance(values, pd.Series):
        make = "series"
    elif isinstance(values, np.ndarray):
        make = "array"
    elif not isinstance(values, list):
        return None
    if getattr(values, "ndim", 1) != 1 or not len(values):
        return None
    if not _all_texts(values):
        return None
    texts = [value for value in values if isinstance(value, str)]
    several_words = sum(len(text.split()) > 1 for text in texts)
    is_text = are_texts or 2 * several_words > len(texts) or kind_of(pd.Series(list(values), dtype=object)) == "text"
    return make if is_text else None


def with_text_input(
    table: Table, texts: Any, tokenizer: Any, model: Any, make: Make | None
) -> tuple[Table, Any, TextInput | None]:
    """Find which column holds the texts that the model reads, adding ``texts`` as one where it must.

    Returns
    -------
    tuple
        The table, the row-aligned texts or None, and the input or None where the model reads no texts.

    Raises
    ------
    MldValueError, MldTypeError
        ``MLD-O102`` when there are no texts for a tokenizer, ``MLD-D16`` when ``texts`` names no column.
    """
    reads_alone = reads_texts_alone(tokenizer, model)
    column = _column_of(table, texts, alone=reads_alone, sequence=make is not None)
    if column is None and texts is not None and reads_alone:
        table, column = _with_column(table, texts)
    if column is None and tokenizer is not None:
        raise MldValueError(
            "MLD-O102", "texts", "there is a tokenizer and no texts", "one text per row, or the name of a column",
            'Pass texts="the column that holds them", or the texts themselves.',
        )  # fmt: skip
    if column is None:
        return table, texts, None
    found = None if isinstance(texts, str) else texts
    if found is None:
        found = texts_of(table.frame, column)
    return table, found, TextInput(column, (make or "list") if reads_alone or make else None)


def reads_texts_alone(tokenizer: Any, model: Any) -> bool:
    """Tell whether the model reads texts and no other column, whatever the data are."""
    return tokenizer is not None or _starts_with_vectorizer(model)


def _column_of(table: Table, texts: Any, *, alone: bool, sequence: bool) -> int | None:
    frame = table.frame
    if isinstance(texts, str):
        if texts not in frame.columns:
            raise MldTypeError(
                "MLD-D16", "texts", f"got {texts!r}, which is no column of data",
                f"one text per row, or one of the columns {', '.join(map(repr, frame.columns[:8]))}", "Name a column.",
            )  # fmt: skip
        return int(frame.columns.get_indexer([texts])[0])
    if sequence and texts is None:
        return 0
    if texts is None:
        named = [at for at in range(frame.shape[1]) if kind_of(frame.iloc[:, at]) == "text"] if alone else []
        return named[0] if len(named) == 1 else None
    given = texts_of(pd.Series(list(texts), dtype=object).to_frame(), 0)
    columns = (at for at, dtype in enumerate(frame.dtypes) if pd.api.types.is_string_dtype(dtype) or dtype.kind == "O")
    return next((at for at in columns if texts_of(frame, at) == given), None)


def _with_column(table: Table, texts: Any) -> tuple[Table, int]:
    if not _all_texts(texts):
        raise MldTypeError("MLD-D16", "texts", f"got {shown(texts)}", "one text per row", "Pass a list of str.")
    if table.form in ("array", "tensor") or not table.frame.shape[1]:
        frame = pd.DataFrame({COLUMN: list(texts)}, index=table.frame.index, dtype=object)  # ids say nothing to people
    else:
        name = COLUMN if COLUMN not in table.frame.columns else f"{COLUMN}_"
        frame = table.frame.assign(**{name: list(texts)})
    return replace(table, frame=frame, form="pandas", inputs=None), frame.shape[1] - 1


def _all_texts(values: Any) -> bool:
    """Tell whether every value is text or missing."""
    return all(isinstance(value, str) or (pd.api.types.is_scalar(value) and bool(pd.isna(value))) for value in values)


def _starts_with_vectorizer(model: Any) -> bool:
    """Tell whether a scikit-learn pipeline begins with something that reads texts, such as TfidfVectorizer."""
    steps = getattr(model, "steps", None)
    first = steps[0][1] if isinstance(steps, list) and steps else model
    return callable(getattr(first, "build_analyzer", None))
