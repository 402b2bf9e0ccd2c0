"""Who may import whom, in Python and in TypeScript: the table of the design, enforced.

Every import statement counts, also inside functions and under TYPE_CHECKING: a dependency is one either way.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mldebug_widgets"
FRONTEND = ROOT / "js"

EVERYBODY = {"errors", "wire"}
#: Layer -> the layers that it may import, besides itself and EVERYBODY.
PYTHON_LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "wire": set(),
    "evaluation": set(),
    "analyzers": {"evaluation"},
    "checks": {"evaluation", "analyzers"},
    "training": {"evaluation"},
    "charts": {"evaluation", "analyzers", "training"},
    "widgets": {"evaluation", "analyzers", "checks", "training", "charts"},
    "report": {"evaluation", "analyzers", "checks", "training", "charts", "widgets"},
    "workbench": {"evaluation", "analyzers", "checks", "training", "charts", "widgets", "report"},
    "show": {"evaluation", "analyzers", "checks", "training", "charts", "widgets", "report", "workbench"},
}
#: Layers that run without a browser, a notebook or a front end.
PURE = {"errors", "wire", "evaluation", "analyzers", "checks", "training"}
SCREEN = {"anywidget", "bqplot", "ipykernel", "ipywidgets", "traitlets"}

TYPESCRIPT_LAYERS: dict[str, set[str]] = {
    "contract": set(),
    "ui": {"contract"},
    "host": {"contract"},
    "views": {"contract", "ui"},
    "entry": {"contract", "ui", "host", "views"},
    "report": {"contract"},
    "labextension": {"contract"},
    "gallery": {"contract", "ui", "host", "views"},
    "testing": {"contract", "host"},
}
#: What a test file may import besides its own layer's: hosts in memory, drawn fixtures, and ways to draw.
TEST_LAYERS = {"contract", "gallery", "host", "testing", "ui"}
#: Packages that only these layers may import; every other layer builds on preact alone.
TYPESCRIPT_PACKAGES = {
    "@anywidget/": {"host"},
    "@jupyter-widgets/": {"host", "report"},
    "@jupyterlab/": {"labextension"},
    "@lumino/": {"labextension", "report"},
    "preact": {"entry", "gallery", "host", "ui", "views"},
    "vitest": {"testing"},
}

#: The package's own __init__ names every layer, but loads none before it is asked: see test_import.py.
PYTHON_FILES = sorted(set(PACKAGE.rglob("*.py")) - {PACKAGE / "__init__.py"})
TYPESCRIPT_FILES = sorted(
    path for path in FRONTEND.rglob("*.ts*") if "lib" not in path.parts and not path.name.endswith(".d.ts")
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def python_imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of every module that the file imports, relative ones resolved."""
    here = ("mldebug_widgets", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            # "from mldebug_widgets import wire" names the layer only after the word import.
            yield from (f"{module}.{alias.name}" for alias in node.names)


def typescript_imports(path: Path) -> list[str]:
    statement = r'(?:import|export)\s[^;"]*?from\s*"([^"]+)"|import\s*\(?\s*"([^"]+)"'
    return [first or second for first, second in re.findall(statement, path.read_text())]


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_python_file_imports_only_lower_layers(path: Path) -> None:
    layer = python_layer(path)
    allowed = PYTHON_LAYERS[layer] | EVERYBODY | {layer}
    ours = [name.split(".") for name in python_imports(path) if name.startswith("mldebug_widgets")]
    wrong = {".".join(parts) for parts in ours if len(parts) > 1 and parts[1] not in allowed}
    assert not wrong, f"{layer} may import only {sorted(allowed)}"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_only_the_screen_side_imports_widget_packages(path: Path) -> None:
    layer = python_layer(path)
    imported = {name.split(".")[0] for name in python_imports(path)}
    if layer in PURE:
        assert not imported & SCREEN
    if layer != "charts":
        assert "bqplot" not in imported, "charts is the only place that imports bqplot"
    assert not any(name.startswith("captum.insights") for name in python_imports(path))


@pytest.mark.parametrize("path", TYPESCRIPT_FILES, ids=name_of)
def test_typescript_file_imports_only_lower_layers(path: Path) -> None:
    layer = path.relative_to(FRONTEND).parts[0]
    allowed = TYPESCRIPT_LAYERS[layer] | {layer} | (TEST_LAYERS if is_test(path) else set())
    for target in typescript_imports(path):
        if target.startswith("."):
            resolved = Path(os.path.normpath(path.parent / target)).relative_to(FRONTEND)
            assert resolved.parts[0] in allowed, f"{layer} may not import {target}"
        elif not is_test(path):
            owners = [layers for prefix, layers in TYPESCRIPT_PACKAGES.items() if target.startswith(prefix)]
            assert owners, f"{target} is not a package that the front end builds on"
            assert layer in owners[0], f"{layer} may not import {target}"


def is_test(path: Path) -> bool:
    return ".test." in path.name


def test_every_layer_is_in_the_table() -> None:
    assert {python_layer(path) for path in PYTHON_FILES} <= set(PYTHON_LAYERS)
    assert {path.relative_to(FRONTEND).parts[0] for path in TYPESCRIPT_FILES} <= set(TYPESCRIPT_LAYERS)


def test_imports_are_found_in_every_form(tmp_path: Path) -> None:
    source = tmp_path / "a.ts"
    source.write_text(
        'import type { A } from "./a";\nimport {\n  b,\n  c,\n} from "../b";\nexport * from "./c";\n'
        'import "./d.css";\nconst e = await import("./e");\nconst text = "from"; const f = "./no";\n'
    )
    assert typescript_imports(source) == ["./a", "../b", "./c", "./d.css", "./e"]
