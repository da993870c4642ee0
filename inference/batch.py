"""Batch jobs: an archive of reports in, their extraction out, whatever happens on the way."""

from __future__ import annotations

import hashlib
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import Any

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference import engines, parts, reading, sources
from inference.chunks import CHARACTERS
from inference.engines.work import Setup
from inference.journal import Journal, folder_of
from inference.limits import Limits
from inference.lock import locked
from inference.readers import Columns
from inference.sources import STDIN, Source
from inference.summary import Summary
from inference.writers import Writers, refuse_url
from inference.writers.atomic import publish, replacing

__all__ = ["Job", "Outcome", "Summary", "find", "read", "run"]


class Outcome(Enum):
    """How a run ended; the value is its exit code."""

    DONE = 0
    FAILURES = 1
    HOPELESS = 3
    INTERRUPTED = 130

    def hint(self, job: Job) -> str:
        """What to do next; empty when nothing is left to do."""
        how = (
            "begin anew by --fresh (standard input cannot be read twice)"
            if job.reads_stdin
            else "run the same command with --resume to go on from here"
        )
        match self:
            case Outcome.HOPELESS:
                return f"ended by --max-errors; mend the input, or raise the number and {how}"
            case Outcome.INTERRUPTED:
                return f"interrupted; {how}"
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be extracted, and how.

    Attributes:
        inputs: see `inference.sources.find`.
        outs: output files; the suffix chooses the format.
        setup, columns, limits: how reports are extracted, found in tables, and bounded.
        engine: ``local`` or ``ray``.
        workers: processes; None takes one for each core (on Ray, each CPU of the cluster).
        max_errors: more error records than this end the run; None never does.
    """

    inputs: Sequence[str | Path]
    outs: Sequence[Path]
    setup: Setup = field(default_factory=Setup)
    columns: Columns = field(default_factory=Columns)
    limits: Limits = field(default_factory=Limits)
    engine: str = "local"
    workers: int | None = None
    max_errors: int | None = None

    @property
    def main_output(self) -> Path:
        """The output that the journal stands beside: the first ``.jsonl``, else the first."""
        return next((out for out in self.outs if _is_lines(out)), self.outs[0])

    @property
    def reads_stdin(self) -> bool:
        """Whether standard input is an input."""
        return any(str(name) == STDIN for name in self.inputs)

    def sources(self) -> Iterator[Source]:
        """The files to read, without the job's own outputs."""
        own = {path.resolve() for out in self.outs for path in (out, folder_of(out))}
        return sources.find(self.inputs, own)

    def identity(self) -> dict[str, Any]:
        """What decides the result, JSON-ready; finds all inputs once.

        Raises:
            DataError: an input does not exist, or is an output, or the model folder is none.
        """
        own = {out.resolve() for out in self.outs}
        digest = hashlib.sha256()
        count = 0
        for source in self.sources():
            if not source.remote and source.name != STDIN and Path(source.name).resolve() in own:
                raise DataError("is an input and an output; choose another output", source.name)
            count += 1
            digest.update(
                f"{source.name}\0{source.size}\0{source.stamp}\n".encode("utf-8", "replace")
            )
        return {
            "inputs": f"{count} files {digest.hexdigest()}",
            "columns": [self.columns.text, self.columns.id],
            "max-chars": self.limits.characters,
            "chunks": [CHARACTERS, parts.PART_BYTES],
            **self.setup.identity(),
        }


def run(
    job: Job,
    *,
    resume: bool = False,
    fresh: bool = False,
    progress: Callable[[Summary], None] = lambda summary: None,
) -> tuple[Outcome, Summary]:
    """Run a job to its end, or until it is interrupted, has too many errors, or fails.

    Outputs appear, whole, when all input is done. Until then what is done is in the folder ``OUTPUT.run``
    (see `inference.journal`), from which a later run with ``resume`` goes on: its outputs are those of a
    run that was never interrupted.

    Args:
        job: what to do.
        resume: go on with an unfinished run, if there is one.
        fresh: throw an unfinished run away, if there is one.
        progress: told the figures of each chunk that was added.

    Raises:
        DataError: before anything is read, when an input does not exist, an output cannot be written, standard input
            is to be resumed, or the model folder is none; later, when the disk fills up, a remote input cannot be
            copied, or a table cannot be written: then a run with ``resume`` goes on.
    """
    _refuse(job, resume)
    with ExitStack() as stack:
        for out in dict.fromkeys(job.outs):
            stack.enter_context(locked(out))
        Writers(job.outs).abort()  # refuses what cannot be written
        journal = Journal(job.main_output, job.identity(), resume=resume, fresh=fresh)
        stack.callback(journal.close)
        summary = journal.progress.summary
        if not journal.progress.complete:
            with _stop_signals() as stopped:
                outcome = _extract(job, journal, stopped, progress)
            if outcome is not Outcome.DONE:
                return outcome, summary
            journal.complete()
        journal.close()
        _deliver(job, journal)
    return (Outcome.FAILURES if summary.errors else Outcome.DONE), summary


def _extract(
    job: Job,
    journal: Journal,
    stopped: threading.Event,
    progress: Callable[[Summary], None],
) -> Outcome:
    """Work on what is left of the input, chunk by chunk."""
    summary = journal.progress.summary
    before = time.perf_counter()
    with engines.start(job, journal.progress.position, stopped.is_set) as results:
        for end, result in results:
            now = time.perf_counter()
            result.summary.seconds, before = now - before, now
            journal.append(result.lines, end, result.summary)
            progress(result.summary)
            if job.max_errors is not None and summary.errors.total() > job.max_errors:
                return Outcome.HOPELESS
    return Outcome.INTERRUPTED if stopped.is_set() else Outcome.DONE


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C or SIGTERM sets, once; the second one interrupts as ever.

    In another thread than the main one signals stay as they are.
    """
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _refuse(job: Job, resume: bool) -> None:
    """Refuse, before anything is touched, what cannot be done.

    Raises:
        DataError: an output is a URL; standard input, which nothing can read twice or from elsewhere, is to be
            resumed or read by a cluster.
    """
    for out in job.outs:
        refuse_url(out)
    if job.reads_stdin and resume:
        raise DataError(
            "cannot be read again, so --resume cannot go on; begin anew by --fresh,"
            " or save it as a file and name that",
            "standard input",
        )
    if job.reads_stdin and job.engine == "ray":
        raise DataError(
            "cannot be read by the workers of Ray; save it as a file that all of them see, and name that",
            "standard input",
        )


def _deliver(job: Job, journal: Journal) -> None:
    """Put the outputs of a complete job in place and remove its journal; can be done again after a crash."""
    lines = [out for out in job.outs if _is_lines(out)]
    tables = [out for out in job.outs if not _is_lines(out)]
    # Gone only when the last step was done before: then all is in place.
    if journal.reports.exists():
        if tables:
            with _kept(tables[0]):
                _write_tables(tables, journal.reports)
        for out in lines[1:]:
            with _kept(out), replacing(out) as partial:
                shutil.copyfile(journal.reports, partial)
        if lines:
            with _kept(lines[0]):
                publish(journal.reports, lines[0])
    journal.remove()


@contextmanager
def _kept(out: Path) -> Iterator[None]:
    """Say that nothing is lost when an output cannot be put in place.

    Raises:
        DataError: in place of what the block raises.
    """
    try:
        yield
    except (DataError, OSError) as error:
        known = isinstance(error, DataError)
        said = str(error) if known else f"{out}: cannot be written: {error.strerror or error}"
        raise DataError(
            f"{said}; all reports are done and kept: make room or mend it, and run again with --resume"
        ) from error


def _write_tables(tables: Sequence[Path], reports: Path) -> None:
    writers = Writers(tables)
    try:
        for document in store.iterate(reports):
            writers.write(document)
    except BaseException:
        writers.abort()
        raise
    writers.close()


def _is_lines(out: Path) -> bool:
    return out.suffix.lower() == ".jsonl"


def find(paths: Iterable[Path]) -> list[Path]:
    """The local files to read; see `inference.sources.find`."""
    return [Path(source.name) for source in sources.find(paths)]


def read(files: Iterable[Path]) -> Iterator[Document]:
    """Reports of ``files`` in order; see `inference.reading.read`."""
    for path in files:
        yield from reading.read(Source(str(path)))
