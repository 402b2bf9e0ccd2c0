"""One line of a benchmark's outcome, and the table of all lines."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("mldebug-widgets", "torch", "numpy", "pandas", "scikit-learn", "anywidget", "bqplot", "jupyterlab")
#: Measured against where they are installed (the extra "bench").
PEERS = ("sliceline", "duckdb", "shap", "captum")
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Line:
    """One measured number: what was measured against what, and what it should be at most (or ``at_least``)."""

    case: str
    ours: str
    floor: str
    measured: float
    limit: float
    unit: str = "x"
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def wanted(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.limit:g}{self.unit}"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a Markdown table, with the versions that they were measured with."""
    rows = [
        f"| {line.case} | {line.ours} | {line.floor} | {_digits(line.measured)}{line.unit} | {line.wanted} "
        f"| {'yes' if line.holds else 'NO'} |"
        for line in lines
    ]
    head = ["| case | ours | against | measured | wanted | holds |", "|---|---|---|---|---|---|"]
    versions = ", ".join(f"{name} {version(name)}" for name in (*PACKAGES, *PEERS) if find_spec(name.replace("-", "_")))
    machine = f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}"
    return "\n".join([*head, *rows, "", f"{versions}; {machine}"])


def keep(lines: Sequence[Line]) -> Path:
    """Write the lines to a dated file and return its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M}.json"
    path.write_text(json.dumps([asdict(line) for line in lines], indent=1))
    return path
