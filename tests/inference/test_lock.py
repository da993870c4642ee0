from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotations.errors import DataError
from inference.lock import locked


def test_a_second_holder_is_refused_by_name_and_process(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with (
        locked(out),
        pytest.raises(DataError, match=rf"out\.jsonl: another run .*process {os.getpid()}"),
        locked(out),
    ):
        pass
    with locked(out):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    script = (
        "import os, pathlib, sys\nfrom inference.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): os._exit(9)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script, str(out)], cwd=root).returncode == 9
    assert (tmp_path / ".out.jsonl.lock").exists()
    with locked(out):
        pass


def test_a_full_disk_is_said_and_leaves_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with (
        pytest.raises(DataError, match=r"out\.jsonl: cannot be written: No space left.*make room"),
        locked(tmp_path / "out.jsonl"),
    ):
        pass
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
