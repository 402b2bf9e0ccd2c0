"""A linear model, whose attributions are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

import mldebug_widgets as mld

N = 600


def linear_evaluation(n: int = N, p: int = 3) -> Any:
    """A linear model, whose attributions are known: weight times distance from the baseline."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{at}": rng.normal(at, 1, n).astype(np.float32) for at in range(p)})
    model = nn.Linear(p, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(-torch.arange(1, p + 1, dtype=torch.float32)[None])
    actual = -(frame.to_numpy() @ np.arange(1, p + 1))
    return mld.evaluate(model, (frame, actual), task="regression")
