"""Text panel: the words of the selection's texts, coloured by how far they moved the model's answer."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.arguments import checked_row
from mldebug_widgets.analyzers.attribution.pieces import Step
from mldebug_widgets.analyzers.text_attribution.methods import METHODS, applicable, layer_of
from mldebug_widgets.analyzers.text_attributions import Asked, TextAttributionsResult, text_attribution_steps
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.widgets.attribution_settings import target_of
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import error_record, request
from mldebug_widgets.widgets.panels import Panel
from mldebug_widgets.widgets.pieces import PieceWork
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

#: What a person sets on the panel.
CHOICES = ("methods", "target")
#: Texts that are attributed and shown at once.
PAGE = 5

IDLE: dict[str, Any] = {"state": "idle", "text": "", "fraction": None, "error": None}
CANCELLED: dict[str, Any] = {**IDLE, "state": "cancelled", "text": "Cancelled"}

Results = tuple[TextAttributionsResult, ...]


class TextAttributionsWidget(ViewWidget):
    """Draws ``TextAttributionsResult``s; in a workbench it also computes them, for a page of the selection's rows.

    The user's model is asked on the thread that runs the cells, in pieces between which the kernel answers.

    Attributes
    ----------
    results
        One per method that is shown, all of the same rows; ``result`` is the first of them.
    settings
        ``methods`` that are shown and ``target``, with the choices of each.
    page
        ``start`` of the texts that are asked for, how many are shown at once (``size``) and in all (``total``), and
        ``shown``, where those in ``results`` start and of how many: None until there are some.
    status
        How the computation goes: state, text, fraction, error.
    """

    stem = "text_attributions"

    results = traitlets.Any(()).tag(sync=True, to_json=encoded)
    settings = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict(IDLE).tag(sync=True)

    def __init__(self, result: TextAttributionsResult | None = None, session: WorkbenchWidget | None = None) -> None:
        """Draw ``result``; with a workbench, compute what its evaluation's model answers."""
        self._session = session
        self._work: PieceWork[Step, Results] | None = None
        self._due = False
        if session is None:
            super().__init__(result=result, results=() if result is None else (result,))
            return
        super().__init__(
            workbench=session.reference, settings=_settings(session.evaluation), page=_page(0, session.evaluation.n)
        )
        for name in ("row", "selection"):
            session.observe(lambda _change: self._turn_to(0), names=name)
        session.observe(lambda _change: self._turn_to(self.page["start"]), names="threshold")
        session.observe(lambda _change: self._go(), names="panel")
        self._turn_to(0)

    # -- what the view asks ----------------------------------------------------------------------------------------

    @request
    def configure(self, methods: Any, target: Any) -> None:
        """Compute again by these methods and for this class; what still runs ends."""
        wanted = {"methods": methods, "target": target}
        self.check_choices(wanted)
        self.choose(wanted)

    @request
    def turn(self, start: Any) -> None:
        """Show the texts from the one at ``start`` on."""
        self._asked_session()
        if type(start) is not int:
            raise MldTypeError("MLD-W02", "start", shown(start), "a whole number", "Reload the notebook page.")
        self._turn_to(int(np.clip(start, 0, max(0, self.page["total"] - 1))) // PAGE * PAGE)

    @request
    def open_row(self, row: Any) -> None:
        """Open a row under What-if and Attributions."""
        session = self._asked_session()
        session.row = checked_row(row, session.evaluation.n)

    @request
    def compute(self) -> None:
        """Compute the page again, for example after it was cancelled."""
        self._asked_session()
        self._turn_to(self.page["start"])

    @request
    def cancel(self) -> None:
        """End what runs; what was found before stays."""
        self._due = False
        if self._work is not None and self._work.cancel():
            self.status = CANCELLED

    # -- saved state -----------------------------------------------------------------------------------------------

    def choices(self) -> dict[str, Any]:
        """Return methods and class."""
        return {} if self._session is None else {name: deepcopy(self.settings[name]) for name in CHOICES}

    def check_choices(self, saved: Mapping[str, Any]) -> None:
        """Refuse what the panel does not offer."""
        self._asked_session()
        if set(saved) != set(CHOICES):
            raise MldValueError(
                "MLD-S46", f"state['panels'][{self.stem!r}]", shown(dict(saved)),
                f"an object with {', '.join(CHOICES)}", "Pass what workbench.state() returned, unchanged.",
            )  # fmt: skip
        methods, target = saved["methods"], saved["target"]
        known = [choice["value"] for choice in self.settings["all_methods"]]
        if not isinstance(methods, list) or not methods or not all(method in known for method in methods):
            raise MldValueError(
                "MLD-O105", "methods", shown(methods), f"some of {', '.join(known)}", "Choose at least one of these."
            )
        targets = [choice["value"] for choice in self.settings["targets"]]
        if target not in targets:
            raise MldValueError("MLD-O82", "target", shown(target), ", ".join(targets), "Choose one of these.")

    def choose(self, saved: Mapping[str, Any]) -> None:
        """Compute the page again by these methods and for this class."""
        chosen = [choice["value"] for choice in self.settings["all_methods"] if choice["value"] in saved["methods"]]
        self.settings = {**self.settings, "methods": chosen, "target": saved["target"]}
        self._turn_to(self.page["start"])

    # -- computing -------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Finish what is due: an exported file cannot be asked to."""
        if self._due:
            self._start()
        if self._work is not None:
            self._work.finish()

    def _turn_to(self, start: int) -> None:
        """Ask for the page at ``start`` of the rows in focus, and forget what was asked before."""
        if self._work is not None:
            self._work.cancel()
        self.page = {**_page(start, len(self._rows())), "shown": self.page["shown"]}
        self._due = True
        self._go()

    def _go(self) -> None:
        if self._due and self._asked_session().panel == PANEL.identifier:
            self._start()

    def _start(self) -> None:
        self._due = False
        rows = self._rows()[self.page["start"] : self.page["start"] + PAGE]
        session = self._asked_session()
        work: PieceWork[Step, Results] = PieceWork(
            self._steps(rows.tolist()), self._tell, lambda: session.in_front(PANEL.identifier)
        )
        self._work = work
        self.status = {**IDLE, "state": "running", "text": "Reading the texts"}
        work.future.add_done_callback(lambda done: self._ended(work, done))
        work.start()

    def _rows(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Return the rows in focus, highest loss first, the open row before them."""
        session = self._asked_session()
        evaluation, selected = session.evaluation, session.selected
        rows = np.asarray(evaluation.splits[evaluation.primary] if selected.is_everything else selected.rows)
        losses = np.nan_to_num(np.asarray(evaluation.loss)[rows], nan=-np.inf)
        rows = rows[np.argsort(-losses, kind="stable")].astype(np.intp)
        if session.row is None:
            return rows
        return np.concatenate([[session.row], rows[rows != session.row]]).astype(np.intp)

    def _steps(self, rows: Sequence[int]) -> Generator[Step, None, Results]:
        evaluation, settings = self._asked_session().evaluation, dict(self.settings)
        found: list[TextAttributionsResult] = []
        if rows:
            for method in settings["methods"]:
                asked = Asked(list(rows), method, target_of(settings["target"]))
                found.append((yield from text_attribution_steps(evaluation, asked)))
        return tuple(found)

    def _tell(self, step: Step) -> None:
        self.status = {**IDLE, "state": "running", "text": step.doing, "fraction": step.fraction}

    def _ended(self, work: PieceWork[Step, Results], done: Future[Results]) -> None:
        if self._work is not work:
            return
        if done.cancelled():  # by the button, or by an interrupt of the kernel
            self.status = CANCELLED
            return
        with self.hold_sync():
            if (error := done.exception()) is not None:
                record = error_record(error)
                self.status = {**IDLE, "state": "failed", "text": record["message"], "error": record}
                return
            self.results = done.result()
            self.page = {**self.page, "shown": {"start": self.page["start"], "total": self.page["total"]}}
            self.result = self.results[0] if self.results else None
            self.status = IDLE

    # -- exported files --------------------------------------------------------------------------------------------

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file, with the texts of the rows that it carries."""
        state: dict[str, Any] = {"mode": "report", "status": IDLE}
        if self._session is None:
            return state
        carried = self._session.carried_rows(include_data=include_data)
        held = set() if carried is None else set(carried.tolist())
        kept = [
            replace(one, texts=tuple(text for text in one.texts if text.row in held or text.row == self._session.row))
            for one in self.results
        ]
        kept = [one for one in kept if one.texts]
        return {**state, "result": encode(kept[0] if kept else None), "results": encode(kept)}

    def _asked_session(self) -> WorkbenchWidget:
        if self._session is None:
            raise MldValueError(
                "MLD-W65", "text_attributions", "a result that stands alone", "the Text panel of a workbench",
                "Show the model with its data: mld.show(model, data).",
            )  # fmt: skip
        return self._session


def _page(start: int, total: int) -> dict[str, Any]:
    return {"start": start, "size": PAGE, "total": total, "shown": None}


def _settings(evaluation: Evaluation) -> dict[str, Any]:
    layer, _ = layer_of(evaluation)
    names = applicable(layer)
    targets = [{"value": "auto", "label": evaluation.target_name}]
    if evaluation.task != "regression":
        targets = [{"value": str(at), "label": str(name)} for at, name in enumerate(evaluation.class_names)]
        if evaluation.task != "multilabel":
            targets += [
                {"value": "predicted", "label": "the predicted class"}, {"value": "true", "label": "the true class"}
            ]  # fmt: skip
    default = {"regression": "auto", "binary": "1", "multiclass": "predicted"}.get(evaluation.task, "0")
    return {
        "methods": [names[0]],
        "all_methods": [{"value": name, "label": METHODS[name].label} for name in names],
        "target": default,
        "targets": targets,
    }


def widget_of(result: TextAttributionsResult) -> TextAttributionsWidget:
    """Return a view of one result, standing alone."""
    return TextAttributionsWidget(result)


def build(workbench: WorkbenchWidget) -> TextAttributionsWidget:
    """Make the panel for the workbench's selection."""
    return TextAttributionsWidget(None, workbench)


def _applies(evaluation: Evaluation) -> bool:
    return evaluation.text_input is not None and evaluation.model.can_predict


PANEL = Panel("text_attributions", "Text", "Explain", 65, build, _applies)
