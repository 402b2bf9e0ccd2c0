"""Findings alone: what ``mld.show(mld.findings(ev))`` draws."""

from __future__ import annotations

from mldebug_widgets.checks.finding import FindingsResult
from mldebug_widgets.widgets.base import ViewWidget


class FindingsWidget(ViewWidget):
    """Draws a ``FindingsResult``."""

    stem = "findings"


def widget_of(result: FindingsResult) -> FindingsWidget:
    """Return a view of the findings, standing alone."""
    return FindingsWidget(result=result)
