"""The memory that a process takes together with all processes it has started, sampled while it runs.

Processes share pages (code, read-only data). The proportional set size (PSS) gives each its part of a shared page, so
that a sum over processes counts every page once; a sum of resident set sizes (RSS) counts it once for each.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
PSS, RSS = "PSS", "RSS"
#: Seconds between samples; reading page tables more often would slow down what is measured.
INTERVAL = 0.2
_KIB = 1024
# Of ``/proc/PID/stat``, counted from behind the command's name, which may hold blanks and brackets.
_PARENT, _PAGES = 1, 21


@dataclass(slots=True)
class Peak:
    """The most memory of any sample, in MiB; 0 before the first."""

    mib: float = 0.0


def kind(proc: Path = PROC) -> str:
    """What `used` adds up on this system: `PSS` where the kernel gives it, else `RSS`."""
    return PSS if (proc / "self" / "smaps_rollup").exists() else RSS


def used(pid: int, proc: Path = PROC) -> float:
    """MiB of a process and its descendants, those that have ended meanwhile left out; see `kind`."""
    processes = _processes(proc)
    tree, wanted = [], [pid] if pid in processes else []
    while wanted:
        parent = wanted.pop()
        tree.append(parent)
        wanted += [child for child, (above, _) in processes.items() if above == parent]
    if kind(proc) == RSS:
        return sum(processes[member][1] for member in tree) / _KIB
    return sum(_proportional(proc / str(member)) for member in tree) / _KIB


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Sample the memory of a process and its descendants until the block ends."""
    peak, ended = Peak(), threading.Event()

    def sample() -> None:
        while True:
            peak.mib = max(peak.mib, used(pid))
            if ended.wait(INTERVAL):
                return

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _processes(proc: Path) -> Mapping[int, tuple[int, int]]:
    """Parent and resident KiB of every process."""
    if not proc.exists():
        lines = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        return {pid: (parent, size) for pid, parent, size in (map(int, x.split()) for x in lines)}
    found = {}
    page = os.sysconf("SC_PAGE_SIZE") // _KIB
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            values = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        found[int(folder.name)] = int(values[_PARENT]), int(values[_PAGES]) * page
    return found


def _proportional(folder: Path) -> int:
    """KiB; 0 for a process that has ended."""
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
