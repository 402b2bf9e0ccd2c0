"""The base of every view: its synced traits, its channel, and what the browser may write."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar

import anywidget
import traitlets

from mldebug_widgets.errors import MldValueError, shown
from mldebug_widgets.widgets.assets import module_text
from mldebug_widgets.widgets.cell_thread import CellThread
from mldebug_widgets.widgets.channel import answer, is_sign_of_life
from mldebug_widgets.widgets.fallback import static_html, static_text
from mldebug_widgets.wire import encode


def encoded(value: Any, _widget: object) -> Any:
    """Serialise a trait that holds a result."""
    return encode(value)


class ViewWidget(anywidget.AnyWidget):
    """A thin anywidget around one view. Subclasses name their ``stem``: the view, its bundle and this module share it.

    Attributes
    ----------
    result
        The analyzer's result that the view draws; None while it is being computed.
    workbench
        Reference of the workbench that this view belongs to (of itself, for the workbench), or "" when it stands alone.
    mode
        "live", or "report" inside an exported file.
    failed
        The coded error to show instead of a result, or None.
    """

    stem: ClassVar[str] = ""
    #: Traits that the browser may write. Everything else it sends is dropped: synced traits are requests, not truth.
    browser_writes: ClassVar[frozenset[str]] = frozenset()
    #: Traits that say what was chosen on this view and nowhere else; the workbench's saved state holds their values.
    saved_traits: ClassVar[tuple[str, ...]] = ()

    result = traitlets.Any(None).tag(sync=True, to_json=encoded)
    workbench = traitlets.Unicode("").tag(sync=True)
    mode = traitlets.Unicode("live").tag(sync=True)
    failed = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, **values: Any) -> None:
        self._cells = CellThread()
        self.add_traits(_esm=traitlets.Unicode(module_text(self.stem)).tag(sync=True))
        super().__init__(**values)
        self.on_msg(lambda widget, content, _buffers: answer(widget, content))

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        """Handle what the browser sent on the thread that runs the cells; say at once that somebody is there."""
        handle = super()._handle_msg
        if is_sign_of_life(msg["content"]["data"].get("content")):
            handle(msg)
        else:
            self._cells.do(lambda: handle(msg))

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take from the browser only the traits that it owns, with possible values; show it the others as they are."""
        owned = {name: value for name, value in sync_data.items() if name in self.browser_writes}
        taken = {name: value for name, value in owned.items() if self.accepts(name, value)}
        super().set_state(taken)
        if refused := owned.keys() - taken.keys():
            self.send_state(refused)

    def accepts(self, name: str, value: Any) -> bool:
        """Return whether the browser may set the trait ``name`` to ``value``."""
        return True

    def choices(self) -> dict[str, Any]:
        """Return what was chosen on this view alone, as JSON-able values: its part of the workbench's saved state."""
        return {name: deepcopy(getattr(self, name)) for name in self.saved_traits}

    def check_choices(self, saved: Mapping[str, Any]) -> None:
        """Refuse what ``choices`` could not have returned, with a coded error; nothing changes."""
        for name, value in saved.items():
            if name not in self.saved_traits or not self.accepts(name, value):
                allowed = ", ".join(self.saved_traits) or "nothing: this panel keeps no choices"
                raise MldValueError(
                    "MLD-S46", f"state['panels'][{self.stem!r}]", f"{shown(name)}: {shown(value)}",
                    f"possible values of {allowed}", "Pass what workbench.state() returned, unchanged.",
                )  # fmt: skip

    def choose(self, saved: Mapping[str, Any]) -> None:
        """Take choices that ``check_choices`` has let through."""
        with self.hold_sync():
            for name, value in saved.items():
                setattr(self, name, deepcopy(value))

    @property
    def reference(self) -> str:
        """How another widget's state names this one."""
        return f"IPY_MODEL_{self.model_id}"

    def refresh(self) -> None:
        """Bring up to date what is left for when it is looked at; called before an export too."""

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the trait values (JSON state form) that differ in an exported file; the live widget is untouched."""
        return {"mode": "report"}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": static_text(self.result), "text/html": static_html(self.result)}, metadata
