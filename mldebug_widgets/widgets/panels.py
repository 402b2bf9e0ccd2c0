"""What a panel of the workbench is, and where the panels are found: every view module that declares ``PANEL``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.widgets.base import ViewWidget
    from mldebug_widgets.widgets.workbench import WorkbenchWidget


@dataclass(frozen=True, slots=True)
class Panel:
    """One entry of the panel list.

    Attributes
    ----------
    identifier
        Stable id; also the stem of its view.
    label, group
        What the panel list says, and the heading above it.
    order
        Place in the list; the order is the path a person is led along.
    build
        Makes the panel's widget, quickly: what takes long goes to the workbench's worker.
    applies
        Whether the panel makes sense for this evaluation.
    """

    identifier: str
    label: str
    group: str
    order: int
    build: Callable[[WorkbenchWidget], ViewWidget]
    applies: Callable[[Evaluation], bool] = lambda _evaluation: True


@cache
def all_panels() -> tuple[Panel, ...]:
    """Return the panels that the modules of this folder declare, in order."""
    package = __name__.rpartition(".")[0]
    folder = import_module(package).__path__
    modules = (import_module(f"{package}.{module.name}") for module in iter_modules(folder))
    found = [module.PANEL for module in modules if hasattr(module, "PANEL")]
    return tuple(sorted(found, key=lambda panel: panel.order))
