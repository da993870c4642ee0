"""Batch jobs: many files in, reports out, one bad report never stopping the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotations.document import Document
from annotations.errors import DataError
from inference.extractor import Extractor
from inference.readers import SUFFIXES, ReadError, read_file
from inference.writers import open_writer


@dataclass(slots=True)
class Summary:
    """What a job did."""

    reports: int = 0
    characters: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def count(self, document: Document) -> None:
        """Add one written report."""
        self.reports += 1
        self.characters += len(document.text)
        self.spans.update(span.label for span in document.spans)
        if "error" in document.extra:
            self.errors[document.extra["error"]["type"]] += 1

    def __str__(self) -> str:
        spans = (
            ", ".join(f"{count} {label}" for label, count in sorted(self.spans.items()))
            or "no spans"
        )
        speed = self.characters / self.seconds if self.seconds else 0
        lines = [
            f"{self.reports} reports, {self.characters} characters, {spans};"
            f" {self.seconds:.1f} s, {speed:.0f} characters/s"
        ]
        if self.errors:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.errors.items()))
            lines.append(
                f"{self.errors.total()} reports could not be read ({kinds}); see their error records"
            )
        return "\n".join(lines)


def find(paths: Iterable[Path]) -> list[Path]:
    """The files to read: named ones as they are, folders searched recursively for known suffixes, in sorted order.

    Raises:
        DataError: for a path that does not exist, or a folder without reports.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES
            )
            if not inside:
                raise DataError(
                    f"no report in this folder; reports end in {', '.join(sorted(SUFFIXES))}",
                    str(path),
                )
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise DataError("no such file or folder", str(path))
    return files


def failed(id: str, kind: str, message: str) -> Document:
    """The record of a report that could not be read."""
    return Document(id, "", extra={"error": {"type": kind, "message": message}})


def read(files: Iterable[Path]) -> Iterator[Document]:
    """Reports of ``files`` in order; what cannot be read comes as an error record."""
    for path in files:
        for item in read_file(path):
            if isinstance(item, ReadError):
                yield failed(item.id, item.type, item.message)
            else:
                yield Document(item.id, item.text, item.meta)


def run(
    paths: Sequence[Path],
    outs: Sequence[Path],
    *,
    model: Path | None = None,
    threads: int | None = None,
    repair: bool = True,
    min_confidence: float = 0.0,
    progress: bool = False,
) -> Summary:
    """Extract the reports in ``paths`` and write each to all ``outs``.

    Raises:
        DataError: before anything is read, when an input does not exist, an output cannot be written, or the model
            folder is none.
    """
    from tqdm import tqdm

    files = find(paths)
    writers = []
    summary = Summary()
    started = time.perf_counter()
    try:
        for out in outs:
            writers.append(open_writer(out))
        extractor = Extractor.load(
            model, threads=threads, repair=repair, min_confidence=min_confidence
        )
        for document in tqdm(extractor.stream(read(files)), unit=" reports", disable=not progress):
            for writer in writers:
                writer.write(document)
            summary.count(document)
    except BaseException:
        for writer in writers:
            writer.abort()
        raise
    for writer in writers:
        writer.close()
    summary.seconds = time.perf_counter() - started
    return summary
