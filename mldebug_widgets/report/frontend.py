"""The front-end files of the installed widget packages, ready to stand inside a page."""

from __future__ import annotations

import re
import site
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from mldebug_widgets.errors import MldValueError

_BASE = "@jupyter-widgets/base"
#: Models of other modules that the page's own script brings along (js/report/main.ts).
_BROUGHT_ALONG = {("@jupyter-widgets/controls", "ImageModel")}

_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_MODULE_NAME = re.compile(r"[A-Za-z0-9_-]+")


def modules_of(models: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the modules that saved widget models need beside the page's own script."""
    named = ((model["model_module"], model["model_name"]) for model in models)
    return sorted({module for module, name in named if module != _BASE and (module, name) not in _BROUGHT_ALONG})


def module_script(name: str) -> str:
    """Return the AMD build that the package ``name`` installs for notebooks, as the text of one inline script.

    Raises
    ------
    MldValueError
        ``MLD-X40`` when no installed package brings such a file.
    """
    path = _module_path(name)
    if path is None:
        raise MldValueError(
            "MLD-X40",
            "export",
            f"no front-end file of the widget package {name!r} was found",
            "widgets of installed packages that bring share/jupyter/nbextensions/<package>/index.js",
            "Reinstall that package, or leave its widgets out of the workbench.",
        )
    code = _SOURCE_MAP.sub("", path.read_text(encoding="utf-8")).strip()
    # anywidget's file declares its names at top level; inside a function they do not become the page's globals.
    return inline_script(f"(()=>{{{code}\n}})();")


def inline_script(code: str) -> str:
    """Return ``code`` so that it can stand between script tags: nothing in it ends the script or starts a comment."""
    normal = code.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"<(?=/script|!--)", r"\\x3c", normal, flags=re.IGNORECASE)


def _module_path(name: str) -> Path | None:
    if not _MODULE_NAME.fullmatch(name):
        return None
    place = Path("share", "jupyter", "nbextensions", name, "index.js")
    candidates = [_recorded_path(name, place)]
    candidates += [Path(prefix) / place for prefix in (sys.prefix, site.getuserbase(), sys.base_prefix)]
    return next((path for path in candidates if path is not None and path.is_file()), None)


def _recorded_path(name: str, place: Path) -> Path | None:
    """Return where the package's own file list says that the file is: right also where prefixes are unusual."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return None
    found = next((file for file in files if file.as_posix().endswith(place.as_posix())), None)
    return None if found is None else Path(str(found.locate()))
