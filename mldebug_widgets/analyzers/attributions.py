"""Why did the model answer so? Attributions of tables, on the user's own columns."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.attribution.pieces import Step
from mldebug_widgets.analyzers.attribution.result import AttributionsResult
from mldebug_widgets.analyzers.attribution.steps import Asked, steps_of
from mldebug_widgets.analyzers.explanations import remember
from mldebug_widgets.analyzers.text_attributions import text_attributions

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

__all__ = ["AttributionsResult", "Step", "attribution_steps", "attributions"]


def attributions(
    ev: Evaluation,
    rows: Any = None,
    *,
    method: str = "auto",
    target: Any = None,
    baseline: Any = "auto",
    n_samples: int | None = None,
    seed: int | None = None,
    n_steps: int = 50,
    trust: bool = True,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[str, float | None], None] | None = None,
) -> Any:
    """Return how much each column moved the model's answer for some rows, away from the answer for a baseline.

    Parameters
    ----------
    ev
        The Evaluation. Where its model reads texts and no other column, this is ``mld.text_attributions``.
    rows
        One position, several, a boolean mask over all rows, or a query. By default all rows, or a sample of them where
        the method would take long, which ``sampled`` and ``notes`` say.
    method
        For torch models "integrated_gradients", "deeplift", "gradient_shap", "input_x_gradient", "saliency"; for any
        model "shapley_value_sampling", "kernel_shap", "feature_ablation", "lime". "auto" takes integrated gradients
        where gradients reach the columns, else Kernel SHAP; ``method_reason`` says why.
    target
        The class to explain: its name or position, "predicted", "true", or one position per row. By default the
        positive class (binary), the predicted class of each row (multiclass), or the label with the highest mean score.
    baseline
        What rows are compared with: "mean", "median", "zero" (other kinds of cells: the most frequent category, the
        median moment, the empty text), the position of a row, or "background", a sample of 20 rows over which the
        attributions are averaged. "auto" is "mean", and "background" for GradientShap.
    n_samples
        Samples per row of the methods that draw: points (gradient_shap, 200), permutations (shapley_value_sampling,
        25), coalitions (kernel_shap, 2 p + 2,048 or all of them; lime, 1,000).
    seed
        Seed of what is drawn; that of the Evaluation when None.
    n_steps
        Points on the path of integrated_gradients.
    trust
        Whether to check how far the attributions can be believed, on at most 20 of the rows.
    cancelled
        Asked between pieces of work; when it says True, ``concurrent.futures.CancelledError`` is raised.
    progress
        Called with what is being done, and how far it is (0 to 1).

    Returns
    -------
    AttributionsResult or TextAttributionsResult
        ``values`` (m, p): how far each of p columns moved the answer for each of m ``rows``, in ``unit`` (log-odds,
        score before softmax, probability or predicted value); above 0 is towards the ``target`` class, or a larger
        prediction. With most methods a row's values add up to ``output`` - ``baseline_output`` but for ``delta``.
        ``mean_abs`` (p,) ranks the columns; ``trust_lines`` says how far to believe it, ``notes`` what must be known.
        For a model of texts, the texts word by word.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-O80 to O89 for options, MLD-S50 to S54 for rows, MLD-M07 when there is no model to ask.

    Notes
    -----
    Integrated gradients: Sundararajan et al. (2017); DeepLift: Shrikumar et al. (2017); GradientShap and Kernel SHAP:
    Lundberg and Lee (2017); Shapley value sampling: Strumbelj and Kononenko (2010); LIME: Ribeiro et al. (2016).
    Attributions say what the model did with a row compared with the baseline. They do not say what causes what in the
    world, and columns that go together share or trade their parts differently from method to method.

    Examples
    --------
    >>> result = mld.attributions(ev)
    >>> pd.Series(result.mean_abs, result.features).sort_values(ascending=False)
    >>> mld.attributions(ev, [12], method="kernel_shap", target="late").to_frame()
    >>> for line in result.trust_lines:
    ...     print(line.label, line.text, line.words)
    """
    read = checked_evaluation(ev).text_input
    if read is not None and read.make is not None:
        return text_attributions(
            ev, rows, method=method, target=target, baseline=baseline, n_samples=n_samples, seed=seed,
            n_steps=n_steps, trust=trust, cancelled=cancelled, progress=progress,
        )  # fmt: skip
    asked = Asked(rows, method, target, baseline, n_samples, seed, n_steps, trust)
    steps = attribution_steps(ev, asked)
    while True:
        if cancelled is not None and cancelled():
            raise CancelledError
        try:
            step = next(steps)
        except StopIteration as end:
            result: AttributionsResult = end.value
            return result
        if progress is not None:
            progress(step.doing, step.fraction)


def attribution_steps(ev: Evaluation, asked: Asked) -> Generator[Step, None, AttributionsResult]:
    """Compute in steps of about 50 ms what ``attributions`` returns; the generator's return value is the result.

    Between two steps the user's model is as it was, so that a screen may be drawn, other work be done or the rest be
    dropped (``close``) there.
    """
    result = yield from steps_of(ev, asked)
    remember(ev, result)
    return result
