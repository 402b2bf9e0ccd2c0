"""What to do about a slice, on tables where it is known what is behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.analyzers.slice_finding.unseen import unseen_values
from mldebug_widgets.analyzers.slices import NextStep, Slice, find_slices, with_next_steps
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.evaluation import Evaluation

N = 8_000


def case(fault: str) -> Evaluation:
    """An Evaluation whose model is wrong in Oslo, and a reason of that name."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "city": rng.choice(["Oslo", "Rome", "Lima", "Bonn"], N),
            "size": rng.normal(size=N).round(3),
            "model": rng.choice(["a", "b"], N),
            "tried": rng.random(N) < 0.5,
        }
    )
    oslo = (frame["city"] == "Oslo").to_numpy()
    truth = frame["size"].to_numpy() > 0
    train = rng.random(N) < 0.5
    scores = np.where(truth, 0.8, 0.2)
    if fault == "relabel":
        truth = truth ^ (oslo & (rng.random(N) < 0.25))
    else:
        scores = np.where(truth ^ (rng.random(N) < np.where(oslo, 0.3, 0.03)), 0.8, 0.2)
    if fault == "collect":
        train &= ~oslo | (rng.random(N) < 0.1)
    if fault == "drift":
        frame.loc[oslo & ~train & (rng.random(N) < 0.3), "model"] = "new"
    parts = {"train": train, "test": ~train}
    return mld.evaluate(
        None,
        {name: (frame[rows], truth[rows].astype(int)) for name, rows in parts.items()},
        predictions={name: scores[rows] for name, rows in parts.items()},
    )


def steps(ev: Evaluation) -> tuple[Slice, tuple[NextStep, ...]]:
    result = find_slices(ev, columns=["city"], max_predicates=1, k=1)
    assert "Oslo" in result[0].query
    return result[0], result[0].what_next()


@pytest.mark.parametrize("fault", ["collect", "drift", "relabel", "model"])
def test_the_reason_decides_what_to_do(fault: str) -> None:
    _, found = steps(case(fault))
    assert [step.kind for step in found] == [fault]
    assert found[0].text.endswith(".")


def test_an_unconfirmed_slice_is_no_reason_to_change_the_model() -> None:
    weak, _ = steps(case("model"))
    (step,) = replace(weak, confirmed=False).what_next()
    assert step.kind == "confirm"
    assert "do not act on it yet" in step.text
    assert [step.kind for step in replace(weak, confirmed=None).what_next()] == ["model"]


def test_where_the_model_does_well_nothing_needs_mending() -> None:
    for found in find_slices(case("collect"), columns=["city"], max_predicates=1, direction="better"):
        assert [step.kind for step in found.what_next()] == ["nothing"]


def test_a_prediction_that_is_too_low_is_not_called_well() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"city": rng.choice(["Oslo", "Rome"], 2_000)})
    low = np.where(frame["city"] == "Oslo", -3.0, 0.0) + rng.normal(size=2_000)
    ev = mld.evaluate(None, (frame, np.zeros(2_000)), predictions=low, task="regression")
    found = find_slices(ev, metric="residual", direction="better", max_predicates=1)[0]
    assert "Oslo" in found.query
    assert [step.kind for step in found.what_next()] == ["model"]


def test_the_numbers_are_counted() -> None:
    ev = case("collect")
    weak, (step,) = steps(ev)
    train, test = (ev.splits[name] for name in ("train", "test"))
    oslo = (ev.X["city"] == "Oslo").to_numpy()
    assert weak.size == oslo[test].sum()
    assert f"{oslo[train].sum():,} such rows" in step.text


def test_unseen_values_column_by_column() -> None:
    train = pd.DataFrame(
        {"x": [1.0, 2.0, 3.0], "kind": pd.Categorical(["a", "b", "a"]), "whole": [1, 2, 3], "text": ["p", "q", "p"]}
    )
    test = pd.DataFrame(
        {"x": [0.5, 2.5, np.nan], "kind": pd.Categorical(["c", "a", None]), "whole": [3, 4, 2], "text": ["p", "p", "r"]}
    )
    ev = mld.evaluate(
        None,
        {"train": (train, np.array([0, 1, 0])), "test": (test, np.array([0, 1, 1]))},
        predictions={"train": np.array([0.1, 0.9, 0.2]), "test": np.array([0.1, 0.9, 0.2])},
    )
    found = {name: unseen.tolist() for name, unseen in unseen_values(ev, "test")}
    assert found == {
        "x": [True, False, True],
        "kind": [True, False, True],
        "whole": [False, True, False],
        "text": [False, False, True],
    }


def test_a_rare_class_is_not_taken_for_wrong_labels() -> None:
    """A class that no column tells apart is contradicted wherever it is, and more so where it is frequent."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"city": rng.choice(["Oslo", "Rome"], N, p=[0.3, 0.7]), "size": rng.normal(size=N)})
    truth = rng.random(N) < np.where(frame["city"] == "Oslo", 0.15, 0.05)
    ev = mld.evaluate(None, (frame, truth.astype(int)), predictions=np.full(N, 0.1))
    _, found = steps(ev)
    assert [step.kind for step in found] == ["model"]


def test_what_is_filled_in_needs_no_evaluation() -> None:
    ev = case("model")
    result = with_next_steps(find_slices(ev, max_predicates=1, k=2), ev)
    assert all(found.evaluation is None and found.what_next() == found.next_steps for found in result)
    bare: Any = find_slices(ev, max_predicates=1, k=1)[0]
    object.__setattr__(bare, "evaluation", None)
    with pytest.raises(MldValueError, match="MLD-O72"):
        bare.what_next()


def test_regression_has_no_labels_to_compare() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"city": rng.choice(["Oslo", "Rome"], 2_000)})
    actual = rng.normal(size=2_000) * np.where(frame["city"] == "Oslo", 5, 1)
    ev = mld.evaluate(None, (frame, actual), predictions=np.zeros(2_000), task="regression")
    weak, found = steps(ev)
    assert [step.kind for step in found] == ["model"]
    assert "feature that says more about city" in found[0].text
    assert weak.confirmed


def test_a_column_that_the_model_does_not_see_is_offered_as_a_feature() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"size": rng.normal(size=N), "city": rng.choice(["Oslo", "Rome"], N)})
    seen = pd.DataFrame(
        {"rain": rng.random(N) < 0.1, "sent": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.random(N), "D")}
    )
    truth = frame["size"].to_numpy() > 0
    wrong = rng.random(N) < np.where(seen["rain"], 0.4, 0.02)
    ev = mld.evaluate(None, (frame, truth.astype(int)), predictions=np.where(truth ^ wrong, 0.8, 0.2), metadata=seen)
    found = find_slices(ev, k=1, max_predicates=1)[0]
    assert found.label == "rain is true"
    step = found.what_next()[0]
    assert (step.kind, step.text.partition(":")[0]) == ("feature", "The model does not see rain")
    plain = find_slices(ev, columns=["city"], k=1)[0]
    assert "feature" not in {step.kind for step in plain.what_next()}
