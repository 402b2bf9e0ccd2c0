"""The large table of the benchmarks: 1,000,000 rows x 20 features and a small MLP."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

N_ROWS = 1_000_000
N_FEATURES = 20
TARGET = "late"


def frame(n_rows: int = N_ROWS) -> pd.DataFrame:
    """Return float features and a binary target that depends on some of them."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((n_rows, N_FEATURES))
    table = pd.DataFrame(values, columns=[f"feature_{index:02d}" for index in range(N_FEATURES)])
    signal = values[:, 0] - values[:, 1] * values[:, 2] + 0.5 * rng.standard_normal(n_rows)
    table[TARGET] = (signal > 0).astype(np.int64)
    return table


def model() -> torch.nn.Module:
    """Return an MLP with fixed weights: what it answers does not matter here, how long it takes does."""
    generator_state = torch.get_rng_state()
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(N_FEATURES, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 1),
    )
    torch.set_rng_state(generator_state)
    return network.eval()
