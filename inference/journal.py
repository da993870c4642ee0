"""What a job has done so far, kept in a folder beside its output so that it can go on from there.

The folder ``OUTPUT.run`` has

- ``job.json``: what the job is: what decides its result, so that only the same job is resumed;
- ``reports.jsonl``: the reports, as they come;
- ``progress.json``: how many bytes of these count, where the input goes on, and the figures so far. It is replaced
  whole, and only when the bytes are safe on disk: whatever stands behind them was cut short, and is done again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from annotations.errors import DataError
from inference.parts import Position
from inference.summary import Summary
from inference.writers.atomic import partial_path, publish, sync_folder

JOB, REPORTS, PROGRESS = "job.json", "reports.jsonl", "progress.json"


@dataclass(slots=True)
class Progress:
    """How far a job is.

    Attributes:
        position: where the input goes on.
        bytes: how much of ``reports.jsonl`` counts.
        complete: whether all input is done, and only the outputs are to be put in place.
        summary: figures so far.
    """

    position: Position = field(default_factory=Position)
    bytes: int = 0
    complete: bool = False
    summary: Summary = field(default_factory=Summary)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "position": [self.position.part, self.position.reports],
            "bytes": self.bytes,
            "complete": self.complete,
            "summary": self.summary.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Progress:
        """The inverse of `to_dict`."""
        position, summary = Position(*data["position"]), Summary.from_dict(data["summary"])
        return cls(position, data["bytes"], data["complete"], summary)


class Journal:
    """The folder of one job, open for writing. Hold the output's lock (`inference.lock`) meanwhile.

    Args:
        out: the output that the folder stands beside.
        job: what the job is, JSON-ready.
        resume: go on with an unfinished job, if there is one.
        fresh: throw an unfinished job away, if there is one.

    Raises:
        DataError: there is an unfinished job and neither is said, or it is another job than this, or it was
            damaged; from here and from every method: the disk is full or cannot be written to.
    """

    def __init__(
        self, out: Path, job: Mapping[str, Any], *, resume: bool = False, fresh: bool = False
    ) -> None:
        self.folder = folder_of(out)
        self.reports = self.folder / REPORTS
        self.progress = Progress()
        # Only gone when it became the output already.
        self._file: FileIO | None = None
        if fresh:
            self.remove()
        with told(self.folder):
            # Without progress there is nothing to lose.
            if progress := _load(self.folder / PROGRESS):
                self.progress = Progress.from_dict(progress)
                self._check(_load(self.folder / JOB) or {}, job, resume)
            else:
                self.folder.mkdir(parents=True, exist_ok=True)
                sync_folder(self.folder.parent)
                replace(self.folder / JOB, json.dumps(job, ensure_ascii=False, indent=1))
            if self.reports.exists() or not self.progress.complete:
                # Unbuffered: what a full disk did not take must not be tried again by closing.
                self._file = FileIO(self.reports, "a")
                self._cut()

    def _cut(self) -> None:
        """Cut off what was written but not noted."""
        assert self._file is not None, "called when it was opened"
        there = os.fstat(self._file.fileno()).st_size
        if there < self.progress.bytes:
            raise DataError(
                f"has {there} bytes of the {self.progress.bytes} noted; begin anew by --fresh",
                str(self.reports),
            )
        self._file.truncate(self.progress.bytes)

    def _check(self, known: Mapping[str, Any], job: Mapping[str, Any], resume: bool) -> None:
        done = self.progress.summary.reports
        if not resume:
            raise DataError(
                f"an unfinished job ({done} reports done) is here;"
                " go on with it by --resume, or begin anew by --fresh",
                str(self.folder),
            )
        changed = [key for key in job if known.get(key) != job[key]]
        if changed:
            raise DataError(
                f"the unfinished job here differs from this one in its {', '.join(changed)};"
                " resume with the same inputs, options and model, or begin anew by --fresh",
                str(self.folder),
            )

    def append(self, lines: bytes, end: Position, summary: Summary) -> None:
        """Add the lines of one chunk and its figures; when this returns, nothing can undo it.

        Raises:
            DataError: the disk is full, or cannot be written to; what was added before is kept.
        """
        assert self._file is not None, "a complete job takes no more reports"
        with told(self.folder):
            write_all(self._file, lines)
            os.fsync(self._file.fileno())
            self.progress.position = end
            self.progress.bytes += len(lines)
            self.progress.summary.add(summary)
            self._save()

    def complete(self) -> None:
        """Note that all input is done."""
        self.progress.complete = True
        with told(self.folder):
            self._save()

    def _save(self) -> None:
        replace(self.folder / PROGRESS, json.dumps(self.progress.to_dict(), ensure_ascii=False))

    def close(self) -> None:
        """Stop writing; the job can be resumed. One that did nothing leaves nothing."""
        # Also called after an error, which no error of its own must replace: all that counts is safe.
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        with suppress(DataError):
            if not (self.folder / PROGRESS).exists():
                self.remove()

    def remove(self) -> None:
        """Remove the folder, in one step for others to see."""
        with told(self.folder):
            if self.folder.exists():
                old = self.folder.with_name(f".{self.folder.name}.old")
                shutil.rmtree(old, ignore_errors=True)
                os.replace(self.folder, old)
                shutil.rmtree(old)


def folder_of(out: Path) -> Path:
    """Where the journal of the output ``out`` is."""
    return out.with_name(f"{out.name}.run")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say what to do when the disk fails in the block.

    Raises:
        DataError: in place of an `OSError`; names ``path``.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot be written: {error.strerror or error}; make room or mend the disk,"
            " and run again with --resume",
            str(path),
        ) from error


def write_all(file: FileIO, data: bytes) -> None:
    """Write all of ``data``: a raw file may take a part at a time, the last before the disk is full."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def replace(path: Path, text: str) -> None:
    """Give ``path`` new content: it has the old one or the new, and survives a loss of power."""
    partial = partial_path(path)
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    publish(partial, path)


def _load(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise DataError(f"cannot be read: {error}; begin anew by --fresh", str(path)) from error
