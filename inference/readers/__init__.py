"""Files in, raw reports out. What cannot be read comes as an error, one bad report at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from annotations.errors import DataError
from inference.readers import docx, html, pdf, plain
from inference.readers.report import RawReport, ReadError

__all__ = ["SUFFIXES", "RawReport", "ReadError", "read_file"]

_READERS: dict[str, Callable[[Path], Iterator[RawReport | ReadError]]] = {
    ".txt": plain.read_text,
    ".jsonl": plain.read_jsonl,
    ".html": html.read,
    ".htm": html.read,
    ".docx": docx.read,
    ".pdf": pdf.read,
}
SUFFIXES = frozenset(_READERS)
"""Endings of the files that can be read, in lower case."""


def read_file(path: str | Path) -> Iterator[RawReport | ReadError]:
    """The reports of one file, by its suffix, as they are read.

    Raises:
        DataError: there is no such file, its suffix is unknown, or the packages for its format
            are not installed.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(SUFFIXES))
        raise DataError(
            f"no reader for {path.suffix or 'a name without suffix'}; known: {known}", str(path)
        )
    if not path.is_file():
        raise DataError("no such file; check the path", str(path))
    try:
        yield from reader(path)
    except ImportError as error:
        raise DataError(
            f"reading {path.suffix} needs {error.name}; install zhaoshang[documents]", str(path)
        ) from error
    except OSError as error:
        yield ReadError(path.stem, "damaged", f"{path}: {error.strerror or error}")
