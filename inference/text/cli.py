"""Printing of `zhaoshang clean`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from inference.text import Change, clean

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


def line(id: str, change: Change) -> str:
    """One change as a line: report, place in the raw text, kind, before and after, reason."""
    return (
        f"{id}:{change.start}-{change.end}\t{change.kind}\t"
        f"{change.before!r} → {change.after!r}\t{WHY[change.kind]}"
    )


def clean_paths(paths: Iterable[Path], *, diff: bool = False) -> int:
    """Print the repaired text of every report, or what was changed; errors go to standard error.

    Returns:
        The exit code: 0, or 1 when a report could not be read.
    """
    from inference.batch import find
    from inference.readers import ReadError, read_file

    failed = False
    for path in find(paths):
        for item in read_file(path):
            if isinstance(item, ReadError):
                failed = True
                print(item.message, file=sys.stderr)
            elif diff:
                changes = sorted(clean(item.text).changes, key=lambda c: (c.start, c.end))
                sys.stdout.writelines(line(item.id, change) + "\n" for change in changes)
            else:
                print(clean(item.text).text)
    return int(failed)
