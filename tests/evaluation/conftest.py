"""Small tables and models that every test of ``evaluate`` can start from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn


@pytest.fixture
def table() -> pd.DataFrame:
    """300 rows, four numbers and a two-valued target ``late`` that depends on them."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    return X.assign(late=(X["a"] + X["b"] + rng.normal(scale=0.5, size=300) > 0).astype(int))


@pytest.fixture
def net() -> nn.Module:
    """One logit, with everything that behaves differently in training: BatchNorm and dropout."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))


@pytest.fixture
def mixed() -> pd.DataFrame:
    """Every kind of column that a real table has, with missing values, and a target ``y``."""
    rng = np.random.default_rng(1)
    n = 200
    return pd.DataFrame(
        {
            "number": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "whole": rng.integers(0, 9, n),
            "flag": rng.random(n) < 0.5,
            "nullable": pd.array(np.where(rng.random(n) < 0.1, None, rng.integers(0, 5, n)), dtype="Int64"),
            "maybe": pd.array(np.where(rng.random(n) < 0.1, None, rng.random(n) < 0.5), dtype="boolean"),
            "grade": pd.Categorical(rng.choice(["low", "high"], n), categories=["low", "high", "never"]),
            "city": rng.choice(["Rome", "Oslo", "Lima"], n),
            "when": pd.date_range("2020-01-01", periods=n, freq="h"),
            "local": pd.date_range("2020-01-01", periods=n, freq="h", tz="Europe/Rome"),
            "y": rng.integers(0, 2, n),
        }
    )
