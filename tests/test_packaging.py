"""The wheel: everything a user needs is inside, it installs alone, and JupyterLab finds the extension."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

import mldebug_widgets

ROOT = Path(__file__).parents[1]
EXTENSION = "share/jupyter/labextensions/mldebug-widgets"
LARGEST_WHEEL = 2_000_000
REQUIRED = {
    "anywidget",
    "bqplot",
    "captum",
    "ipywidgets",
    "narwhals",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "torch",
    "threadpoolctl",
    "tqdm",
}
#: Imported where ipywidgets, which requires them, hands them over.
WITH_IPYWIDGETS = {"ipython", "traitlets"}
#: Imported only for data that came from there.
WITH_DATA = {"pyarrow"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as ``make wheel`` does; the front end must have been built before."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with nothing but the wheel, JupyterLab and what pip brings for them."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    # Byte code for a gigabyte of dependencies would take longer than everything else here.
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install", "--no-compile"]
    constraints = ["--quiet", "--constraint", str(ROOT / "constraints.txt")]
    done = subprocess.run([*pip, *constraints, f"{wheel}[lab]"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return environment


def test_wheel_holds_every_bundle_and_the_extension(files: set[str]) -> None:
    entries = {path.stem for path in (ROOT / "js" / "entry").glob("*.ts")}
    bundles = {Path(name).stem for name in files if re.fullmatch(r"mldebug_widgets/static/\w+\.js", name)}
    assert entries | {"report"} <= bundles
    assert "mldebug_widgets/py.typed" in files
    shared = {name.partition(".data/data/")[2] for name in files if ".data/data/" in name}
    assert {f"{EXTENSION}/package.json", f"{EXTENSION}/install.json"} <= shared
    load = json.loads((ROOT / "mldebug_widgets/labextension/package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert f"{EXTENSION}/{load}" in shared


def test_wheel_holds_every_module_and_nothing_else(wheel: Path, files: set[str]) -> None:
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "mldebug_widgets").rglob("*.py")}
    assert modules <= files
    kinds = {".py", ".typed", ".js", ".css", ".json", ""}
    assert {Path(name).suffix for name in files} <= kinds, "a file of a kind that no user needs"
    tops = {Path(name).parts[0].partition("-")[0] for name in files}
    assert tops == {"mldebug_widgets"}
    assert wheel.stat().st_size < LARGEST_WHEEL


def test_version_has_one_source(metadata: Message) -> None:
    package = json.loads((ROOT / "package.json").read_text())["version"]
    assert metadata["Version"] == package == mldebug_widgets.__version__ == version("mldebug-widgets")


def test_requirements_are_the_agreed_ones(metadata: Message) -> None:
    assert metadata["Requires-Python"] == ">=3.11"
    requirements = [text for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in text]
    assert {re.split(r"[<>=!~; ]", text)[0] for text in requirements} == REQUIRED


def test_every_imported_package_is_required() -> None:
    homes = packages_distributions()
    imported: set[str] = set()
    for path in (ROOT / "mldebug_widgets").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    third_party = imported - set(sys.stdlib_module_names) - {"mldebug_widgets"}
    names = {name: {home.lower() for home in homes.get(name, [name])} for name in third_party}
    assert not [name for name, home in names.items() if not home & (REQUIRED | WITH_IPYWIDGETS | WITH_DATA)]


def test_installed_wheel_imports_without_the_source_tree(installed: Path, tmp_path: Path) -> None:
    code = (
        "import mldebug_widgets as mld; from mldebug_widgets.widgets.assets import module_text; "
        "print(mld.show and mld.__file__); print(len(module_text('workbench')))"
    )
    python = str(installed / "bin" / "python")
    done = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    file, size = done.stdout.split()
    assert Path(file).is_relative_to(installed)
    assert int(size) > 1000


def test_jupyterlab_lists_the_extension_as_enabled_and_ok(installed: Path, tmp_path: Path) -> None:
    jupyter = str(installed / "bin" / "jupyter")
    environment = {"PATH": f"{installed / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [jupyter, "labextension", "list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    listed = re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr)
    assert re.search(rf"mldebug-widgets v{re.escape(mldebug_widgets.__version__)} enabled OK", listed), listed


def test_lock_file_is_complete_and_names_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in lock.items() if "resolved" in package]
    # npm leaves out the packages of platforms that the registry could not give, and 'npm ci' then fails anywhere.
    locked = {name.rpartition("node_modules/")[2] for name in lock}
    wanted = {optional for package in lock.values() for optional in package.get("optionalDependencies", {})}
    assert wanted <= locked
