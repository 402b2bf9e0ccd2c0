"""Slices found end to end: their rows, queries and numbers recomputed by hand, and what odd input gives."""

from __future__ import annotations

import gc
import warnings
import weakref
from concurrent.futures import CancelledError
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import stats

import mldebug_widgets as mld
from mldebug_widgets.analyzers.row_metric import row_metric, searched_rows
from mldebug_widgets.analyzers.slice_finding.search import in_halves
from mldebug_widgets.analyzers.slices import SlicesResult, default_slices, find_slices
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.wire import encode
from tests.analyzers.cases import TASKS, evaluation
from tests.analyzers.slice_finding.simulation import noise, noise_rate, planted_rate

QUICK: dict[str, Any] = {"max_predicates": 2, "k": 4}


@cache
def weak(n: int = 4_000, *, splits: bool = False) -> Evaluation:
    """An Evaluation that is wrong four times as often where the city is Oslo and the age above 60."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "city": rng.choice(["Oslo", "Rome", "Lima"], n),
            "income": np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 10, n).round(1)),
        }
    )
    wrong = rng.random(n) < np.where((frame["city"] == "Oslo") & (frame["age"] > 60), 0.6, 0.15)
    truth = rng.random(n) < 0.5
    scores = np.where(truth ^ wrong, 0.9, 0.1)
    if not splits:
        return mld.evaluate(None, (frame, truth.astype(int)), predictions=scores)
    parts = {"train": slice(0, n // 4), "test": slice(n // 4, n)}
    return mld.evaluate(
        None,
        {name: (frame[rows], truth[rows].astype(int)) for name, rows in parts.items()},
        predictions={name: scores[rows] for name, rows in parts.items()},
    )


def searched(ev: Evaluation, result: SlicesResult) -> npt.NDArray[np.intp]:
    return ev.splits[result.split] if result.split else np.arange(ev.n)


def error_of(ev: Evaluation) -> npt.NDArray[np.float64]:
    return (np.asarray(ev.class_codes) != np.asarray(ev.predicted_codes)).astype(float)


def check_numbers(ev: Evaluation, result: SlicesResult, values: npt.NDArray[np.float64]) -> None:
    """Recompute the numbers of every slice from its query alone."""
    rows = searched(ev, result)
    for found in result:
        assert np.flatnonzero(ev.rows_matching(found.query)).tolist() == found.rows.tolist()
        inside = np.isin(rows, found.rows)
        known = np.isfinite(values[rows])
        assert found.size == inside.sum()
        own, rest = values[rows][inside & known], values[rows][~inside & known]
        assert found.metric == pytest.approx(own.mean())
        assert found.rest_metric == pytest.approx(rest.mean())
        assert found.share == pytest.approx(len(own) / known.sum())
        assert found.error_sum == pytest.approx(own.sum())
        for folded in found.folded:
            assert ev.rows_matching(folded.query).sum() == folded.size


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("task", TASKS)
def test_queries_select_the_rows_and_numbers_are_theirs(task: str, fold: bool, merge: bool) -> None:
    ev = evaluation(task, splits=True)
    result = find_slices(ev, fold=fold, merge=merge, **QUICK)
    assert result.split == "test"
    assert len(result) > 0
    named = {"binary": error_of, "multiclass": error_of, "multilabel": lambda ev: ev.loss}
    values = named[task](ev) if task in named else np.abs(ev.scores - ev.y)
    check_numbers(ev, result, np.asarray(values, dtype=float))
    if not fold:
        scores = [found.score for found in result]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("metric", ["error", "loss"])
@pytest.mark.parametrize("direction", ["worse", "better"])
def test_confirmation_is_measured_on_the_other_half(metric: str, direction: str) -> None:
    ev = weak()
    values = error_of(ev) if metric == "error" else np.asarray(ev.loss, dtype=float)
    result = find_slices(ev, metric=metric, direction=direction, seed=3, fold=False, **QUICK)
    held = in_halves(searched_rows(ev), row_metric(ev, metric), confirm=True, seed=3).confirmation
    assert abs(int(held.sum()) - ev.n // 2) <= 1
    p_values = np.ones(result.n_searched)
    for at, found in enumerate(result):
        inside = np.isin(np.arange(ev.n), found.rows)
        own, rest = values[held & inside], values[held & ~inside]
        assert found.n_confirmation == len(own)
        assert found.effect == pytest.approx(own.mean() - rest.mean())
        assert found.low <= found.effect <= found.high
        alternative = "greater" if direction == "worse" else "less"
        if metric == "error":
            table = [[own.sum(), len(own) - own.sum()], [rest.sum(), len(rest) - rest.sum()]]
            p_values[at] = stats.fisher_exact(table, alternative=alternative).pvalue
        else:
            p_values[at] = stats.ttest_ind(own, rest, equal_var=False, alternative=alternative).pvalue
    adjusted = stats.false_discovery_control(p_values)[: len(result)]
    assert [found.p_value for found in result] == pytest.approx(adjusted.tolist(), rel=1e-6)
    assert [found.confirmed for found in result] == (adjusted <= 0.05).tolist()


def test_the_weakness_is_found_confirmed_and_described() -> None:
    result = find_slices(weak())
    assert result[0].confirmed
    assert {predicate.column for predicate in result[0].predicates} == {"age", "city"}
    assert 'city == "Oslo"' in result[0].query
    text = result[0].describe()
    assert f"{result[0].size:,} rows" in text
    assert f"{result.n_searched:,} candidates" in text
    assert text.endswith(": confirmed.")
    assert "SlicesResult(" in repr(result)
    assert "confirmed" in repr(result[0])


def test_what_the_search_must_not_see_does_not_change_what_it_finds() -> None:
    ev = weak()
    values = error_of(ev)
    first = find_slices(ev, metric=values, fold=False, k=20, max_predicates=2)
    held = in_halves(searched_rows(ev), row_metric(ev, values), confirm=True, seed=0).confirmation
    changed = np.where(held, 1 - values, values)
    second = find_slices(ev, metric=changed, fold=False, k=20, max_predicates=2)
    assert [found.query for found in first] == [found.query for found in second]
    assert [found.score for found in first] == [found.score for found in second]
    assert [found.effect for found in first] != [found.effect for found in second]


def test_better_is_worse_of_the_negated_metric() -> None:
    ev = weak()
    loss = np.asarray(ev.loss, dtype=float)
    better = find_slices(ev, metric=loss, direction="better", **QUICK)
    worse = find_slices(ev, metric=-loss, **QUICK)
    assert [found.query for found in better] == [found.query for found in worse]
    assert [found.p_value for found in better] == pytest.approx([found.p_value for found in worse])
    assert [found.effect for found in better] == pytest.approx([-found.effect for found in worse])


def test_where_two_evaluations_differ() -> None:
    ev = weak()
    right = mld.evaluate(None, (ev.X, ev.y), predictions=np.where(np.asarray(ev.y) == 1, 0.9, 0.1))
    result = find_slices(ev, other=right, direction="difference")
    assert result[0].confirmed
    assert 'city == "Oslo"' in result[0].query
    same = find_slices(ev, other=ev, direction="difference")
    assert len(same) == 0
    assert "no slice differs" in same.notes[0]


def test_scores_are_those_of_the_objective() -> None:
    ev, alpha = weak(), 0.8
    values = error_of(ev)
    result = find_slices(ev, confirm=False, fold=False, alpha=alpha, **QUICK)
    for found in result:
        expected = alpha * (found.metric / values.mean() - 1) - (1 - alpha) * (ev.n / found.size - 1)
        assert found.score == pytest.approx(expected, rel=1e-9)
        assert found.confirmed is None
        assert np.isnan(found.p_value)
    difference = find_slices(ev, confirm=False, fold=False, objective="mean_difference", **QUICK)
    for found in difference:
        assert found.score == pytest.approx(found.metric - values.mean(), rel=1e-9)


def test_the_frame_and_the_wire() -> None:
    result = find_slices(weak(splits=True), tree=True, **QUICK)
    frame = result.to_frame()
    assert frame.index.tolist() == list(range(1, len(result) + 1))
    assert frame["query"].tolist() == [found.query for found in result]
    assert all(query.endswith('split == "test"') for query in frame["query"])
    sent = encode(result)
    assert "rows" not in sent["slices"][0]
    assert "evaluation" not in sent["slices"][0]
    assert sent["slices"][0]["description"] == result[0].describe()
    assert isinstance(result[1:], tuple)


def test_columns_metadata_and_the_answers() -> None:
    ev = weak()
    wrong = error_of(ev)
    metadata = pd.DataFrame({"camera": np.where(wrong > 0, "old", "new")})
    result = find_slices(ev, columns=["camera", "age"], metadata=metadata, **QUICK)
    assert result[0].predicates[0].column == "camera"
    assert np.flatnonzero(ev.with_metadata(metadata).rows_matching(result[0].query)).tolist() == result[0].rows.tolist()
    by_default = find_slices(ev, k=20)
    columns = {predicate.column for found in by_default for predicate in found.predicates}
    assert ev.target_name not in columns
    assert find_slices(ev, columns=[ev.target_name], **QUICK).n_columns == 1


def test_rows_without_a_metric_are_left_out_and_said() -> None:
    ev = weak()
    values = error_of(ev)
    values[::10] = np.nan
    result = find_slices(ev, metric=values, **QUICK)
    assert result.n == ev.n - 400
    assert "400 of 4,000 rows have no number in the given metric" in " ".join(result.notes)
    check_numbers(ev, result, values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros, "No row is wrong"),
        (np.ones, "Every row is wrong"),
        (lambda n: np.full(n, np.nan), "No row has a number"),
        (lambda n: np.full(n, 2.5), "in every row"),
    ],
)
def test_nothing_to_find_is_said(values: Any, said: str) -> None:
    result = find_slices(weak(), metric=values(4_000))
    assert len(result) == 0
    assert said in result.notes[0]
    assert len(result.to_frame()) == 0
    assert said in repr(result)
    encode(result)


def test_errors_that_are_all_held_back_are_said_to_be() -> None:
    ev = weak()
    values = np.zeros(4_000)
    values[3] = 1.0
    results = [find_slices(ev, metric=values, seed=seed, **QUICK) for seed in range(8)]
    blind = [result for result in results if not len(result)]
    assert 0 < len(blind) < 8
    for result in blind:
        assert "is 0 in all 2,000 rows that the search sees" in result.notes[0]
        assert "the 2,000 held back to confirm" in result.notes[0]


def test_what_is_missing_is_counted_in_words() -> None:
    ev = weak()
    values = error_of(ev)
    values[3] = np.inf
    one = find_slices(ev, metric=values, columns=["city"], max_predicates=1)
    assert "1 of 4,000 rows has no number in the given metric: it was left out" in one.notes[-1]
    assert len(one) == 1
    assert "only 1 distinct slice " in one.notes[0].lower()


def test_a_split_that_is_not_there_is_answered_with_each_that_is_once() -> None:
    with pytest.raises(MldError, match=r"Allowed: 'all'\. Leave"):
        find_slices(weak(), split="test")


def test_a_slice_larger_than_the_table_is_not_there() -> None:
    result = find_slices(weak(), min_rows=5_000)
    assert len(result) == 0
    assert "5,000 rows" in result.notes[0]


def test_odd_tables_give_a_result_or_say_why_not() -> None:
    rng = np.random.default_rng(0)
    n = 300
    wrong = rng.random(n) < 0.3
    frames = {
        "constant": pd.DataFrame({"same": np.ones(n), "none": np.full(n, np.nan)}),
        "wide": pd.DataFrame(rng.normal(size=(n, n + 20)).round(3)).add_prefix("x"),
        "many categories": pd.DataFrame({"id": [f"row {row}" for row in range(n)], "x": rng.normal(size=n)}),
        "hostile": pd.DataFrame(rng.integers(0, 4, (n, 4)), columns=["a`b", 'c"d\n', "loss", "split"]),
    }
    for name, frame in frames.items():
        ev = mld.evaluate(None, (frame, wrong.astype(int)), predictions=np.full(n, 0.2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = find_slices(ev, max_predicates=1 if name == "wide" else 2, k=3)
        check_numbers(ev, result, error_of(ev))
        assert name != "constant" or "No column gives a condition" in result.notes[0]


def test_two_rows() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    ev = mld.evaluate(None, (frame, np.array([1, 0])), predictions=np.array([0.3, 0.2]), task="binary")
    assert len(find_slices(ev)) == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"k": 0}, "MLD-O62"),
        ({"k": 2.5}, "MLD-O62"),
        ({"max_predicates": 0}, "MLD-O63"),
        ({"max_predicates": 7}, "MLD-O63"),
        ({"min_rows": 0}, "MLD-O64"),
        ({"alpha": 0}, "MLD-O65"),
        ({"alpha": "much"}, "MLD-O65"),
        ({"objective": "best"}, "MLD-O66"),
        ({"direction": "up"}, "MLD-O67"),
        ({"merge": "yes"}, "MLD-O68"),
        ({"confirm": None}, "MLD-O68"),
        ({"seed": -1}, "MLD-O69"),
        ({"direction": "difference"}, "MLD-O70"),
        ({"other": 3}, "MLD-O70"),
        ({"metric": "accuracy"}, "MLD-W34"),
        ({"metric": np.ones(3)}, "MLD-W35"),
        ({"split": "nowhere"}, "MLD-W36"),
        ({"columns": ["nowhere"]}, "MLD-D20"),
        ({"metadata": pd.DataFrame({"short": [1, 2]})}, "MLD-D18"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], code: str) -> None:
    with pytest.raises(MldError) as caught:
        find_slices(weak(), **options)
    assert caught.value.code in (code, "MLD-D19" if code == "MLD-D18" else code)


def test_another_evaluation_must_have_the_same_rows() -> None:
    ev = weak()
    shifted = mld.evaluate(None, (ev.X, 1 - np.asarray(ev.y)), predictions=ev.scores)
    fewer = mld.evaluate(None, (ev.X[:50], np.asarray(ev.y)[:50]), predictions=ev.scores[:50])
    for other in (shifted, fewer):
        with pytest.raises(MldError, match="MLD-O71"):
            find_slices(ev, other=other, direction="difference")


def test_many_conditions_say_what_they_cost() -> None:
    with pytest.warns(UserWarning, match="Up to 6 conditions over 2 columns"):
        result = find_slices(weak(), max_predicates=6, columns=["age", "city"], merge=False, k=3)
    assert len(result) == 3


def test_whoever_listens_is_told_what_a_search_may_cost_from_its_first_count_on() -> None:
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        find_slices(weak(), max_predicates=6, columns=["city", "income"], progress=lambda text, _: told.append(text))
    counting = [text for text in told if text != "reading the columns"]
    assert counting
    assert all(text.endswith(", may take 1 second") for text in counting)


def test_a_search_that_is_not_wanted_stops() -> None:
    with pytest.raises(CancelledError):
        find_slices(weak(), cancelled=lambda: True)
    told: list[tuple[str, float | None]] = []
    find_slices(weak(), progress=lambda text, part: told.append((text, part)), **QUICK)
    assert told
    assert all(part is None or 0 <= part <= 1 for _, part in told)


def test_the_default_is_searched_once_and_kept_no_longer_than_its_evaluation() -> None:
    ev = noise(0, 500)
    with pytest.raises(CancelledError):
        default_slices(ev, cancelled=lambda: True)
    result = default_slices(ev)
    assert default_slices(ev) is result
    assert all(found.next_steps for found in result)
    gone = weakref.ref(ev)
    del ev
    gc.collect()
    assert gone() is None


def test_noise_is_not_confirmed() -> None:
    assert noise_rate(range(4), n=5_000).hits == 0


def test_a_planted_slice_is_found_and_confirmed() -> None:
    rate = planted_rate(range(3), n=60_000)
    assert rate.hits == 3
    assert rate.overlap > 0.7
