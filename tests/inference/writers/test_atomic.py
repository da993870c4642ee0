from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from inference.writers import atomic
from inference.writers.atomic import publish, replacing


def test_a_file_is_on_the_disk_before_it_has_its_name_and_so_is_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    names = {}
    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle: int) -> None:
        steps.append(names.get(os.fstat(handle).st_ino, "?"))
        fsync(handle)

    def noted_replace(old: Path, new: Path) -> None:
        steps.append("replace")
        replace(old, new)

    names[tmp_path.stat().st_ino] = "folder"
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    with replacing(tmp_path / "a.csv") as partial:
        partial.write_text("a")
        names[partial.stat().st_ino] = "file"
        assert steps == []
    assert steps == ["file", "replace", "folder"]
    assert (tmp_path / "a.csv").read_text() == "a"


def test_what_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("before")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(OSError, match="No space"),
        replacing(tmp_path / "a.csv") as partial,
    ):
        partial.write_text("after")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize(("code", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_folders_that_cannot_be_synced_are_no_failure_and_broken_disks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, fails: bool
) -> None:
    def fsync(handle: int) -> None:
        raise OSError(code, "so")

    monkeypatch.setattr(os, "fsync", fsync)
    if fails:
        with pytest.raises(OSError, match="so"):
            atomic.sync_folder(tmp_path)
    else:
        atomic.sync_folder(tmp_path)


def test_publish_moves_between_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("x")
    publish(tmp_path / "a" / "x", tmp_path / "y")
    assert (tmp_path / "y").read_text() == "x"
