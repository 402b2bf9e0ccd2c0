"""The user's model, frame and random states come back byte for byte, whatever happens in between."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.evaluation.preserve import preserved
from tests.evaluation.snapshots import frame_state, model_state, random_state


class Restless(nn.Module):
    """Changes everything that a forward pass can change, and may fail after having done so."""

    def __init__(self, failure: BaseException | None = None, after: int = 0) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
        self.register_buffer("calls", torch.zeros(1))
        self.history: list[int] = [1, 2]
        self.named: dict[str, int] = {"kept": 1}
        self.seen: set[int] = {7}
        self.recent: deque[int] = deque([1, 2], maxlen=3)
        self.scratch = np.zeros(3)
        self.note = torch.zeros(2)
        self.failure = failure
        self.after = after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.history.append(3)
        self.named["new"] = 2
        self.seen.add(8)
        self.recent.append(3)
        self.scratch[:] = 5
        self.note.mul_(2).add_(1)
        self.fresh = x
        self.train()
        random.random()
        np.random.rand()
        torch.rand(1)
        for parameter in self.parameters():
            parameter.requires_grad_(not parameter.requires_grad)
            parameter.grad = torch.ones_like(parameter)
        self.body[0].register_forward_hook(lambda *_: None)
        if self.failure is not None and len(self.history) > self.after:
            raise self.failure
        return self.body(x)


def _prepared(model: nn.Module) -> nn.Module:
    """Half in training, one frozen layer, one gradient, and hooks of the user's own."""
    model.train()
    first = next(iter(model.modules()))
    body = getattr(first, "body", first)
    body[1].eval()
    body[0].weight.requires_grad_(False)
    body[-1].bias.grad = torch.full_like(body[-1].bias, 3.0)
    body[0].register_forward_hook(lambda *_: None)
    body[0].register_forward_pre_hook(lambda *_: None)
    body[0].register_full_backward_hook(lambda *_: None)
    return model


def _caught(call: Callable[[], Any]) -> BaseException | None:
    try:
        call()
    except BaseException as error:
        return error
    return None


@pytest.mark.parametrize("failure", [None, RuntimeError("no"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_a_model_that_changes_everything_comes_back(table: pd.DataFrame, failure: BaseException | None) -> None:
    model = _prepared(Restless(failure))
    np.random.randn()  # leaves a second normal number in the legacy state, which must be kept too
    before = model_state(model), random_state(), frame_state(table)
    error = _caught(lambda: mld.evaluate(model, table, "late", batch_size=64))
    assert (model_state(model), random_state(), frame_state(table)) == before
    assert isinstance(error, type(None) if failure is None else BaseException)
    if isinstance(failure, KeyboardInterrupt | SystemExit):
        assert error is failure


@pytest.mark.parametrize("failure", [RuntimeError("no"), KeyboardInterrupt()], ids=repr)
def test_a_model_that_fails_in_the_middle_comes_back(table: pd.DataFrame, failure: BaseException) -> None:
    model = _prepared(Restless(failure, after=4))  # the third batch of five
    before = model_state(model), random_state(), frame_state(table)
    assert _caught(lambda: mld.evaluate(model, table, "late", batch_size=64)) is not None
    assert (model_state(model), random_state(), frame_state(table)) == before


def test_batch_norm_and_dropout_in_training_mode(net: nn.Module, table: pd.DataFrame) -> None:
    net.train()
    before = model_state(net), random_state(), frame_state(table)
    ev = mld.evaluate(net, table, "late")
    ev.predict_edited(3, {0: 1.0})
    ev.predict_frame(ev.X.head(10))
    assert (model_state(net), random_state(), frame_state(table)) == before


def test_answers_are_those_of_evaluation_mode(net: nn.Module, table: pd.DataFrame) -> None:
    scores = mld.evaluate(net.train(), table, "late").scores
    net.eval()
    with torch.no_grad():
        expected = net(torch.tensor(table[list("abcd")].to_numpy(), dtype=torch.float32))[:, 0].sigmoid()
    np.testing.assert_allclose(scores, expected.numpy(), rtol=1e-6)


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
@pytest.mark.parametrize("failure", [None, ValueError("no"), KeyboardInterrupt()], ids=repr)
def test_a_callable_may_write_into_its_rows(table: pd.DataFrame, failure: BaseException | None) -> None:
    def model(rows: pd.DataFrame) -> Any:
        torch.from_numpy(rows["a"].to_numpy()).mul_(9)
        rows["b"] = 0.0
        del rows["c"]
        np.random.rand(), torch.rand(1), random.random()
        if failure is not None:
            raise failure
        return rows["a"].to_numpy()

    before = random_state(), frame_state(table)
    _caught(lambda: mld.evaluate(model, table, "late"))
    assert (random_state(), frame_state(table)) == before


@pytest.mark.parametrize("make", ["frame", "array", "tensor"])
def test_a_torch_model_may_write_into_its_input(table: pd.DataFrame, make: str) -> None:
    class InPlace(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.mul_(0)[:, 0]

    values = table[list("abcd")].to_numpy(dtype=np.float32)
    data = {"frame": table[list("abcd")], "array": values, "tensor": torch.from_numpy(values)}[make]
    before = values.tobytes(), frame_state(table)
    mld.evaluate(InPlace(), (data, table["late"]))
    assert (values.tobytes(), frame_state(table)) == before


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
def test_preprocess_may_write_into_its_rows_and_its_module_comes_back(table: pd.DataFrame) -> None:
    encoder = nn.Sequential(nn.BatchNorm1d(4)).train()

    def preprocess(rows: pd.DataFrame) -> torch.Tensor:
        values = torch.from_numpy(rows.to_numpy()).float()
        torch.from_numpy(rows["b"].to_numpy()).mul_(7)
        rows.loc[:, "a"] = -1.0
        return encoder(values)

    before = model_state(encoder), frame_state(table)
    mld.evaluate(nn.Linear(4, 1), table, "late", preprocess=preprocess)
    assert (model_state(encoder), frame_state(table)) == before


class _Holder:
    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def answer(self, rows: pd.DataFrame) -> Any:
        return self.module(torch.tensor(rows.to_numpy(), dtype=torch.float32))[:, 0].sigmoid()

    __call__ = answer


_GLOBAL_NET = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))


def _answer_of_global(rows: pd.DataFrame) -> Any:
    return _GLOBAL_NET(torch.tensor(rows.to_numpy(), dtype=torch.float32))[:, 0].sigmoid()


@pytest.mark.parametrize("reach", ["closure", "method", "callable object", "global"])
def test_modules_behind_a_callable_come_back(net: nn.Module, table: pd.DataFrame, reach: str) -> None:
    holder = _Holder(net.train())
    calls = {
        "closure": lambda rows: net(torch.tensor(rows.to_numpy(), dtype=torch.float32))[:, 0].sigmoid(),
        "method": holder.answer,
        "callable object": holder,
        "global": _answer_of_global,
    }
    module = _GLOBAL_NET if reach == "global" else net
    before = model_state(module)
    mld.evaluate(calls[reach], table, "late")
    assert model_state(module) == before


def test_a_graph_made_before_can_still_be_differentiated(net: nn.Module, table: pd.DataFrame) -> None:
    """Writing equal values back into buffers would raise their version, and ``backward`` would refuse."""
    net.eval()
    loss = net(torch.randn(5, 4, requires_grad=True)).sum()
    mld.evaluate(net, table, "late")
    loss.backward()


def test_interrupt_while_restoring_still_restores(net: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    from mldebug_widgets.evaluation import preserve

    original = preserve._RandomState.restore
    interrupts = iter([KeyboardInterrupt()])

    def restore(self: Any) -> None:
        for interrupt in interrupts:
            raise interrupt
        original(self)

    monkeypatch.setattr(preserve._RandomState, "restore", restore)
    before = model_state(net.train()), random_state()

    def work() -> None:
        with preserved(net):
            net.eval()
            torch.rand(1)

    assert isinstance(_caught(work), KeyboardInterrupt)
    assert (model_state(net), random_state()) == before


def test_two_threads_do_not_take_each_others_state_for_the_users(net: nn.Module) -> None:
    net.train()
    before = model_state(net)

    def work() -> None:
        for _ in range(20):
            with preserved(net):
                net.eval()
                time.sleep(0.001)
                assert not net.training

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert model_state(net) == before


def test_grad_mode_dtype_and_cudnn_flags_come_back() -> None:
    before = torch.is_grad_enabled(), torch.get_default_dtype(), torch.backends.cudnn.benchmark
    with preserved():
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.backends.cudnn.benchmark = not before[2]
        torch.backends.cudnn.deterministic = not torch.backends.cudnn.deterministic
    assert (torch.is_grad_enabled(), torch.get_default_dtype(), torch.backends.cudnn.benchmark) == before


def test_generators_come_back() -> None:
    generator = torch.Generator().manual_seed(3)
    state = generator.get_state().numpy().tobytes()
    with preserved(generators=[generator]):
        torch.rand(4, generator=generator)
    assert generator.get_state().numpy().tobytes() == state


def test_replaced_buffers_and_submodules_come_back() -> None:
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2))
    before = model_state(model)
    with preserved(model):
        model[0].running_mean = torch.ones(2)
        model[0].num_batches_tracked = None
        model[1] = nn.Identity()
        model.add_module("extra", nn.ReLU())
        model.register_buffer("more", torch.ones(1))
    assert model_state(model) == before


def test_a_buffer_that_grew_comes_back() -> None:
    model = nn.Module()
    model.register_buffer("cache", torch.arange(3.0))
    before = model_state(model)
    with preserved(model):
        model.cache.set_(torch.arange(5.0))
    assert model_state(model) == before


def test_nan_and_signed_zero_in_buffers_come_back() -> None:
    model = nn.Module()
    model.register_buffer("odd", torch.tensor([float("nan"), -0.0, float("inf")]))
    version = model.odd._version
    before = model_state(model)
    with preserved(model):
        pass
    assert model.odd._version == version
    with preserved(model):
        model.odd.copy_(torch.tensor([1.0, 0.0, float("inf")]))
    assert model_state(model) == before
