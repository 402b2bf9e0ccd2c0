"""Find out why a machine-learning model is wrong, without leaving the notebook.

``mld.show(model, data)`` puts a live workbench under the cell. Everything on screen is also a plain Python result.
Public names load on first use, so that importing the package costs little and the analyses need no browser,
no notebook and no front-end build.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

_HOMES = {
    "show": "mldebug_widgets.show",
    "evaluate": "mldebug_widgets.evaluation.evaluation",
    "Evaluation": "mldebug_widgets.evaluation.evaluation",
    "overview": "mldebug_widgets.analyzers.overview",
    "performance": "mldebug_widgets.analyzers.performance",
    "crossfilter": "mldebug_widgets.analyzers.crossfilter",
    "attributions": "mldebug_widgets.analyzers.attributions",
    "text_attributions": "mldebug_widgets.analyzers.text_attributions",
    "sensitivity": "mldebug_widgets.analyzers.sensitivity",
    "gradcam": "mldebug_widgets.analyzers.gradcam",
    "layer_maps": "mldebug_widgets.analyzers.layer_maps",
    "find_slices": "mldebug_widgets.analyzers.slices",
    "error_heatmap": "mldebug_widgets.analyzers.error_heatmap",
    "compare_rows": "mldebug_widgets.analyzers.slice_comparison",
    "findings": "mldebug_widgets.checks",
    "Finding": "mldebug_widgets.checks.finding",
    "Workbench": "mldebug_widgets.workbench",
    "MldError": "mldebug_widgets.errors",
}

__all__ = ["__version__", *sorted(_HOMES)]

if TYPE_CHECKING:
    __version__: str
    from mldebug_widgets.analyzers.attributions import attributions as attributions
    from mldebug_widgets.analyzers.crossfilter import crossfilter as crossfilter
    from mldebug_widgets.analyzers.error_heatmap import error_heatmap as error_heatmap
    from mldebug_widgets.analyzers.gradcam import gradcam as gradcam
    from mldebug_widgets.analyzers.layer_maps import layer_maps as layer_maps
    from mldebug_widgets.analyzers.overview import overview as overview
    from mldebug_widgets.analyzers.performance import performance as performance
    from mldebug_widgets.analyzers.sensitivity import sensitivity as sensitivity
    from mldebug_widgets.analyzers.slice_comparison import compare_rows as compare_rows
    from mldebug_widgets.analyzers.slices import find_slices as find_slices
    from mldebug_widgets.analyzers.text_attributions import text_attributions as text_attributions
    from mldebug_widgets.checks import findings as findings
    from mldebug_widgets.checks.finding import Finding as Finding
    from mldebug_widgets.errors import MldError as MldError
    from mldebug_widgets.evaluation.evaluation import Evaluation as Evaluation
    from mldebug_widgets.evaluation.evaluation import evaluate as evaluate
    from mldebug_widgets.show import show as show
    from mldebug_widgets.workbench import Workbench as Workbench


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("mldebug-widgets")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)


class _Package(ModuleType):
    """The package itself: importing the module ``show`` must not hide the function of the same name."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOMES and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
