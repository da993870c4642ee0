"""Web pages: the main text, by trafilatura."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from inference.readers.plain import decode, unreadable
from inference.readers.report import RawReport, ReadError, joined


def read(path: Path) -> Iterator[RawReport | ReadError]:
    """A saved page as one report: title first, then the paragraphs of its main text.

    Navigation and page furniture are left out; what stays keeps its page's order. `meta` has the
    page's `title`, `date` and `url`, as far as it names them.
    """
    import trafilatura

    # What it would say on standard error is in the error record.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    decoded = decode(path.read_bytes())
    if decoded is None:
        yield unreadable(path)
        return
    page = trafilatura.bare_extraction(
        decoded[0],
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        deduplicate=False,
    )
    body = (page.text or "") if page else ""
    if not body.strip():
        yield ReadError(
            path.stem,
            "markup",
            f"{path}: no main text found in the page; save its article as text and read that",
        )
        return
    lines = [line for line in body.split("\n") if line.strip()]
    if page.title and page.title.strip() not in lines[0]:
        lines.insert(0, page.title.strip())
    text, paragraphs = joined(lines)
    known = {"title": page.title, "date": page.date, "url": page.url}
    meta = {key: value for key, value in known.items() if value}
    yield RawReport(path.stem, text, {**meta, "encoding": decoded[1], "paragraphs": paragraphs})
