"""``show()``: a model with data, an Evaluation, or any result -> something to look at in the notebook."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mldebug_widgets.errors import MldTypeError, type_of
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.workbench import Workbench


class _LeftOut:
    """The default of ``data``; None is what people pass by mistake, which has an error of its own."""

    def __repr__(self) -> str:
        return "<left out>"


_NOTHING = _LeftOut()


def show(
    model: Any = None,
    data: Any = _NOTHING,
    target: Any = None,
    *,
    state: dict[str, Any] | None = None,
    **evaluate_options: Any,
) -> Any:
    """Show where and why a model is wrong.

    Parameters
    ----------
    model
        An ``nn.Module``, a scikit-learn estimator or pipeline, or any callable on the raw frame; None with
        ``predictions=``. Or, alone, an ``Evaluation`` or a result such as ``mld.performance(ev)``.
    data, target
        What to apply the model to: a DataFrame with ``target="column"``, ``(X, y)``, a torch ``Dataset`` or
        ``DataLoader``, or a dict of named splits of these.
    state
        What an earlier ``workbench.state()`` returned; puts panel, selection, threshold, row, edits and what was set on
        each panel back.
    **evaluate_options
        Passed to ``mld.evaluate``.

    Returns
    -------
    Workbench or ViewWidget
        A live workbench for a model with data or an Evaluation; one view for a result. Put it on the last line of
        a cell to see it. The model comes back as it was.

    Raises
    ------
    MldTypeError, MldValueError
        MLD-O10 and O11 for what cannot be shown, and the codes of ``mld.evaluate``.

    Examples
    --------
    >>> workbench = mld.show(model, {"train": train, "test": test}, target="late")
    >>> workbench.select("distance > 1000")  # the rows in focus, in every panel
    >>> mld.show(mld.attributions(workbench.evaluation))  # one result alone
    """
    if data is not _NOTHING:
        return Workbench(evaluate(model, data, target, **evaluate_options), state)
    if isinstance(model, Evaluation):
        return Workbench(model, state)
    return view_of(model)


def view_of(result: Any) -> ViewWidget:
    """Return the view that draws one result; the result's ``kind`` is the name of its view."""
    kind = getattr(result, "kind", None)
    if not isinstance(kind, str) or not kind.isidentifier():
        raise MldTypeError(
            "MLD-O10",
            "model",
            f"{type_of(result)} without data",
            "a model with data, an Evaluation, or a result of this package",
            'Write for example mld.show(model, frame, target="column"); a workbench shows itself on the last line of a '
            "cell, and has its Evaluation as workbench.evaluation.",
        )
    try:
        module = import_module(f"mldebug_widgets.widgets.{kind}")
    except ModuleNotFoundError as error:
        raise MldTypeError(
            "MLD-O11", "result", f"a result of kind {kind!r}", "a result that has a view", "Use its to_frame()."
        ) from error
    widget: ViewWidget = module.widget_of(result)
    return widget
