"""Parts of a job: files that one worker reads, and the chunks of their reports with the job's position behind each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from annotations.document import Document
from inference.chunks import gather
from inference.limits import Limits
from inference.readers import Columns
from inference.reading import Parse, read
from inference.sources import Source

PART_BYTES = 1 << 20
"""Files are taken together, in order, until they have this many bytes."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a job is: the number of a part, and how many of its reports are done."""

    part: int = 0
    reports: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Reports to be worked on together, and the position of the job behind them."""

    reports: list[Document]
    end: Position


def parts(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """Sources in groups of about `PART_BYTES`: what one worker of a cluster reads, and chunks never reach over."""
    part: list[Source] = []
    size = 0
    for source in sources:
        part.append(source)
        size += source.size
        if size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def of_part(
    number: int,
    part: Iterable[Source],
    columns: Columns | None = None,
    limits: Limits | None = None,
    done: int = 0,
    documents: Parse | None = None,
) -> Iterator[Chunk]:
    """The chunks of part ``number``, without the first ``done`` reports: these must end where a chunk ends.

    ``documents`` is as for `inference.reading.read`.
    """
    reports = (report for source in part for report in read(source, columns, limits, documents))
    for chunk in gather(islice(reports, done, None)):
        done += len(chunk)
        yield Chunk(chunk, Position(number, done))


def of_sources(
    sources: Iterable[Source],
    columns: Columns | None = None,
    limits: Limits | None = None,
    start: Position | None = None,
    documents: Parse | None = None,
) -> Iterator[Chunk]:
    """The chunks of a job from ``start`` on, read one by one; ``documents`` as for `read`."""
    start = start or Position()
    for number, part in enumerate(parts(sources)):
        if number >= start.part:
            done = start.reports if number == start.part else 0
            yield from of_part(number, part, columns, limits, done, documents)
