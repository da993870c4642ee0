"""What a reader yields: a report's text, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RawReport:
    """A report as its file holds it.

    Attributes:
        id: the file's stem, or the record's own id.
        text: the text, unrepaired.
        meta: what the file says of it; `paragraphs` and `pages` are lists of spans
            `[start, end]` of `text`.
    """

    id: str
    text: str
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ReadError:
    """A report that could not be read.

    Attributes:
        id: as for a report; file and line where there is none.
        type: one word: `empty`, `encoding`, `json`, `record`, `markup`, `scanned`, `damaged`.
        message: what happened, where, and what to do.
    """

    id: str
    type: str
    message: str


def joined(parts: Iterable[str], separator: str = "\n") -> tuple[str, list[list[int]]]:
    """The parts as one text, and the span `[start, end]` of each in it."""
    pieces = list(parts)
    spans = []
    position = 0
    for piece in pieces:
        spans.append([position, position + len(piece)])
        position += len(piece) + len(separator)
    return separator.join(pieces), spans
