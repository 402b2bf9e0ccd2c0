"""Put the built front end into the wheel, and refuse to build a wheel without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EXTENSION = "share/jupyter/labextensions/mldebug-widgets"


class FrontendHook(BuildHookInterface[Any]):
    """An editable install works without a front end, because the analyzers need none; a wheel must carry it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        package = Path(self.root, "mldebug_widgets")
        missing = [
            str(path.relative_to(self.root))
            for path in (package / "static" / "workbench.js", package / "labextension" / "package.json")
            if not path.is_file()
        ]
        if missing:
            raise FileNotFoundError(
                f"{' and '.join(missing)} not built. Run 'make wheel', or 'npm ci', 'npm run build' "
                "and 'npm run build:labextension' first."
            )
        build_data["shared_data"] = {
            "mldebug_widgets/labextension": EXTENSION,
            "install.json": f"{EXTENSION}/install.json",
        }
