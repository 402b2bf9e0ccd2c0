"""What does Grad-CAM cost, beside one forward pass, captum and pytorch-grad-cam?

A network like ResNet-18 with random weights, 16 images of 224 x 224. Both sides take turns, and the best round counts.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from resource import getpagesize
from typing import Any

import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld
from benchmarks.attributions import at_least, at_most, best, check_same, child
from benchmarks.report import Line

IMAGES, SIDE, CALLS = 16, 224, 200
CASE = f"Grad-CAM, like ResNet-18, {IMAGES} images"


def run() -> list[Line]:
    """Measure every case."""
    return [Line(**line) for case in CASES for line in child("benchmarks.gradcam", case)]


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outside)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outside)
        plain = stride == 1 and inside == outside
        self.around = nn.Identity() if plain else nn.Conv2d(inside, outside, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.second_norm(self.second(torch.relu(self.first_norm(self.first(x)))))
        return torch.relu(inner + self.around(x))


def resnet() -> nn.Sequential:
    torch.manual_seed(0)
    net = nn.Sequential()
    net.add_module(
        "stem",
        nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
    )
    width = 64
    for number, wide in enumerate((64, 128, 256, 512), start=1):
        net.add_module(
            f"layer{number}", nn.Sequential(Block(width, wide, 1 if number == 1 else 2), Block(wide, wide, 1))
        )
        width = wide
    net.add_module("head", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1_000)))
    return net.eval()


def subject() -> tuple[nn.Sequential, torch.Tensor, Any]:
    net = resnet()
    x = torch.rand(IMAGES, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    return net, x, mld.evaluate(net, (x, np.arange(IMAGES)), class_names=[str(number) for number in range(1_000)])


def speed() -> list[dict[str, Any]]:
    """One forward pass is the floor; captum must give the same maps."""
    from captum.attr import LayerGradCam

    net, x, ev = subject()
    captum = LayerGradCam(net, net.layer4)

    def ours() -> Any:
        return mld.gradcam(ev, np.arange(IMAGES), layer="layer4", target=7, n_checked=0)

    def forward() -> None:
        with torch.no_grad():
            net(x)

    theirs = captum.attribute(x, target=7, relu_attributions=True).detach()[:, 0]
    check_same(CASE, ours().raw, theirs, 1e-4)
    works: dict[str, Callable[[], Any]] = {"ours": ours, "forward": forward}
    if find_spec("pytorch_grad_cam") is None:
        print("grad-cam is not installed: pip install grad-cam measures against it", file=sys.stderr)
    else:
        works["peer"] = pytorch_grad_cam(net, x)
    taken = best(8, **works)
    lines = [at_most(f"{CASE}: one forward pass", taken["ours"], taken["forward"], 1.25)]
    if "peer" in taken:
        lines.append(at_least(f"{CASE}: pytorch-grad-cam", taken["ours"], taken["peer"], 3))
    return lines


def pytorch_grad_cam(net: nn.Sequential, x: torch.Tensor) -> Callable[[], Any]:
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    cam = GradCAM(model=net, target_layers=[net.layer4])
    return lambda: cam(input_tensor=x, targets=[ClassifierOutputTarget(7)] * len(x))


def memory() -> list[dict[str, Any]]:
    """Nothing of a call may stay: no graph, no hook."""
    layers = [nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)).eval()
    ev = mld.evaluate(net, (torch.rand(IMAGES, 3, 64, 64), np.arange(IMAGES) % 10))

    def calls(count: int) -> float:
        for _ in range(count):
            mld.gradcam(ev, np.arange(IMAGES), layer="2", n_checked=0)
        gc.collect()
        return resident() / 1e6

    before = calls(CALLS // 2)
    grown = calls(CALLS) - before
    return [
        {
            "case": f"Grad-CAM, {CALLS} calls: memory",
            "ours": f"{grown:.1f} MB",
            "floor": "-",
            "measured": grown,
            "limit": 5,
            "unit": " MB",
        }
    ]


def resident() -> int:
    """Return the bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


CASES = {"speed": speed, "memory": memory}

if __name__ == "__main__":
    print(json.dumps(CASES[sys.argv[1]]()))
