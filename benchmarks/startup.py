"""How long does importing the package take beyond importing torch and pandas?"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from benchmarks.report import Line

ROUNDS = 5
TIMED = "import time, torch, pandas; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"


def run() -> list[Line]:
    """Measure the bare import, and the import with what ``show`` needs."""
    bare = seconds("import mldebug_widgets")
    whole = seconds("import mldebug_widgets; mldebug_widgets.show; mldebug_widgets.evaluate")
    against = "after torch and pandas"
    return [
        Line("import mldebug_widgets", f"{bare:.3f} s", against, bare, 0.3, " s"),
        Line("import and reach show and evaluate", f"{whole:.3f} s", against, whole, 3.0, " s"),
    ]


def seconds(code: str) -> float:
    """Return the median time of ``code`` in fresh processes."""
    command = [sys.executable, "-c", TIMED.format(code=code)]
    return median(float(subprocess.check_output(command, text=True)) for _ in range(ROUNDS))
