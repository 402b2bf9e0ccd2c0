"""Checks for known faults: one class per finding, with a stable code."""

from mldebug_widgets.checks.finding import CheckOutcome, Finding, FindingsResult
from mldebug_widgets.checks.run import find, findings

__all__ = ["CheckOutcome", "Finding", "FindingsResult", "find", "findings"]
