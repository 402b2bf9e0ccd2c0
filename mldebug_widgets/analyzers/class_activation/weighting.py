"""The methods that need one pass: how a layer's output and its gradient become a map.

Each takes (n, C, h, w) outputs and gradients and returns (n, h, w) maps that may be negative.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

Weighting = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
_SMALL = 1e-7


def gradcam(outputs: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Channels weighted with their mean gradient (Selvaraju et al., 2017)."""
    return torch.einsum("nc,nchw->nhw", gradients.mean((2, 3)), outputs)


def gradcam_plus_plus(outputs: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Channels weighted with their positive gradients, each place by its share (Chattopadhay et al., 2018).

    As elsewhere the score is taken as exponential, so that its higher derivatives are powers of the gradient.
    """
    squared = gradients.square()
    below = 2 * squared + outputs.sum((2, 3), keepdim=True) * squared * gradients
    shares = torch.where(gradients != 0, squared / (below + _SMALL), 0)
    return torch.einsum("nc,nchw->nhw", (shares * gradients.relu()).sum((2, 3)), outputs)


def hirescam(outputs: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Every number weighted with its own gradient (Draelos and Carin, 2020)."""
    return (outputs * gradients).sum(1)


def layercam(outputs: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Every number weighted with its own positive gradient (Jiang et al., 2021)."""
    return (outputs * gradients.relu()).sum(1)


def xgradcam(outputs: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Channels weighted with their gradients, each place by its share of the channel (Fu et al., 2020)."""
    total = outputs.sum((2, 3))
    total = torch.where(total.abs() < _SMALL, torch.full_like(total, _SMALL), total)
    return torch.einsum("nc,nchw->nhw", (gradients * outputs).sum((2, 3)) / total, outputs)


def eigencam(outputs: torch.Tensor, _gradients: torch.Tensor) -> torch.Tensor:
    """Projection on the first principal component of the places' channels (Muhammad and Yeasin, 2020).

    No class is in it. Its sign is free; it is taken so that bright places are those where the layer answers strongly.
    """
    n, channels, h, w = outputs.shape
    known = outputs.isfinite().all(3).all(2).all(1)
    outputs = torch.where(known.reshape(-1, 1, 1, 1), outputs, 0)
    places = outputs.reshape(n, channels, h * w).transpose(1, 2).double()
    centred = places - places.mean(1, keepdim=True)
    if channels <= h * w:
        direction = torch.linalg.eigh(centred.transpose(1, 2) @ centred).eigenvectors[:, :, -1:]
        projected = (centred @ direction)[..., 0]
    else:
        values, vectors = torch.linalg.eigh(centred @ centred.transpose(1, 2))
        projected = vectors[:, :, -1] * values[:, -1:].clamp_min(0).sqrt()
    strength = places.norm(dim=2)
    sign = (projected * (strength - strength.mean(1, keepdim=True))).sum(1, keepdim=True).sign()
    signed: torch.Tensor = projected * torch.where(sign == 0, 1, sign)
    signed = torch.where(known.reshape(-1, 1), signed, torch.nan)
    return signed.reshape(n, h, w).to(outputs.dtype)


WEIGHTINGS: dict[str, Weighting] = {
    "gradcam": gradcam,
    "gradcam++": gradcam_plus_plus,
    "hirescam": hirescam,
    "layercam": layercam,
    "xgradcam": xgradcam,
    "eigencam": eigencam,
}
