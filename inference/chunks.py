"""Chunks: the reports that are worked on together, cut in the same way each time.

Weights of int8 take the range of a batch's activations to scale them, so the scores of a report depend, in the last
digits, on what shares its batches. Batches never reach over a chunk's border, and borders depend on the input
alone: neither on where a job was interrupted, nor on the number of workers, nor on the machine they run on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotations.document import Document

CHARACTERS = 32_768
"""A chunk is closed when its reports have this many characters …"""
REPORTS = 512
"""… or when there are this many of them."""


def gather(reports: Iterable[Document], characters: int = CHARACTERS) -> Iterator[list[Document]]:
    """Reports in chunks, each as soon as it is full; see `CHARACTERS` and `REPORTS`."""
    chunk: list[Document] = []
    size = 0
    for report in reports:
        chunk.append(report)
        size += len(report.text)
        if size >= characters or len(chunk) == REPORTS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
