"""Which method suits a model, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.attribution.methods import METHODS, Method

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A method, why it was taken ("" when the person chose it), and how what the model reads maps to raw columns."""

    method: Method
    reason: str
    owners: npt.NDArray[np.intp] | None
    notes: tuple[str, ...]


def choose_method(ev: Evaluation, name: str) -> Choice:
    """Return the method of that name, or for "auto" the one that suits the model."""
    if name != "auto":
        return Choice(METHODS[name], "", None, ())
    if ev.model.family == "torch":
        return Choice(METHODS["integrated_gradients"], "a torch model whose gradients reach its inputs", None, ())
    return Choice(METHODS["kernel_shap"], "a model without gradients", None, ())
