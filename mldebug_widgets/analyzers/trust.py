"""How far can a map or an attribution be believed? One line per check, in numbers and words."""

from __future__ import annotations

from dataclasses import dataclass
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
        The check as a person reads it: "Sums to the output", "Deleting top features beats random".
    value
        The number, or None where it was not checked.
    text
        The number with its unit: "0.3%", "2.4x", "0.12".
    verdict, words
        "good" or "bad" and the same in a word or two ("holds", "yes, rank correlation"); "not checked" and
        "not applicable" come with the reason.
    detail
        What it was checked on, for a tooltip or a second line.
    """

    name: str
    label: str
    value: float | None
    text: str
    verdict: Verdict
    words: str
    detail: str = ""
