"""Importing the package is cheap, and its analyses need no browser, no notebook and no front end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import mldebug_widgets

ROOT = Path(__file__).parents[1]
SCREEN = {"anywidget", "bqplot", "ipykernel", "IPython", "ipywidgets", "traitlets"}
HEAVY = {"torch", "pandas", "sklearn", "scipy", "captum", "matplotlib"}

ANALYSES = """
import json, sys
import numpy as np, pandas as pd
import mldebug_widgets as mld

frame = pd.DataFrame({"a": np.arange(40.0), "b": ["x", "y"] * 20, "target": [0, 0, 1, 1] * 10})
ev = mld.evaluate(lambda rows: rows["a"].to_numpy() / 40, frame, target="target")
print(json.dumps({
    "task": ev.task,
    "tables": [len(result.to_frame()) for result in (
        mld.overview(ev), mld.performance(ev), mld.sensitivity(ev, row=0), mld.findings(ev)
    )],
    "modules": sorted({name.split(".")[0] for name in sys.modules}),
}))
"""


def run(code: str, folder: Path) -> str:
    """Run code in an interpreter of its own, with the package found in ``folder``."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_package_loads_nothing_else() -> None:
    loaded = run("import json, sys, mldebug_widgets; print(json.dumps(sorted(sys.modules)))", ROOT)
    assert not {name.split(".")[0] for name in json.loads(loaded)} & (SCREEN | HEAVY)


def test_every_public_name_is_there() -> None:
    for name in mldebug_widgets.__all__:
        assert getattr(mldebug_widgets, name) is not None
    assert set(mldebug_widgets.__all__) <= set(dir(mldebug_widgets))


def test_importing_the_module_show_does_not_hide_the_function() -> None:
    assert "True" in run("import mldebug_widgets as mld, mldebug_widgets.show; print(callable(mld.show))", ROOT)


def test_analyses_run_without_the_front_end_or_any_widget(tmp_path: Path) -> None:
    built = shutil.ignore_patterns("static", "labextension", "__pycache__")
    shutil.copytree(ROOT / "mldebug_widgets", tmp_path / "mldebug_widgets", ignore=built)
    report = json.loads(run(ANALYSES, tmp_path).splitlines()[-1])
    assert report["task"] == "binary"
    assert all(rows > 0 for rows in report["tables"][:3])
    assert not set(report["modules"]) & SCREEN
