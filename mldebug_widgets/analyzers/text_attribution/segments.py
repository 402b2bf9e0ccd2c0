"""A text in words, runs of punctuation, single ideographs and single emoji: what a person would point at."""

from __future__ import annotations

import unicodedata
from typing import Literal

Kind = Literal["space", "word", "sign", "single", "joins"]

_ZERO_WIDTH_JOINER = "\u200d"
_JOINERS = "'\u2019_\u200c" + _ZERO_WIDTH_JOINER  # apostrophes, and what holds letters and emoji together
#: Scripts that write no spaces, by the beginnings of their characters' names.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


def segments(text: str) -> tuple[str, ...]:
    """Return the pieces of ``text`` in order, each with the white space behind it; joined they are the text.

    Letters with their marks and apostrophes stay together, so do numbers with their points, and every emoji with all
    that it is made of; scripts that write no spaces come in single characters. White space before the first word
    belongs to that word.
    """
    starts: list[int] = []
    before: Kind = "space"
    for at in range(len(text)):
        kind = _kind(text, at)
        if kind == "joins":
            if before != "space":
                continue
            kind = "sign"
        if kind == "single" or kind not in (before, "space"):
            starts.append(at)
        before = kind
    if not starts:
        return (text,) if text else ()
    starts[0] = 0
    ends = [*starts[1:], len(text)]
    return tuple(text[start:stop] for start, stop in zip(starts, ends, strict=True))


def _kind(text: str, at: int) -> Kind:
    character = text[at]
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    if character in _JOINERS or category[0] == "M" or _is_part_of_emoji(text, at):
        return "joins"
    if category[0] in "LN":
        return "single" if unicodedata.name(character, "").startswith(_UNSPACED) else "word"
    if character in ".," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit():
        return "word"
    return "single" if category == "So" else "sign"


def _is_part_of_emoji(text: str, at: int) -> bool:
    """Tell skin tones, tags, what stands behind a joiner, and the second letter of a flag."""
    character = text[at]
    if "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f":
        return True
    if text[at - 1 : at] == _ZERO_WIDTH_JOINER:
        return unicodedata.category(character) == "So"
    letters = 0
    while at - letters >= 0 and "\U0001f1e6" <= text[at - letters] <= "\U0001f1ff":
        letters += 1
    return letters > 0 and letters % 2 == 0
