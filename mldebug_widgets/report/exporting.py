"""The workbench as a file: checks the request, gathers what the file needs, and writes it."""

from __future__ import annotations

import re
from concurrent.futures import CancelledError
from os import PathLike
from pathlib import Path
from typing import Any

from mldebug_widgets.errors import MldTypeError
from mldebug_widgets.report.contents import describe
from mldebug_widgets.report.document import Document
from mldebug_widgets.report.html import html_page
from mldebug_widgets.report.notebook import notebook_text
from mldebug_widgets.report.paths import destination, write_whole
from mldebug_widgets.report.snapshot import snapshot
from mldebug_widgets.report.state import collect
from mldebug_widgets.widgets.workbench import WorkbenchWidget

WRITERS = {"html": html_page, "ipynb": notebook_text}


def write(
    workbench: WorkbenchWidget, path: str | PathLike[str], *, include_data: bool = False, overwrite: bool = False
) -> Path:
    """Write ``workbench`` to an ``.html`` or ``.ipynb`` file and return its absolute path.

    The file appears whole or not at all; an existing file is replaced only with ``overwrite=True``, a link never.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-X30`` to ``MLD-X40``, before anything is written.
    """
    _check_flag("include_data", include_data)
    _check_flag("overwrite", overwrite)
    target = destination(path, suffixes=[f".{format}" for format in WRITERS], overwrite=overwrite)
    _, content = as_bytes(workbench, target.suffix.lower().lstrip("."), include_data=include_data)
    write_whole(target, content, overwrite=overwrite)
    return target


def as_bytes(workbench: WorkbenchWidget, format: str, *, include_data: bool) -> tuple[str, bytes]:
    """Return a file name made of the model's name, and the file's content. ``format`` is "html" or "ipynb"."""
    document = gather(workbench, include_data=include_data)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", document.contents.title).strip("-")[:60] or "workbench"
    return f"{stem}.{format}", WRITERS[format](document).encode("utf-8", errors="replace")


def gather(workbench: WorkbenchWidget, *, include_data: bool) -> Document:
    """Build all panels, wait for what they still compute, and return what both kinds of file are made of."""
    workbench.build_all()
    _finish_background_work(workbench)
    state = snapshot(workbench, include_data=include_data)
    rows, whatif = (_saved_view(workbench, state, name) for name in ("rows", "whatif"))
    shell = state["state"][workbench.model_id]["state"]
    # A file that carries curves shows their row as the one under What-if, whether or not a row was open.
    shell["row"] = whatif.get("row", workbench.row)
    rows_held = rows["embedded"]["rows"]["shape"][0] if rows else 0
    selected_held = None if workbench.selected.is_everything else len(shell["selection"].get("rows", ()))
    contents = describe(
        workbench.evaluation,
        rows_held=rows_held,
        selected_held=selected_held,
        opened=whatif.get("row"),
        pictures=_pictures_held(rows, _saved_view(workbench, state, "gradcam")),
        dots=_dots_held(_saved_view(workbench, state, "attributions")),
    )
    shell["contents"] = contents.holds
    overview = workbench.views.get("overview")
    return Document(
        root=workbench.model_id,
        widget_state=state,
        contents=contents,
        overview=None if overview is None else overview.result,
        findings=None if overview is None else overview.findings,
        state=collect(workbench),
        target=workbench.evaluation.target_name,
    )


def _pictures_held(rows: dict[str, Any], images: dict[str, Any]) -> int:
    """Return how many rows' images the file carries: those in Images are among those of the row table, where it is."""
    held = (rows.get("embedded_pictures"), images.get("embedded"))
    return max((record["rows"]["shape"][0] for record in held if record), default=0)


def _dots_held(attributions: dict[str, Any]) -> int:
    """Return how many rows are dots in Attributions."""
    result = attributions.get("result")
    return result["dots"]["rows"]["shape"][0] if result else 0


def _saved_view(workbench: WorkbenchWidget, state: dict[str, Any], panel: str) -> dict[str, Any]:
    """Return the saved traits of a panel's view; none when there is no such panel or it could not be built."""
    view = workbench.views.get(panel)
    return {} if view is None else dict(state["state"][view.model_id]["state"])


def _finish_background_work(workbench: WorkbenchWidget) -> None:
    """Wait until the worker has done what was queued before: it runs one piece after another."""
    try:
        workbench.worker.submit(lambda _job: None).result()
    except CancelledError:
        # Somebody pressed Cancel: the file shows what is there.
        return


def _check_flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise MldTypeError("MLD-X39", name, repr(value)[:80], "True or False", f"Pass {name}=True or leave it out.")
