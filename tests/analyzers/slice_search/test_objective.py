"""Bounds and lines never rule out what reaches the threshold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.slice_search.objective import (
    Evidence,
    MeanDifference,
    Objective,
    Population,
    SliceLine,
    child_bound,
)

OBJECTIVES: list[Objective] = [SliceLine(0.95), SliceLine(0.3), SliceLine(1.0), MeanDifference(), Evidence()]


@st.composite
def parents_and_children(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Values of all rows, rows of a parent, rows of a child inside it, smallest size."""
    values = np.array(draw(st.lists(st.floats(0, 10, width=32), min_size=2, max_size=30)))
    parent = np.array(draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    child = parent & np.array(draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    return values, parent, child, draw(st.integers(1, 6))


def population_of(values: np.ndarray, min_rows: int) -> Population:
    mean = float(values.mean())
    return Population(len(values), mean, float(values.std()) or 1.0, float(values.max()), mean or 1.0, min_rows)


@given(parents_and_children(), st.sampled_from(OBJECTIVES))
def test_no_child_beats_its_parents_bound(case, objective):
    values, parent, child, min_rows = case
    if child.sum() < min_rows:
        return
    population = population_of(values, min_rows)
    bound = child_bound(objective, np.array([parent.sum()]), np.array([values[parent].sum()]), population)
    score = objective.score(np.array([child.sum()]), np.array([values[child].sum()]), population)
    assert score[0] <= bound[0] + 1e-9 * (1 + abs(score[0]))


@given(parents_and_children(), st.sampled_from(OBJECTIVES), st.floats(0, 1))
def test_what_reaches_a_threshold_reaches_the_one_line_of_its_size(case, objective, share):
    values, _, rows, min_rows = case
    size, total = int(rows.sum()), float(values[rows].sum())
    if size < min_rows:
        return
    population = population_of(values, min_rows)
    score = float(objective.score(np.array([size]), np.array([total]), population)[0])
    threshold = score - share * abs(score)
    lines = [line for line in objective.lines(threshold, population) if line.smallest <= size < line.beyond]
    assert len(lines) == 1
    reached = lines[0].gain * total - lines[0].slope * size
    assert reached >= lines[0].offset - 1e-9 * (1 + abs(reached) + abs(lines[0].offset))
