"""The first look in the README runs as it stands, and shows what the README says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mldebug_widgets as mld

README = Path(__file__).parents[1] / "README.md"


def test_the_first_look_finds_what_is_said_below_it() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = (block for block in blocks if "load_diabetes" in block)
    *before, last = code.strip().splitlines()
    names: dict[str, Any] = {}
    exec("\n".join([*before, f"workbench = {last}"]), names)
    evaluation = names["workbench"].evaluation
    assert mld.findings(evaluation)[0].code == "MLD101"
    errors = mld.performance(evaluation).metrics.loc["rmse"]
    assert 2.5 < errors["test", "value"] / errors["train", "value"] < 3
