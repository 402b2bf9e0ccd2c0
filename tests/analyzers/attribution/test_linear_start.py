"""What is skipped at the start of a network must change no number, and be skipped only where that is certain."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.attribution import gradients
from mldebug_widgets.analyzers.attribution.leaves import Net
from mldebug_widgets.analyzers.attribution.linear_start import linear_start

ROWS = torch.randn(40, 5, generator=torch.Generator().manual_seed(0))


def network(*before: nn.Module, first: nn.Module | None = None) -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(*before, first or nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).eval()


class Gated(nn.Sequential):
    """Reads its input twice."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows) * rows[:, :1]


def with_hook(where: str) -> nn.Sequential:
    net = network()
    module = net[0] if where == "layer" else net
    module.register_forward_hook(lambda _module, _inputs, output: output * 2)
    return net


def with_own_forward() -> nn.Sequential:
    net = network()
    net[0].forward = lambda rows: rows @ torch.ones(5, 7)
    return net


@pytest.mark.parametrize(
    "net",
    [
        pytest.param(network(nn.Identity()), id="something before"),
        pytest.param(network(nn.Tanh()), id="no linear layer"),
        pytest.param(Gated(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).eval(), id="a forward of its own"),
        pytest.param(with_hook("layer"), id="a hook on the layer"),
        pytest.param(with_hook("network"), id="a hook on the network"),
        pytest.param(with_own_forward(), id="a replaced forward"),
        pytest.param(nn.Sequential(nn.Linear(5, 3)), id="nothing after"),
        pytest.param(
            nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(5, 7)), nn.Tanh()), id="parametrized"
        ),
        pytest.param(nn.Sequential(nn.utils.spectral_norm(nn.Linear(5, 7)), nn.Tanh()), id="a weight made by a hook"),
        pytest.param(nn.Linear(5, 3), id="the layer alone"),
        pytest.param(nn.Sequential(), id="nothing"),
        pytest.param(network().double(), id="other numbers"),
    ],
)
def test_nothing_is_skipped_that_might_see_the_input(net):
    assert linear_start(Net(net, ROWS), ROWS) is None


def test_hooks_on_every_module_see_every_layer():
    handle = nn.modules.module.register_module_forward_hook(lambda _module, _inputs, output: output)
    try:
        assert linear_start(Net(network(), ROWS), ROWS) is None
    finally:
        handle.remove()


def test_only_tables_begin_with_a_linear_layer():
    sequences = ROWS.reshape(8, 5, 5)
    assert linear_start(Net(network(), sequences), sequences) is None


@pytest.mark.parametrize("net", [network(), nn.Sequential(nn.Sequential(network()[0]), nn.Sequential(*network()[1:]))])
def test_the_layer_and_what_follows_are_the_network(net):
    start = linear_start(Net(net, ROWS), ROWS)
    assert start is not None
    torch.testing.assert_close(start.rest.call([start.hidden(ROWS)]), net(ROWS))
    hidden = start.hidden(ROWS).requires_grad_()
    rows = ROWS.clone().requires_grad_()
    (inner,) = torch.autograd.grad(start.rest.call([hidden])[:, 1].sum(), hidden)
    (outer,) = torch.autograd.grad(net(rows)[:, 1].sum(), rows)
    torch.testing.assert_close(start.back(inner), outer)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("method", "baseline"), [
    ("integrated_gradients", "mean"), ("integrated_gradients", "background"),
    ("gradient_shap", "mean"), ("gradient_shap", "background"),
])  # fmt: skip
def test_attributions_are_those_of_the_whole_network(monkeypatch, method, baseline, bias):
    net = network(first=nn.Linear(5, 7, bias=bias))
    ev = mld.evaluate(net, (ROWS, np.arange(40) % 3))

    def attributed():
        return mld.attributions(ev, method=method, baseline=baseline, target="true", n_steps=20, seed=3, trust=False)

    found = attributed().values
    monkeypatch.setattr(gradients, "linear_start", lambda net, leaf: None)
    np.testing.assert_allclose(found, attributed().values, atol=1e-6)
    assert np.abs(found).max() > 0.01
