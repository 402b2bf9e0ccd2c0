"""A part of the rows in which the errors gather."""

from __future__ import annotations

from concurrent.futures import CancelledError

from mldebug_widgets.analyzers.slices import Slice, SlicesResult, default_slices
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding

#: A slice is worth a finding when the metric there is this much above the average, and worse from twice that.
SMALLEST_LIFT = 1.5
CRITICAL_LIFT = 3.0

#: And when it holds at least this share of all errors.
SMALLEST_SHARE = 0.02


class WeakSlice(Check):
    """Slices that hold far more than their share of the errors, confirmed on rows that the search did not see."""

    code = "MLD108"
    name = "a slice that holds many of the errors"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Look at what the Slices panel shows too: the default search on the deciding split."""
        try:
            result = default_slices(subject.ev, cancelled=subject.cancelled)
        except CancelledError:
            return self.cannot_tell("cancelled while it was searching")
        if not result.n_searched:
            return self.cannot_tell(result.notes[0] if result.notes else "there was nothing to search")
        confirmed = [found for found in result if found.confirmed]
        weak = [found for found in confirmed if found.lift >= SMALLEST_LIFT and found.error_share >= SMALLEST_SHARE]
        if weak:
            return self._finding(result, max(weak, key=_beyond_its_share), len(weak))
        searched = f"{result.n:,} {subject.judged_rows} were searched"
        if not confirmed:
            return self.passed(f"{searched}, and no slice was confirmed on those that the search did not see")
        strongest = max(confirmed, key=lambda found: found.lift)
        return self.passed(f"{searched}; the strongest confirmed slice, {strongest.label}, has {_lift(strongest)}")

    def _finding(self, result: SlicesResult, worst: Slice, n_weak: int) -> Finding:
        what = "errors" if result.metric_name == "error" else result.metric_label
        others = f" {n_weak - 1} more slices like it are in the Slices panel." if n_weak > 1 else ""
        return self.finding(
            "critical" if worst.lift >= CRITICAL_LIFT else "warning",
            f"{worst.error_share:.0%} of all {what} {'sit' if what == 'errors' else 'sits'} in {_percent(worst.share)} "
            f"of the rows: {worst.label}",
            worst.description + others,
            advice=" ".join(step.text for step in worst.next_steps),
            panel="slices",
            code="import mldebug_widgets as mld\nmld.find_slices(ev).to_frame()",
            score=_beyond_its_share(worst),
            evidence=worst,
            query=worst.query,
        )


def _beyond_its_share(found: Slice) -> float:
    """Return the share of all errors that would be gone if the slice were like the average."""
    return found.error_share - found.share


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.02 else f"{share:.1%}"


def _lift(found: Slice) -> str:
    return f"{found.lift:.2g} times the average"
