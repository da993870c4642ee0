"""How fast extraction is on this machine: start-up, size of the input, number of processes, stages, and others."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference.batch import Job, run
from inference.engines.local import cores
from inference.engines.work import Setup
from inference.rivals import Tagging, rival
from inference.sentences import split

SIZES = (1, 4, 16)
#: Batch sizes that rivals are tried with, in sentences.
BATCHES = (1, 8, 32)
_START = "import sys, zhaoshang; zhaoshang.load(sys.argv[1] or None)('总投资3亿元。')"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; memory is the peak of this process and the largest worker, in MiB."""

    name: str
    reports: int
    characters: int
    seconds: float
    memory: float | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """As text, in the order of the heading."""
        return (
            self.name,
            f"{self.reports:,}",
            f"{self.characters:,}",
            f"{self.seconds:.1f}",
            f"{self.reports / self.seconds:.1f}",
            f"{self.characters / self.seconds:,.0f}",
            "" if self.memory is None else f"{self.memory:,.0f}",
        )


HEADING = ("", "reports", "characters", "seconds", "reports/s", "characters/s", "peak MiB")


def measure(
    reports: Sequence[Document], setup: Setup, characters: int, against: Sequence[str] = ()
) -> Iterator[Row]:
    """The lines of the table, as they are measured, on ``reports`` repeated up to so many characters.

    Jobs run as the command runs them, from file to file.

    Args:
        reports: raw reports.
        setup: the model and how it is used.
        characters: of the smallest job; the others have `SIZES` times as many.
        against: what else to time on the smallest job; see `inference.rivals.rival`.

    Raises:
        DataError: there are no reports, or a rival cannot be had.
    """
    rivals = [rival(name) for name in against]
    total = sum(len(report.text) for report in reports)
    if not total:
        raise DataError("a benchmark needs reports with text")
    rounds = -(-characters // total) * len(reports)
    yield _start(setup)
    for size in SIZES:
        yield _job(f"{size}×", islice(cycle(reports), size * rounds), setup, cores())
    for workers in sorted({1, cores()}):
        processes = f"{workers} process" + "es" * (workers > 1)
        yield _job(processes, islice(cycle(reports), rounds), setup, workers)
    for name, tag in rivals:
        yield _rival(name, tag, list(islice(cycle(reports), rounds)))


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = [HEADING, ("---", *["---:"] * (len(HEADING) - 1)), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _start(setup: Setup) -> Row:
    """A new Python process up to its first sentence."""
    began = time.perf_counter()
    model = "" if setup.model is None else str(setup.model.resolve())
    subprocess.run([sys.executable, "-c", _START, model], check=True, cwd=_ROOT)
    return Row("start-up", 1, 8, time.perf_counter() - began)


def _job(name: str, reports: Iterator[Document], setup: Setup, workers: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        store.save(
            source, (replace(report, spans=[], relations=[], sentences=[]) for report in reports)
        )
        began = time.perf_counter()
        _, summary = run(Job([source], [out], setup, workers=workers))
        seconds = time.perf_counter() - began
    return Row(name, summary.reports, summary.characters, seconds, _peak())


def _peak() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    kilobytes = sum(resource.getrusage(kind).ru_maxrss for kind in kinds)
    return kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _rival(name: str, tag: Tagging, reports: Sequence[Document]) -> Row:
    """The same texts, by sentence, at the rival's best batch size."""
    texts = [report.text[a:b] for report in reports for a, b in split(report.text)]
    sample = texts[: max(8, len(texts) // 10)]
    best = min(BATCHES, key=lambda size: _seconds(tag, sample, size))
    characters = sum(len(report.text) for report in reports)
    seconds = _seconds(tag, texts, best)
    return Row(f"{name}, batches of {best}", len(reports), characters, seconds)


def _seconds(tag: Tagging, texts: list[str], size: int) -> float:
    began = time.perf_counter()
    tag(texts, size)
    return time.perf_counter() - began
