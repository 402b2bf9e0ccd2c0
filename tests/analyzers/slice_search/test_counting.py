"""Joint tables against numpy's histograms, in every way of adding up."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.slice_search.counting import Counter, Kept
from mldebug_widgets.analyzers.slice_search.covering import blocks_for, margins
from mldebug_widgets.analyzers.slice_search.sums import ComplexSums, PackedSums, SeparateSums

LENGTHS = (3, 7, 300, 2)
N = 70_000
CPU = torch.device("cpu")
WAYS = {
    "packed": PackedSums,
    "complex": ComplexSums,
    # What a graphics card runs, here on the processor.
    "separate": lambda sizes, totals: SeparateSums(sizes, totals, CPU),
}


@pytest.fixture(scope="module")
def codes() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, length, N).astype(np.uint16 if length > 256 else np.uint8) for length in LENGTHS]


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 4, N).astype(np.float64)


def counter(codes, values, way, sizes=None) -> Counter:
    return Counter(codes, LENGTHS, WAYS[way](sizes, values), lambda: None, CPU)


def expected(codes, weights, columns):
    shape = tuple(LENGTHS[column] for column in columns)
    flat = np.ravel_multi_index(tuple(codes[column] for column in columns), shape)
    return np.bincount(flat, weights, int(np.prod(shape))).reshape(shape)


@pytest.mark.parametrize("way", WAYS)
def test_tables_are_joint_histograms(codes, values, way):
    wanted = [columns for width in (1, 2, 3, 4) for columns in combinations(range(4), width)]
    for columns, (sizes, totals) in zip(wanted, counter(codes, values, way).tables(wanted), strict=True):
        np.testing.assert_array_equal(sizes, expected(codes, None, columns))
        np.testing.assert_array_equal(totals, expected(codes, values, columns))


@pytest.mark.parametrize("way", WAYS)
def test_folded_rows_count_as_often_as_they_stand_for(codes, values, way):
    sizes = np.random.default_rng(2).integers(1, 5, N)
    counted, totals = counter(codes, values, way, sizes).tables([(0, 2)])[0]
    np.testing.assert_array_equal(counted, expected(codes, sizes, (0, 2)))
    np.testing.assert_array_equal(totals, expected(codes, values, (0, 2)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", [0.1, 1.0])
def test_kept_cells_are_extended_and_extended_again(codes, values, way, share):
    pair = Kept.of(None, (0, 1), np.array([2, 5, 20]), (3, 7), share)
    by_two, by_three = counter(codes, values, way).extended(pair, [2, 3])
    whole = expected(codes, values, (0, 1, 3)).reshape(21, 2)
    np.testing.assert_array_equal(by_three[1], whole[[2, 5, 20]])
    longer = Kept.of(pair, (2,), np.array([7, 301]), by_two[0].shape, share)
    ((sizes, _totals),) = counter(codes, values, way).extended(longer, [3])
    whole = expected(codes, None, (0, 1, 2, 3)).reshape(21 * 300, 2)
    np.testing.assert_array_equal(sizes, whole[[2 * 300 + 7, 5 * 300 + 1]])


@pytest.mark.parametrize("way", WAYS)
def test_restricted_rows(codes, values, way):
    some = counter(codes, values, way).restricted(1, (0, 4), (0, 3))
    sizes, totals = some.tables([(0, 3)])[0]
    inside = np.isin(codes[1], (0, 4))
    subset = [column[inside] for column in codes]
    np.testing.assert_array_equal(sizes, expected(subset, None, (0, 3)))
    np.testing.assert_array_equal(totals, expected(subset, values[inside], (0, 3)))


@pytest.mark.parametrize("totals", [np.array([0.5]), np.array([2.0**31]), np.array([np.inf])])
def test_packing_is_refused_where_it_would_not_be_exact(totals):
    assert not PackedSums.can_hold(1, totals)
    assert PackedSums.can_hold(2, np.array([1.0, 3.0]))


@given(
    st.integers(1, 3), st.lists(st.integers(1, 9), min_size=3, max_size=7), st.sampled_from([1, 50, 2000]), st.data()
)
def test_blocks_cover_every_wanted_tuple_once_and_margins_are_their_tables(width, lengths, limit, data):
    every = list(combinations(range(len(lengths)), width))
    wanted = data.draw(st.lists(st.sampled_from(every), unique=True))
    blocks = blocks_for(wanted, lengths, limit, lambda: None)
    assert sorted(columns for inside in blocks.values() for columns in inside) == sorted(wanted)
    for block, inside in blocks.items():
        shape = tuple(lengths[column] for column in block)
        assert len(block) == width or np.prod(shape) <= limit
        cells = np.arange(np.prod(shape)).reshape(shape)
        found = margins((cells, cells.astype(float)), block, inside)
        for columns in inside:
            others = tuple(axis for axis, column in enumerate(block) if column not in columns)
            np.testing.assert_array_equal(found[columns][0], cells.sum(axis=others))
