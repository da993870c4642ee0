"""The project's own JSON Lines, from wherever they come.

Where every span of a report also quotes its words under ``text``, offsets that count otherwise than in code points
are recognised by them and converted.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from annotations import store
from annotations.document import Document
from annotations.repair_offsets import Quote, convert
from annotations.scheme import Scheme


def read(path: Path, scheme: Scheme) -> list[Document]:
    """Reports of a ``.jsonl`` file or a folder of them.

    Raises:
        DataError: with file and place.
    """
    documents = store.load(path)
    for document in documents:
        quotes = [Quote(s.start, s.end, s.extra.get("text")) for s in document.spans]
        if quotes and all(isinstance(quote.text, str) for quote in quotes):
            places = convert(document.text, quotes, f"{path}: report {document.id!r}")
            for span, (span.start, span.end) in zip(document.spans, places, strict=True):
                del span.extra["text"]
    return documents


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports as JSON Lines."""
    store.save(path, documents)
