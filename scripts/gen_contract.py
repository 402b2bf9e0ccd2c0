"""Writes js/contract/generated.ts from the result dataclasses, so that both sides share one definition.

Run ``python scripts/gen_contract.py``; with ``--check`` it only says whether the file is fresh.
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from pathlib import Path
from typing import Any

import numpy as np

from mldebug_widgets.analyzers.attributions import AttributionsResult
from mldebug_widgets.analyzers.crossfilter import BrushCube, CarriedPairs, CrossfilterResult, SelectedBins
from mldebug_widgets.analyzers.error_heatmap import ErrorHeatMap
from mldebug_widgets.analyzers.gradcam import GradCamResult
from mldebug_widgets.analyzers.image_pages import ImagePage, PageChecks, Thumbnails
from mldebug_widgets.analyzers.overview import OverviewResult
from mldebug_widgets.analyzers.performance import PerformanceResult
from mldebug_widgets.analyzers.rows import RowsResult
from mldebug_widgets.analyzers.sensitivity import SensitivityResult
from mldebug_widgets.analyzers.slice_comparison import SliceComparison, SliceMeasure
from mldebug_widgets.analyzers.slices import SlicesResult
from mldebug_widgets.analyzers.text_attributions import TextAttributionsResult
from mldebug_widgets.analyzers.whatif import NearestRow, WhatifResult
from mldebug_widgets.checks.finding import FindingsResult
from mldebug_widgets.evaluation.schema import Feature

ROOTS = (
    Feature,
    OverviewResult,
    FindingsResult,
    PerformanceResult,
    RowsResult,
    SensitivityResult,
    WhatifResult,
    NearestRow,
    AttributionsResult,
    TextAttributionsResult,
    GradCamResult,
    ImagePage,
    PageChecks,
    Thumbnails,
    SlicesResult,
    SliceComparison,
    SliceMeasure,
    ErrorHeatMap,
    CrossfilterResult,
    BrushCube,
    CarriedPairs,
    SelectedBins,
)
TARGET = Path(__file__).parent.parent / "js" / "contract" / "generated.ts"
HEADER = """// Written by scripts/gen_contract.py from the Python result dataclasses: change those and run it.
import type { NDArray } from "./values";
"""
_SCALARS: dict[Any, str] = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}


def typescript(hint: Any, found: dict[str, type]) -> str:
    """Return the TypeScript type of a Python type hint, collecting the dataclasses it mentions."""
    if hint in _SCALARS:
        # A float that is NaN or infinite arrives as null.
        return "number | null" if hint is float else _SCALARS[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        collect(hint, found)
        return hint.__name__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is np.ndarray:
        return "NDArray"
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return unique(typescript(argument, found) for argument in arguments)
    if origin is tuple:
        return f"readonly {bracketed(typescript(arguments[0], found))}[]"
    if origin is dict:
        return f"Readonly<Record<string, {typescript(arguments[1], found)}>>"
    raise TypeError(f"no TypeScript type for {hint!r}")


def unique(parts: typing.Iterable[str]) -> str:
    """Join the members of a union, each once."""
    members = [member for part in parts for member in part.split(" | ")]
    return " | ".join(dict.fromkeys(members))


def bracketed(text: str) -> str:
    """Put a union or an array into brackets so that it can be followed by ``[]``."""
    return f"({text})" if " | " in text or text.startswith("readonly ") else text


def collect(cls: type, found: dict[str, type]) -> None:
    """Add a dataclass and those its fields mention."""
    if cls.__name__ in found:
        return
    found[cls.__name__] = cls
    interface(cls, found)


def interface(cls: type, found: dict[str, type]) -> str:
    """Return the TypeScript interface of one dataclass."""
    hints = typing.get_type_hints(cls)
    lines = [
        f"  readonly {field.name}: {typescript(hints[field.name], found)};"
        for field in dataclasses.fields(cls)
        if field.metadata.get("wire", True)
    ]
    return "\n".join([f"export interface {cls.__name__} {{", *lines, "}"])


def generate() -> str:
    """Return the whole file."""
    found: dict[str, type] = {}
    for root in ROOTS:
        collect(root, found)
    return HEADER + "\n" + "\n\n".join(interface(found[name], found) for name in sorted(found)) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit status."""
    text = generate()
    if "--check" in arguments:
        fresh = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        print("js/contract/generated.ts is fresh" if fresh else "stale: run python scripts/gen_contract.py")
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
