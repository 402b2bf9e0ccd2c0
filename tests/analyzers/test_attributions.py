"""Baselines, levels, dependence, comparison and the table: against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from mldebug_widgets.analyzers.attribution.baselines import baseline_of
from mldebug_widgets.analyzers.attribution.levels import levels_of
from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.evaluation import evaluate
from mldebug_widgets.wire import encode
from tests.analyzers.attribution.models import of_network
from tests.analyzers.cases import TASKS, evaluation


def test_the_mean_of_every_kind_of_column_comes_from_the_training_rows() -> None:
    ev = evaluation("binary")
    train = ev.X.iloc[ev.splits["train"]]
    made = baseline_of(ev, "mean", "kernel_shap", 0)
    cell = made.frame.iloc[0]
    assert list(made.frame.dtypes) == list(ev.X.dtypes)
    assert cell["weight"] == pytest.approx(train["weight"].mean())
    assert cell["holes"] == pytest.approx(train["holes"].mean())
    assert cell["count"] == round(train["count"].mean())
    assert cell["nullable"] == round(train["nullable"].mean())
    for name in ("colour", "grade", "level", "switch", "maybe"):
        assert train[name].value_counts()[cell[name]] == train[name].value_counts().max()
    for name in ("when", "day"):
        share = (train[name].dropna() <= cell[name]).mean()
        assert share == pytest.approx(0.5, abs=0.01)
    assert "400 rows of train" in made.note
    assert made.texts[ev.X.columns.get_loc("colour")] == cell["colour"]


def test_other_baselines() -> None:
    ev = evaluation("regression")
    train = ev.X.iloc[ev.splits["train"]]
    middle = baseline_of(ev, "median", "kernel_shap", 0).frame.iloc[0]
    assert middle["weight"] == pytest.approx(train["weight"].median())
    zero = baseline_of(ev, "zero", "kernel_shap", 0).frame.iloc[0]
    assert zero["weight"] == zero["count"] == zero["nullable"] == 0
    row = baseline_of(ev, 7, "kernel_shap", 0)
    pd.testing.assert_frame_equal(row.frame, ev.X.iloc[[7]].reset_index(drop=True))
    assert row.name == "row"
    sample = baseline_of(ev, "background", "kernel_shap", 3)
    assert len(sample.frame) == 20
    assert sample.texts == ()
    assert "seed 3" in sample.note


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("baseline", ["mean", "median", "zero", 5, "background"])
def test_every_kind_of_column_is_masked_in_its_own_dtype(task: str, baseline: object) -> None:
    ev = evaluation(task)
    result = attributions(ev, [3, 500], method="kernel_shap", baseline=baseline, n_samples=60, trust=False)
    np.testing.assert_allclose(result.delta, 0, atol=1e-5)
    scores = ev.scores[[3, 500]]
    expected = scores if scores.ndim == 1 else scores[[0, 1], result.target]
    np.testing.assert_allclose(result.output, expected, rtol=1e-5)


def test_levels_are_ranks() -> None:
    ev = evaluation("binary")
    levels = levels_of(ev, ev.X).of()
    for name in ("weight", "count", "holes"):
        values = ev.X[name].to_numpy(dtype=float)
        known = ~np.isnan(values)
        ranks = (rankdata(values[known]) - 0.5) / known.sum()
        found = levels[:, ev.X.columns.get_loc(name)]
        np.testing.assert_allclose(found[known], ranks, atol=0.01)
        assert np.isnan(found[~known]).all()
    assert np.isnan(levels[:, ev.X.columns.get_loc("colour")]).all()
    switch = levels[:, ev.X.columns.get_loc("switch")]
    assert len(np.unique(switch)) == 2
    rows = np.array([9, 2, 40])
    asked = attributions(ev, rows, trust=False).levels
    np.testing.assert_array_equal(asked.of(), levels[rows])
    np.testing.assert_array_equal(asked.of(np.array([2, 0])), levels[[40, 9]])


def test_the_global_bars_and_the_table() -> None:
    result = attributions(of_network(), trust=False)
    np.testing.assert_allclose(result.mean_abs, np.abs(result.values).mean(axis=0), rtol=1e-5)
    assert result.order.tolist() == np.argsort(-result.mean_abs).tolist()
    table = result.to_frame()
    assert list(table.columns) == ["row", "feature", "value", "attribution"]
    assert len(table) == result.values.size
    line = table.iloc[8]
    assert (line["row"], line["feature"]) == (1, "x2")
    assert line["attribution"] == result.values[1, 2]
    assert line["value"] == result.cells.iloc[1, 2]
    assert "Integrated gradients of 40 of 40 rows" in repr(result)
    assert "cells" not in encode(result)


def test_dependence() -> None:
    ev = evaluation("binary")
    result = attributions(ev, range(50), method="feature_ablation", trust=False)
    weight = result.dependence("weight")
    np.testing.assert_allclose(weight.numbers, ev.X["weight"].iloc[:50])
    np.testing.assert_array_equal(weight.values, result.values[:, 0])
    colour = result.dependence(5)
    assert [colour.labels[int(at)] for at in colour.numbers] == ev.X["colour"].iloc[:50].tolist()
    assert colour.to_frame()["colour"].tolist() == ev.X["colour"].iloc[:50].tolist()
    with pytest.raises(MldValueError, match="MLD-O88"):
        result.dependence("height")


def test_comparison_finds_the_column_that_acts_differently() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(400, 4)), columns=list("abcd"))
    frame["d"] = generator.random(400) < 0.25

    def model(rows: pd.DataFrame) -> np.ndarray:
        return np.asarray(rows["a"] + np.where(rows["d"], 3 + 2 * rows["b"], 0))

    ev = evaluate(model, (frame, model(frame)))
    result = attributions(ev, trust=False)
    chosen = frame["d"].to_numpy()
    compared = result.compare(chosen)
    assert compared.features[compared.order[0]] == "d"
    assert (compared.n_selected, compared.n_rest) == (chosen.sum(), (~chosen).sum())
    difference = result.values[chosen].mean(axis=0) - result.values[~chosen].mean(axis=0)
    np.testing.assert_allclose(compared.difference, difference, rtol=1e-4, atol=1e-6)
    assert compared.selected_size[1] > 5 * compared.rest_size[1]
    table = pd.DataFrame(result.values).groupby(chosen)
    for at, (mean, size) in enumerate(
        [(compared.rest_mean, compared.rest_size), (compared.selected_mean, compared.selected_size)]
    ):
        np.testing.assert_allclose(mean, table.mean().loc[bool(at)], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(size, table.agg(lambda side: side.abs().mean()).loc[bool(at)], rtol=1e-4, atol=1e-6)
    variances = (table.var() * (table.count() - 1)).sum() / (len(frame) - 2)
    varies = variances.to_numpy() > 1e-9
    assert varies.tolist() == [True, True, False, True]  # the model does not read c
    np.testing.assert_allclose(compared.effect[varies], difference[varies] / np.sqrt(variances)[varies], rtol=1e-3)
    assert np.isnan(compared.effect[~varies]).all()
    assert compared.to_frame()["feature"].iloc[0] == "d"
    with pytest.raises(MldValueError, match="MLD-O89"):
        result.compare([])
    with pytest.raises(MldValueError, match="MLD-O89"):
        result.compare(range(400))


def test_a_background_of_mixed_cells_averages_over_its_rows() -> None:
    ev = evaluation("regression")
    options = {"method": "feature_ablation", "trust": False}
    sample = baseline_of(ev, "background", "feature_ablation", 0).frame
    where = [int(np.flatnonzero(ev.X["weight"] == weight)[0]) for weight in sample["weight"]]
    each = [attributions(ev, [3, 500], baseline=row, **options).values for row in where]
    result = attributions(ev, [3, 500], baseline="background", **options)
    np.testing.assert_allclose(result.values, np.mean(each, axis=0), rtol=1e-4, atol=1e-5)
