"""The error tree: best splits against every split written out, and nodes against their queries."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mldebug_widgets.analyzers.slice_finding.tree import best_split, sayable
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slices import find_slices
from tests.analyzers.cases import TASKS, evaluation
from tests.analyzers.test_slices import weak


def column(size: int, merging: Any, ordered: int, usable: list[bool]) -> CodedColumn:
    return CodedColumn("c", np.zeros(0, np.uint8), size, np.array(usable), merging, ordered)


@given(st.data(), st.sampled_from(["runs", "sets", "none"]), st.integers(1, 6))
@settings(max_examples=200, deadline=None)
def test_the_best_split_is_the_best_of_all(data: st.DataObject, merging: str, size: int) -> None:
    counts = np.array(data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)))
    excess = np.array(data.draw(st.lists(st.integers(-5, 5), min_size=size, max_size=size)), dtype=float)
    excess[counts == 0] = 0
    if counts.sum() == 0:
        return
    # The metric is measured from the rows' mean.
    excess -= counts * excess.sum() / counts.sum()
    usable = [True] * (size - 1) + [data.draw(st.booleans())]
    ordered = data.draw(st.integers(0, size)) if merging == "runs" else 0
    coded = column(size, merging, ordered, usable)
    n = counts.sum()
    gains = [-1.0]
    for length in range(1, size + 1):
        for codes in itertools.combinations(range(size), length):
            rows = counts[list(codes)].sum()
            cut = codes == tuple(range(length)) if codes[0] < ordered else length == 1
            if sayable(coded, codes) and (merging != "runs" or cut) and 0 < rows < n:
                gains.append(excess[list(codes)].sum() ** 2 * (1 / rows + 1 / (n - rows)))
    found = best_split(coded, counts, excess, 1)
    assert (found[0] if found else -1.0) == pytest.approx(max(gains), abs=1e-9)
    assert found is None or sayable(coded, found[1])


@pytest.mark.parametrize("task", TASKS)
def test_nodes_are_their_queries_and_children_part_their_parent(task: str) -> None:
    ev = evaluation(task, splits=False)
    nodes = find_slices(ev, tree=True, max_predicates=1, k=1, min_rows=20).tree
    assert nodes[0].parent == -1
    assert nodes[0].size == np.isfinite(np.asarray(ev.loss)).sum()
    masks = [ev.rows_matching(node.query) for node in nodes]
    for at, (node, mask) in enumerate(zip(nodes, masks, strict=True)):
        assert mask.sum() == node.size
        children = [place for place, child in enumerate(nodes) if child.parent == at]
        assert node.is_leaf == (not children)
        assert all(place > at and nodes[place].depth == node.depth + 1 for place in children)
        if children:
            first, second = children
            assert not (masks[first] & masks[second]).any()
            assert ((masks[first] | masks[second]) == mask).all()
            assert nodes[first].metric >= nodes[second].metric


def test_the_tree_parts_what_is_weak_from_the_rest() -> None:
    result = find_slices(weak(), tree=True)
    worst = max((node for node in result.tree if node.is_leaf), key=lambda node: node.metric)
    assert worst.metric > 0.5
    assert "Oslo" in worst.query
    assert "age" in worst.query
    assert sum(node.error_share for node in result.tree if node.is_leaf) == pytest.approx(1)


def test_noise_has_no_tree() -> None:
    ev = weak()
    metric = (np.random.default_rng(5).random(ev.n) < 0.2).astype(float)
    assert [node.label for node in find_slices(ev, metric=metric, tree=True, max_predicates=1).tree] == ["all rows"]
