"""Rows one after another in the order of their loss, held against a sorted list."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.attributions import AttributionsWidget
from mldebug_widgets.widgets.focus_rows import RowPlace, neighbour, place_of, row_in_focus
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.linear_evaluations import linear_evaluation


@pytest.fixture
def session() -> WorkbenchWidget:
    evaluation = linear_evaluation(60)
    loss = np.random.default_rng(3).integers(0, 8, 60).astype(np.float64)  # with ties
    loss[[4, 9, 20]] = np.nan
    object.__setattr__(evaluation, "loss", loss)
    return WorkbenchWidget(evaluation)


def in_order(session: WorkbenchWidget, rows: Any) -> list[int]:
    losses = np.nan_to_num(session.evaluation.loss, nan=-np.inf)
    return sorted(rows, key=lambda row: (-losses[row], row))


@pytest.mark.parametrize("rows", [None, [50, 3, 9, 4, 17, 20, 31, 2]])
def test_next_and_previous_walk_over_all_rows_in_focus_by_loss(session: WorkbenchWidget, rows: Any) -> None:
    session.select(rows)
    expected = in_order(session, range(60) if rows is None else rows)
    words = "rows" if rows is None else "in the selection"
    walked: list[int] = []
    row, _ = row_in_focus(session)
    while row is not None:
        assert place_of(session, row) == RowPlace(len(walked), len(expected), words, by_loss=True)
        walked.append(row)
        session.row = row
        row = neighbour(session, 1)
    assert walked == expected
    back = [session.row]
    while (row := neighbour(session, -1)) is not None:
        session.row = row
        back.append(row)
    assert back == expected[::-1]


def test_a_row_outside_of_the_selection_is_before_its_first(session: WorkbenchWidget) -> None:
    session.select([50, 3, 17])
    session.row = 30
    assert place_of(session, 30).at is None
    assert neighbour(session, -1) is None
    assert neighbour(session, 1) == in_order(session, [50, 3, 17])[0]


def test_the_panel_opens_them_and_says_where_it_is() -> None:
    session = WorkbenchWidget(linear_evaluation())
    session.panel = "attributions"
    panel = session.views["attributions"]
    assert isinstance(panel, AttributionsWidget)
    session.select([3, 5, 7])
    order = in_order(session, [3, 5, 7])
    for at in (1, 2, 2):
        panel.step_row(1)
        panel.refresh()
        assert session.row == panel.local.row == order[at]
        assert panel.local.place == RowPlace(at, 3, "in the selection", by_loss=True)
    panel.step_row(-1)
    panel.refresh()
    assert panel.local.row == order[1]
    session.select(None)
    panel.refresh()
    assert panel.local.row == order[1]
    assert panel.local.place.total == session.evaluation.n
    with pytest.raises(MldError) as caught:
        panel.step_row(True)
    assert caught.value.code == "MLD-W87"
