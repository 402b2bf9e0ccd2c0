"""One row with other values: dtypes and categories stay, and what cannot be held is refused."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.edits import RowEditor
from tests.evaluation.snapshots import frame_state

NOON = pd.Timestamp("2021-05-01 12:00", tz="UTC")
MS = NOON.timestamp() * 1000

CELLS: list[tuple[Any, Any, Any]] = [
    # column, value as a view sends it, cell expected (with its type)
    (np.array([1.0, 2.0]), 2.5, 2.5),
    (np.array([1.0, 2.0], np.float32), 2.5, np.float32(2.5)),
    (np.array([1.0, 2.0]), None, np.nan),
    (np.array([1, 2]), 7.0, 7),
    (np.array([1, 2]), 2.5, 2.5),
    (np.array([1, 2]), None, np.nan),
    (np.array([1, 2], np.int8), 1000, 1000.0),
    (pd.array([1, None], dtype="Int64"), 7, 7),
    (pd.array([1, None], dtype="Int64"), None, pd.NA),
    (pd.array([1, None], dtype="Int64"), 2.5, 2.5),
    (pd.array([1, None], dtype="int64[pyarrow]"), 3, 3),
    (pd.array([1.5, None], dtype="Float64"), 2.25, 2.25),
    (np.array([True, False]), True, True),
    (np.array([True, False]), 0, False),
    (pd.array([True, None], dtype="boolean"), None, pd.NA),
    (np.array([True, None], dtype=object), False, False),
    (pd.Categorical(["a", "b"], categories=["a", "b", "c"]), "c", "c"),
    (pd.Categorical([10, 20]), "20", 20),
    (pd.Categorical(["a", None]), None, np.nan),
    (pd.Series(["a", "b"]), "new", "new"),
    (pd.Series(["a", None]), None, np.nan),
    (pd.array(["a", None], dtype="string"), "b", "b"),
    (np.array(["a", 1], dtype=object), "1", 1),
    (np.array(["a", None], dtype=object), None, None),
    (pd.period_range("2020-01", periods=2, freq="M"), "2020-02", pd.Period("2020-02")),
    (pd.to_datetime(["2020-01-01", "2020-01-02"]), MS, NOON.tz_localize(None)),
    (pd.to_datetime(["2020-01-01", "2020-01-02"]).tz_localize("Asia/Tokyo"), MS, NOON.tz_convert("Asia/Tokyo")),
    (pd.to_datetime(["2020-01-01", None]), None, pd.NaT),
    (np.array([datetime.date(2020, 1, 1), None], dtype=object), MS, datetime.date(2021, 5, 1)),
    (pd.array([datetime.date(2020, 1, 1)] * 2, dtype="date32[day][pyarrow]"), MS, datetime.date(2021, 5, 1)),
    (pd.array([pd.Timestamp("2020")] * 2, dtype="timestamp[us][pyarrow]"), MS, NOON.tz_localize(None)),
    (pd.to_timedelta([1, 2], unit="s"), 1500.0, pd.Timedelta("1.5s")),
    (np.array([decimal.Decimal("1.5"), None], dtype=object), 2.25, decimal.Decimal("2.25")),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("column", "value", "expected"), CELLS, ids=str)
def test_a_value_takes_the_dtype_of_its_column(column: Any, value: Any, expected: Any) -> None:
    frame = pd.DataFrame({"other": [5.0, 6.0], "x": column})
    edited = RowEditor(frame).edited(1, {1: value})
    cell = edited["x"].iloc[0]
    if pd.isna(expected):
        assert pd.isna(cell)
    else:
        assert cell == expected
    assert edited["other"].tolist() == [6.0]
    keeps = value is not None and not (isinstance(expected, float) and frame["x"].dtype.kind in "iu")
    if keeps:
        assert edited["x"].dtype == frame["x"].dtype


def test_categories_stay_the_same() -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["a", "b"], categories=["b", "a", "never"], ordered=True)})
    assert RowEditor(frame).edited(0, {0: "never"})["c"].dtype == frame["c"].dtype


def test_the_table_stays_as_it_is(mixed: pd.DataFrame) -> None:
    before = frame_state(mixed)
    editor = RowEditor(mixed)
    for value in (1.0, 2.0, None):
        editor.edited(3, {0: value, 1: value})
    assert frame_state(mixed) == before


def test_edits_are_followed_forward_and_back(mixed: pd.DataFrame) -> None:
    editor = RowEditor(mixed)
    steps: list[tuple[int, dict[int, Any]]] = [
        (0, {0: 1.0}), (0, {0: 2.0}), (0, {0: 2.0, 1: 3}), (0, {1: 3}), (0, {}), (1, {0: 2.0}), (0, {0: True}),
    ]  # fmt: skip
    for row, edits in steps:
        expected = mixed.iloc[[row]].copy()
        for position, value in edits.items():
            expected.isetitem(position, np.array([value], dtype=mixed.dtypes.iloc[position]))
        pd.testing.assert_frame_equal(editor.edited(row, edits), expected)


def test_what_is_handed_out_may_be_written_to(table: pd.DataFrame) -> None:
    ev = mld.evaluate(lambda rows: rows["a"], table, "late", task="regression")
    row = ev.edited_row(0, {0: 1.0})
    row.loc[:, "a"] = 99.0
    assert ev.predict_edited(0, {0: 1.0}) == pytest.approx([1.0])


REFUSED: list[tuple[str, Any, Any]] = [
    ("MLD-W30", -1, {}),
    ("MLD-W30", 2, {}),
    ("MLD-W30", True, {}),
    ("MLD-W30", 1.0, {}),
    ("MLD-W30", "1", {}),
    ("MLD-W31", 0, {9: 1.0}),
    ("MLD-W31", 0, {-1: 1.0}),
    ("MLD-W31", 0, {"x": 1.0}),
    ("MLD-W31", 0, {True: 1.0}),
    ("MLD-W32", 0, {0: "1"}),
    ("MLD-W32", 0, {0: float("inf")}),
    ("MLD-W32", 0, {1: "yes"}),
    ("MLD-W32", 0, {1: 2}),
    ("MLD-W32", 0, {3: "2020"}),
    ("MLD-W33", 0, {1: None}),
    ("MLD-W33", 0, {2: "nowhere"}),
    ("MLD-W33", 0, {3: 1e300}),
    ("MLD-W33", 0, {4: "2020-13"}),
]


@pytest.mark.parametrize(("code", "row", "edits"), REFUSED, ids=str)
def test_refused(code: str, row: Any, edits: Any) -> None:
    frame = pd.DataFrame(
        {
            "number": [1.0, 2.0],
            "flag": [True, False],
            "grade": pd.Categorical(["a", "b"]),
            "when": pd.to_datetime(["2020", "2021"], format="%Y"),
            "month": pd.period_range("2020-01", periods=2, freq="M"),
        }
    )
    with pytest.raises(MldError, match=rf"{code}: (row|edits): .*Allowed: "):
        RowEditor(frame).edited(row, edits)
