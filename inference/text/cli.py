"""Printing of `zhaoshang clean`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from annotations.errors import DataError
from inference.text import Change, clean
from inference.text.pipeline import all_but

if TYPE_CHECKING:
    from annotations.document import Document
    from inference.sources import Source

WHY = {
    "tag": "HTML tag left in the text",
    "entity": "HTML entity for a character",
    "control": "invisible character or foreign line break",
    "gloss": "reading in brackets behind its character",
    "desync": "read one byte off behind a lost byte",
    "width": "width or direction variant of a character",
    "mark": "ASCII mark in Chinese text",
    "doubled": "marks that stand together",
    "space": "stray space",
    "traditional": "traditional or variant character",
}
"""What each kind of change mends."""

LONGEST = 50_000_000
"""Characters a report may have: one is repaired by itself, without a model's memory."""


def line(id: str, change: Change) -> str:
    """One change as a line: report, place in the raw text, kind, before and after, reason."""
    return (
        f"{id}:{change.start}-{change.end}\t{change.kind}\t"
        f"{change.before!r} → {change.after!r}\t{WHY[change.kind]}"
    )


def clean_paths(
    paths: Iterable[str | Path], *, diff: bool = False, without: Collection[str] = ()
) -> int:
    """Print the repaired text of every report, or what was changed; errors go to standard error.

    Args:
        paths: what `inference.sources.find` takes: files, folders, patterns, URLs, `-` for
            standard input.
        diff: print the changes, one a line, and not the text.
        without: names of steps to leave out, of `inference.text.STEPS`.

    Returns:
        The exit code: 0, or 1 when a report could not be read; the others are printed then too.

    Raises:
        ZhaoshangError: before anything is read, when a step is not registered.
        DataError: before anything is read, when there is no such path, or nothing to read there.
    """
    from inference import sources

    steps = all_but(without)
    failed = False
    for source in list(sources.find(paths)):
        for report in _reports(source):
            if "error" in report.extra:
                failed = True
                print(report.extra["error"]["message"], file=sys.stderr)
                continue
            result = clean(report.text, steps)
            if diff:
                changes = sorted(result.changes, key=lambda c: (c.start, c.end))
                sys.stdout.writelines(line(report.id, change) + "\n" for change in changes)
            else:
                print(result.text)
    return int(failed)


def _reports(source: Source) -> Iterator[Document]:
    """The reports of one source; what keeps all of it from being read is an error record too."""
    from inference import reading
    from inference.limits import Limits

    try:
        yield from reading.read(source, limits=Limits(LONGEST))
    except DataError as error:
        yield reading.failed(source.name, "unread", str(error))
