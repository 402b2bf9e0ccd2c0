"""The two-feature error heat map: every cell is its query's rows, no more and no fewer."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mldebug_widgets.analyzers.error_heatmap import ErrorHeatMap, error_heatmap, telling_columns
from mldebug_widgets.analyzers.row_metric import row_metric
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import evaluate
from tests.analyzers.cases import TASKS, evaluation

COLUMNS = ("weight", "holes", "count", "nullable", "colour", "grade", "level", "switch", "maybe", "when", "day")


def assert_cells_are_their_queries(ev: Any, heatmap: ErrorHeatMap, values: Any, rows: Any) -> None:
    scope = ev.rows_matching(heatmap.scope_query)
    np.testing.assert_array_equal(np.flatnonzero(scope), rows)
    across = [ev.rows_matching(query) & scope for query in heatmap.x_queries]
    up = [ev.rows_matching(query) & scope for query in heatmap.y_queries]
    for (j, of_y), (i, of_x) in product(enumerate(up), enumerate(across)):
        cell = values[of_x & of_y]
        assert heatmap.counts[j, i] == len(cell)
        assert heatmap.means[j, i] == pytest.approx(np.nanmean(cell) if len(cell) else np.nan, nan_ok=True, rel=1e-5)
    assert heatmap.counts.sum() == len(rows)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("x", "y"), list(pairwise(COLUMNS)))
def test_every_cell_is_what_its_query_selects(task: str, x: str, y: str) -> None:
    ev = evaluation(task)
    heatmap = error_heatmap(ev, x, y)
    assert_cells_are_their_queries(ev, heatmap, row_metric(ev).values, np.sort(ev.splits["test"]))
    assert len(heatmap.x_labels) == len(set(heatmap.x_labels)) == len(heatmap.x_queries) == heatmap.counts.shape[1]
    assert len(heatmap.y_labels) == len(heatmap.y_queries) == heatmap.counts.shape[0]


def many_codes() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"code": [f"c{int(i**2)}" for i in rng.uniform(0, 9, 2_000)], "number": rng.normal(size=2_000)}
    )
    frame.loc[::17, "code"] = None
    return evaluate(lambda rows: 1 / (1 + np.exp(-rows["number"].to_numpy())), (frame, rng.integers(0, 2, 2_000)))


def test_rare_categories_share_a_bin_that_has_a_query_too() -> None:
    ev = many_codes()
    heatmap = error_heatmap(ev, "code", "number")
    assert heatmap.x_labels[-1] == "other"
    assert "missing" in heatmap.x_labels
    assert_cells_are_their_queries(ev, heatmap, row_metric(ev).values, np.arange(ev.n))


def test_given_values_and_all_rows() -> None:
    ev = evaluation("binary")
    values = np.where(np.arange(ev.n) % 4 == 0, np.nan, np.arange(ev.n, dtype=float))
    heatmap = error_heatmap(ev, "weight", "colour", split="all", metric=values)
    assert heatmap.scope_query == ""
    assert heatmap.overall == pytest.approx(np.nanmean(values))
    assert_cells_are_their_queries(ev, heatmap, values, np.arange(ev.n))


def test_as_a_frame_it_has_a_line_per_cell_with_its_query() -> None:
    ev = evaluation("binary")
    heatmap = error_heatmap(ev, "weight", "colour")
    frame = heatmap.to_frame()
    assert frame["rows"].sum() == len(ev.splits["test"])
    for line in frame.itertuples():
        assert ev.rows_matching(line.query).sum() == line.rows


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [("weight", "weight", "MLD-W38"), ("weight", 3, "MLD-W37"), ("constant", "weight", "MLD-W37")],
)
def test_columns_that_cannot_be_axes_are_refused(x: Any, y: Any, code: str) -> None:
    frame = evaluation("binary").X.assign(constant=1)
    ev = evaluate(lambda rows: np.full(len(rows), 0.4), (frame, np.arange(len(frame)) % 2))
    with pytest.raises(MldError) as caught:
        error_heatmap(ev, x, y)
    assert caught.value.code == code


def test_the_telling_columns_come_first() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"noise {i}": rng.normal(size=3_000) for i in range(3)})
    frame["kind"], frame["size"] = rng.choice(list("abcd"), 3_000), rng.normal(size=3_000)
    frame["constant"] = 1
    chance = 0.05 + 0.5 * (frame["kind"] == "b") + 0.2 * (frame["size"] > 1)
    ev = evaluate(lambda rows: np.zeros(len(rows)), (frame, (rng.random(3_000) < chance).astype(int)))
    assert telling_columns(ev)[:2] == ("kind", "size")
    assert "constant" not in telling_columns(ev)
