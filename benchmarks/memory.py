"""Peak memory of a whole workbench on 1,000,000 rows beyond the table, in a process that has done nothing before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import million
from benchmarks.report import Line

ROOT = Path(__file__).parent.parent

#: Writing 5 here makes the kernel forget the process's peak so far.
RESET_PEAK = Path("/proc/self/clear_refs")


def run() -> list[Line]:
    """Measure in a process of its own: memory that an earlier run has left to the allocator would hide the peak."""
    if not RESET_PEAK.exists():
        print("peak memory is measured on Linux only", file=sys.stderr)
        return []
    answer = json.loads(subprocess.check_output([sys.executable, "-m", "benchmarks.memory"], cwd=ROOT, text=True))
    beyond, table = answer["beyond"], answer["table"]
    return [
        Line(
            "peak memory beyond the table, all panels open",
            f"{beyond / 1e6:.0f} MB",
            f"table {table / 1e6:.0f} MB",
            beyond / table,
            1.5,
        )
    ]


def measure() -> dict[str, int]:
    """Return the peak beyond what was in memory with the table loaded, and the size of the table, in bytes."""
    import mldebug_widgets as mld

    frame, model = million.frame(), million.model()
    # Libraries load and caches fill on the first use; that is not what the rows cost.
    opened(mld.show(model, million.frame(2_000), target=million.TARGET))
    RESET_PEAK.write_text("5")
    before = peak()
    opened(mld.show(model, frame, target=million.TARGET))
    return {"beyond": peak() - before, "table": int(frame.memory_usage().sum())}


def opened(workbench: object) -> None:
    """Open every panel and wait for all background work."""
    widget = workbench.widget  # type: ignore[attr-defined]
    widget.build_all()
    widget.row = 0
    widget.worker.submit(lambda _job: None).result()


def peak() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(measure()))
