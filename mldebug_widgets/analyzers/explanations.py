"""The explanations that have been made of an Evaluation, so that a check can judge them without asking the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakKeyDictionary, ref

from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.evaluation.models.model import Model


class Explanation(Protocol):
    """A result of ``attributions``, ``text_attributions`` or ``gradcam``."""

    @property
    def kind(self) -> str:
        """Which of them."""


# By the model, which an Evaluation shares with its copies of another threshold or other metadata.
_KNOWN: WeakKeyDictionary[Model, dict[str, Any]] = WeakKeyDictionary()
_LISTENERS: WeakKeyDictionary[Model, list[Callable[[], Callable[[], None] | None]]] = WeakKeyDictionary()


def explanations(ev: Evaluation) -> tuple[Any, ...]:
    """Return the explanations of ``ev`` to judge: of each kind the one of the most rows, the newest of such."""
    return tuple(_KNOWN.get(ev.model, {}).values())


def remember(ev: Evaluation, result: Explanation) -> None:
    """Keep a result as long as ``ev`` lives, unless one of its kind explains more rows, and tell who listens."""
    known = _KNOWN.setdefault(ev.model, {})
    before = known.get(result.kind)
    if before is not None and n_explained(before) > n_explained(result):
        return
    known[result.kind] = result
    for listener in tuple(_LISTENERS.get(ev.model, ())):
        told = listener()
        if told is None:
            _LISTENERS[ev.model].remove(listener)
        else:
            told()


def on_explained(ev: Evaluation, owner: Any, tell: str) -> None:
    """Call the method ``tell`` of ``owner``, while it lives, when an explanation of ``ev`` was remembered."""
    owner_ref = ref(owner)

    def listener() -> Callable[[], None] | None:
        living = owner_ref()
        return None if living is None else getattr(living, tell)

    _LISTENERS.setdefault(ev.model, []).append(listener)


def n_explained(result: Any) -> int:
    """Return how many rows a result explains."""
    return len(result.texts if result.kind == "text_attributions" else result.rows)
