"""How fast is the exact search? Against sliceline as installed and with its bound corrected, and against numpy.

Every run is a process of its own, so that its peak memory is its own. Before a ratio is printed, both sides must have
found the same slices with the same sizes, error sums and scores.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks import slice_shapes
from benchmarks.memory import RESET_PEAK, peak
from benchmarks.report import Line

ROOT = Path(__file__).parent.parent

K, ALPHA = 10, 0.95
ROUNDS = 5
TOLERANCE = 1e-9


def run() -> list[Line]:
    """Measure all shapes, smallest first."""
    return [*against_sliceline(50_000, 3), *against_sliceline(500_000, 2), *against_counting(500_000), *wide_table()]


def against_sliceline(n: int, width: int) -> list[Line]:
    """Compare with sliceline: as installed always, with its bound corrected where ``width`` is 3."""
    if find_spec("sliceline") is None:
        print("sliceline is not installed: pip install -e '.[bench]' measures against it", file=sys.stderr)
        return []
    case = f"{n:,} x 14, {width} predicates"
    ours = child("find", n, width)
    stock = child("sliceline", n, width)
    check_parity(ours, stock, case)
    lines = [
        faster(f"{case}: sliceline as installed", ours["seconds"], stock["seconds"], 600 if width == 3 else 250),
        Line(
            f"{case}: memory of sliceline as installed",
            f"{ours['beyond'] / 1e6:.1f} MB",
            f"{stock['beyond'] / 1e9:.2f} GB",
            stock["beyond"] / max(ours["beyond"], 1),
            100,
            at_least=True,
        ),
    ]
    if width == 3:
        corrected = child("corrected", n, width)
        check_parity(ours, corrected, case)
        lines.append(faster(f"{case}: sliceline, bound corrected", ours["seconds"], corrected["seconds"], 50))
    return lines


def against_counting(n: int) -> list[Line]:
    """Compare with one exhaustive counting pass over all triples in plain numpy, which finds nothing yet."""
    ours, floor = child("find", n, 3), child("count", n, 3)
    return [
        Line(
            f"{n:,} x 14, 3 predicates: one numpy counting pass over all triples",
            f"{ours['seconds']:.2f} s",
            f"{floor['seconds']:.2f} s",
            ours["seconds"] / floor["seconds"],
            1.5,
        )
    ]


def wide_table() -> list[Line]:
    """1,000,000 x 50 with a real-valued loss: memory against the encoded table, time against the unpruned pass."""
    case = "1,000,000 x 50, 3 predicates, real-valued loss"
    ours, unpruned = child("wide", 1_000_000, 3), child("unpruned", 1_000_000, 3)
    check_parity(ours, unpruned, case)
    return [
        Line(
            f"{case}: peak memory",
            f"{ours['beyond'] / 1e6:.0f} MB",
            f"encoded table {ours['encoded'] / 1e6:.0f} MB",
            ours["beyond"] / ours["encoded"],
            2,
        ),
        faster(f"{case}: unpruned pass", ours["seconds"], unpruned["seconds"], 5),
    ]


def faster(case: str, ours: float, peer: float, limit: float) -> Line:
    return Line(case, f"{ours:.3f} s", f"{peer:.2f} s", peer / ours, limit, at_least=True)


def check_parity(ours: dict[str, Any], theirs: dict[str, Any], case: str) -> None:
    """Stop unless both sides found the same: no ratio of different answers."""
    if len(ours["found"]) != len(theirs["found"]):
        raise AssertionError(f"{case}: {len(ours['found'])} slices against {len(theirs['found'])}")
    for mine, other in zip(ours["found"], theirs["found"], strict=True):
        same = mine["cells"] == other["cells"] and mine["size"] == other["size"]
        if not same or any(abs(mine[name] - other[name]) > TOLERANCE * max(1, abs(mine[name])) for name in SUMS):
            raise AssertionError(f"{case}: {mine} against {other}")


SUMS = ("total", "score")


def child(what: str, n: int, width: int) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.slices", what, str(n), str(width)]
    answer: dict[str, Any] = json.loads(subprocess.check_output(command, cwd=ROOT, text=True).splitlines()[-1])
    return answer


# -- what a child process measures ---------------------------------------------------------------------------------


def measured(work: Callable[[], Any], rounds: int) -> tuple[float, int, Any]:
    """Return the median time after a first run, the peak memory beyond what was held before, and the answer."""
    if rounds > 1:
        work()
    RESET_PEAK.write_text("5")
    before, times, answer = peak(), [], None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - start)
    return median(times), peak() - before, answer


def find(n: int, width: int) -> dict[str, Any]:
    """``mld.find_slices`` on the raw table, its encoding included."""
    import mldebug_widgets as mld

    shape = slice_shapes.adult_like(n)
    frame = pd.DataFrame(shape.codes, columns=[f"c{position}" for position in range(len(shape.lengths))])
    ev = mld.evaluate(None, (frame, np.arange(n) % 2), predictions=np.zeros(n), task="binary")

    def search() -> mld.SlicesResult:
        return mld.find_slices(
            ev,
            metric=shape.values,
            k=K,
            alpha=ALPHA,
            max_predicates=width,
            min_rows=n // 100,
            columns=list(frame.columns),
            merge=False,
            fold=False,
            confirm=False,
        )

    seconds, beyond, result = measured(search, ROUNDS)
    found = [
        {
            "cells": {str(p.feature): int(p.query.rpartition("==")[2]) for p in slice_.predicates},
            "size": slice_.size,
            "total": slice_.error_sum,
            "score": slice_.score,
        }
        for slice_ in result
    ]
    return {"seconds": seconds, "beyond": beyond, "found": found}


def sliceline(n: int, width: int, *, corrected: bool) -> dict[str, Any]:
    """The package sliceline on the encoded table; ``corrected`` gives its bound the number of rows."""
    from sliceline.slicefinder import Slicefinder

    shape = slice_shapes.adult_like(n)
    if corrected:
        stock = Slicefinder._score_ub

        def with_rows(self: Any, size: Any, error: Any, largest: Any, _columns: int, *others: Any) -> Any:
            return stock(self, size, error, largest, n, *others)

        Slicefinder._score_ub = with_rows
    finder = Slicefinder(alpha=ALPHA, k=K, max_l=width, min_sup=n // 100, verbose=False)
    seconds, beyond, _ = measured(lambda: finder.fit(shape.codes, shape.values), 3 if corrected else 1)
    found = [
        {
            "cells": {str(position): int(code) for position, code in enumerate(cells) if code is not None},
            "size": int(numbers["slice_size"]),
            "total": float(numbers["sum_slice_error"]),
            "score": float(numbers["slice_score"]),
        }
        for cells, numbers in zip(finder.top_slices_.tolist(), finder.top_slices_statistics_, strict=True)
    ]
    return {"seconds": seconds, "beyond": beyond, "found": found}


def count(n: int, width: int) -> dict[str, Any]:
    """The floor: count all cells of every ``width`` columns in numpy."""
    shape = slice_shapes.adult_like(n)
    seconds, beyond, counts = measured(lambda: slice_shapes.exhaustive_counts(shape, width), 3)
    if any(int(cells.sum()) != n for cells in counts):
        raise AssertionError("the counting pass lost rows")
    return {"seconds": seconds, "beyond": beyond}


def wide(n: int, width: int, *, pruned: bool) -> dict[str, Any]:
    """The search alone on an encoded table of 50 columns."""
    from mldebug_widgets.analyzers.slice_search.objective import SliceLine
    from mldebug_widgets.analyzers.slice_search.search import SliceSearch

    shape = slice_shapes.wide(n)
    columns = shape.columns()

    def search() -> Any:
        engine = SliceSearch(
            columns,
            shape.values,
            objective=SliceLine(ALPHA),
            max_predicates=width,
            min_rows=n // 1_000,
            **({} if pruned else {"pruned": False}),
        )
        return engine.top(K)

    seconds, beyond, answer = measured(search, 1)
    found = [
        {
            "cells": {str(column): codes[0] for column, codes in zip(entry.columns, entry.codes, strict=True)},
            "size": entry.size,
            "total": entry.total,
            "score": entry.score,
        }
        for entry in answer.ranked
    ]
    return {"seconds": seconds, "beyond": beyond, "found": found, "encoded": encoded(shape.codes)}


def encoded(codes: npt.NDArray[np.uint8]) -> int:
    return codes.nbytes


MEASUREMENTS: dict[str, Callable[[int, int], dict[str, Any]]] = {
    "find": find,
    "sliceline": lambda n, width: sliceline(n, width, corrected=False),
    "corrected": lambda n, width: sliceline(n, width, corrected=True),
    "count": count,
    "wide": lambda n, width: wide(n, width, pruned=True),
    "unpruned": lambda n, width: wide(n, width, pruned=False),
}

if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
