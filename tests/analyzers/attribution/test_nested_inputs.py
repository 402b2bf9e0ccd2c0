"""Inputs within inputs: what ``preprocess`` gives for ``forward(numbers, more)`` may itself hold tuples and dicts."""

from __future__ import annotations

from typing import Any

import captum.attr
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import network, table

ROWS = [3, 0, 21]
TRUTH = np.arange(40.0)


class Parts(nn.Module):
    """Reads the columns in three parts, one of them in a dict and one in a tuple within it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = network(1)

    def forward(self, first: torch.Tensor, more: dict[str, Any]) -> Any:
        return self.inside(torch.cat([first, more["middle"], *more["rest"]], dim=1))


def in_order(rows: pd.DataFrame) -> tuple[torch.Tensor, dict[str, Any]]:
    values = torch.tensor(rows.to_numpy(dtype=np.float32))
    return values[:, :2], {"middle": values[:, 2:3], "rest": [values[:, 3:5], values[:, 5:]]}


def by_name(rows: pd.DataFrame) -> dict[str, Any]:
    first, more = in_order(rows)
    return {"more": more, "first": first}


def of(preprocess: Any) -> Evaluation:
    return evaluate(Parts(), (table(), TRUTH), preprocess=preprocess)


@pytest.mark.parametrize("preprocess", [in_order, by_name])
@pytest.mark.parametrize("method", METHODS)
def test_each_method_says_what_it_says_of_the_columns_side_by_side(preprocess: Any, method: str) -> None:
    options: dict[str, Any] = {"method": method, "n_samples": None if method == "kernel_shap" else 8, "trust": False}
    plain = attributions(evaluate(network(1), (table(), TRUTH)), ROWS, **options)
    nested = attributions(of(preprocess), ROWS, **options)
    np.testing.assert_allclose(nested.values, plain.values, atol=1e-5)
    np.testing.assert_allclose(nested.output, plain.output, atol=1e-6)
    np.testing.assert_allclose(nested.baseline_output, plain.baseline_output, atol=1e-6)


def test_gradients_are_followed_into_every_part() -> None:
    result = attributions(of(in_order), ROWS)
    x = torch.tensor(table().to_numpy())
    base = torch.tensor(table().to_numpy(dtype=np.float64).mean(axis=0, keepdims=True), dtype=torch.float32)
    truth = captum.attr.IntegratedGradients(network(1)).attribute(x[ROWS], base, target=0)
    assert result.method == "integrated_gradients"
    np.testing.assert_allclose(result.values, truth.numpy(), rtol=1e-4, atol=1e-5)
    assert not {line.name for line in result.trust_lines if line.verdict == "not checked"}
