"""Pieces: smaller when memory runs out, quick to cancel, and without effect on the numbers."""

from __future__ import annotations

import time
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attribution.pieces import FEWEST_ROWS, PIECE_SECONDS, SLOW_SECONDS, PieceSize
from mldebug_widgets.analyzers.attribution.steps import Asked
from mldebug_widgets.analyzers.attributions import attribution_steps, attributions
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import classes, network, table

#: Rows of every call; not on the module, because that comes back as it was.
SIZES: list[int] = []
CALLS: list[int] = []


class Hungry(nn.Module):
    """A model that has memory for so many rows at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.net = network()
        self.most = most

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > self.most:
            raise torch.OutOfMemoryError(f"CUDA out of memory for {len(x)} rows")
        SIZES.append(len(x))
        return self.net(x)


def evaluated(model: nn.Module) -> Evaluation:
    frame = table(50)
    return evaluate(model, (frame, classes(50)), batch_size=1 if isinstance(model, Hungry) else None)


def asked(ev: Evaluation, name: str, **options: Any) -> Any:
    options = {"n_samples": None if name == "kernel_shap" else 10, "n_steps": 20, "trust": False, **options}
    return attributions(ev, range(30), method=name, baseline="mean", target=1, **options)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("most", [7, 64])
def test_running_out_of_memory_makes_the_pieces_smaller(name: str, most: int) -> None:
    plain = asked(evaluated(network()), name)
    SIZES.clear()
    result = asked(evaluated(Hungry(most)), name)
    assert 0 < max(SIZES) <= most
    np.testing.assert_allclose(result.values, plain.values, rtol=1e-4, atol=1e-5)
    assert result.output == pytest.approx(plain.output, abs=1e-6)


@pytest.mark.parametrize("name", ["integrated_gradients", "kernel_shap", "deeplift"])
def test_no_memory_for_one_row_is_said(name: str) -> None:
    model = Hungry(10)
    ev = evaluated(model)
    model.most = 0
    with pytest.raises(MldValueError, match="MLD-M08"):
        asked(ev, name)


@pytest.mark.parametrize("words", ["CUDA out of memory", "DefaultCPUAllocator: can't allocate memory: you tried"])
def test_memory_errors_of_other_kinds_count_too(words: str) -> None:
    class Short(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = network()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(x) > 100:
                raise RuntimeError(words)
            return self.net(x)

    result = asked(evaluated(Short()), "integrated_gradients")
    np.testing.assert_allclose(result.values, asked(evaluated(network()), "integrated_gradients").values, atol=1e-6)


class Slow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = network()
        self.seconds = 0.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        time.sleep(self.seconds)
        CALLS.append(len(x))
        return self.net(x)


@pytest.mark.parametrize("name", METHODS)
def test_cancel_is_heard_between_pieces(name: str) -> None:
    model = Slow()
    ev = evaluated(model)
    model.seconds = 0.002
    looks = []

    def cancelled() -> bool:
        looks.append(len(CALLS))
        return len(looks) > 2

    with pytest.raises(CancelledError):
        asked(ev, name, cancelled=cancelled, trust=True)
    # The piece under way is finished: 50 ms and what was begun by then; all of it is 47 to 630 calls.
    assert 0 < max(np.diff(looks)) <= PIECE_SECONDS / model.seconds + 8


def test_progress_rises_to_the_end() -> None:
    told: list[tuple[str, float | None]] = []
    ev = evaluated(network())
    attributions(ev, method="integrated_gradients", progress=lambda doing, fraction: told.append((doing, fraction)))
    shares = [fraction for doing, fraction in told if doing == "integrated gradients"]
    assert shares == sorted(shares)  # type: ignore[type-var]
    assert all(0 <= share <= 1 for share in shares)  # type: ignore[operator]


def test_steps_give_what_the_function_gives() -> None:
    ev = evaluated(network())
    steps = attribution_steps(ev, Asked(rows=[3, 4], method="integrated_gradients"))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result = end.value
            break
    other = attributions(ev, [3, 4], method="integrated_gradients")
    np.testing.assert_array_equal(result.values, other.values)
    assert result.trust == other.trust


def asked_pieces(size: PieceSize, count: int, each: float, row: float) -> list[float]:
    """Return the seconds of pieces that cost ``each``, and ``row`` for every row."""
    seconds = []
    for _ in range(count):
        seconds.append(each + row * size.rows)
        size.took(seconds[-1])
    return seconds


class TestSizeOfPieces:
    """By seconds that are given, without a clock."""

    def test_rows_that_cost_much_come_few_at_a_time(self) -> None:
        seconds = asked_pieces(PieceSize(65_536), 30, each=0.001, row=1e-4)
        assert SLOW_SECONDS / 4 <= max(seconds[10:]) <= SLOW_SECONDS

    def test_rows_that_cost_little_stay_together_where_every_call_is_slow(self) -> None:
        size = PieceSize(4_096)
        asked_pieces(size, 50, each=1.0, row=1e-6)
        assert size.rows >= 4_096 / 2

    def test_what_a_slow_time_made_small_becomes_large_again(self) -> None:
        size = PieceSize(4_096)
        for seconds in (8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.12):
            size.took(seconds)
        assert size.rows == FEWEST_ROWS
        # 0.035 s for the smallest piece, nearly all of it for the call: a forest.
        later = asked_pieces(size, 30, each=0.03, row=6e-5)
        assert size.rows >= 512
        assert max(later) <= SLOW_SECONDS

    def test_what_is_left_over_of_some_rows_says_nothing(self) -> None:
        size = PieceSize(4_096)
        asked_pieces(size, 20, each=0.0, row=6e-5)
        settled = size.rows
        for _ in range(5):
            size.took(0.001)
            asked_pieces(size, 3, each=0.0, row=6e-5)
        assert size.rows == settled
