"""Where an exported file may go, and how it gets there whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mldebug_widgets.errors import MldTypeError, MldValueError, type_of


def destination(path: Any, *, suffixes: Sequence[str], overwrite: bool) -> Path:
    """Return ``path`` as an absolute path after checking that a file may be written there.

    Parameters
    ----------
    path
        Text or a path object; ``~`` is the home folder.
    suffixes
        What the name may end in, in lower case.
    overwrite
        Whether a file that is already there may be replaced.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-X30`` to ``MLD-X37``: not a path, NUL or nothing in it, another suffix, no such folder, a folder, a
        link or a device at that place, a file that is already there, or a place that cannot be looked at.
    """
    target = _as_path(path)
    if target.suffix.lower() not in suffixes:
        raise MldValueError(
            "MLD-X32",
            "path",
            f"{target.name!r}",
            f"a file name that ends in {' or '.join(suffixes)}",
            f"Write for example workbench.export({f'report{suffixes[0]}'!r}).",
        )
    try:
        _check_place(target, overwrite=overwrite)
    except OSError as error:
        raise _unusable("MLD-X37", target, error) from error
    return target


def write_whole(target: Path, content: bytes, *, overwrite: bool) -> None:
    """Write ``content`` to ``target`` so that a reader sees the old file, or none, or the whole new one.

    A link that appears at ``target`` meanwhile is replaced, never followed.

    Raises
    ------
    MldValueError
        ``MLD-X36`` when a file appeared meanwhile and ``overwrite`` is False; ``MLD-X38`` when writing failed.
    """
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _put_in_place(temporary, target, overwrite=overwrite)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise _unusable("MLD-X38", target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _as_path(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise MldTypeError(
            "MLD-X30", "path", type_of(path), "text or a pathlib.Path", 'Pass for example "report.html".'
        )
    text = os.fspath(path)
    if not text.strip() or "\0" in text:
        raise MldValueError(
            "MLD-X31", "path", repr(text[:80]), "a name without NUL characters", 'Pass for example "report.html".'
        )
    try:
        # The last part is left as it is: resolving it would follow a link that stands there.
        target = Path(text).expanduser()
        return target.parent.resolve() / target.name
    except (OSError, RuntimeError) as error:
        raise _unusable("MLD-X37", Path(text), error) from error


def _check_place(target: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise MldValueError(
            "MLD-X33",
            "path",
            f"the folder {str(target.parent)!r} does not exist",
            "a file in a folder that exists",
            "Make the folder first, or choose another.",
        )
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise MldValueError(
            "MLD-X35",
            "path",
            f"{str(target)!r} is a symbolic link",
            "a plain file or a new name",
            "Pass the path that the link points to, or remove the link.",
        )
    if not stat.S_ISREG(mode):
        raise MldValueError(
            "MLD-X34",
            "path",
            f"{str(target)!r} is a folder or a device",
            "a plain file or a new name",
            "Add a file name.",
        )
    if not overwrite:
        raise _exists(target)


def _put_in_place(temporary: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(target)
        return
    try:
        # Unlike a rename, a hard link fails when somebody made the file in the meantime.
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems have no hard links; looking first is the best that is left there.
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        temporary.replace(target)


def _exists(target: Path) -> MldValueError:
    return MldValueError(
        "MLD-X36",
        "path",
        f"{str(target)!r} is already there",
        "a new name, or overwrite=True",
        "Choose another name, or pass overwrite=True.",
    )


def _unusable(code: str, target: Path, error: Exception) -> MldValueError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return MldValueError(
        code,
        "path",
        f"{str(target)[:200]!r} cannot be used: {reason}",
        "a place where you may write",
        "Choose another place.",
    )
