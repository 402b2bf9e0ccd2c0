"""Predicates on texts: their length in bins, and the words that go with a high or low metric."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.slice_vocabulary.cuts import WholeNumbers
from mldebug_widgets.analyzers.slice_vocabulary.field import Entry, Mask, Named, Plan, Unusable, coded_column
from mldebug_widgets.analyzers.slice_vocabulary.numbers import Ordered, if_any, in_bins
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate

MOST_WORDS = 30
#: Words are chosen from the beginnings of so many texts; whether a text holds one is looked up in all of all texts.
WORD_TEXTS, WORD_CHARACTERS = 10_000, 2_000
#: Characters that are searched for words; the longer the texts, the fewer the words.
_WORD = r"\b[^\W\d_]\w{1,29}\b"
_WORK = 2_000_000_000
_CHARACTERS_AT_A_TIME = 500_000


def text_entries(column: pd.Series, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the predicates of a text column.

    Raises
    ------
    Unusable
        When it holds something other than text.
    """
    column = plan.taken(column)
    try:
        lengths = column.str.len()
    except (AttributeError, TypeError) as error:
        raise Unusable("it holds no text") from error
    missing = np.asarray(column.isna())
    unknown = np.asarray(lengths.isna()) & ~missing
    counts = np.asarray(lengths.to_numpy(dtype=np.float64, na_value=0.0)).astype(np.int64)
    if unknown.any():
        raise Unusable("some of its values are no text")
    entries = in_bins(Ordered(counts, if_any(missing)), WholeNumbers(), named.part("length", "str.len()"), plan)
    if pd.api.types.infer_dtype(column, skipna=True) != "string":
        return entries  # lists and bytes have a length and no words
    most = min(MOST_WORDS, max(1, _WORK // max(int(counts.sum()), 1)))
    words = telling_words(column, plan, most)
    held: Mask = np.zeros((len(words), len(column)), bool)
    for piece in _pieces(counts):
        texts = _Searched(column.iloc[piece])
        for row, word in enumerate(words):
            plan.look()
            held[row, piece] = texts.holding(word)
    return (*entries, *(_word_entry(word, present, named) for word, present in zip(words, held, strict=True)))


def _pieces(lengths: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Yield neighbouring rows that hold few enough characters to be searched in one go."""
    ends = np.searchsorted(np.cumsum(lengths), np.arange(_CHARACTERS_AT_A_TIME, lengths.sum(), _CHARACTERS_AT_A_TIME))
    bounds = np.unique(np.concatenate(([0], ends, np.arange(0, len(lengths), 1 << 16), [len(lengths)])))
    return (slice(first, last) for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))


def telling_words(column: pd.Series, plan: Plan, most: int) -> tuple[str, ...]:
    """Return the words in whose presence the mean metric differs most, in units of its standard error.

    Only words in lower case that at least ``plan.min_rows`` discovery rows hold, and at least as many lack.
    """
    rows = np.arange(len(column)) if plan.discovery is None else np.flatnonzero(plan.discovery)
    all_rows = len(rows)
    if all_rows > WORD_TEXTS:
        rows = np.sort(np.random.default_rng(0).choice(rows, WORD_TEXTS, replace=False, shuffle=False))
    metric = plan.values[rows]
    spread = float(metric.std()) if len(rows) else 0.0
    if spread == 0:
        return ()
    least = max(2, round(plan.min_rows * len(rows) / all_rows))
    excess = metric - metric.mean()
    pieces = []
    for start in range(0, len(rows), 500):
        plan.look()
        pieces.append(_held_words(column.iloc[rows[start : start + 500]], excess[start : start + 500]))
    totals = pd.concat(pieces).groupby(level=0).sum()
    totals = totals[(totals["texts"] >= least) & (totals["texts"] <= len(rows) - least)]
    evidence = (totals["excess"].abs() / np.sqrt(totals["texts"])).sort_values(ascending=False, kind="stable")
    return tuple(str(word) for word in evidence.index[:most])


def _held_words(texts: pd.Series, excess: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Return, for every word in these texts, the number of texts that hold it and the sum of their ``excess``."""
    present = np.flatnonzero(texts.notna())
    beginnings = texts.iloc[present].str.slice(0, WORD_CHARACTERS).str.lower()
    found = pd.Series(beginnings.str.findall(_WORD).to_numpy(dtype=object), index=present, dtype=object)
    words = found.explode().dropna()
    held = pd.DataFrame({"word": words.to_numpy(dtype=object), "text": words.index.to_numpy()}).drop_duplicates()
    counted = pd.DataFrame({"texts": 1, "excess": excess[held["text"].to_numpy()]}, index=held["word"])
    return counted.groupby(level=0).sum()


class _Searched:
    """Texts in which whole words are looked for: what the predicate's query finds, without a slow pattern for most.

    In a text of ASCII, a word in any case is the word in the text in lower case; beyond ASCII, what counts as the same
    letter and as the end of a word differs between the ways in which pandas stores texts, so there the query itself
    is asked.
    """

    def __init__(self, texts: pd.Series) -> None:
        self._texts = texts.reset_index(drop=True)
        is_ascii: Mask = np.zeros(len(texts), bool)
        if pd.api.types.is_object_dtype(texts.dtype):  # Arrow's own patterns are fast
            known = self._texts.map(str.isascii, na_action="ignore")
            is_ascii = known.eq(True).to_numpy(dtype=bool)
        self._ascii = np.flatnonzero(is_ascii)
        self._other = np.flatnonzero(~is_ascii)
        self._as_they_are = self._texts.iloc[self._other] if len(self._ascii) else self._texts
        self._lowered = self._texts.iloc[self._ascii].str.lower()

    def holding(self, word: str) -> Mask:
        """Return which texts hold ``word``."""
        if not word.isascii():
            return _asked(self._texts, _pattern(word), case=False, regex=True)
        held: Mask = np.zeros(len(self._texts), bool)
        likely = np.flatnonzero(_asked(self._lowered, word, case=True, regex=False))
        whole = _asked(self._lowered.iloc[likely], _pattern(word), case=True, regex=True)
        held[self._ascii[likely[whole]]] = True
        held[self._other] = _asked(self._as_they_are, _pattern(word), case=False, regex=True)
        return held


def _asked(texts: pd.Series, pattern: str, *, case: bool, regex: bool) -> Mask:
    if not len(texts):
        return np.zeros(0, bool)
    return np.asarray(texts.str.contains(pattern, case=case, regex=regex, na=False).to_numpy(dtype=bool))


def _word_entry(word: str, present: Mask, named: Named) -> Entry:
    coded = coded_column(f'"{word}" in {named.column}', present.astype(np.uint8), 2)
    return Entry(coded, Word(named, word))


def _pattern(word: str) -> str:
    return rf"\b{word}\b"


@dataclass(frozen=True, slots=True)
class Word:
    """Says whether a text holds a word, as a whole and in any case."""

    named: Named
    word: str

    def predicate(self, codes: tuple[int, ...]) -> Predicate:
        """Return the condition that a text holds the word, or that it does not."""
        holds = codes[0] == 1
        condition = f'{self.named.query}.str.contains(r"{_pattern(self.word)}", case=False, na=False)'
        label = f'{self.named.column} {"contains" if holds else "lacks"} "{self.word}"'
        return Predicate(
            self.named.column, "word", label, condition if holds else f"not {condition}", self.named.feature
        )
