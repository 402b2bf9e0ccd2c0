"""What can be chosen in Attributions and Text: as the views show it, and as the analyses take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def settings_record(
    methods: Mapping[str, str], classes: Sequence[str], task: str, default_target: str
) -> dict[str, Any]:
    """Return the choices of the panel as the view shows them, with the present ones."""
    by_row = [("predicted", "predicted class"), ("true", "true class")] if task == "multiclass" else []
    named = [(str(position), name) for position, name in enumerate(classes)]
    return {
        "method": "auto",
        "methods": [{"value": "auto", "label": "Automatic"}, *_choices(methods.items())],
        "baseline": "auto",
        "baselines": _choices(BASELINES.items()),
        "target": default_target,
        "targets": _choices([*by_row, *named]),
    }


BASELINES = {
    "auto": "Automatic",
    "mean": "column means",
    "median": "column medians",
    "zero": "zero",
    "background": "background sample",
    "row": "a row",
}


def _choices(pairs: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


def target_of(chosen: str) -> Any:
    """Return what the analyses take for a chosen class: None for the default, a position, "predicted" or "true"."""
    if chosen == "auto":
        return None
    return int(chosen) if chosen.isdecimal() else chosen
