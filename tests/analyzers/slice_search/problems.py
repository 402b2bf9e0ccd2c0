"""Tables that try to break the search, and what its answers must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from mldebug_widgets.analyzers.slice_search.coded import Candidate, CodedColumn
from mldebug_widgets.analyzers.slice_search.objective import MeanDifference, SliceLine
from tests.analyzers.slice_search.exhaustive import Key, ranked

OBJECTIVES = [SliceLine(0.95), SliceLine(0.5), SliceLine(1.0), MeanDifference()]


@st.composite
def coded_columns(draw: st.DrawFn, n: int, mergings: tuple[str, ...]) -> CodedColumn:
    size = draw(st.integers(1, 6))
    codes = draw(st.lists(st.integers(0, size - 1), min_size=n, max_size=n))
    usable = np.array(draw(st.lists(st.sampled_from([True, True, True, False]), min_size=size, max_size=size)))
    merging = draw(st.sampled_from(mergings))
    ordered = draw(st.integers(0, size))
    group = draw(st.sampled_from([-1, -1, 0]))
    return CodedColumn("column", np.array(codes, dtype=np.uint8), size, usable, merging, ordered, group)


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[CodedColumn], np.ndarray, int, int]:
    n = draw(st.integers(1, 40))
    # Without any merging another way of searching is taken.
    mergings = draw(st.sampled_from([("none",), ("none", "runs", "sets")]))
    columns = draw(st.lists(coded_columns(n, mergings), min_size=0, max_size=5 if len(mergings) == 1 else 4))
    value = draw(
        st.sampled_from(
            [
                st.sampled_from([0.0, 1.0]),
                st.integers(-3, 3).map(float),
                st.floats(-2, 5, allow_nan=False),
                st.sampled_from([0.0, 0.1, 0.2, 0.3]),
                st.just(1.0),
            ]
        )
    )
    values = np.array(draw(st.lists(value, min_size=n, max_size=n)))
    return columns, values, draw(st.integers(1, len(columns) + 1)), draw(st.integers(1, 6))


def expected_score(objective: SliceLine | MeanDifference, values: np.ndarray, size: int, total: float) -> float:
    excess = total / size - values.mean()
    if isinstance(objective, MeanDifference):
        return excess
    unit = np.abs(values).mean() or 1.0
    return objective.alpha * excess / unit - (1 - objective.alpha) * (len(values) / size - 1)


def evidence(values: np.ndarray, size: int, total: float) -> float:
    return (total - size * values.mean()) / ((values.std() or 1.0) * np.sqrt(size))


def agree(answer: tuple[Candidate, ...], truth: dict[Key, tuple[int, float]], scores: dict[Key, float], k: int) -> None:
    """The scores are the best ones, each candidate is what it says, and ties are in the stated order."""
    best = ranked(truth, scores)[:k]
    assert [scores[key] for key in best] == pytest.approx([candidate.score for candidate in answer], abs=1e-9)
    for candidate in answer:
        key = candidate.columns, candidate.codes
        assert (candidate.size, candidate.total) == (truth[key][0], pytest.approx(truth[key][1], abs=1e-9))
        assert candidate.score == pytest.approx(scores[key], abs=1e-9)
    assert len({(candidate.columns, candidate.codes) for candidate in answer}) == len(answer)
