"""Print the versions installed in this environment as pip constraints that hold on Linux and macOS."""

from __future__ import annotations

from importlib.metadata import distributions

HEADER = """\
# The versions that development, tests and the demo run with; written by 'make constraints'.
# A constraint installs nothing: it only says which version, when something asks for the package.
"""

#: The package itself, and what 'venv' brings along only on some Python versions, in a version of its own.
UNPINNED = {"mldebug-widgets", "setuptools"}


def pinned() -> dict[str, str]:
    """Return name -> version. A local label such as ``+cpu`` names one build, which other machines cannot get."""
    found = {dist.metadata["Name"].lower().replace("_", "-"): dist.version for dist in distributions()}
    return {name: version.partition("+")[0] for name, version in found.items() if name not in UNPINNED}


if __name__ == "__main__":
    print(HEADER + "\n".join(f"{name}=={version}" for name, version in sorted(pinned().items())))
