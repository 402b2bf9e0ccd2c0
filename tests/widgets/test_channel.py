"""The kernel channel: every request is answered, and only what a view offers can be called."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.errors import MldValueError
from mldebug_widgets.widgets.channel import answer, request


class FakeWidget:
    """Keeps what it was told to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.future: Future[int] = Future()

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append((content, buffers or []))

    @request
    def double(self, number: int) -> int:
        return number * 2

    @request
    def numbers(self) -> Any:
        return {"values": np.arange(3, dtype=np.float32)}

    @request
    def coded(self) -> None:
        raise MldValueError("MLD-W50", "row", "9", "0 to 3", "Choose another.")

    @request
    def broken(self) -> None:
        raise ZeroDivisionError("no")

    @request
    def interrupted(self) -> None:
        raise KeyboardInterrupt

    @request
    def unsendable(self) -> object:
        return object()

    @request
    def later(self) -> Future[int]:
        return self.future

    def private(self) -> str:
        return "must not be reached"


def ask(method: Any, params: Any = None, **extra: Any) -> dict[str, Any]:
    widget = FakeWidget()
    answer(widget, {"type": "request", "id": 7, "method": method, "params": {} if params is None else params, **extra})
    assert len(widget.sent) == 1
    content = widget.sent[0][0]
    assert content["type"] == "response"
    assert content["id"] == 7
    return content


def test_a_result_comes_back_under_the_id_of_its_request() -> None:
    assert ask("double", {"number": 4}) == {"type": "response", "id": 7, "ok": True, "result": 8}


def test_array_bytes_travel_as_buffers() -> None:
    widget = FakeWidget()
    answer(widget, {"type": "request", "id": 1, "method": "numbers", "params": {}})
    content, buffers = widget.sent[0]
    assert content["result"]["values"] == {"dtype": "f4", "shape": [3], "buffer": 0}
    np.testing.assert_array_equal(np.frombuffer(buffers[0], np.float32), [0, 1, 2])


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("coded", {}, "MLD-W50"),
        ("broken", {}, "MLD-W99"),
        ("interrupted", {}, "MLD-W03"),
        ("unsendable", {}, "MLD-W99"),
        ("private", {}, "MLD-W01"),
        ("send", {}, "MLD-W01"),
        ("__init__", {}, "MLD-W01"),
        ("missing", {}, "MLD-W01"),
        (None, {}, "MLD-W01"),
        (["double"], {}, "MLD-W01"),
        ("double", {}, "MLD-W02"),
        ("double", {"number": 1, "more": 2}, "MLD-W02"),
        ("double", [1], "MLD-W02"),
        ("double", "number", "MLD-W02"),
    ],
)
def test_every_failure_is_answered_with_its_code(method: Any, params: Any, code: str) -> None:
    content = ask(method, params)
    assert content["ok"] is False
    assert content["error"]["code"] == code


def test_work_that_ends_later_answers_when_it_ends() -> None:
    widget = FakeWidget()
    answer(widget, {"type": "request", "id": 3, "method": "later", "params": {}})
    assert widget.sent == []
    widget.future.set_result(5)
    assert widget.sent[0][0] == {"type": "response", "id": 3, "ok": True, "result": 5}


def test_cancelled_work_is_answered_too() -> None:
    widget = FakeWidget()
    answer(widget, {"type": "request", "id": 3, "method": "later", "params": {}})
    widget.future.cancel()
    assert widget.sent[0][0]["error"]["code"] == "MLD-W04"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_whatever_the_browser_sends_never_raises(content: Any) -> None:
    answer(FakeWidget(), content)


@given(st.fixed_dictionaries({"type": st.just("request"), "id": JSON, "method": JSON, "params": JSON}))
def test_whatever_request_the_browser_sends_is_answered_once(content: Any) -> None:
    widget = FakeWidget()
    answer(widget, content)
    assert len(widget.sent) == 1
