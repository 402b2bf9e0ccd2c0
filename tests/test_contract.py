"""The TypeScript types are the ones that the dataclasses give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_generated_types_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/gen_contract.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
