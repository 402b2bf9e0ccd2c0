"""What ``show(model, data)`` returns: the live workbench, its selection in Python, its state and its exports."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from mldebug_widgets.report import exporting, state
from mldebug_widgets.report.summary import summary_html, summary_text
from mldebug_widgets.widgets.saved_slices import queries
from mldebug_widgets.widgets.workbench import WorkbenchWidget

if TYPE_CHECKING:
    from pathlib import Path

    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.widgets.selection import Selection


class Workbench:
    """Panels over one evaluation and one selection, live under the cell.

    Attributes
    ----------
    widget
        The Jupyter widget, for those who lay it out themselves.
    """

    def __init__(self, evaluation: Evaluation, saved: Any = None) -> None:
        self.widget = WorkbenchWidget(evaluation)
        self.widget.exporter = lambda format, include_data: exporting.as_bytes(
            self.widget, format, include_data=include_data
        )
        if saved is not None:
            state.restore(self.widget, saved)

    @property
    def evaluation(self) -> Evaluation:
        """The model applied to the data, with the answers of the present threshold: rows, scores, per-row loss."""
        return self.widget.evaluation

    @property
    def selection(self) -> Selection:
        """The rows in focus: ``.rows``, ``.query``, ``.label``, ``.to_frame()``."""
        return self.widget.selected

    @selection.setter
    def selection(self, chosen: Any) -> None:
        self.widget.select(chosen)

    @property
    def panel(self) -> str:
        """Id of the open panel: "overview", "performance", "slices", "rows" or "whatif"; set it to open another."""
        return str(self.widget.panel)

    @panel.setter
    def panel(self, identifier: str) -> None:
        self.widget.panel = identifier

    def select(self, chosen: Any, label: str | None = None) -> None:
        """Put rows in focus in every panel.

        Parameters
        ----------
        chosen
            A query in pandas' query language (``"distance > 500 and carrier == 'UA'"``), a boolean mask,
            row positions, or None for all rows.
        label
            What the selection's chip says.
        """
        self.widget.select(chosen, label)

    @property
    def slices(self) -> dict[str, str]:
        """Name -> query of the saved slices, in the order in which they were saved; a copy."""
        return queries(self.widget.saved_slices)

    def save_slice(self, name: str, query: str | None = None) -> None:
        """Keep a condition under a name: every panel, a saved state and an exported file have it.

        Parameters
        ----------
        name
            1 to 80 characters. A slice of that name is replaced.
        query
            A condition in pandas' query language, such as a found slice's ``query``; None keeps the selection's.

        Raises
        ------
        MldTypeError, MldValueError
            ``MLD-S21`` for the name, ``MLD-S22`` without a query, ``MLD-S24`` beyond 100 slices, and the query's own.
        """
        self.widget.save_slice(name, query)

    def remove_slice(self, name: str) -> None:
        """Forget a saved slice; ``MLD-S23`` when there is none of that name."""
        self.widget.remove_slice(name)

    def state(self) -> dict[str, Any]:
        """Return panel, selection, saved slices, threshold, row, edits and sorting as JSON, for ``show(state=...)``."""
        return state.collect(self.widget)

    def export(self, path: str | PathLike[str], *, include_data: bool = False, overwrite: bool = False) -> Path:
        """Write the workbench to one offline HTML file or to a notebook, by the suffix of ``path``.

        Parameters
        ----------
        path
            A file ending in ``.html`` or ``.ipynb`` in a folder that exists.
        include_data
            False: aggregates, at most 200 raw rows, and the dots of Attributions, whose numbers are rounded. True: up
            to 100,000 raw rows. The file says what it holds.
        overwrite
            Whether an existing file may be replaced.

        Returns
        -------
        Path
            The file that was written.
        """
        return exporting.write(self.widget, path, include_data=include_data, overwrite=overwrite)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.widget._repr_mimebundle_(**kwargs)
        overview = self.widget.views.get("overview")
        shown = (None, None) if overview is None else (overview.result, overview.findings)
        return {**data, "text/html": summary_html(*shown), "text/plain": summary_text(*shown)}, metadata

    def __repr__(self) -> str:
        return f"Workbench({self.widget.title!r}, {self.widget.subtitle})"
