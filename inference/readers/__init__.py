"""Files in, raw reports out. What cannot be read comes as an error, one bad report at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from annotations.errors import DataError
from inference.readers import docx, html, pdf, plain, tables
from inference.readers.report import RawReport, ReadError
from inference.readers.tables import Columns

__all__ = [
    "SUFFIXES",
    "Columns",
    "MissingFile",
    "RawReport",
    "ReadError",
    "read_file",
    "suffix_of",
]

_READERS: dict[str, Callable[[Path], Iterator[RawReport | ReadError]]] = {
    ".txt": plain.read_text,
    ".jsonl": plain.read_jsonl,
    ".jsonl.gz": plain.read_jsonl,
    ".jsonl.zst": plain.read_jsonl,
    ".html": html.read,
    ".htm": html.read,
    ".docx": docx.read,
    ".pdf": pdf.read,
}
_TABLES: dict[str, Callable[[Path, Columns], Iterator[RawReport | ReadError]]] = {
    ".csv": tables.read_csv,
    ".parquet": tables.read_parquet,
}
SUFFIXES = frozenset(_READERS) | frozenset(_TABLES)
"""Endings of the files that can be read, in lower case."""


class MissingFile(DataError):
    """There is no such file."""


def suffix_of(name: str | Path) -> str:
    """The ending that chooses the reader, in lower case; of compressed files both, as `.jsonl.gz`."""
    path = PurePath(name)
    last = path.suffix.lower()
    return PurePath(path.stem).suffix.lower() + last if last in (".gz", ".zst") else last


def read_file(path: str | Path, columns: Columns | None = None) -> Iterator[RawReport | ReadError]:
    """The reports of one file, by its suffix, as they are read.

    Args:
        path: the file.
        columns: where a table has its texts and ids.

    Raises:
        MissingFile: there is no such file.
        DataError: its suffix is unknown, or the packages for its format
            are not installed.
    """
    path = Path(path)
    suffix = suffix_of(path)
    if suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise DataError(
            f"no reader for {suffix or 'a name without suffix'}; known: {known}", str(path)
        )
    if not path.is_file():
        raise MissingFile("no such file; check the path", str(path))
    try:
        if suffix in _TABLES:
            yield from _TABLES[suffix](path, columns or Columns())
        else:
            yield from _READERS[suffix](path)
    except ImportError as error:
        extra = "tables" if (error.name or "").startswith("pyarrow") else "documents"
        raise DataError(
            f"reading {suffix} needs {error.name}; pip install 'zhaoshang[{extra}]'", str(path)
        ) from error
    except OSError as error:
        yield ReadError(path.stem, "damaged", f"{path}: {error.strerror or error}")
