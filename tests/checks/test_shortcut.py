"""MLD109 fires on a planted column or word that explanations lean on, and only there."""

from __future__ import annotations

import asyncio
import gc
from typing import Any
from weakref import ref

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import mldebug_widgets as mld
from mldebug_widgets.analyzers.explaining import explain_some
from mldebug_widgets.analyzers.explanations import explanations
from mldebug_widgets.analyzers.text_attributions import text_attributions
from mldebug_widgets.checks.check import Subject
from mldebug_widgets.checks.finding import Finding
from mldebug_widgets.checks.shortcut import Shortcut
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import drawn, found, passed, sigmoid, split, table, unknown

pytestmark = pytest.mark.usefixtures("one_thread", "patience")
CODE = "MLD109"


def leaning(*, holds: bool, seed: int = 0) -> Evaluation:
    """A logistic regression; "batch" goes with the answer in train, and in test only where ``holds``."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(1_200, 4)), columns=["dose", "age", "weight", "batch"])
    truth = drawn(sigmoid(2 * frame["dose"] + frame["age"]))
    stamped = np.arange(1_200) < (1_200 if holds else 800)
    frame.loc[stamped, "batch"] += 2.0 * truth[stamped]
    model = LogisticRegression().fit(frame[:800], truth[:800])
    return mld.evaluate(model, {"train": (frame[:800], truth[:800]), "test": (frame[800:], truth[800:])})


def test_a_column_that_helps_in_train_only_is_named() -> None:
    ev = leaning(holds=False)
    mld.attributions(ev, method="feature_ablation", trust=False)
    finding = found(CODE, ev)
    assert finding.title.startswith("batch takes ")
    assert finding.severity == "warning"
    assert finding.feature == 3
    assert finding.panel == "attributions"
    assert "On test rows its attributions rank the truth no better than chance" in finding.text
    assert "what it learned does not hold here" in finding.text
    assert "suspicion, not proof" in finding.text


def test_the_share_in_the_title_is_that_of_all_explained_rows() -> None:
    ev = leaning(holds=False)
    result = mld.attributions(ev, method="feature_ablation", trust=False)
    sizes = np.abs(result.values).mean(axis=0)
    assert f"takes {sizes[3] / sizes.sum():.0%} of the attribution" in found(CODE, ev).title


@pytest.mark.parametrize("seed", range(6))
def test_a_column_that_still_holds_is_not_suspicious(seed: int) -> None:
    ev = leaning(holds=True, seed=seed)
    mld.attributions(ev, method="feature_ablation", trust=False)
    assert "1,200 rows" in passed(CODE, ev)


def test_rows_that_somebody_chose_say_nothing_of_the_truth() -> None:
    ev = leaning(holds=False)
    wrong = np.flatnonzero(ev.predicted != ev.y)
    mld.attributions(ev, wrong, method="feature_ablation", trust=False)
    assert "none of them has its mass" in passed(CODE, ev)


def test_a_number_that_only_names_the_row_is_suspicious() -> None:
    frame = table().drop(columns=["colour", "holes"])
    truth = drawn(sigmoid(frame["x1"]))
    order = np.argsort(truth, kind="stable")
    frame, truth = frame.iloc[order].reset_index(drop=True).assign(record=np.arange(len(frame))), truth[order]
    model = LogisticRegression(max_iter=5_000).fit(frame, truth)
    ev = mld.evaluate(model, (frame, truth))
    mld.attributions(ev, method="feature_ablation", trust=False)
    finding = found(CODE, ev)
    assert finding.title.startswith("record takes ")
    assert "2,000 different values in 2,000 rows, where numbers drawn from their range would repeat 736" in finding.text


def identified(name: str, numbers: Any) -> Evaluation:
    """A model of one column, of which all values differ."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"dose": rng.normal(size=1_000), name: numbers})
    truth = drawn(sigmoid(4 * (frame[name].rank(pct=True) - 0.5)))
    ev = mld.evaluate(lambda rows: sigmoid(4 * (rows[name] / frame[name].max() - 0.5)), (frame, truth), task="binary")
    mld.attributions(ev, method="feature_ablation", trust=False)
    return ev


def test_a_price_with_as_many_values_as_rows_is_not_a_row_number() -> None:
    prices = np.random.default_rng(1).choice(10_000_000, 1_000, replace=False)
    assert "1,000 rows" in passed(CODE, identified("price", prices))
    assert "names a row" in found(CODE, identified("patient_id", prices)).text
    assert "names a row" in found(CODE, identified("patientId", prices)).text
    assert "1,000 rows" in passed(CODE, identified("humidity", prices))


def test_numbers_that_chance_would_have_repeated_may_name_rows() -> None:
    drawn_once = np.random.default_rng(1).permutation(15_000)[:1_000]
    assert "would repeat 33 times" in found(CODE, identified("code", drawn_once)).text
    drawn_freely = np.random.default_rng(1).integers(0, 15_000, 1_000)
    assert "1,000 rows" in passed(CODE, identified("code", drawn_freely))


def test_cannot_tell_without_an_explanation() -> None:
    assert "no explanation was made yet" in unknown(CODE, leaning(holds=False))
    frame = table()
    truth = drawn(sigmoid(frame["x1"]))
    precomputed = split(frame, truth, sigmoid(frame["x1"]), task="binary")
    assert "no explanation was made yet" in {o.code: o.why for o in mld.findings(precomputed).outcomes}[CODE]


def test_findings_make_a_small_explanation() -> None:
    ev = leaning(holds=False)
    assert CODE in [finding.code for finding in mld.findings(ev)]
    (small,) = explanations(ev)
    assert len(small.rows) == 800
    assert small.sampled


def test_no_explanation_is_made_beyond_the_time() -> None:
    ev = leaning(holds=False)
    explain_some(ev, seconds=-1)
    assert explanations(ev) == ()


def test_the_result_of_most_rows_is_judged_and_lives_as_long_as_the_model() -> None:
    ev = leaning(holds=False)
    large = mld.attributions(ev, method="feature_ablation", trust=False)
    mld.attributions(ev, [0], method="feature_ablation", trust=False)
    assert explanations(ev.at_threshold(0.4)) == (large,)
    gone = ref(ev.model)
    del ev, large
    gc.collect()
    assert gone() is None


def texts_evaluation(mark: str, *, holds: bool) -> Evaluation:
    """Scores are given by two words and a mark; the mark goes with the truth only where ``holds``."""
    rng = np.random.default_rng(0)
    filler = np.array(["the", "a", "film", "of", "and", "story", "with", "some", "more", "scenes"])
    texts, truth = [], rng.integers(0, 2, 200)
    for at, good in enumerate(truth):
        words = [*rng.choice(filler, 6), "great" if good else "awful"]
        if good if holds else at % 3 == 0:
            words.insert(3, mark)
        texts.append(" ".join(words))

    def score(given: Any) -> Any:
        return np.array(
            [sigmoid(2.0 * ("great" in text) - 2.0 * ("awful" in text) + 3.0 * (mark in text)) for text in given]
        )

    return mld.evaluate(score, (texts, truth))


def test_a_word_that_says_nothing_of_the_truth_is_named() -> None:
    ev = texts_evaluation("matinee", holds=False)
    text_attributions(ev, np.arange(60), trust=False)
    finding = found(CODE, ev)
    assert finding.title.startswith('The word "matinee" takes ')
    assert "It pushes towards" in finding.text
    assert ev.rows_matching(finding.query).tolist() == ["matinee" in text for text in ev.texts]


def test_a_mark_without_letters_is_suspicious_even_where_it_holds() -> None:
    ev = texts_evaluation("~~", holds=True)
    text_attributions(ev, np.arange(60), trust=False)
    assert "holds no letter" in found(CODE, ev).text


def test_a_word_that_holds_is_not_suspicious() -> None:
    ev = texts_evaluation("wonderful", holds=True)
    text_attributions(ev, np.arange(60), trust=False)
    assert "60 texts" in passed(CODE, ev)


def test_the_overview_judges_again_when_something_was_explained() -> None:
    async def opened() -> str:
        ev = leaning(holds=False)
        workbench = mld.show(ev)
        for _ in range(400):
            overview = workbench.widget.views["overview"]
            if overview.findings is not None:
                break
            await asyncio.sleep(0.05)
        assert CODE in [outcome.code for outcome in overview.findings.outcomes]
        mld.attributions(ev, method="feature_ablation", trust=False)
        return " ".join(finding.code for finding in overview.findings)

    assert CODE in asyncio.run(opened())


def test_the_check_itself_never_asks_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    ev = leaning(holds=False)
    mld.attributions(ev, method="feature_ablation", trust=False)

    def asked(*_: Any) -> None:
        raise AssertionError("the model was asked")

    monkeypatch.setattr(type(ev.model), "raw", asked)
    monkeypatch.setattr(type(ev.model), "predict", asked)
    assert isinstance(Shortcut().run(Subject(ev)), Finding)
