"""The ledger of reports that were extracted (or annotated) before: no model is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference import ledger
from inference.writers import Writers


@dataclass(slots=True)
class Counts:
    """What was read: reports, their spans, and how many of the reports are error records."""

    reports: int = 0
    spans: int = 0
    errors: int = 0

    def __str__(self) -> str:
        text = f"{self.reports} reports, {self.spans} spans"
        if self.errors:
            text += f"; {self.errors} reports could not be read, see 来源"
        if not self.spans:
            text += "; nothing is marked in them: run zhaoshang extract first"
        return text


def rebuild(paths: Sequence[Path], outs: Sequence[Path]) -> Counts:
    """Write the ledger of the reports in ``paths`` (``.jsonl`` files and folders of them) to all ``outs``.

    A ``.jsonl`` output gets the reports with their amounts and their own ledger read anew.

    Raises:
        DataError: an input is missing or holds no usable reports, or an output cannot be written.
    """
    files = store.find(paths)
    renew = any(out.suffix.lower() == ".jsonl" for out in outs)
    writers = Writers(outs)
    counts = Counts()
    try:
        for file in files:
            for document in read_annotated(file):
                failed = "error" in document.extra
                if renew and not failed:
                    ledger.annotate(document)
                writers.write(document)
                counts.reports += 1
                counts.spans += len(document.spans)
                counts.errors += failed
    except BaseException:
        writers.abort()
        raise
    writers.close()
    return counts


def read_annotated(path: Path) -> Iterator[Document]:
    """Reports of a ``.jsonl`` file under whatever scheme; spans and links must only be possible.

    Raises:
        DataError: as `store.iterate`, and for spans outside the text or over each other and links to
            spans that do not exist.
    """
    for document in store.iterate(path):
        done = 0
        for index, span in enumerate(document.spans):
            if not done <= span.start < span.end <= len(document.text):
                raise DataError(
                    f"spans[{index}] [{span.start}, {span.end}) is empty, outside the text of"
                    f" {len(document.text)} characters, out of order or overlaps the one before",
                    f"{path}: report {document.id!r}",
                )
            done = span.end
        for index, relation in enumerate(document.relations):
            ends = sorted((relation.head, relation.tail))
            if ends[0] < 0 or ends[1] >= len(document.spans):
                raise DataError(
                    f"relations[{index}] links spans {relation.head} and {relation.tail},"
                    f" but there are {len(document.spans)}",
                    f"{path}: report {document.id!r}",
                )
        yield document
