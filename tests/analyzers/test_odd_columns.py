"""Columns that real tables hold and nobody expects: every analyzer answers, and every answer can be sent."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mldebug_widgets.analyzers.baselines import baselines
from mldebug_widgets.analyzers.overview import overview
from mldebug_widgets.analyzers.performance import performance
from mldebug_widgets.analyzers.rows import RowTable
from mldebug_widgets.analyzers.sensitivity import sensitivity
from mldebug_widgets.analyzers.whatif import nearest_other, open_row
from mldebug_widgets.checks import findings
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from mldebug_widgets.wire import encode_message
from tests.analyzers.cases import TASKS

N = 240
RANDOM = np.random.default_rng(0)


def sometimes(values: Any) -> list[Any]:
    return [None if RANDOM.random() < 0.1 else value for value in values]


ODD: dict[str, Any] = {
    "__proto__": RANDOM.normal(size=N),
    "": RANDOM.integers(0, 3, N),
    "😀": sometimes(RANDOM.choice(["a", "b"], N)),
    "<img onerror>": [{"a": i % 2} for i in range(N)],
    "void": [np.nan] * N,
    "none": [None] * N,
    "infinite": np.where(RANDOM.random(N) < 0.1, np.inf, RANDOM.normal(size=N)),
    "big": RANDOM.integers(2**60, 2**62, N),
    "unsigned": RANDOM.integers(0, 2**63, N).astype(np.uint64) + np.uint64(2**63),
    "duration": pd.to_timedelta(RANDOM.integers(0, 1_000, N), unit="h"),
    "period": pd.period_range("2000-01", periods=N, freq="M"),
    "date": [datetime.date(2020, 1, 1) + datetime.timedelta(int(i)) for i in RANDOM.integers(0, 90, N)],
    "decimal": [Decimal(int(i)) for i in RANDOM.integers(0, 9, N)],
    "mixed": RANDOM.choice(np.array([1, "x", 2.5, None], dtype=object), N),
    "switch object": sometimes([bool(value) for value in RANDOM.random(N) < 0.5]),
    "switch nullable": pd.array(sometimes([bool(value) for value in RANDOM.random(N) < 0.5]), dtype="boolean"),
    "arrow integer": pd.array(sometimes(RANDOM.integers(0, 5, N).tolist()), dtype="int64[pyarrow]"),
    "arrow moment": pd.Series(pd.date_range("2020", periods=N)).astype("timestamp[ns][pyarrow]"),
    "arrow decimal": pd.Series([Decimal(i) for i in range(N)]).astype(pd.ArrowDtype(pa.decimal128(10, 2))),
    "arrow dictionary": pd.Series(["p", "q"] * (N // 2)).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
    "half": RANDOM.normal(size=N).astype(np.float16),
    "constant": 1,
    "name per row": [f"id{i}" for i in range(N)],
    "prose": [f"the {i} quick brown fox {i * 7}" for i in range(N)],
    "categories of numbers": pd.Categorical(RANDOM.integers(0, 3, N)),
    "ordered": pd.Categorical(RANDOM.choice(["s", "m", "l"], N), ["s", "m", "l", "xl"], ordered=True),
    "categories of moments": pd.Categorical(pd.to_datetime("2020-01-01") + pd.to_timedelta([0, 1, 2] * 80, unit="D")),
    "lists": [[i % 3] for i in range(N)],
    "tuples": [(i % 2,) for i in range(N)],
    "bytes": [b"x%d" % (i % 3) for i in range(N)],
    "sparse": pd.arrays.SparseArray(np.where(RANDOM.random(N) < 0.8, 0.0, 1.0)),
    "interval": pd.cut(RANDOM.normal(size=N), 5),
    "no moment": pd.to_datetime([None] * N),
    "far zone": pd.date_range("2020", periods=N, tz="Asia/Kolkata", freq="h"),
    "minus zero": np.where(RANDOM.random(N) < 0.5, -0.0, 0.0),
    "long ago": pd.to_datetime(["1500-01-01"] * 120 + ["2500-01-01"] * 120).astype("datetime64[s]"),
}
TABLE = pd.DataFrame(ODD)
TRUTH = {
    "binary": RANDOM.integers(0, 2, N),
    "multiclass": RANDOM.choice(["a", "b", "c"], N),
    "multilabel": RANDOM.integers(0, 2, (N, 3)),
    "regression": RANDOM.normal(size=N) * 1e3,
}


def answers(task: str, n: int) -> np.ndarray:
    generator = np.random.default_rng(n)
    if task == "regression":
        return generator.normal(size=n) * 900
    scores = generator.random(n) if task == "binary" else generator.random((n, 3))
    return scores / scores.sum(axis=1, keepdims=True) if task == "multiclass" else scores


def evaluated(task: str, frame: pd.DataFrame) -> Evaluation:
    truth = TRUTH[task]
    parts = {"train": slice(0, 160), "test": slice(160, N)}
    data = {name: (frame[part], truth[part]) for name, part in parts.items()}
    return evaluate(lambda rows: answers(task, len(rows)), data, task=task)


def look_at_everything(ev: Evaluation) -> None:
    table = RowTable(ev)
    results = [
        overview(ev), performance(ev), open_row(ev, 3), nearest_other(ev, 3, {}), sensitivity(ev, [3, 4], grid=9),
        *baselines(ev), *(table.page(start=0, count=5, sort=column.key) for column in table.columns),
    ]  # fmt: skip
    for result in results:
        encode_message(result)
        assert repr(result)
        if hasattr(result, "to_frame"):
            result.to_frame()


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("name", ODD)
def test_one_odd_column(name: str) -> None:
    look_at_everything(evaluated("regression", TABLE[[name]]))


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("task", TASKS)
def test_all_odd_columns_at_once(task: str) -> None:
    ev = evaluated(task, TABLE)
    look_at_everything(ev)
    outcomes = findings(ev).outcomes
    assert [entry.why for entry in outcomes if "the check failed" in entry.why] == []
