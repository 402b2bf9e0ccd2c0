"""A text in words, runs of punctuation, and single ideographs: what a person would point at."""

from __future__ import annotations

import unicodedata
from itertools import groupby

_JOINERS = "'\u2019_\u200c\u200d"  # apostrophes, and the joiners that hold letters and emoji together
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA")


def segments(text: str) -> tuple[str, ...]:
    """Return the pieces of ``text`` in order, each with the white space behind it; joined they are the text.

    Letters with their marks and apostrophes stay together, so do emoji sequences; scripts that write no spaces come
    in single characters. White space before the first word belongs to that word.
    """
    starts: list[int] = []
    at = 0
    for kind, run in groupby(_kinds(text)):
        length = len(list(run))
        if kind == "single":
            starts += range(at, at + length)
        elif kind != "space":
            starts.append(at)
        at += length
    if not starts:
        return (text,) if text else ()
    starts[0] = 0
    ends = [*starts[1:], len(text)]
    return tuple(text[start:stop] for start, stop in zip(starts, ends, strict=True))


def _kinds(text: str) -> list[str]:
    kinds: list[str] = []
    for character in text:
        kind = _kind(character)
        kinds.append(kinds[-1] if kind == "joins" and kinds and kinds[-1] != "space" else kind)
    return kinds


def _kind(character: str) -> str:
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    if character in _JOINERS or category[0] == "M":
        return "joins"
    if category[0] in "LN":
        return "single" if unicodedata.name(character, "").startswith(_UNSPACED) else "word"
    return "sign"
