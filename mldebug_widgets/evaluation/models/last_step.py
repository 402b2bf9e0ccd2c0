"""What a torch model did last: the way to tell small logits from probabilities when both lie in 0..1."""

from __future__ import annotations

from typing import Any

import torch

# Names of autograd's nodes without the trailing "Backward0". The first only move or cast values; after the second a
# model's output has no bounds, so it cannot be a probability.
_MOVES = frozenset(
    {
        "View",
        "Reshape",
        "UnsafeView",
        "Squeeze",
        "Unsqueeze",
        "Select",
        "Slice",
        "Transpose",
        "T",
        "Permute",
        "Clone",
        "Alias",
        "Expand",
        "ToCopy",
    }
)
_UNBOUNDED = frozenset(
    {
        "Addmm",
        "Addmv",
        "Addbmm",
        "Baddbmm",
        "Mm",
        "Mv",
        "Bmm",
        "Linear",
        "Add",
        "Sub",
        "Convolution",
        "NativeBatchNorm",
        "NativeLayerNorm",
    }
)


def ends_unbounded(output: Any) -> bool:
    """Tell whether ``output``, computed with gradients, comes straight from a linear or similar layer.

    False when it does not, and when that cannot be told (compiled models, custom operations).
    """
    node = output.grad_fn if isinstance(output, torch.Tensor) else None
    while node is not None:
        name = node.name().rpartition("::")[2].rstrip("0123456789").removesuffix("Backward")
        if name in _UNBOUNDED:
            return True
        if name not in _MOVES:
            return False
        node = node.next_functions[0][0] if node.next_functions else None
    return False
