"""One name on both sides: a view's Python module, its TypeScript folder, its bundle and its tests share a stem.

So there is no registry to edit when a view is added, and everything about it is found by its name.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mldebug_widgets"


def kind_of(path: Path) -> str | None:
    """Return the ``kind`` of the result that a module defines: ``kind: Literal["rows"]`` in a class."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.AnnAssign(
                target=ast.Name(id="kind"),
                annotation=ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Constant(value=str(kind))),
            ):
                return kind
    return None


def stems(folder: str, pattern: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(pattern)}


#: result kind -> the module that defines it
KINDS = {kind: path for path in sorted(PACKAGE.rglob("*.py")) if (kind := kind_of(path)) is not None}
ENTRIES = sorted(stems("js/entry", "*.ts"))


def test_there_are_results_and_bundles() -> None:
    assert KINDS
    assert "workbench" in ENTRIES


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_has_its_view_and_its_tests(kind: str) -> None:
    module = KINDS[kind]
    assert (PACKAGE / "widgets" / f"{kind}.py").is_file()
    assert kind in ENTRIES
    if module.parent.name != "checks":
        # What an analyzer returns may be defined in a package of its parts; its own module is where it is found.
        assert (PACKAGE / "analyzers" / f"{kind}.py").is_file(), f"{module.name} defines a result of kind {kind!r}"
        assert (ROOT / "tests" / "analyzers" / f"test_{kind}.py").is_file()


@pytest.mark.parametrize("stem", ENTRIES)
def test_a_bundle_has_a_view_and_a_widget(stem: str) -> None:
    assert (ROOT / "js" / "views" / stem / "view.tsx").is_file()
    assert (PACKAGE / "widgets" / f"{stem}.py").is_file()
    assert len((ROOT / "js" / "entry" / f"{stem}.ts").read_text().splitlines()) <= 8, (
        "an entry only puts parts together"
    )


def test_no_view_is_left_without_a_bundle() -> None:
    assert {path.name for path in (ROOT / "js" / "views").iterdir() if path.is_dir()} == set(ENTRIES)
