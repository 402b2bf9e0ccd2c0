"""Images panel: where the model looked, over the images of the selection, highest loss first."""

from __future__ import annotations

import time
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.class_activation.request import METHODS, PIXEL_METHODS
from mldebug_widgets.analyzers.class_activation.steps import Step, drained
from mldebug_widgets.analyzers.gradcam import GradCamResult, gradcam_steps
from mldebug_widgets.analyzers.image_pages import ImagePage, PageChecks, page_of, plain_page
from mldebug_widgets.analyzers.ordering import stable_order
from mldebug_widgets.checks.shortcut_evidence import Suspicion
from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import error_record, request
from mldebug_widgets.widgets.panels import Panel
from mldebug_widgets.widgets.pieces import PieceWork
from mldebug_widgets.widgets.selection import Rows
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.checks.finding import Finding
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

#: Images on one page of the view.
PAGE_IMAGES = 12
#: Longest side of a picture in an exported file.
EXPORTED_SIDE = 192
#: Maps made before that are kept, so that going back to a page, class or method costs nothing.
MOST_KEPT = 8
LONGEST_LAYER = 500
TELL_SECONDS = 0.1

#: The two maps that can stand side by side, and the checks of the first: each has one piece of work at a time.
SIDES = ("first", "second")
PREDICTED, TRUE = "predicted", "true"

IDLE: dict[str, Any] = {"state": "idle", "text": "", "fraction": None}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the maps show: ``layer`` "" has one found; ``target`` "predicted", "true", or a class position."""

    method: str
    layer: str
    target: str | int


DEFAULTS = Settings("gradcam", "", PREDICTED)


class GradCamWidget(ViewWidget):
    """Shows images with maps: those of a ``GradCamResult``, or in a workbench those of the selection.

    Attributes
    ----------
    result
        The newest result; it stays in the kernel, and the view gets it by pages.
    embedded
        The first page of a result that stands alone; in an exported file the first page of the panel.
    embedded_beside
        In an exported file: the maps beside the first ones, None without such.
    settings
        What is shown: ``method``, ``layer``, ``target`` and ``beside``, the same three for the maps beside or None;
        written by the view.
    opacity
        Of the maps over the pictures, 0 to 1; written by the view.
    methods, classes, task
        What can be chosen, and what is predicted.
    status
        How far the maps are.
    version
        Grows when answers have changed, with the threshold.
    suspicions
        What the workbench's findings say about the maps: code, severity, title, text, and of how many images (``n``).
    refused
        In an exported file: why there are no maps, a coded error, or None.
    """

    stem = "gradcam"
    browser_writes = frozenset({"settings", "opacity"})
    saved_traits = ("settings", "opacity")

    result = traitlets.Any(None, allow_none=True)
    embedded = traitlets.Any(None).tag(sync=True, to_json=encoded)
    embedded_beside = traitlets.Any(None).tag(sync=True, to_json=encoded)
    settings = traitlets.Dict().tag(sync=True)
    opacity = traitlets.Float(0.6).tag(sync=True)
    methods: Any = traitlets.List().tag(sync=True)
    classes: Any = traitlets.List().tag(sync=True)
    task = traitlets.Unicode("").tag(sync=True)
    status = traitlets.Dict(IDLE).tag(sync=True)
    version = traitlets.Int(0).tag(sync=True)
    suspicions: Any = traitlets.List().tag(sync=True)
    refused = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, result: GradCamResult | None = None, session: WorkbenchWidget | None = None) -> None:
        """Draw ``result``; with a workbench, make maps of its rows when the view asks for them."""
        self._session = session
        self._works: dict[str, tuple[object, PieceWork[Step, Any]]] = {}
        self._kept: dict[Any, GradCamResult] = {}
        self._told = 0.0
        if session is None:
            first = None if result is None else page_of(result, count=PAGE_IMAGES)
            super().__init__(
                result=result,
                embedded=first,
                classes=[] if result is None else list(result.class_names),
                settings=_record(DEFAULTS) if result is None else {"method": result.method, "layer": result.layer,
                                                                   "target": PREDICTED, "beside": None},
            )  # fmt: skip
            return
        evaluation = session.evaluation
        super().__init__(
            workbench=session.reference,
            methods=[
                {"name": name, "label": label, "pixels": name in PIXEL_METHODS} for name, label in METHODS.items()
            ],
            classes=list(evaluation.class_names),
            task=evaluation.task,
            settings=_record(DEFAULTS),
        )
        session.observe(self._answers_changed, names="threshold")
        session.observe(lambda _change: self._take_findings(session), names="findings")
        self._take_findings(session)

    # -- what the view asks ----------------------------------------------------------------------------------------

    @request
    def pictures(self, start: Any) -> ImagePage:
        """Return the images of a page at once: without maps, or, where a result stands alone, with its own."""
        if self._session is None:
            result = self._alone()
            return page_of(result, start=_place(start, len(result.rows)), count=PAGE_IMAGES)
        rows, at, total = self._page_rows(start)
        return plain_page(self._session.evaluation, rows, start=at, total=total)

    @request
    def maps(self, side: Any, start: Any, method: Any, layer: Any, target: Any) -> Future[ImagePage]:
        """Make the maps of a page of the selection; a newer request for the same side ends an older one."""
        settings = self._checked(side, method, layer, target)
        rows, at, total = self._page_rows(start)

        def paged() -> Generator[Step, None, ImagePage]:
            result = yield from self._made(rows, settings, checks=False)
            page = page_of(result, start=at, total=total)
            if side == SIDES[1]:
                return _maps_only(page)
            self.result = result
            return page

        return self._begin(side, self._question(rows, settings), paged())

    @request
    def checks(self, side: Any, start: Any, method: Any, layer: Any, target: Any) -> Future[PageChecks]:
        """Check how far the maps of a page can be believed; a newer request for the same side ends an older one."""
        settings = self._checked(side, method, layer, target)
        rows, _at, _total = self._page_rows(start)

        def checked() -> Generator[Step, None, PageChecks]:
            result = yield from self._made(rows, settings, checks=True)
            if side == SIDES[0]:
                self.result = result
            return PageChecks(result.trust_lines, result.complaints)

        return self._begin(f"checks of {side}", self._question(rows, settings), checked())

    @request
    def select_suspicious(self, code: Any) -> int:
        """Select the images that a finding is about, and return how many they are."""
        session = self._workbench_session()
        about = {finding.code: finding for finding in self._findings(session)}
        if not isinstance(code, str) or code not in about:
            raise MldValueError(
                "MLD-W79", "code", shown(code), ", ".join(about) or "no finding is about images", "Look again."
            )
        suspicion = about[code].evidence
        session.select(suspicion.rows, f"{suspicion.what} takes much of the map")
        return len(suspicion.rows)

    @request
    def cancel(self) -> bool:
        """End the running work; what is shown stays."""
        ended = [work.cancel() for _question, work in tuple(self._works.values())]
        return any(ended)

    # -- making maps -----------------------------------------------------------------------------------------------

    def _made(self, rows: Rows, settings: Settings, *, checks: bool) -> Generator[Step, None, GradCamResult]:
        """Make the maps, or return those made before, with checks where they were asked for."""
        evaluation = self._workbench_session().evaluation
        key = self._question(rows, settings)
        kept = self._kept.get((*key, True)) or (None if checks else self._kept.get((*key, False)))
        if kept is not None:
            return kept
        result = yield from gradcam_steps(
            evaluation,
            rows,
            method=settings.method,
            layer=settings.layer or None,
            target=_target(evaluation, rows, settings.target),
            n_checked=None if checks else 0,
        )
        self._kept[*key, checks] = result
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return result

    def _begin(self, name: str, question: object, steps: Generator[Step, None, Any]) -> Future[Any]:
        """Begin a piece of work; the same question, of a second view of the panel, shares the one that runs."""
        asked, older = self._works.pop(name, (None, None))
        if older is not None and not older.future.done():
            if asked == question:
                self._works[name] = asked, older
                return older.future
            older.cancel()
        session = self._workbench_session()
        work = PieceWork(steps, self._tell, lambda: session.in_front(PANEL.identifier))
        self._works[name] = question, work
        self.status = {"state": "running", "text": "Making maps", "fraction": None}
        work.future.add_done_callback(lambda _done: self._ended())
        return work.start()

    def _question(self, rows: Rows, settings: Settings) -> tuple[Any, ...]:
        return self._workbench_session().evaluation.threshold, rows.tobytes(), settings

    def _tell(self, step: Step) -> None:
        if time.monotonic() - self._told < TELL_SECONDS:
            return
        self._told = time.monotonic()
        self.status = {"state": "running", "text": step.doing, "fraction": step.fraction}

    def _ended(self) -> None:
        if all(work.future.done() for _question, work in self._works.values()):
            self.status = IDLE

    def _page_rows(self, start: Any) -> tuple[Rows, int, int]:
        """Return the rows of the page that begins at ``start``, where it begins, and how many rows there are."""
        session = self._workbench_session()
        selected = session.selected.rows
        at = _place(start, len(selected))
        order = stable_order(np.asarray(session.evaluation.loss)[selected], ascending=False)
        return selected[order[at : at + PAGE_IMAGES]], at, len(selected)

    def _findings(self, session: WorkbenchWidget) -> list[Finding]:
        return [finding for finding in session.findings or () if isinstance(finding.evidence, Suspicion)
                and finding.panel == self.stem and finding.evidence.rows is not None]  # fmt: skip

    def _take_findings(self, session: WorkbenchWidget) -> None:
        self.suspicions = [
            {"code": finding.code, "severity": finding.severity, "title": finding.title, "text": finding.text,
             "n": len(finding.evidence.rows)} for finding in self._findings(session)
        ]  # fmt: skip

    def _answers_changed(self, _change: object) -> None:
        self.version += 1

    # -- exported files --------------------------------------------------------------------------------------------

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file: the first page with its maps, made now where nobody has looked yet."""
        state: dict[str, Any] = {"mode": "report", "status": IDLE}
        if self._session is None:
            return state
        rows, at, total = self._page_rows(0)
        if not total:
            return state
        settings = self.settings
        try:
            page = page_of(self._now(rows, _settings(settings)), start=at, total=total, side=EXPORTED_SIDE)
            second = None
            if settings["beside"] is not None:
                second = page_of(
                    self._now(rows, _settings(settings["beside"])), start=at, total=total, side=EXPORTED_SIDE
                )
        except MldError as error:
            plain = plain_page(self._session.evaluation, rows, start=at, total=total, side=EXPORTED_SIDE)
            return {**state, "embedded": encode(plain), "refused": error_record(error)}
        return {**state, "embedded": encode(page), "embedded_beside": encode(second and _maps_only(second))}

    def _now(self, rows: Rows, settings: Settings) -> GradCamResult:
        """Return the maps now, with their checks where these have been made."""
        return drained(self._made(rows, settings, checks=False), None, None)

    # -- what may come from the browser ----------------------------------------------------------------------------

    def accepts(self, name: str, value: Any) -> bool:
        """Return whether the settings can be asked for, and the opacity is from 0 to 1."""
        if name == "opacity":
            return type(value) in (int, float) and 0 <= value <= 1
        if not isinstance(value, dict) or value.keys() != {"method", "layer", "target", "beside"}:
            return False
        parts = [{key: value[key] for key in ("method", "layer", "target")}]
        beside = value["beside"]
        if beside is not None:
            parts.append(beside)
        return all(isinstance(part, dict) and self._possible(part) for part in parts)

    def _possible(self, part: dict[str, Any]) -> bool:
        if self._session is None or part.keys() != {"method", "layer", "target"}:
            return False
        try:
            self._checked(SIDES[0], **part)
        except MldError:
            return False
        return True

    def _checked(self, side: Any, method: Any, layer: Any, target: Any) -> Settings:
        evaluation = self._workbench_session().evaluation
        for code, name, value, allowed in (
            ("MLD-W70", "side", side, SIDES),
            ("MLD-W71", "method", method, tuple(METHODS)),
        ):
            if not isinstance(value, str) or value not in allowed:
                raise MldValueError(code, name, shown(value), ", ".join(allowed), "Choose one of these.")
        if not isinstance(layer, str) or len(layer) > LONGEST_LAYER:
            raise MldTypeError(
                "MLD-W72", "layer", shown(layer), 'the path of a layer, or ""', "Choose one of the list."
            )
        known = len(evaluation.class_names)
        if target not in (PREDICTED, TRUE) and not (type(target) is int and 0 <= target < known):
            allowed_targets = f'"{PREDICTED}", "{TRUE}", or 0 to {known - 1}'
            raise MldValueError("MLD-W73", "target", shown(target), allowed_targets, "Choose one of the list.")
        return Settings(method, layer, target)

    def _workbench_session(self) -> WorkbenchWidget:
        if self._session is None:
            raise MldValueError(
                "MLD-W74", "gradcam", "a result that stands alone", "the Images panel of a workbench",
                "Show the model with its images: mld.show(model, data, images=images).",
            )  # fmt: skip
        return self._session

    def _alone(self) -> GradCamResult:
        result: GradCamResult | None = self.result
        if result is None:
            raise MldValueError("MLD-W75", "result", "no result", "a result of mld.gradcam", "Show one.")
        return result


def _place(start: Any, total: int) -> int:
    """Return where a page begins: ``start``, or the last page where there are fewer images by now."""
    if type(start) is not int or start < 0:
        raise MldValueError("MLD-W76", "start", shown(start), "a whole number of at least 0", "Turn the page again.")
    last = max(0, total - 1) // PAGE_IMAGES * PAGE_IMAGES
    return min(start, last)


def _target(evaluation: Evaluation, rows: Rows, target: str | int) -> Any:
    """Return the class to explain as ``gradcam`` takes it, also where a class is named "true"."""
    if target == PREDICTED:
        return None
    if target == TRUE and TRUE in evaluation.class_names:
        codes = np.asarray(evaluation.class_codes)[rows]
        return np.where(codes >= 0, codes, np.asarray(evaluation.predicted_codes)[rows])
    return target


def _settings(record: dict[str, Any]) -> Settings:
    return Settings(record["method"], record["layer"], record["target"])


def _record(settings: Settings) -> dict[str, Any]:
    return {"method": settings.method, "layer": settings.layer, "target": settings.target, "beside": None}


def _maps_only(page: ImagePage) -> ImagePage:
    """Return the page without its pictures: those of the maps beside are the same."""
    return replace(page, images=page.images[:0])


def _has_images(evaluation: Evaluation) -> bool:
    return evaluation.images is not None


def widget_of(result: GradCamResult) -> GradCamWidget:
    """Return a view of one result, standing alone."""
    return GradCamWidget(result)


def build(workbench: WorkbenchWidget) -> GradCamWidget:
    """Make the panel; maps are made when the view asks for them."""
    return GradCamWidget(session=workbench)


PANEL = Panel("gradcam", "Images", "Explain", 70, build, _has_images)
