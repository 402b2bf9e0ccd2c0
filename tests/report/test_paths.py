"""Where exported files may go: the table of refusals, and that a file is whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.report import paths
from mldebug_widgets.report.paths import destination, write_whole

SUFFIXES = [".html", ".ipynb"]


def refused(path: Any, code: str, *, overwrite: bool = False) -> MldError:
    with pytest.raises(MldError) as caught:
        destination(path, suffixes=SUFFIXES, overwrite=overwrite)
    assert caught.value.code == code
    assert caught.value.argument == "path"
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (None, "MLD-X30"),
        (3, "MLD-X30"),
        (b"report.html", "MLD-X30"),
        (["report.html"], "MLD-X30"),
        ("", "MLD-X31"),
        ("  ", "MLD-X31"),
        ("report\0.html", "MLD-X31"),
        ("report.pdf", "MLD-X32"),
        ("report", "MLD-X32"),
        (".html", "MLD-X32"),
        ("report.html.txt", "MLD-X32"),
        ("missing/folder/report.html", "MLD-X33"),
        ("f" * 300 + ".html", "MLD-X37"),
        ("~nobody-of-this-name/report.html", "MLD-X37"),
    ],
)
def test_a_path_that_cannot_be_used_is_named(path: Any, code: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused(path, code)
    assert isinstance(error, MldTypeError if code == "MLD-X30" else MldValueError)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    refused(tmp_path / "report.html", "MLD-X34", overwrite=True)


def test_a_device_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.html")
    refused(tmp_path / "report.html", "MLD-X34", overwrite=True)


def test_a_file_as_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    refused(tmp_path / "plain" / "report.html", "MLD-X33")


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_link_is_not_followed(tmp_path: Path, overwrite: bool) -> None:
    victim = tmp_path / "victim.html"
    victim.write_text("mine")
    (tmp_path / "report.html").symlink_to(victim)
    refused(tmp_path / "report.html", "MLD-X35", overwrite=overwrite)
    (tmp_path / "loose.html").symlink_to(tmp_path / "nowhere.html")
    refused(tmp_path / "loose.html", "MLD-X35", overwrite=overwrite)
    assert victim.read_text() == "mine"


def test_a_link_made_meanwhile_is_replaced_not_followed(tmp_path: Path) -> None:
    victim, target = tmp_path / "victim.html", tmp_path / "report.html"
    victim.write_text("mine")
    target.symlink_to(victim)
    write_whole(target, b"report", overwrite=True)
    assert victim.read_text() == "mine"
    assert target.read_bytes() == b"report"
    assert not target.is_symlink()


def test_an_existing_file_needs_overwrite(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    assert "overwrite=True" in refused(target, "MLD-X36").fix
    write_whole(destination(target, suffixes=SUFFIXES, overwrite=True), b"new", overwrite=True)
    assert target.read_text() == "new"


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    target = destination(tmp_path / "report.html", suffixes=SUFFIXES, overwrite=False)
    target.write_text("somebody else's")
    with pytest.raises(MldValueError, match="MLD-X36"):
        write_whole(target, b"new", overwrite=False)
    assert target.read_text() == "somebody else's"
    assert list(tmp_path.iterdir()) == [target]


def test_it_also_works_without_hard_links(tmp_path: Path, monkeypatch: Any) -> None:
    def no_links(*_: Any) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(paths.os, "link", no_links)
    target = tmp_path / "report.html"
    write_whole(target, b"new", overwrite=False)
    assert target.read_bytes() == b"new"
    with pytest.raises(MldValueError, match="MLD-X36"):
        write_whole(target, b"newer", overwrite=False)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: Any, fault: BaseException
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def fails(_: int) -> None:
        raise fault

    monkeypatch.setattr(paths.os, "fsync", fails)
    with pytest.raises((MldValueError, KeyboardInterrupt)) as caught:
        write_whole(target, b"new", overwrite=True)
    if isinstance(fault, OSError):
        assert caught.value.code == "MLD-X38"
        assert "No space left" in str(caught.value)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_file_is_as_readable_as_any_other_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    write_whole(tmp_path / "report.html", b"new", overwrite=False)
    assert (tmp_path / "report.html").stat().st_mode == plain.stat().st_mode


def test_a_relative_path_comes_back_absolute(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    assert destination("reports/../r.HTML", suffixes=SUFFIXES, overwrite=False) == tmp_path.resolve() / "r.HTML"
