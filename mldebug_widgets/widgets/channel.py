"""Requests from a view to the kernel: always answered, with a result or a coded error.

A view sends ``{"type": "request", "id", "method", "params"}``; the answer is
``{"type": "response", "id", "ok", "result" | "error"}`` with array bytes as message buffers.
Only methods marked with ``@request`` can be called, by their name and with their named parameters.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.wire import encode_message

Handler = TypeVar("Handler", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """What the channel needs of a widget: sending one custom message."""

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a custom message to the view."""


def request(handler: Handler) -> Handler:
    """Mark a widget method as callable from its view. It may return a value or a ``Future`` of one."""
    handler.__mld_request__ = True  # type: ignore[attr-defined]
    return handler


def is_sign_of_life(content: Any) -> bool:
    """Tell whether a custom message only asks whether anybody is there: any thread may answer that."""
    return isinstance(content, Mapping) and content.get("type") == "request" and content.get("method") == "ping"


def answer(widget: Sender, content: Any) -> None:
    """Handle one custom message of ``widget``'s view; never raises for anything the browser can send."""
    if not isinstance(content, Mapping) or content.get("type") != "request":
        return
    identifier = content.get("id")
    try:
        handler, params = _resolve(widget, content)
        outcome = handler(**params)
    except KeyboardInterrupt:
        _send_error(widget, identifier, _described("MLD-W03", "interrupted", "the kernel was interrupted"))
        return
    except Exception as error:
        _send_error(widget, identifier, error_record(error))
        return
    if isinstance(outcome, Future):
        outcome.add_done_callback(lambda done: _send_outcome(widget, identifier, done))
    else:
        _send_result(widget, identifier, outcome)


def error_record(error: BaseException) -> dict[str, str]:
    """Return an error as the view shows it: code, argument, got, allowed, fix and the whole message."""
    if isinstance(error, MldError):
        return {
            "code": error.code,
            "argument": error.argument,
            "got": error.got,
            "allowed": error.allowed,
            "fix": error.fix,
            "message": str(error),
        }
    _log.warning("a request failed", exc_info=error)
    return _described("MLD-W99", type(error).__name__, f"{type(error).__name__}: {error}")


def _described(code: str, argument: str, message: str) -> dict[str, str]:
    return {"code": code, "argument": argument, "got": message, "allowed": "", "fix": "", "message": message}


def _resolve(widget: Sender, content: Mapping[str, Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
    method = content.get("method")
    handler = getattr(type(widget), method, None) if isinstance(method, str) else None
    if not getattr(handler, "__mld_request__", False):
        raise MldValueError(
            "MLD-W01",
            "method",
            f"a request for {str(method)[:80]!r}",
            "a method that this view offers",
            "Reload the notebook page so that view and kernel are of one version.",
        )
    params = content.get("params", {})
    bound = getattr(widget, str(method))
    try:
        inspect.signature(bound).bind(**params)
    except TypeError as error:
        raise MldTypeError(
            "MLD-W02",
            "params",
            f"{error}",
            f"the parameters {inspect.signature(bound)}",
            "Reload the notebook page so that view and kernel are of one version.",
        ) from error
    return bound, dict(params)


def _send_outcome(widget: Sender, identifier: Any, done: Future[Any]) -> None:
    if done.cancelled():
        _send_error(widget, identifier, _described("MLD-W04", "cancelled", "cancelled before it was finished"))
    elif (error := done.exception()) is not None:
        _send_error(widget, identifier, error_record(error))
    else:
        _send_result(widget, identifier, done.result())


def _send_result(widget: Sender, identifier: Any, outcome: Any) -> None:
    try:
        result, buffers = encode_message(outcome)
    except TypeError as error:
        _send_error(widget, identifier, error_record(error))
        return
    widget.send({"type": "response", "id": identifier, "ok": True, "result": result}, buffers)


def _send_error(widget: Sender, identifier: Any, record: Mapping[str, str]) -> None:
    widget.send({"type": "response", "id": identifier, "ok": False, "error": dict(record)})
