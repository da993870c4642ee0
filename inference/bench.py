"""How fast extraction is on this machine: start-up, size of the input, number of cores, memory, and others.

Every job is a process of its own, so that none finds anything loaded or has another's memory added to its own. Its
speed is that of the work: the time that the same job takes without any text is measured first and taken off.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain, cycle, repeat
from pathlib import Path

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference import memory
from inference.batch import Job
from inference.chunks import REPORTS, gather
from inference.engines.local import cores
from inference.engines.work import Setup
from inference.extractor import Extractor
from inference.rivals import Tagging, check, rival
from inference.sentences import split

SIZES = (1, 4, 16)
#: Batch sizes that rivals are tried with, in sentences.
BATCHES = (1, 4, 8, 16, 32)
#: The shortest start-up of so many counts.
STARTS = 3
#: Less than this many seconds of work is none that could be told from the start-up.
_LEAST = 1e-3
_START = "import sys, zhaoshang; zhaoshang.load(sys.argv[1] or None)('总投资3亿元。')"
_JOB = (
    "import pickle, sys; from inference.batch import run; run(pickle.load(open(sys.argv[1], 'rb')))"
)
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: what was measured.
        reports, characters: how much of them.
        seconds: how long it took; of jobs without their start-up.
        memory: the most that all its processes took together, in MiB; see `inference.memory.kind`.
        expected: the characters a second of a linear scaling, where there is something to scale from.
    """

    name: str
    reports: int
    characters: int
    seconds: float
    memory: float | None = None
    expected: float | None = None

    @property
    def rate(self) -> float:
        """Characters a second."""
        return self.characters / self.seconds

    @property
    def cells(self) -> tuple[str, ...]:
        """As text, in the order of `heading`."""
        return (
            self.name,
            f"{self.reports:,}",
            f"{self.characters:,}",
            f"{self.seconds:.2f}",
            f"{self.reports / self.seconds:.1f}" if self.reports else "",
            f"{self.rate:,.0f}" if self.reports else "",
            "" if self.expected is None else f"{100 * (self.rate / self.expected - 1):+.1f}",
            "" if self.memory is None else f"{self.memory:,.0f}",
        )


class _OneThread(Setup):
    """A setup whose network runs on one core even when a job has but one worker."""

    __slots__ = ()

    def load(self, threads: int | None) -> Extractor:
        return Setup.load(self, 1)


def heading() -> tuple[str, ...]:
    """The names of the table's columns."""
    rates = ("seconds", "reports/s", "characters/s", "% off linear")
    return ("", "reports", "characters", *rates, f"peak MiB ({memory.kind()})")


def measure(
    reports: Sequence[Document], setup: Setup, characters: int, against: Sequence[str] = ()
) -> Iterator[Row]:
    """The lines of the table, as they are measured, on ``reports`` repeated up to so many characters.

    Jobs run as the command runs them, from file to file.

    Args:
        reports: raw reports.
        setup: the model and how it is used.
        characters: of the smallest job, rounded up until each worker has as many chunks as the others; the other jobs
            are that one `SIZES` times over.
        against: what else to time on the smallest job, when all else is done; see `inference.rivals.rival`.

    Raises:
        DataError: there are no reports, a job fails, or a rival cannot be had.
    """
    for name in against:
        check(name)
    if not any(report.text for report in reports):
        raise DataError("a benchmark needs reports with text")
    if setup.model is not None:
        setup = replace(setup, model=setup.model.resolve())
    workers = setup.processes(cores())
    least = _least(reports, characters, workers)
    yield _start(setup)
    starts = {count: _empty(setup, count) for count in sorted({1, workers})}
    yield from starts.values()
    rate = None
    for size in SIZES:
        repeated = chain.from_iterable(repeat(least, size))
        row = _job(f"{size}×", repeated, setup, workers, starts[workers].seconds)
        yield replace(row, expected=rate)
        rate = rate or row.rate
    alone = _OneThread(*(getattr(setup, field.name) for field in fields(setup)))
    rate = None
    for count, start in starts.items():
        name, of = f"{count} core" + "s" * (count > 1), alone if count == 1 else setup
        row = _job(name, least, of, count, start.seconds)
        yield replace(row, expected=rate and count * rate)
        rate = rate or row.rate
    for name in against:
        yield _rival(*rival(name, cores()), least)


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown, and what its figures mean."""
    head = heading()
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *(row.cells for row in rows)]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    shared = "each shared page once" if memory.kind() == memory.PSS else "shared pages for each"
    return (
        f"{text}\n\nJobs without their start-up, which is in rows of its own; memory of all their processes,"
        f" {shared}, the highest of a sample every {memory.INTERVAL} s."
    )


def _least(reports: Iterable[Document], characters: int, workers: int) -> list[Document]:
    """Reports in turn, as whole chunks, until there are as many for each worker and enough characters."""
    chosen: list[Document] = []
    total = 0
    for number, chunk in enumerate(gather(cycle(reports)), 1):
        chosen += (replace(report, spans=[], relations=[], sentences=[]) for report in chunk)
        total += sum(len(report.text) for report in chunk)
        if total >= characters and number % workers == 0:
            break
    return chosen


def _start(setup: Setup) -> Row:
    """A new Python process up to its first sentence."""
    seconds, peak = _run(_START, "" if setup.model is None else str(setup.model))
    return Row("start-up, as a library", 1, 8, seconds, peak)


def _empty(setup: Setup, workers: int) -> Row:
    """What a job takes before it reads anything: of reports without text, a chunk for each worker."""
    nothing = [Document(str(number), "") for number in range(workers * REPORTS)]
    name = f"start-up, {workers} process" + "es" * (workers > 1)
    rows = [_job(name, nothing, setup, workers) for _ in range(STARTS)]
    return replace(min(rows, key=lambda row: row.seconds), reports=0)


def _job(
    name: str, reports: Iterable[Document], setup: Setup, workers: int, start: float = 0.0
) -> Row:
    """One job from file to file; ``start`` seconds of its time do not count."""
    count = characters = 0

    def counted() -> Iterator[Document]:
        nonlocal count, characters
        for report in reports:
            count += 1
            characters += len(report.text)
            yield report

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        store.save(place / "in.jsonl", counted())
        job = Job([place / "in.jsonl"], [place / "out.jsonl"], setup, workers=workers)
        (place / "job").write_bytes(pickle.dumps(job))
        seconds, peak = _run(_JOB, str(place / "job"))
    return Row(name, count, characters, max(seconds - start, _LEAST), peak)


def _run(script: str, argument: str) -> tuple[float, float]:
    """Seconds and peak MiB of a new Python process."""
    with tempfile.TemporaryFile() as messages:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", script, argument], cwd=_ROOT, stderr=messages
        )
        try:
            with memory.watched(process.pid) as peak:
                code = process.wait()
                seconds = time.perf_counter() - began
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code:
            messages.seek(0)
            said = messages.read().decode("utf-8", "replace").strip().splitlines()
            raise DataError(
                f"a job of the benchmark ended with exit code {code}: {said[-1] if said else 'it said nothing'};"
                " see whether `zhaoshang extract` reads these reports",
            )
    return seconds, peak.mib


def _rival(name: str, tag: Tagging, reports: Sequence[Document]) -> Row:
    """The same texts, by sentence, at the rival's best batch size."""
    texts = [report.text[a:b] for report in reports for a, b in split(report.text)]
    sample = texts[: max(2 * BATCHES[-1], len(texts) // 10)]
    _seconds(tag, sample[:8], 8)  # what is only done once counts for no batch size
    best = min(BATCHES, key=lambda size: _seconds(tag, sample, size))
    characters = sum(len(report.text) for report in reports)
    seconds = _seconds(tag, texts, best)
    return Row(f"{name}, batches of {best}", len(reports), characters, seconds)


def _seconds(tag: Tagging, texts: list[str], size: int) -> float:
    began = time.perf_counter()
    tag(texts, size)
    return time.perf_counter() - began
