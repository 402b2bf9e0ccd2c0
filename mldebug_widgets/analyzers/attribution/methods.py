"""The methods by their standard names, and what each of them needs and promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mldebug_widgets.errors import MldTypeError, MldValueError, shown


@dataclass(frozen=True, slots=True)
class Method:
    """One method of attribution.

    Attributes
    ----------
    name, label
        Standard name, and how it reads on screen.
    gradients
        It follows gradients, so it needs a torch model that can be differentiated.
    completeness
        Its attributions of a row sum to output minus baseline output.
    uses_baseline
        It compares with a baseline.
    n_samples
        Samples per row when nobody says how many; None where it takes none, 0 where it hangs on the columns.
    """

    name: str
    label: str
    gradients: bool
    completeness: bool
    uses_baseline: bool
    n_samples: int | None = None


METHODS = {
    method.name: method
    for method in (
        Method("integrated_gradients", "Integrated gradients", True, True, True),
        Method("deeplift", "DeepLift", True, True, True),
        Method("gradient_shap", "GradientShap", True, True, True, 200),
        Method("input_x_gradient", "Input x gradient", True, False, False),
        Method("saliency", "Saliency", True, False, False),
        Method("shapley_value_sampling", "Shapley value sampling", False, True, True, 25),
        Method("kernel_shap", "Kernel SHAP", False, True, True, 0),
        Method("feature_ablation", "Feature ablation", False, False, True),
        Method("lime", "LIME", False, False, True, 1_000),
    )
}
MOST_SAMPLES = 1_000_000


def checked_method(method: Any) -> str:
    """Return ``method`` if it is "auto" or a known name."""
    allowed = "auto, " + ", ".join(METHODS)
    if not isinstance(method, str):
        raise MldTypeError("MLD-O80", "method", f"got {shown(method)}", allowed, 'Leave it out for "auto".')
    if method != "auto" and method not in METHODS:
        raise MldValueError("MLD-O80", "method", f"got {method!r}", allowed, 'Leave it out for "auto".')
    return method


def checked_count(value: Any, argument: str, least: int) -> int:
    """Return a whole number from ``least`` to a million."""
    allowed = f"a whole number from {least} to {MOST_SAMPLES:,}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise MldTypeError("MLD-O81", argument, f"got {shown(value)}", allowed, "Leave it out.")
    if not least <= value <= MOST_SAMPLES:
        raise MldValueError("MLD-O81", argument, f"got {value}", allowed, "Leave it out.")
    return value


def default_samples(method: Method, n_columns: int) -> int:
    """Return how many samples per row ``method`` takes of its own accord: 2 p + 2,048 for Kernel SHAP, as in shap."""
    return 2 * n_columns + 2_048 if method.n_samples == 0 else method.n_samples or 0
