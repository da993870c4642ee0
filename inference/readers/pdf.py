"""PDF files with a text layer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from inference.readers.report import RawReport, ReadError, joined

FULL_LINE = 0.8
"""Share of a page's longest line from which a line counts as full, its sentence as going on."""

_ENDS = re.compile(r"[。！？!?：:；;]”?\s*$")


def read(path: Path) -> Iterator[RawReport | ReadError]:
    """A PDF as one report; `meta["pages"]` has the span of each page that holds text."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        yield ReadError(
            path.stem, "damaged", f"{path}: cannot be opened ({error}); unlock or save it anew"
        )
        return
    with document:
        pages = [_unwrapped(page.get_textpage().get_text_bounded()) for page in document]
    text, spans = joined(pages)
    empty = [number for number, page in enumerate(pages, 1) if not page.strip()]
    if len(empty) == len(pages):
        yield ReadError(
            path.stem,
            "scanned",
            f"{path}: {len(pages)} pages without text, most likely scanned; "
            "run character recognition (OCR) on it first",
        )
        return
    meta = {"pages": spans} | ({"pages_without_text": empty} if empty else {})
    yield RawReport(path.stem, text, meta)


def _unwrapped(page: str) -> str:
    """A page's text with the lines of one paragraph joined again.

    A line goes on when it is about as long as the page's longest and ends no sentence.
    """
    lines = [line.strip() for line in page.splitlines()]
    full = FULL_LINE * max(map(len, lines), default=0)
    pieces = []
    for line in lines:
        pieces += [line, "" if len(line) >= full and not _ENDS.search(line) else "\n"]
    return "".join(pieces).strip()
