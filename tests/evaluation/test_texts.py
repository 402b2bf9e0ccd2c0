"""Models of texts: every way to hand them over gives the model what it would read by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import mldebug_widgets as mld
from tests.analyzers.text_models import PAD, TEXTS, TRUTH, Bag, Mixed, by_words
from tests.evaluation.snapshots import model_state, random_state


def logits(model: Any) -> Any:
    """Each text alone through the model, as a person would do."""
    model.eval()
    with torch.no_grad():
        return np.array([float(model(torch.tensor([by_words(text)]))[0]) for text in TEXTS])


FRAME = pd.DataFrame({"review": TEXTS, "stars": np.arange(6.0), "label": TRUTH})
WAYS: dict[str, Any] = {
    "texts alone": ((TEXTS, TRUTH), {}),
    "a series": ((pd.Series(TEXTS), TRUTH), {}),
    "an array": ((np.array(TEXTS), TRUTH), {}),
    "a column by name": (FRAME, {"target": "label", "texts": "review"}),
    "a column by its values": (FRAME, {"target": "label", "texts": TEXTS}),
    "texts beside a table": (FRAME.drop(columns="review"), {"target": "label", "texts": TEXTS}),
    "texts beside ids": ((torch.arange(12).reshape(6, 2), torch.from_numpy(TRUTH)), {"texts": TEXTS}),
    "splits": ({"train": (TEXTS[:3], TRUTH[:3]), "test": (TEXTS[3:], TRUTH[3:])}, {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_model_reads_every_text_as_if_it_were_alone(way: str) -> None:
    data, options = WAYS[way]
    model = Mixed()
    ev = mld.evaluate(model, data, tokenizer=by_words, **options)
    np.testing.assert_allclose(ev.scores, 1 / (1 + np.exp(-logits(model))), atol=1e-6)
    assert ev.text_input is not None
    assert list(ev.X.iloc[:, ev.text_input.column]) == TEXTS
    assert list(ev.texts) == TEXTS
    np.testing.assert_allclose(ev.model.predict(ev.X.iloc[[4, 1]]), ev.scores[[4, 1]], atol=1e-6)


def test_an_edited_text_is_read_anew() -> None:
    ev = mld.evaluate(Mixed(), FRAME, "label", texts="review", tokenizer=by_words)
    edited = ev.X.iloc[[0]].assign(review=TEXTS[3])
    np.testing.assert_allclose(ev.model.predict(edited), ev.scores[[3]], atol=1e-6)


def test_a_vectorizers_pipeline_reads_the_text_column_alone() -> None:
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, TRUTH)
    for data, options in ((FRAME, {"target": "label", "texts": "review"}), ((TEXTS, TRUTH), {})):
        ev = mld.evaluate(pipeline, data, **options)
        np.testing.assert_allclose(ev.scores, pipeline.predict_proba(TEXTS)[:, 1])


def test_hugging_faces_call_is_understood() -> None:
    class Named(Bag):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> Any:
            assert attention_mask is not None
            assert bool(attention_mask.all())
            return type("Output", (), {"logits": super().forward(input_ids)[:, None]})()

    ev = mld.evaluate(Named(), (TEXTS, TRUTH), tokenizer=by_words)
    np.testing.assert_allclose(ev.scores, 1 / (1 + np.exp(-logits(Bag()))), atol=1e-6)


def test_missing_texts_are_empty_and_said() -> None:
    ev = mld.evaluate(Bag(), ([*TEXTS[:5], None], TRUTH), tokenizer=by_words)
    assert ev.texts[5] == ""
    assert any(f"id {PAD}" in note for note in ev.notes)


def test_the_model_is_as_it_was() -> None:
    model = Mixed().train()
    before, randoms = model_state(model), random_state()
    ev = mld.evaluate(model, (TEXTS, TRUTH), tokenizer=by_words)
    ev.model.predict(ev.X)
    assert model_state(model) == before
    assert random_state() == randoms


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("MLD-O100", {"tokenizer": 3}),
        ("MLD-O100", {"tokenizer": str.split}),
        ("MLD-O110", {}),
        ("MLD-O100", {"tokenizer": lambda text: 1 / 0}),
        ("MLD-O101", {"tokenizer": lambda text: [5_000]}),
        ("MLD-O101", {"tokenizer": lambda text: [-1]}),
        ("MLD-O104", {"tokenizer": by_words, "preprocess": lambda rows: rows}),
        ("MLD-O104", {"tokenizer": by_words, "model": lambda rows: np.zeros(len(rows))}),
        ("MLD-D16", {"tokenizer": by_words, "texts": "nowhere"}),
        ("MLD-D16", {"tokenizer": by_words, "texts": ["one"]}),
        ("MLD-M04", {"tokenizer": by_words, "model": Mixed(positions=3)}),
    ],
)
def test_what_cannot_be_used_is_a_coded_error(code: str, options: dict[str, Any]) -> None:
    if code == "MLD-M04":
        options["model"].position.weight = torch.nn.Parameter(torch.zeros(2, 6))
    with pytest.raises(mld.MldError, match=code):
        mld.evaluate(options.pop("model", Mixed()), (TEXTS, TRUTH), **options)


def test_a_function_around_a_hugging_face_tokenizer_is_told_what_to_return() -> None:
    def encoded(text: str) -> dict[str, list[int]]:
        return {"input_ids": by_words(text), "attention_mask": [1] * len(by_words(text))}

    with pytest.raises(mld.MldError, match="MLD-O100") as caught:
        mld.evaluate(Mixed(), (TEXTS, TRUTH), tokenizer=encoded)
    assert 'tokenizer(text)["input_ids"]' in caught.value.fix


def test_the_name_of_a_tokenizer_is_answered_with_how_to_load_it() -> None:
    with pytest.raises(mld.MldError, match="MLD-O100") as caught:
        mld.evaluate(Mixed(), (TEXTS, TRUTH), tokenizer="bert-base-uncased")
    assert "from_pretrained" in caught.value.fix


def test_a_tokenizer_without_texts_is_a_coded_error() -> None:
    with pytest.raises(mld.MldError, match="MLD-O102"):
        mld.evaluate(Mixed(), (np.zeros((6, 2)), TRUTH), tokenizer=by_words)
