"""How far can a map or an attribution be believed? One line per check, in numbers and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Literal

Verdict = Literal["good", "bad", "not checked", "not applicable"]


@dataclass(frozen=True, slots=True, eq=False)
class TrustLine:
    """One check of an explanation.

    Attributes
    ----------
    name
        Stable name: "convergence_delta", "infidelity", "max_sensitivity", "deletion", "insertion", "randomisation".
    label
        The check by its standard term: "Convergence delta", "Max sensitivity".
    value
        The number, or None where it was not checked.
    text
        The number with its unit: "0.3%", "2.4x", "0.12"; "" where it was not checked.
    verdict, words
        "good" or "bad" and the same in a word or two ("holds", "better than random"); "not checked" and
        "not applicable" come with the reason.
    meaning
        What the number is, in plain words: "how far they move when numbers move a little".
    detail
        What it was checked on, for a tooltip or a second line.
    """

    name: str
    label: str
    value: float | None
    text: str
    verdict: Verdict
    words: str
    meaning: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is explained, in the words of the checks: ``parts`` that are ``gone`` or ``back``, and what ``moves``."""

    parts: str
    gone: str
    back: str
    moves: str


TABLE = Vocabulary("columns", "replaced", "restored", "numbers move")
TEXT = Vocabulary("words", "left out", "restored", "the words' vectors move")
IMAGE = Vocabulary("parts", "deleted", "brought back", "pixels move")


@dataclass(frozen=True, slots=True)
class _Check:
    label: str
    meaning: str
    good: str
    bad: str
    unit: Literal["share", "times", "correlation"] = "share"


_CHECKS: Mapping[str, _Check] = {
    "convergence_delta": _Check(
        "Convergence delta", "share of the output change they miss", "holds", "does not hold"
    ),
    "infidelity": _Check(
        "Infidelity", "share they miss when random {parts} are {gone}",
        "low", "high, {parts} act together",
    ),
    "max_sensitivity": _Check(
        "Max sensitivity", "how far they move when {moves} a little", "steady", "unsteady"
    ),
    "deletion": _Check(
        "Deletion", "faster change when top {parts} are {gone}",
        "better than random", "no better than random", "times",
    ),
    "insertion": _Check(
        "Insertion", "faster return when top {parts} are {back}",
        "better than random", "no better than random", "times",
    ),
    "randomisation": _Check(
        "Randomised weights", "rank correlation with random last layers",
        "low", "high, the weights hardly matter", "correlation",
    ),
}  # fmt: skip
#: All checks, in the order in which they are shown.
NAMES = tuple(_CHECKS)


def checked(
    name: str, value: float, vocabulary: Vocabulary, *, good: bool, advice: str = "", detail: str = ""
) -> TrustLine:
    """Return the line of a check that was made; ``advice`` is added to the words of a bad one."""
    check = _CHECKS[name]
    words = check.good if good else check.bad + (f", {advice}" if advice else "")
    return TrustLine(
        name=name,
        label=check.label,
        value=value,
        text=_TEXTS[check.unit](value),
        verdict="good" if good else "bad",
        words=_said(words, vocabulary),
        meaning=_said(check.meaning, vocabulary),
        detail=detail,
    )


def unchecked(name: str, why: str, *, applies: bool = True) -> TrustLine:
    """Return the line of a check that was not made, or (``applies`` False) that says nothing here."""
    verdict: Verdict = "not checked" if applies else "not applicable"
    return TrustLine(name=name, label=_CHECKS[name].label, value=None, text="", verdict=verdict, words=why)


def _said(words: str, vocabulary: Vocabulary) -> str:
    return words.format(**{part.name: getattr(vocabulary, part.name) for part in fields(vocabulary)})


def _percent(value: float) -> str:
    if value < 0.0001:
        return "<0.01%"
    return f"{100 * value:.2g}%" if value < 0.995 else f"{100 * value:,.0f}%"


_TEXTS: Mapping[str, Callable[[float], str]] = {
    "share": _percent,
    "times": lambda value: f"{value:.1f}x",
    "correlation": lambda value: f"{value:.2f}",
}
