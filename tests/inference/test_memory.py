from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference import memory

_PAGE = os.sysconf("SC_PAGE_SIZE") // 1024


def process(proc: Path, pid: int, parent: int, resident: int, proportional: int | None) -> None:
    """A process of a made-up /proc; sizes in KiB."""
    folder = proc / str(pid)
    folder.mkdir()
    rest = " ".join(["0"] * 19)
    line = f"{pid} (a (bad) name) S {parent} {rest} {resident // _PAGE} 0 0"
    (folder / "stat").write_text(line)
    if proportional is not None:
        (folder / "smaps_rollup").write_text(f"0-1 [rollup]\nRss: 1 kB\nPss: {proportional} kB\n")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Process 10 with two workers, of which one has a child, beside a stranger."""
    process(tmp_path, 10, 1, 4096, 2048)
    process(tmp_path, 11, 10, 8192, 5120)
    process(tmp_path, 12, 10, 8192, 6144)
    process(tmp_path, 13, 12, 1024, 1024)
    process(tmp_path, 20, 1, 65536, 65536)
    (tmp_path / "meminfo").write_text("no process")
    return tmp_path


def test_every_descendant_counts_with_its_share_of_shared_pages(proc: Path) -> None:
    (proc / "self").mkdir()
    (proc / "self" / "smaps_rollup").touch()
    assert memory.kind(proc) == memory.PSS
    assert memory.used(10, proc) == 2 + 5 + 6 + 1
    assert memory.used(12, proc) == 7
    assert memory.used(99, proc) == 0


def test_one_that_has_ended_meanwhile_counts_nothing(proc: Path) -> None:
    (proc / "self").mkdir()
    (proc / "self" / "smaps_rollup").touch()
    (proc / "11" / "smaps_rollup").unlink()
    (proc / "13" / "stat").unlink()
    assert memory.used(10, proc) == 2 + 6


def test_without_shares_resident_sizes_are_added(proc: Path) -> None:
    assert memory.kind(proc) == memory.RSS
    assert memory.used(10, proc) == 4 + 8 + 8 + 1


def test_without_a_proc_folder_ps_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "   10     1  4096\n   11    10  8192\n   20     1 65536\n"
    monkeypatch.setattr(
        memory.subprocess, "run", lambda *args, **kw: subprocess.CompletedProcess(args, 0, said)
    )
    assert memory.used(10, tmp_path / "none") == 12


@pytest.mark.skipif(not memory.PROC.exists(), reason="needs /proc")
def test_the_peak_is_of_parent_and_children_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "INTERVAL", 0.02)
    hold = "size = 60 << 20; data = b'x' * size; import time; time.sleep({})"
    script = (
        "import subprocess, sys\n"
        f"children = [subprocess.Popen([sys.executable, '-c', {hold.format(1)!r}]) for _ in 'ab']\n"
        "[child.wait() for child in children]\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    with memory.watched(parent.pid) as peak:
        parent.wait()
    assert 120 < peak.mib < 240
