"""The worded line of each check: number, unit, and good or bad in a few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mldebug_widgets.analyzers.trust import TrustLine


@dataclass(frozen=True, slots=True)
class _Wording:
    label: str
    text: Callable[[float], str]
    is_good: Callable[[float], bool]
    good: str
    bad: str


def _percent(value: float) -> str:
    if value < 0.0001:
        return "under 0.01%"
    return f"{100 * value:.2g}%" if value < 0.995 else f"{100 * value:,.0f}%"


def _times(value: float) -> str:
    return f"{value:.1f}x"


#: Up to here a check is good. They are rules of thumb, written down where they are used and nowhere else.
MOST_DELTA = 0.05
MOST_INFIDELITY = 0.3
MOST_SENSITIVITY = 0.2
LEAST_GAIN = 1.1
MOST_CORRELATION = 0.5

_WORDINGS = {
    "convergence_delta": _Wording(
        "Sums to the output", _percent, lambda value: value <= MOST_DELTA,
        "holds", "does not: use more steps or samples",
    ),
    "infidelity": _Wording(
        "Predicts what replacing columns does", lambda value: f"misses {_percent(value)}",
        lambda value: value <= MOST_INFIDELITY, "yes", "no: columns act together",
    ),
    "max_sensitivity": _Wording(
        "Stays when numbers move a little", lambda value: f"moves {_percent(value)}",
        lambda value: value <= MOST_SENSITIVITY, "yes", "no: unstable here",
    ),
    "deletion": _Wording(
        "Replacing top columns beats random", _times, lambda value: value >= LEAST_GAIN, "yes", "no better than random",
    ),
    "insertion": _Wording(
        "Restoring top columns beats random", _times, lambda value: value >= LEAST_GAIN, "yes", "no better than random",
    ),
    "randomisation": _Wording(
        "Changes when weights are randomised", lambda value: f"{value:.2f}",
        lambda value: abs(value) < MOST_CORRELATION, "yes, rank correlation", "no, rank correlation",
    ),
}  # fmt: skip


def line_of(name: str, value: float) -> TrustLine:
    """Return the line of a check that was made."""
    wording = _WORDINGS[name]
    good = wording.is_good(value)
    return TrustLine(
        name=name,
        label=wording.label,
        value=value,
        text=wording.text(value),
        verdict="good" if good else "bad",
        words=wording.good if good else wording.bad,
    )


def unchecked(name: str, why: str, *, applies: bool = True) -> TrustLine:
    """Return the line of a check that was not made, or (``applies`` False) that says nothing here."""
    return TrustLine(
        name=name,
        label=_WORDINGS[name].label,
        value=None,
        text="",
        verdict="not checked" if applies else "not applicable",
        words=why,
    )


NAMES = tuple(_WORDINGS)
