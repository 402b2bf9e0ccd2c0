"""A model that leans on what carries no meaning: a stamp in a corner, a row number, a mark in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from mldebug_widgets.analyzers.explanations import explanations, n_explained
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding
from mldebug_widgets.checks.shortcut_evidence import Suspicion
from mldebug_widgets.checks.shortcut_features import suspicious_columns
from mldebug_widgets.checks.shortcut_regions import suspicious_regions
from mldebug_widgets.checks.shortcut_words import suspicious_words

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

_LOOKS: dict[str, Callable[[Evaluation, Any], Iterator[Suspicion]]] = {
    "attributions": suspicious_columns,
    "text_attributions": suspicious_words,
    "gradcam": suspicious_regions,
}
_WHAT = {"attributions": "rows", "text_attributions": "texts", "gradcam": "images"}
_ADVICE = {
    "attributions": "Ask where {what} comes from and whether it is known when the model must answer. To try it: train "
    "without the column and compare on held-out rows.",
    "text_attributions": "Read some texts with it and ask where it comes from. To try it: take it out of the texts and "
    "evaluate again.",
    "gradcam": "Look at the images with their maps. To try it: paint over the region in all of them and evaluate "
    "again; if the answers change, the model reads the answer there.",
}
_CODE = {
    "attributions": "import mldebug_widgets as mld\nmld.attributions(ev, trust=False).to_frame()",
    "text_attributions": "from mldebug_widgets.analyzers.text_attributions import text_attributions\n"
    "text_attributions(ev).to_frame()",
}


class Shortcut(Check):
    """Explanations whose mass lies where there is no meaning: a suspicion that somebody must look at, not proof.

    Explanations are made by ``mld.attributions`` and ``mld.gradcam`` and by the panels; this check reads those that
    there are and never asks the model. What it cannot tell: whether the place means something after all (a border can
    be part of the object, a column can matter only together with others), and shortcuts in the middle of the picture
    or in columns that do tell the truth here.
    """

    code = "MLD109"
    name = "mass of an explanation where there is no meaning"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Judge the explanations that were made before."""
        known = [result for result in explanations(subject.ev) if result.kind in _LOOKS]
        if not known:
            return self.cannot_tell(
                "no explanation was made yet: open Attributions or Images, or call mld.attributions or mld.gradcam"
            )
        found = [(result, entry) for result in known for entry in _LOOKS[result.kind](subject.ev, result)]
        if found:
            result, worst = max(found, key=lambda pair: (pair[1].strong, pair[1].share - pair[1].expected))
            return self._finding(result, worst, [entry for _result, entry in found if entry is not worst])
        looked = ", ".join(f"{n_explained(result):,} {_WHAT[result.kind]}" for result in known)
        return self.passed(f"explanations of {looked}: none of them has its mass where there is no meaning")

    def _finding(self, result: Any, worst: Suspicion, others: list[Suspicion]) -> Finding:
        text = f"{worst.text} This is a suspicion, not proof."
        if others:
            text += " Suspicious too: " + ", ".join(f"{entry.what} ({entry.share:.0%})" for entry in others[:4]) + "."
        return self.finding(
            "warning" if worst.strong else "info",
            worst.title,
            text,
            advice=_ADVICE[result.kind].format(what=worst.what),
            panel=result.kind,
            code=_code(result),
            score=worst.share - worst.expected,
            evidence=worst,
            query=worst.query,
            feature=worst.feature,
            rows=() if worst.rows is None else tuple(worst.rows.tolist()),
        )


def _code(result: Any) -> str:
    if result.kind != "gradcam":
        return _CODE[result.kind]
    rows = ", ".join(str(row) for row in result.rows[:50])
    return f'import mldebug_widgets as mld\nmld.gradcam(ev, [{rows}], method="{result.method}").to_frame()'
