"""Finding: one thing that is wrong, with a number, its evidence and what to try next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import pandas as pd

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One thing found, ranked by ``severity`` then ``score``.

    Attributes
    ----------
    code
        Stable identifier such as ``MLD101``; what people mute and documentation links to.
    title
        One sentence with the deciding number in it.
    text
        The evidence in words.
    advice
        What to try next.
    panel
        Id of the workbench panel where it can be seen ("performance", "rows", ...).
    evidence
        A result, a small dict, or row positions. Python only, never sent to the browser.
    code_text
        The Python lines that reproduce it; ``to_code()`` returns them.
    score
        Larger is worse within one severity.
    query
        Pandas query of the rows that it is about, so that one click selects them; "" when it is not about some rows.
    feature
        Position of the feature that it is about, None when it is not about one.
    rows
        Positions of the rows that it is about where no query says so, such as images; () otherwise.
    """

    code: str
    severity: Severity
    title: str
    text: str
    advice: str
    panel: str
    code_text: str
    score: float
    evidence: Any = field(default=None, metadata={"wire": False})
    query: str = ""
    feature: int | None = None
    rows: tuple[int, ...] = ()

    def to_code(self) -> str:
        """Return runnable Python lines that show the evidence again; ``ev`` is the Evaluation."""
        return self.code_text


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """A check that found nothing: ``outcome`` "passed" or "cannot tell", with ``why``."""

    code: str
    name: str
    outcome: Literal["passed", "cannot tell"]
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class FindingsResult(Sequence[Finding]):
    """All findings, worst first, and the checks that passed or could not tell. A sequence of its findings."""

    kind: Literal["findings"]
    findings: tuple[Finding, ...]
    outcomes: tuple[CheckOutcome, ...]
    seconds: float

    def __len__(self) -> int:
        return len(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame of one row per check; outcome is a severity, "passed" or "cannot tell"."""
        found = [(entry.code, entry.severity, entry.title, entry.text, entry.advice) for entry in self.findings]
        others = [(entry.code, entry.outcome, entry.name, entry.why, "") for entry in self.outcomes]
        return pd.DataFrame(found + others, columns=["code", "outcome", "title", "text", "advice"])

    def __repr__(self) -> str:
        lines = [f"{entry.code} {entry.severity}: {entry.title}" for entry in self.findings]
        passed = sum(entry.outcome == "passed" for entry in self.outcomes)
        lines.append(f"{passed} checks passed, {len(self.outcomes) - passed} could not tell")
        return "\n".join(lines)
