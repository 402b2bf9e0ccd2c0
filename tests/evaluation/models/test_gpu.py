"""Models on a GPU: rows are sent there, and scores, randomness and memory come back. Runs where there is one."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.errors import MldValueError

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_the_gpu_answers_as_the_cpu(table: pd.DataFrame, net: nn.Module, dtype: torch.dtype) -> None:
    expected = mld.evaluate(net.to(dtype), table, "late").scores
    net.cuda().train()
    state = torch.cuda.get_rng_state().tolist()
    gc.collect()
    before = torch.cuda.memory_allocated()
    ev = mld.evaluate(net, table, "late", device="cuda")
    gc.collect()
    assert torch.cuda.memory_allocated() - before < 2**20
    assert torch.cuda.get_rng_state().tolist() == state
    assert all(child.training for child in net.modules())
    np.testing.assert_allclose(ev.scores, expected, atol=1e-4 if dtype != torch.bfloat16 else 2e-2)
    np.testing.assert_allclose(ev.predict_edited(3, {}), ev.scores[3:4], atol=1e-2)


def test_preprocess_may_leave_tensors_on_the_cpu(table: pd.DataFrame, net: nn.Module) -> None:
    net.cuda()
    ev = mld.evaluate(net, table, "late", preprocess=lambda rows: torch.tensor(rows.to_numpy()))
    assert np.isfinite(ev.scores).all()


def test_the_wrong_device_is_named(table: pd.DataFrame, net: nn.Module) -> None:
    with pytest.raises(MldValueError, match=r"MLD-O04: device: .*'cuda'.*'cpu'"):
        mld.evaluate(net, table, "late", device="cuda")
