"""Words that take much of the attribution of texts and say nothing of the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.checks.shortcut_evidence import Suspicion
from mldebug_widgets.errors import MldError

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.text_attributions import TextAttributionsResult
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: A word is judged where so many of the explained texts hold it, and so many of the deciding split.
FEWEST_TEXTS = 5
FEWEST_HELD_OUT = 20

#: It takes too much of the texts that hold it from here on, and from so many times what an average word takes there.
SMALLEST_SHARE = 0.20
TIMES_EVEN_SHARE = 2.0

#: It pushes one way in at least this share of them.
ONE_WAY = 0.8
WIDTH = 1.96


@dataclass(slots=True)
class _Word:
    shares: list[float] = field(default_factory=list)
    even: list[float] = field(default_factory=list)
    pushes: list[float] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)


def suspicious_words(ev: Evaluation, result: TextAttributionsResult) -> Iterator[Suspicion]:
    """Yield the words that take much of the texts that hold them, and hold no letter or say nothing of the truth."""
    found = [(word, entry) for word, entry in _words(result).items() if len(entry.shares) >= FEWEST_TEXTS]
    for word, entry in sorted(found, key=lambda pair: -float(np.mean(pair[1].shares))):
        share, even = float(np.mean(entry.shares)), float(np.mean(entry.even))
        if share < SMALLEST_SHARE or share < TIMES_EVEN_SHARE * even:
            continue
        target, up = _direction(entry)
        if not target:
            continue
        reasons = [reason for reason in (_no_letter(word), _says_nothing(ev, word, target, up=up)) if reason]
        if reasons:
            text = f"An average word takes {even:.0%} there; counted over {len(entry.shares):,} texts."
            yield Suspicion(
                f'The word "{word}"',
                share,
                even,
                f'The word "{word}" takes {share:.0%} of the attribution in the texts that hold it',
                " ".join([text, *reasons]),
                strong=len(reasons) > 1 or not _no_letter(word),
                query=_query(ev, word),
            )


def _words(result: TextAttributionsResult) -> dict[str, _Word]:
    """Return every word with its share of each text that holds it."""
    found: dict[str, _Word] = {}
    for text in result.texts:
        values = np.nan_to_num(text.values)
        total = float(np.abs(values).sum())
        here: dict[str, float] = {}
        for piece, value in zip(text.words, values, strict=True):
            if word := piece.strip().casefold():
                here[word] = here.get(word, 0.0) + float(value)
        if total <= 0 or len(here) < 3:
            continue
        for word, value in here.items():
            entry = found.setdefault(word, _Word())
            entry.shares.append(abs(value) / total)
            entry.even.append(1 / len(here))
            entry.pushes.append(value)
            entry.targets.append(text.target)
    return found


def _direction(entry: _Word) -> tuple[str, bool]:
    """Return the class that the word pushes for or against nearly always, "" where there is none."""
    for target in sorted(set(entry.targets)):
        pushes = np.array([push for push, of in zip(entry.pushes, entry.targets, strict=True) if of == target])
        up = float((pushes > 0).mean())
        if len(pushes) >= FEWEST_TEXTS and max(up, 1 - up) >= ONE_WAY:
            return target, up > 0.5
    return "", False


def _no_letter(word: str) -> str:
    # Emoji and exclamation marks are no letters either, but people mean something by them.
    if any(character.isalnum() or ord(character) > 0x2000 or character in "!?:;)(" for character in word):
        return ""
    return "It holds no letter and no digit."


def _says_nothing(ev: Evaluation, word: str, target: str, *, up: bool) -> str:
    """Return in words that texts with the word are of the class no more often than the others, or ""."""
    names = [str(name) for name in ev.class_names]
    codes = None if ev.class_codes is None else np.asarray(ev.class_codes)
    if codes is None or codes.ndim > 1 or target not in names:
        return ""
    rows = np.asarray(ev.splits[ev.primary])
    rows = rows[codes[rows] >= 0]
    holds = _holding(ev, rows, word)
    of_class = codes[rows] == names.index(target)
    with_word, without = of_class[holds], of_class[~holds]
    if min(len(with_word), len(without)) < FEWEST_HELD_OUT:
        return ""
    difference = float(with_word.mean() - without.mean()) * (1 if up else -1)
    error = sqrt(sum(float(part.mean() * (1 - part.mean())) / len(part) for part in (with_word, without)))
    if difference - WIDTH * error > 0:
        return ""
    where = f"{ev.primary} rows" if len(ev.splits) > 1 else "rows"
    way = "towards" if up else "away from"
    return (
        f'It pushes {way} "{target}", yet of the {len(with_word):,} {where} with it {with_word.mean():.0%} are '
        f'"{target}", and {without.mean():.0%} of those without.'
    )


def _pattern(word: str) -> str:
    begin, end = (r"(?<!\w)" if word[0].isalnum() else ""), (r"(?!\w)" if word[-1].isalnum() else "")
    return begin + re.escape(word) + end


def _query(ev: Evaluation, word: str) -> str:
    """Return the query of the rows whose text holds the word, "" where none says so."""
    query = f"text.str.contains({_pattern(word)!r}, case=False, na=False)"
    try:
        return query if ev.rows_matching(query).any() else ""
    except MldError:  # a column of another kind is called text
        return ""


def _holding(ev: Evaluation, rows: npt.NDArray[np.intp], word: str) -> npt.NDArray[np.bool_]:
    pattern = re.compile(_pattern(word))
    return np.array([bool(pattern.search(str(ev.texts[row]).casefold())) for row in rows], dtype=bool)
