"""What do attributions cost, beside the bare passes of the model and beside captum and shap?

Every case is a process of its own. Both sides take turns, and the best round of each counts: other work on the machine
then slows both. Before a ratio is printed, both sides must have given the same attributions.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld
from benchmarks.memory import RESET_PEAK, peak
from benchmarks.report import Line

ROOT = Path(__file__).parent.parent
ROWS, STEPS, SAMPLES = 10_000, 50, 20
SAME = 1e-6

Work = Callable[[], Any]


def run() -> list[Line]:
    """Measure every case."""
    return [Line(**line) for case in CASES for line in child("benchmarks.attributions", case)]


def child(module: str, case: str) -> list[dict[str, Any]]:
    """Run one case in a process of its own and return its lines."""
    answer = subprocess.check_output([sys.executable, "-m", module, case], cwd=ROOT, text=True)
    lines: list[dict[str, Any]] = json.loads(answer.splitlines()[-1])
    return lines


# -- what a child process measures ---------------------------------------------------------------------------------


def best(rounds: int, **works: Work) -> dict[str, float]:
    """Return the best time of each; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}


def at_most(case: str, ours: float, floor: float, limit: float) -> dict[str, Any]:
    return {"case": case, "ours": f"{ours:.3f} s", "floor": f"{floor:.3f} s", "measured": ours / floor, "limit": limit}


def at_least(case: str, ours: float, peer: float, limit: float) -> dict[str, Any]:
    return {**at_most(case, ours, peer, limit), "measured": peer / ours, "at_least": True}


def check_same(case: str, ours: Any, theirs: Any, tolerance: float) -> None:
    """Stop unless both are the same to ``tolerance`` of the largest: no ratio of different answers."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
    if not difference <= tolerance:
        raise AssertionError(f"{case}: the answers differ by {difference:.2g} of the largest, {tolerance:g} is allowed")


def mlp(inputs: int = 64) -> nn.Module:
    torch.manual_seed(0)
    layers = [nn.Linear(inputs, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10)]
    return nn.Sequential(*layers).eval().requires_grad_(False)


def table(n: int, inputs: int = 64) -> torch.Tensor:
    return torch.randn(n, inputs, generator=torch.Generator().manual_seed(1))


def evaluation(model: Any, x: torch.Tensor) -> Any:
    return mld.evaluate(model, (x, np.arange(len(x)) % 10))


def gradients(model: nn.Module, x: torch.Tensor, target: int) -> torch.Tensor:
    x = x.requires_grad_()
    (found,) = torch.autograd.grad(model(x)[:, target].sum(), x)
    return found


def integrated_gradients() -> list[dict[str, Any]]:
    """10,000 rows of a small network: the bare passes, captum's best batch setting, captum row by row."""
    from captum.attr import IntegratedGradients

    model, x = mlp(), table(ROWS)
    ev, captum = evaluation(model, x), IntegratedGradients(model)
    mean = x.mean(0, keepdim=True)

    def ours() -> Any:
        return mld.attributions(
            ev, np.arange(ROWS), method="integrated_gradients", target=3, n_steps=STEPS, trust=False
        )

    def floor() -> None:
        for _ in range(STEPS):
            for part in x.split(2_500):
                gradients(model, part.clone(), 3)

    def theirs(rows: torch.Tensor, batch: int) -> Any:
        return captum.attribute(rows, mean, target=3, n_steps=STEPS, internal_batch_size=batch)

    case = f"integrated gradients, {ROWS:,} rows, 64-128-128-10, {STEPS} steps"
    check_same(case, ours().values[:500], theirs(x[:500], 25_000), SAME)
    RESET_PEAK.write_text("5")
    before = peak()
    ours()
    grown = (peak() - before) / 1e6
    taken = best(8, ours=ours, floor=floor)
    batches = {str(batch): best(2, peer=lambda batch=batch: theirs(x, batch))["peer"] for batch in (10_000, 50_000)}
    row_by_row = best(1, peer=lambda: [theirs(row[None], STEPS) for row in x[:30]])["peer"] * ROWS / 30
    one = taken["ours"]
    return [
        at_most(f"{case}: bare passes", one, taken["floor"], 1.2),
        at_least(f"{case}: captum at its best batch setting", one, min(batches.values()), 8),
        at_least(f"{case}: captum row by row (30 rows, scaled)", one, row_by_row, 250),
        {
            "case": f"{case}: memory",
            "ours": f"{grown:.0f} MB",
            "floor": "-",
            "measured": grown,
            "limit": 50,
            "unit": " MB",
        },
    ]


def gradient_shap() -> list[dict[str, Any]]:
    """The same number of samples per row. Both draw, so their means over all rows are compared."""
    from captum.attr import GradientShap

    model, x = mlp(), table(ROWS)
    ev, captum = evaluation(model, x), GradientShap(model)
    mean = x.mean(0, keepdim=True)

    def ours() -> Any:
        return mld.attributions(
            ev, np.arange(ROWS), method="gradient_shap", target=3, baseline="mean", n_samples=SAMPLES, trust=False
        )

    def theirs() -> Any:
        return captum.attribute(x, mean, target=3, n_samples=SAMPLES)

    case = f"GradientShap, {ROWS:,} rows, {SAMPLES} samples"
    check_same(case, np.abs(ours().values).mean(0), theirs().abs().mean(0), 0.05)
    taken = best(2, ours=ours, peer=theirs)
    return [at_least(f"{case}: captum", taken["ours"], taken["peer"], 8)]


def kernel_shap() -> list[dict[str, Any]]:
    """10 columns, so that both count every coalition and must agree; time per row."""
    if find_spec("shap") is None:
        print("shap is not installed: pip install -e '.[bench]' measures against it", file=sys.stderr)
        return []
    import shap

    model, x = mlp(10), table(1_000, 10)
    ev = evaluation(model, x)

    def logits(rows: Any) -> Any:
        with torch.no_grad():
            return model(torch.as_tensor(rows, dtype=torch.float32))[:, 3].numpy()

    explainer = shap.KernelExplainer(logits, x.mean(0, keepdim=True).numpy())
    few, many = 10, 200

    def ours() -> Any:
        return mld.attributions(ev, np.arange(many), method="kernel_shap", target=3, trust=False)

    def theirs() -> Any:
        return explainer.shap_values(x[:few].numpy(), nsamples=1 << 10, silent=True, l1_reg=False)

    case = "Kernel SHAP, 10 columns, every coalition, per row"
    check_same(case, ours().values[:few], theirs(), 1e-4)
    taken = best(3, ours=ours, peer=theirs)
    return [at_least(f"{case}: shap", taken["ours"] / many, taken["peer"] / few, 4)]


def feature_ablation() -> list[dict[str, Any]]:
    """One forward pass per column is the floor."""
    from captum.attr import FeatureAblation

    model, x = mlp(), table(ROWS)
    ev, captum = evaluation(model, x), FeatureAblation(model)

    def ours() -> Any:
        return mld.attributions(ev, np.arange(ROWS), method="feature_ablation", target=3, trust=False)

    def floor() -> None:
        with torch.inference_mode():
            for _ in range(x.shape[1]):
                for part in x.split(2_500):
                    model(part)

    case = f"feature ablation, {ROWS:,} rows, 64 columns"
    check_same(case, ours().values[:200], captum.attribute(x[:200], x.mean(0, keepdim=True), target=3), 1e-4)
    taken = best(3, ours=ours, floor=floor)
    return [at_most(f"{case}: bare passes", taken["ours"], taken["floor"], 2.0)]


def convolutional() -> list[dict[str, Any]]:
    """On a CNN the passes themselves are the cost: no speed-up is claimed."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU()]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)).eval()
    model.requires_grad_(False)
    x = torch.randn(32, 3, 64, 64)
    ev = mld.evaluate(model, (x, np.arange(32) % 10))

    def ours() -> Any:
        return mld.gradcam(ev, np.arange(32), method="integrated_gradients", target=3, n_steps=STEPS, n_checked=0)

    def floor() -> None:
        for _ in range(STEPS):
            gradients(model, x.clone(), 3)

    taken = best(3, ours=ours, floor=floor)
    return [
        at_most(
            f"integrated gradients of 32 images, a CNN, {STEPS} steps: bare passes", taken["ours"], taken["floor"], 1.1
        )
    ]


CASES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "integrated_gradients": integrated_gradients,
    "gradient_shap": gradient_shap,
    "kernel_shap": kernel_shap,
    "feature_ablation": feature_ablation,
    "convolutional": convolutional,
}

if __name__ == "__main__":
    print(json.dumps(CASES[sys.argv[1]]()))
