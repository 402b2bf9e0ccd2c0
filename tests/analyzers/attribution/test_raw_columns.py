"""Back to the raw columns: scikit-learn transformers by their structure, functions by probing, or a clear error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from torch import nn

from mldebug_widgets.analyzers.attribution.engine import net_of
from mldebug_widgets.analyzers.attribution.raw_columns import owners_of
from mldebug_widgets.analyzers.attribution.transformers import sources_of
from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import Mixed, mixed_inputs
from tests.analyzers.cases import mixed_table, targets

FRAME = mixed_table(300)
TRUTH = targets("regression", FRAME)
COLUMNS = list(FRAME.columns)
NUMBERS = ["weight", "narrow", "count"]
WORDS = ["colour", "level", "grade"]


def one_hot(**options: Any) -> OneHotEncoder:
    return OneHotEncoder(sparse_output=False, handle_unknown="ignore", **options)


def evaluated(preprocess: Any) -> Evaluation:
    transform = getattr(preprocess, "transform", preprocess)
    width = int(np.asarray(transform(FRAME)).shape[1])
    torch.manual_seed(0)
    return evaluate(nn.Sequential(nn.Linear(width, 1)), (FRAME, TRUTH), preprocess=preprocess)


def owned(ev: Evaluation) -> list[str | None]:
    owners = owners_of(ev, net_of(ev), leaves=True)
    assert owners is not None
    return [None if at < 0 else COLUMNS[at] for at in owners]


def by_brute_force(step: Any) -> list[str | None]:
    """The one column whose cells, exchanged between rows, change an output; None where no column does."""
    plain = np.asarray(step.transform(FRAME), dtype=float)
    found: list[str | None] = [None] * plain.shape[1]
    for name in COLUMNS:
        for seed in range(3):
            other = FRAME.copy()
            order = np.random.default_rng(seed).permutation(len(FRAME))
            other[name] = FRAME[name].array.take(order)
            moved = ~np.isclose(np.asarray(step.transform(other), dtype=float), plain, equal_nan=True).all(axis=0)
            for at in np.flatnonzero(moved):
                assert found[at] in (None, name)
                found[at] = name
    return found


TRANSFORMERS = {
    "one hot and scaled": ColumnTransformer([("w", one_hot(), WORDS), ("n", StandardScaler(), NUMBERS)]),
    "rest passed through": ColumnTransformer(
        [("w", one_hot(drop="first"), ["colour"]), ("out", "drop", [c for c in COLUMNS if c not in NUMBERS])],
        remainder="passthrough",
    ),
    "infrequent": ColumnTransformer([("w", one_hot(max_categories=2), WORDS)]),
    "imputed and scaled": ColumnTransformer(
        [("n", make_pipeline(SimpleImputer(), StandardScaler()), ["holes"]), ("o", OrdinalEncoder(), ["colour"])]
    ),
    "imputed with indicators": ColumnTransformer(
        [("n", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), ["weight", "holes", "count"])]
    ),
    "imputed beside indicators": ColumnTransformer(
        [("n", FeatureUnion([("i", SimpleImputer()), ("m", MissingIndicator())]), ["weight", "holes"])]
    ),
    "selected": make_pipeline(
        ColumnTransformer([("w", one_hot(), WORDS), ("n", StandardScaler(), NUMBERS)]), SelectKBest(f_regression, k=4)
    ),
    "bins of one column": ColumnTransformer(
        [("b", KBinsDiscretizer(4, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), ["weight"])]
    ),
    "a union": FeatureUnion(
        [
            ("n", ColumnTransformer([("n", StandardScaler(), NUMBERS)])),
            ("w", ColumnTransformer([("w", one_hot(), ["grade"])])),
        ]
    ),
    "by position and mask": ColumnTransformer(
        [("w", one_hot(), [5]), ("n", StandardScaler(), np.array([c in NUMBERS for c in COLUMNS]))]
    ),
    "a slice": ColumnTransformer([("n", StandardScaler(), slice(0, 2))]),
}  # fmt: skip


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_structure_of_transformers(name: str) -> None:
    step = TRANSFORMERS[name].fit(FRAME, TRUTH)
    sources = sources_of(step, COLUMNS)
    assert sources is not None
    truth = by_brute_force(step)
    assert len(sources) == len(truth)
    for source, column in zip(sources, truth, strict=True):
        assert column is None or [COLUMNS[at] for at in source] == [column]
    assert [COLUMNS[at] for source in sources for at in source] == owned(evaluated(step))


def test_a_transformer_of_unknown_kind_is_probed() -> None:
    def sums(rows: pd.DataFrame) -> np.ndarray:
        return np.stack([rows["weight"] ** 2, rows["count"] > 3, rows["weight"] * 0.5, 0 * rows["weight"]], axis=1)

    step = FunctionTransformer(sums).fit(FRAME)
    assert sources_of(step, COLUMNS) is None
    assert owned(evaluated(step)) == ["weight", "count", "weight", None]


def test_a_function_is_probed_with_every_category() -> None:
    def rare(rows: pd.DataFrame) -> np.ndarray:
        return np.stack([(rows["colour"] == name).to_numpy(float) for name in ("red", "green", "blue")], axis=1)

    frame = FRAME.copy()
    frame["colour"] = ["green"] + ["red"] * (len(frame) - 1)
    ev = evaluate(nn.Linear(3, 1), (frame, TRUTH), preprocess=rare)
    owners = owners_of(ev, net_of(ev), leaves=True)
    assert owners is not None
    assert owners.tolist() == [5, 5, -1]


def test_a_dict_of_inputs_with_an_embedding() -> None:
    ev = evaluate(Mixed(), (FRAME, TRUTH), preprocess=mixed_inputs)
    assert owned(ev) == ["weight", "count", *["level"] * 3, *["colour"] * 4]


def test_a_column_that_is_hardly_ever_there_is_found() -> None:
    frame = pd.DataFrame({"often": np.arange(2_000.0), "rare": np.full(2_000, np.nan)})
    frame.loc[1_234, "rare"] = 5.0

    def both(rows: pd.DataFrame) -> np.ndarray:
        return np.stack([rows["often"], rows["rare"].fillna(1.0)], axis=1)

    ev = evaluate(nn.Linear(2, 1), (frame, np.zeros(2_000)), task="regression", preprocess=both)
    owners = owners_of(ev, net_of(ev), leaves=True)
    assert owners is not None
    assert owners.tolist() == [0, 1]


def by_neighbours() -> Any:
    frame = _hardly_missing()
    return KNNImputer(n_neighbors=3).fit(frame).transform


def by_group(rows: pd.DataFrame) -> np.ndarray:
    return np.stack([rows["first"], rows["second"].fillna(rows["flag"].map({False: 1.0, True: 2.0}))], axis=1)


def _hardly_missing() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"first": rng.normal(size=900), "second": rng.normal(size=900), "flag": rng.random(900) < 0.5})
    frame.loc[777, "second"] = np.nan
    return frame


@pytest.mark.parametrize("make", [by_neighbours, lambda: by_group], ids=["neighbours", "group"])
def test_cells_filled_in_from_other_columns_are_found_to_mix_however_few(make: Any) -> None:
    frame, step = _hardly_missing(), make()
    width = np.asarray(step(frame)).shape[1]
    ev = evaluate(nn.Linear(width, 1), (frame, np.zeros(900)), task="regression", preprocess=step)
    with pytest.raises(MldValueError, match="MLD-O86"):
        owners_of(ev, net_of(ev), leaves=True)


def test_plain_columns_need_no_mapping() -> None:
    frame = FRAME[NUMBERS]
    ev = evaluate(nn.Linear(3, 1), (frame, TRUTH))
    assert owners_of(ev, net_of(ev), leaves=True) is None


SCALED = ColumnTransformer([("n", StandardScaler(), NUMBERS)])


def mixing(rows: pd.DataFrame) -> np.ndarray:
    return np.stack([rows["weight"] + rows["narrow"], rows["count"]], axis=1).astype(np.float32)


def standardising(rows: pd.DataFrame) -> np.ndarray:
    numbers = rows[NUMBERS].to_numpy(dtype=np.float32)
    return np.asarray(numbers - numbers.mean(axis=0))


@pytest.mark.parametrize(
    ("preprocess", "code", "named"),
    [
        (mixing, "MLD-O86", "mixing"),
        (standardising, "MLD-O87", "standardising"),
        (make_pipeline(SCALED, PCA(2)).fit(FRAME), "MLD-O86", "Pipeline"),
        (make_pipeline(SCALED, Normalizer()).fit(FRAME), "MLD-O86", "'narrow'"),
        (ColumnTransformer([("p", PolynomialFeatures(2), NUMBERS)]).fit(FRAME), "MLD-O86", "'weight'"),
    ],
)  # fmt: skip
def test_what_cannot_be_summed_back_is_said_and_another_method_taken(preprocess: Any, code: str, named: str) -> None:
    ev = evaluated(preprocess)
    with pytest.raises(MldValueError, match=code) as caught:
        attributions(ev, [0], method="integrated_gradients")
    assert named in str(caught.value)
    result = attributions(ev, [0, 1], trust=False)
    assert result.method == "kernel_shap"
    assert caught.value.got in result.method_reason
    np.testing.assert_allclose(result.delta, 0, atol=1e-5)


def test_masking_raw_cells_and_masking_what_was_made_of_them_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    ev = evaluate(Mixed(), (FRAME, TRUTH), preprocess=mixed_inputs)
    fast = attributions(ev, range(12), method="feature_ablation", trust=False)
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.engine.masked_tensors", lambda *_: None)
    slow = attributions(ev, range(12), method="feature_ablation", trust=False)
    np.testing.assert_allclose(fast.values, slow.values, atol=1e-6)


def test_columns_that_meet_in_few_rows_are_found_to_mix() -> None:
    def gated(rows: pd.DataFrame) -> np.ndarray:
        return (rows["weight"] * (rows["narrow"] > 0)).to_numpy(dtype=np.float32)[:, None]

    with pytest.raises(MldValueError, match="MLD-O86"):
        attributions(evaluated(gated), [0], method="saliency")
