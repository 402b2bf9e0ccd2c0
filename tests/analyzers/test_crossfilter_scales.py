"""The bins of a histogram's axis: few, round, and holding the whole range."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.crossfilter_cubes.scales import Scale, calendar_scale, number_scale, whole_scale


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_round_bins_hold_the_range(low: float, width: float) -> None:
    high = low + width
    assume(high - low > 1e-8 * abs(low))
    scale = number_scale(low, high, 40)
    assert scale is not None
    edges = scale.edges()
    assert 1 <= scale.size <= 40
    rounding = 1e-9 * scale.step + 4 * np.spacing(max(abs(low), abs(high)))
    assert edges[0] <= low + rounding
    assert edges[-1] >= high - rounding
    assert scale.size >= 14


def test_a_bound_that_is_an_edge_is_the_outermost_edge() -> None:
    for low, high in ((0.999855, 1.0), (0.0, 1.0), (0.9, 1.0), (0.3, 0.7), (-0.7, -0.3)):
        scale = number_scale(low, high, 40)
        assert scale is not None
        assert scale.edges()[-1] == high
        assert scale.edges()[0] <= low
    # 0.9 to 1 is cut at 0.0025, of which 0.9 is a whole multiple.
    assert number_scale(0.9, 1.0, 40) == Scale(360, 40, 0.0025)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**63))
def test_whole_bins_hold_the_range(low: int, width: int) -> None:
    start, step, size = whole_scale(low, low + width, 40)
    assert start <= low
    assert low + width < start + step * size
    assert 1 <= size <= 40
    assert size >= 8 or step == 1


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_calendar_bins_hold_the_range(low: int, width: int) -> None:
    start, step, size, _ = calendar_scale(low, low + width, 1, 40)
    assert start <= low
    assert low + width < start + step * size
    assert 1 <= size <= 40
