"""Puts the rated sentences that ``notebooks/attributions.ipynb`` reads beside the environment.

They are in the source distribution of vaderSentiment (MIT licence) only; an installed vaderSentiment lacks them.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "3.3.2"
MEMBER = f"vaderSentiment-{VERSION}/additional_resources/hutto_ICWSM_2014.tar.gz"
PATH = Path(sys.prefix) / "share" / "vaderSentiment" / "hutto_ICWSM_2014.tar.gz"


def main() -> int:
    """Download the distribution unless the file is there."""
    if PATH.exists():
        return 0
    with tempfile.TemporaryDirectory() as folder:
        wanted = ["--no-deps", "--no-binary", ":all:", "--dest", folder, f"vaderSentiment=={VERSION}"]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", *wanted], check=True)
        (distribution,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(distribution) as archive:
            found = archive.extractfile(MEMBER)
            if found is None:
                raise FileNotFoundError(MEMBER)
            PATH.parent.mkdir(parents=True, exist_ok=True)
            PATH.write_bytes(found.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
