"""Which words made the model answer so? Attributions of texts, word by word."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.attribution.pieces import Step, guarded
from mldebug_widgets.analyzers.explanations import remember
from mldebug_widgets.analyzers.text_attribution.trust_checks import Trusted, trust_of
from mldebug_widgets.analyzers.text_attribution.work import Asked, Plan, ReadText, compute, plan_of
from mldebug_widgets.analyzers.trust import TrustLine

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

__all__ = ["Asked", "AttributedText", "TextAttributionsResult", "text_attribution_steps", "text_attributions"]


@dataclass(frozen=True, slots=True, eq=False)
class AttributedText:
    """One row's text in pieces.

    Attributes
    ----------
    row
        Row position in the Evaluation.
    words
        The text in order, whitespace included in the piece before; joined they give the text as the model read it.
    values
        (len(words),) attribution of each piece; 0 for what the model did not read.
    truth, predicted
        Names; "" where there is none.
    target
        Name of the explained class, or of the output.
    output, baseline_output, delta
        Explained output at the text and at the baseline, and what the sum of ``values`` misses; NaN where the method
        has no baseline or promises no sum.
    cut
        True when the text is longer than the model takes.
    """

    row: int
    words: tuple[str, ...]
    values: npt.NDArray[np.float32]
    truth: str
    predicted: str
    target: str
    output: float
    baseline_output: float
    delta: float
    cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class TextAttributionsResult:
    """Attributions of some rows' texts by one method.

    Attributes
    ----------
    texts
        One per row, in the order asked for.
    method, method_label, method_reason
        Standard name, as it reads on screen, and why it was chosen ("" when the person chose it).
    baseline_note
        What a word is compared with, in words.
    layer
        The layer whose vectors were followed, "" where words were taken out of the text.
    unit
        What is explained: "log-odds", "score before softmax", "probability", "predicted value".
    largest
        Largest absolute attribution of all words: the end of the colour scale.
    n
        Rows that the Evaluation has.
    trust, trust_lines
        Name of a check -> number, None where it was not checked; and the same in words.
    notes
        What a reader must know.
    seconds
        How long it took.
    """

    kind: Literal["text_attributions"]
    texts: tuple[AttributedText, ...]
    method: str
    method_label: str
    method_reason: str
    baseline_note: str
    layer: str
    unit: str
    largest: float
    n: int
    trust: dict[str, float | None]
    trust_lines: tuple[TrustLine, ...]
    notes: tuple[str, ...]
    seconds: float

    def __repr__(self) -> str:
        return f"TextAttributionsResult({self.method}, {len(self.texts):,} of {self.n:,} texts, {self.unit})"

    def to_frame(self) -> pd.DataFrame:
        """Return one line per word: row, position in the text, word, attribution."""
        parts = [
            pd.DataFrame(
                {
                    "row": text.row,
                    "position": np.arange(len(text.words)),
                    "word": [word.strip() for word in text.words],
                    "attribution": text.values,
                }
            )
            for text in self.texts
        ]
        return pd.concat(parts, ignore_index=True)


def text_attributions(
    ev: Evaluation,
    rows: Any = None,
    *,
    method: str = "auto",
    target: Any = None,
    baseline: str = "auto",
    layer: str | None = None,
    n_samples: int | None = None,
    seed: int | None = None,
    n_steps: int = 50,
    trust: bool = True,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[str, float | None], None] | None = None,
) -> TextAttributionsResult:
    """Return how much each word of some rows' texts moved the model's answer.

    Parameters
    ----------
    ev
        An Evaluation whose model reads texts: made with ``texts=``, and ``tokenizer=`` for a model over token ids.
    rows
        One position, several, a boolean mask over all rows, or a query. By default the 20 rows of the primary split
        with the highest loss.
    method
        For torch models over token ids "integrated_gradients", "input_x_gradient", "saliency", followed to the
        embedding; for every model "occlusion" (one word left out at a time), "shapley_value_sampling". "auto" takes
        integrated gradients where gradients reach an embedding, else occlusion; ``method_reason`` says why.
    target
        As for ``mld.attributions``: a class name or position, "predicted", "true", or one position per row.
    baseline
        What stands for a word that is not there: the vector of the "padding" or the "mask" token, or "zero". "auto" is
        padding where that is known. Models without a known embedding are asked with the word taken out.
    layer
        Name of the layer that gives one vector per token, where it should be another than the embedding found.
    n_samples
        Orders of words per text that shapley_value_sampling draws, 25; few words are computed exactly.
    seed
        Seed of what is drawn; that of the Evaluation when None.
    n_steps
        Points on the path of integrated_gradients.
    trust
        Whether to check how far the attributions can be believed, on at most 5 of the texts.
    cancelled, progress
        As for ``mld.attributions``.

    Returns
    -------
    TextAttributionsResult
        ``texts``, each with ``words`` and their ``values`` in ``unit``: above 0 is towards the explained class, or a
        larger prediction. ``trust_lines`` says how far to believe them.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-O103 to O109 for options, MLD-O82 for target, MLD-S50 to S54 for rows.

    Notes
    -----
    A word's value is the sum over its tokens, and over the embedding of each. Tokens of no word ([CLS], padding) stay
    as they are. Attributions of single words do not show what words do together ("not good"), and say what the model
    did with the words, not what they mean.

    Integrated gradients: Sundararajan et al. (2017); saliency: Simonyan et al. (2014); occlusion: Zeiler and Fergus
    (2014); Shapley value sampling: Strumbelj and Kononenko (2010).

    Examples
    --------
    >>> ev = mld.evaluate(classifier, (sentences, labels), tokenizer=tokenizer)
    >>> mld.text_attributions(ev, [0, 1], target="praise").to_frame()
    """
    steps = text_attribution_steps(ev, Asked(rows, method, target, baseline, layer, n_samples, seed, n_steps, trust))
    while True:
        if cancelled is not None and cancelled():
            raise CancelledError
        try:
            step = next(steps)
        except StopIteration as end:
            result: TextAttributionsResult = end.value
            return result
        if progress is not None:
            progress(step.doing, step.fraction)


def text_attribution_steps(ev: Evaluation, asked: Asked) -> Generator[Step, None, TextAttributionsResult]:
    """Compute in steps of about 50 ms what ``text_attributions`` returns; the return value is the result.

    Between two steps the user's model is as it was.
    """
    started = time.perf_counter()
    plan = plan_of(checked_evaluation(ev), asked)
    found: list[ReadText] = []
    trusted = Trusted()
    yield from guarded(ev.model.running, _work(ev, plan, found, trusted, asked.trust))
    result = _result(ev, plan, found, trusted, time.perf_counter() - started)
    remember(ev, result)
    return result


def _work(ev: Evaluation, plan: Plan, found: list[ReadText], trusted: Trusted, trust: bool) -> Iterator[Step]:
    for piece in compute(ev, plan):
        if isinstance(piece, float):
            yield Step(plan.method.label, piece)
        else:
            found += piece
    for fraction in trust_of(ev, plan, found, trusted, checks=trust):
        yield Step("Checking how far to trust it", fraction)


def _result(
    ev: Evaluation, plan: Plan, found: list[ReadText], trusted: Trusted, seconds: float
) -> TextAttributionsResult:
    texts = tuple(_attributed(ev, plan, at, read) for at, read in enumerate(found))
    notes = list(plan.notes)
    cut = sum(text.cut for text in texts)
    if cut:
        notes.append(f"{cut} of these texts are longer than the model takes; the words behind have no attribution.")
    finite = [float(np.nanmax(np.abs(text.values), initial=0.0)) for text in texts]
    return TextAttributionsResult(
        kind="text_attributions",
        texts=texts,
        method=plan.method.name,
        method_label=plan.method.label,
        method_reason=plan.reason,
        baseline_note=_baseline_note(plan),
        layer=plan.layer,
        unit=plan.explained.unit,
        largest=max(finite, default=0.0),
        n=ev.n,
        trust=trusted.numbers(),
        trust_lines=tuple(trusted.lines),
        notes=tuple(notes),
        seconds=seconds,
    )


def _baseline_note(plan: Plan) -> str:
    if not plan.method.uses_baseline:
        return ""
    return {
        "padding": f"every word's tokens replaced by the padding token (id {plan.baseline_id})",
        "mask": f"every word's tokens replaced by the mask token (id {plan.baseline_id})",
        "zero": "every word's tokens replaced by the zero vector",
        "removed": "the word taken out of the text",
    }[plan.baseline]


def _attributed(ev: Evaluation, plan: Plan, at: int, read: ReadText) -> AttributedText:
    row = int(plan.rows[at])
    delta = float(read.values.sum() - (read.output - read.baseline_output))
    return AttributedText(
        row=row,
        words=read.masked.pieces,
        values=read.values.astype(np.float32),
        truth=_name(ev.y[row]),
        predicted=_name(ev.predicted[row]),
        target=ev.class_names[plan.explained.target[at]] if ev.class_names else ev.target_name,
        output=read.output,
        baseline_output=read.baseline_output,
        delta=delta if plan.method.completeness else float("nan"),
        cut=read.cut,
    )


def _name(value: Any) -> str:
    """Return a truth or prediction as text: labels as they are, numbers to four digits, several labels joined."""
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{float(value):.4g}"
    return str(value)
