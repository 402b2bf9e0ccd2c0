"""Building the cubes of one brush: against duckdb on the same bins, and against numpy counting pair by pair.

All three count rows and errors for every pair (bin of the brushed column, bin of another column), over 1,000,000 rows
and 20 columns that are binned already. The sums must be the same before a ratio is given.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median

import numpy as np
import numpy.typing as npt
import pandas as pd

import mldebug_widgets as mld
from benchmarks.million import TARGET, frame
from benchmarks.report import Line
from mldebug_widgets.analyzers.crossfilter import CrossfilterResult
from mldebug_widgets.analyzers.crossfilter_cubes.records import BrushCube

ACTIVE = 3
ROUNDS = 7

#: Rows and errors of every pair of bins: (bins of the brushed column, bins of all columns).
Tables = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def strip(n_rows: int = 1_000_000) -> CrossfilterResult:
    """Return 20 histograms: 16 features, truth, answer, probability and loss."""
    table = frame(n_rows)
    truth = table.pop(TARGET).to_numpy()
    scores = 1 / (1 + np.exp(-(table["feature_00"] - table["feature_01"]).to_numpy()))
    evaluation = mld.evaluate(None, (table.iloc[:, :16], truth), predictions=scores)
    return mld.crossfilter(evaluation)


def run() -> list[Line]:
    """Measure cube building, sides taking turns."""
    result = strip()
    sides: dict[str, Callable[[], Tables]] = {
        "ours": lambda: _tables(result.cube(ACTIVE)),
        "numpy": lambda: by_numpy(result),
    }
    if find_spec("duckdb") is None:
        print("duckdb is not installed, so cubes are not measured against it", file=sys.stderr)
    else:
        sides["duckdb"] = duckdb_side(result)
    _check_parity({name: side() for name, side in sides.items()})
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            started = time.perf_counter()
            side()
            seconds[name].append(time.perf_counter() - started)
    return [_line(name, seconds) for name in sides if name != "ours"]


def _line(peer: str, seconds: dict[str, list[float]]) -> Line:
    ratio = median(ours / theirs for ours, theirs in zip(seconds["ours"], seconds[peer], strict=True))
    ours, theirs = (f"{median(seconds[name]) * 1e3:.0f} ms" for name in ("ours", peer))
    return Line("cubes of one brush, 1,000,000 rows x 20 columns", ours, f"{peer} {theirs}", ratio, 1.5)


def _tables(cube: BrushCube) -> Tables:
    return np.diff(cube.counts, axis=0).astype(np.float64), np.diff(cube.errors, axis=0).astype(np.float64)


def by_numpy(result: CrossfilterResult) -> Tables:
    """Count with two bincounts per pair of columns, as one would write it."""
    columns, errors = result.table.columns, result.table.metric.values
    active = columns[ACTIVE]
    counts, sums = [], []
    for column in columns:
        pair = active.codes.astype(np.intp) * column.size + column.codes
        shape = (active.size, column.size)
        counts.append(np.bincount(pair, minlength=shape[0] * shape[1]).reshape(shape))
        sums.append(np.bincount(pair, errors, minlength=shape[0] * shape[1]).reshape(shape))
    return np.concatenate(counts, axis=1).astype(np.float64), np.concatenate(sums, axis=1)


def duckdb_side(result: CrossfilterResult) -> Callable[[], Tables]:
    """Return duckdb's way: one grouped query per pair over a table of its own, on two threads as ours."""
    duckdb = import_module("duckdb")
    columns = result.table.columns
    bins = pd.DataFrame({f"c{place}": column.codes for place, column in enumerate(columns)})
    bins["error"] = result.table.metric.values.astype(np.uint8)
    connection = duckdb.connect(config={"threads": 2})
    connection.register("bins", bins)
    connection.execute("CREATE TABLE strip AS SELECT * FROM bins")

    def pairs(place: int, size: int) -> Tables:
        query = f"SELECT c{ACTIVE}, c{place} AS other, count(*), sum(error) FROM strip GROUP BY ALL"
        if place == ACTIVE:
            query = f"SELECT c{ACTIVE}, c{ACTIVE} AS other, count(*), sum(error) FROM strip GROUP BY c{ACTIVE}"
        first, second, counted, wrong = connection.execute(query).fetchnumpy().values()
        counts, sums = np.zeros((columns[ACTIVE].size, size)), np.zeros((columns[ACTIVE].size, size))
        counts[first, second], sums[first, second] = counted, wrong
        return counts, sums

    def all_pairs() -> Tables:
        parts = [pairs(place, column.size) for place, column in enumerate(columns)]
        return np.concatenate([part[0] for part in parts], axis=1), np.concatenate([part[1] for part in parts], axis=1)

    return all_pairs


def _check_parity(found: dict[str, Tables]) -> None:
    for name, tables in found.items():
        for ours, theirs in zip(found["ours"], tables, strict=True):
            assert np.array_equal(ours, theirs), f"parity: {name} counts otherwise"


if __name__ == "__main__":
    for line in run():
        print(line)
