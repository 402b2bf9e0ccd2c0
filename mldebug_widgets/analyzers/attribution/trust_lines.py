"""From which number on a check of columns or words is good."""

from __future__ import annotations

from mldebug_widgets.analyzers.trust import TABLE, TrustLine, Vocabulary, checked

#: Up to here a check is good. They are rules of thumb, written down where they are used and nowhere else.
MOST_DELTA = 0.05
MOST_INFIDELITY = 0.3
MOST_SENSITIVITY = 0.2
LEAST_GAIN = 1.1
MOST_CORRELATION = 0.5

_IS_GOOD = {
    "convergence_delta": lambda value: value <= MOST_DELTA,
    "infidelity": lambda value: value <= MOST_INFIDELITY,
    "max_sensitivity": lambda value: value <= MOST_SENSITIVITY,
    "deletion": lambda value: value >= LEAST_GAIN,
    "insertion": lambda value: value >= LEAST_GAIN,
    "randomisation": lambda value: abs(value) < MOST_CORRELATION,
}


def line_of(name: str, value: float, vocabulary: Vocabulary = TABLE) -> TrustLine:
    """Return the line of a check that was made."""
    advice = "use more steps or samples" if name == "convergence_delta" else ""
    return checked(name, value, vocabulary, good=_IS_GOOD[name](value), advice=advice)
