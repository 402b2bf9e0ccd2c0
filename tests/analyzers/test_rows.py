"""Pages of the row table against pandas sorting and filtering the same frame."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mldebug_widgets.analyzers.rows import RowTable, rows_page
from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.evaluation.evaluation import evaluate
from tests.analyzers.cases import N_ROWS, TASKS, evaluation


def table_frame(task: str) -> pd.DataFrame:
    """What the table shows, as pandas would hold it."""
    ev = evaluation(task)
    frame = ev.X.copy()
    frame.columns = [f"feature:{position}" for position in range(frame.shape[1])]
    frame["row"] = np.arange(ev.n)
    frame["split"] = pd.Categorical.from_codes(ev.split_of, list(ev.splits))
    frame["loss"] = ev.loss
    if task != "multilabel":
        frame["target"], frame["predicted"] = ev.y, ev.predicted
    if ev.confidence is not None:
        frame["confidence"] = ev.confidence
    if task == "binary":
        frame["score"] = ev.scores
    return frame.reset_index(drop=True)


@settings(max_examples=60)
@given(st.data())
def test_a_page_is_what_pandas_gives(data: st.DataObject) -> None:
    task = data.draw(st.sampled_from(TASKS))
    frame = table_frame(task)
    sort, ascending = data.draw(st.sampled_from(list(frame.columns))), data.draw(st.booleans())
    start, count = data.draw(st.integers(0, N_ROWS + 10)), data.draw(st.integers(0, 40))
    rows = data.draw(st.none() | st.lists(st.integers(0, N_ROWS - 1), max_size=60))
    query = data.draw(st.sampled_from(["", "loss > 0.4", "count >= 3 and weight < 0.5", "colour == 'red'"]))
    page = RowTable(evaluation(task)).page(
        start=start, count=count, sort=sort, ascending=ascending, query=query, rows=rows
    )
    kept = frame.sort_values(sort, ascending=ascending, kind="stable", na_position="last")
    if rows is not None:
        kept = kept[kept.index.isin(rows)]
    if query:
        names = dict(zip(kept.columns, [*evaluation(task).X.columns, *kept.columns[12:]], strict=True))
        kept = kept.loc[kept.rename(columns=names).query(query).index]
    assert page.total == len(kept)
    assert page.rows.tolist() == kept.index[start : start + count].tolist()
    assert len(page.values) == len(page.columns)


@pytest.mark.parametrize("task", TASKS)
def test_values_of_a_page(task: str) -> None:
    ev = evaluation(task)
    page = rows_page(ev, start=0, count=25)
    assert page.rows.tolist() == np.argsort(-ev.loss, kind="stable")[:25].tolist()
    shown = {column.key: values for column, values in zip(page.columns, page.values, strict=True)}
    np.testing.assert_array_equal(shown["loss"].numbers, ev.loss[page.rows])
    np.testing.assert_array_equal(shown["row"].numbers, page.rows)
    for feature in ev.features:
        cells, values = ev.X.iloc[page.rows, feature.position], shown[f"feature:{feature.position}"]
        if values.numbers is None:
            assert values.texts == tuple(None if pd.isna(cell) else str(cell) for cell in cells)
        elif feature.kind != "datetime":
            np.testing.assert_array_equal(values.numbers, cells.to_numpy(dtype=float, na_value=np.nan))
        else:
            moments = pd.to_datetime(pd.Series(values.numbers), unit="ms", utc=True)
            assert (moments.isna().to_numpy() == cells.isna().to_numpy()).all()
            assert moments.dropna().tolist() == pd.to_datetime(cells.dropna(), utc=True).tolist()
    assert shown["split"].texts == tuple(np.array(["train", "test"])[ev.split_of[page.rows]])


def test_outcomes_are_shown_as_people_name_them() -> None:
    page = rows_page(evaluation("binary"), start=0, count=3)
    by_key = {column.key: column for column in page.columns}
    assert by_key["target"].kind == "categorical"
    assert by_key["confidence"].low == 0
    assert by_key["confidence"].high == 1
    target = page.values[[column.key for column in page.columns].index("target")]
    assert set(target.texts) <= {"in time", "late"}
    labels = rows_page(evaluation("multilabel"), start=0, count=40)
    texts = labels.values[[column.key for column in labels.columns].index("predicted")].texts
    assert all(text in {"none", "0", "1", "0, 1", "label 0", "label 1"} or ", " in text for text in texts if text)
    numbers = rows_page(evaluation("regression"), start=0, count=3)
    assert numbers.values[[column.key for column in numbers.columns].index("predicted")].numbers is not None


def test_a_page_as_a_frame_and_in_words() -> None:
    page = rows_page(evaluation("binary"), start=5, count=4, sort="feature:0", ascending=True)
    frame = page.to_frame()
    assert frame.index.tolist() == page.rows.tolist()
    assert frame["weight"].is_monotonic_increasing
    assert repr(page) == "RowsResult(5 to 9 of all 600 rows, by feature:0 ascending)"


def test_a_mask_is_a_selection() -> None:
    ev = evaluation("binary")
    table = RowTable(ev)
    mask = ev.loss > 1
    page = table.page(start=0, count=10, rows=mask)
    assert page.total == mask.sum()
    assert table.page(start=0, count=10, rows=np.flatnonzero(mask)).rows.tolist() == page.rows.tolist()
    assert table.page(start=0, count=10, rows=np.flatnonzero(mask)[:3]).total == 3
    assert table.page(start=0, count=10, rows=[]).total == 0


def test_a_selection_changed_in_place_is_seen() -> None:
    table, rows = RowTable(evaluation("binary")), np.array([1, 2, 3])
    assert sorted(table.page(start=0, count=10, rows=rows).rows.tolist()) == [1, 2, 3]
    rows[0] = 9
    assert sorted(table.page(start=0, count=10, rows=rows).rows.tolist()) == [2, 3, 9]


def test_only_the_latest_orders_filters_and_views_are_kept() -> None:
    table = RowTable(evaluation("binary"))
    for position in range(8):
        for query in ("", f"count > {position}"):
            page = table.page(start=0, count=5, sort=f"feature:{position}", query=query)
            assert (
                page.rows.tolist()
                == rows_page(
                    evaluation("binary"), start=0, count=5, sort=f"feature:{position}", query=query
                ).rows.tolist()
            )
    kept = [cache for cache in vars(table).values() if isinstance(cache, OrderedDict)]
    assert [len(cache) for cache in kept] == [RowTable.KEPT] * 3


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        ({"sort": "nope"}, "MLD-O53", MldValueError),
        ({"start": -1}, "MLD-O54", MldValueError),
        ({"count": 2.0}, "MLD-O54", MldTypeError),
        ({"count": True}, "MLD-O54", MldTypeError),
        ({"rows": [0, N_ROWS]}, "MLD-S51", MldValueError),
        ({"rows": [-1]}, "MLD-S51", MldValueError),
        ({"rows": [0.5]}, "MLD-S52", MldTypeError),
        ({"rows": [[1, 2]]}, "MLD-S53", MldValueError),
        ({"rows": np.array([True, False])}, "MLD-S54", MldValueError),
    ],
)
def test_bad_requests(arguments: dict[str, Any], code: str, kind: type[MldError]) -> None:
    with pytest.raises(kind) as raised:
        rows_page(evaluation("binary"), **{"start": 0, "count": 1, **arguments})
    assert raised.value.code == code


def test_scrolling_a_large_table_costs_the_page_only() -> None:
    """The first page sorts; the next ones are cut from what is kept."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.random((300_000, 3), dtype=np.float32), columns=list("abc"))
    scores = generator.random(300_000, dtype=np.float32)
    table = RowTable(evaluate(None, (frame, (scores > 0.3).astype(int)), predictions=scores))
    started = time.perf_counter()
    table.page(start=0, count=100, query="a > 0.5")
    first = time.perf_counter() - started
    started = time.perf_counter()
    for start in range(0, 100_000, 10_000):
        table.page(start=start, count=100, query="a > 0.5")
    assert (time.perf_counter() - started) / 10 < max(first, 0.02)
