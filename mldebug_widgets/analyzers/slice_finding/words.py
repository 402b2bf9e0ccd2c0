"""A slice in sentences, and what a reader of the result must know."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of one slice that its description is made of."""

    label: str
    size: int
    share: float
    metric: float
    rest_metric: float
    lift: float
    error_share: float
    effect: float
    low: float
    high: float
    p_value: float
    confirmed: bool | None
    n_confirmation: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What the numbers are of: the metric's name, whether it is a share of rows, the rows, the number searched."""

    metric_label: str
    is_share: bool
    rows: str
    n_searched: int
    sums_up: bool

    def value(self, number: float) -> str:
        """Return a value of the metric in words."""
        return f"{number:.1%}" if self.is_share else f"{number:.4g}"

    def difference(self, number: float) -> str:
        """Return a difference of two values in words, with its sign."""
        return f"{100 * number:+.1f}" if self.is_share else f"{number:+.3g}"


def described(found: Measured, setting: Setting) -> str:
    """Return what the numbers say, in a few sentences."""
    whole = f" and {found.error_share:.0%} of all {_plural(setting.metric_label)}" if _tells(found, setting) else ""
    lift = f", {found.lift:.2g} times the average" if setting.sums_up and math.isfinite(found.lift) else ""
    text = (
        f"{found.label}: {found.size:,} rows, {_percent(found.share)} of the {setting.rows}{whole}. "
        f"{_subject(setting)} is {setting.value(found.metric)} there and {setting.value(found.rest_metric)} "
        f"in the rest{lift}."
    )
    if found.confirmed is None:
        return text + " It was not tested on rows that the search did not see."
    return f"{text} {_verdict(found, setting)}"


def _verdict(found: Measured, setting: Setting) -> str:
    if not math.isfinite(found.effect):
        return "Too few rows were held back to test it: not confirmed."
    unit = " percentage points" if setting.is_share else ""
    interval = ""
    if math.isfinite(found.low):
        interval = f" (95% interval {setting.difference(found.low)} to {setting.difference(found.high)})"
    chance = "below 0.0001" if found.p_value < 1e-4 else f"{found.p_value:.2g}"
    return (
        f"On {found.n_confirmation:,} of its rows that the search did not see the difference is "
        f"{setting.difference(found.effect)}{unit}{interval}; p is {chance} after correcting for "
        f"{setting.n_searched:,} candidates: {'confirmed' if found.confirmed else 'not confirmed'}."
    )


def _tells(found: Measured, setting: Setting) -> bool:
    return setting.sums_up and math.isfinite(found.error_share)


def _subject(setting: Setting) -> str:
    return "The share of errors" if setting.metric_label == "error" else f"Mean {setting.metric_label}"


def _plural(label: str) -> str:
    return {"error": "errors", "given value": "given values"}.get(label, label)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
