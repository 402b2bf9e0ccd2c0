"""What an exported file is made of, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mldebug_widgets.analyzers.overview import OverviewResult
from mldebug_widgets.checks.finding import FindingsResult
from mldebug_widgets.report.contents import Contents


@dataclass(frozen=True, slots=True)
class Document:
    """One export, gathered and not yet formatted.

    Attributes
    ----------
    root
        Model id of the workbench in ``widget_state``.
    widget_state
        Jupyter's saved widget state of the workbench and everything in it.
    contents
        The words at its head.
    overview, findings
        Results for the static part; None where their computation failed or was cancelled.
    state
        What ``show(..., state=...)`` takes.
    target
        Name of the target column, None when there is none.
    """

    root: str
    widget_state: dict[str, Any]
    contents: Contents
    overview: OverviewResult | None
    findings: FindingsResult | None
    state: dict[str, Any]
    target: str | None
