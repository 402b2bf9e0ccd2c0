"""Find the Chromium that the browser tests drive, or say how to get one.

``python scripts/chromium.py`` prints its path; as root on Debian it installs the package first.
The browser is the system's: the tests never download one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET_ONE = """No Chromium found. The browser tests need one:
  Debian, Ubuntu   apt-get install chromium      (as root; 'make test' does it by itself when it is root)
  Fedora           dnf install chromium
  macOS            brew install --cask chromium, or Google Chrome from its installer
  anywhere else    CHROMIUM=/path/to/chromium make test"""


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome; ``CHROMIUM`` in the environment wins."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    on_path = (shutil.which(command) for command in COMMANDS)
    return next(filter(None, on_path), None) or next((app for app in MAC_APPLICATIONS if Path(app).exists()), None)


def install_on_debian() -> None:
    """Install Debian's package. Its index is read first: a fresh machine has none."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=sys.stderr)


def main() -> int:
    """Print the path of Chromium, installing it where that is possible without asking."""
    may_install = "CHROMIUM" not in os.environ and os.geteuid() == 0 and shutil.which("apt-get")
    if find_chromium() is None and may_install:
        install_on_debian()
    found = find_chromium()
    print(found if found else HOW_TO_GET_ONE, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
