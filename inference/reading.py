"""Reports of a job's sources as documents; what cannot be read, or is too much, comes as an error record."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path

from annotations.document import Document
from annotations.errors import ZhaoshangError
from inference.limits import Limits, ReportTimeout, deadline
from inference.readers import (
    Columns,
    MissingFile,
    RawReport,
    ReadError,
    plain,
    read_file,
    suffix_of,
)
from inference.sources import STDIN, Source, local_path

#: No encoding that is read has characters of more bytes.
_BYTES = 4
#: A file of one report that is bigger is not read: bytes for each character allowed, and bytes that are always
#: allowed, as markup and pictures count for nothing. Parsing a page takes about ten times its size.
_MOST = {
    ".txt": (_BYTES, 0),
    ".html": (100, 1 << 24),
    ".htm": (100, 1 << 24),
    ".docx": (1000, 1 << 28),
    ".pdf": (1000, 1 << 28),
}
#: Parsed whole, by large libraries: these can be given to a process of its own.
DOCUMENTS = frozenset(_MOST) - {".txt"}

Items = Iterable[RawReport | ReadError]
#: As `parse`.
Parse = Callable[[Source, Path, Columns | None, Limits], Items]


def failed(id: str, kind: str, message: str) -> Document:
    """The record of a report that could not be read."""
    return Document(id, "", extra={"error": {"type": kind, "message": message}})


def read(
    source: Source,
    columns: Columns | None = None,
    limits: Limits | None = None,
    documents: Parse | None = None,
) -> Iterator[Document]:
    """The reports of one source, one at a time; never an exception for what is wrong with a report.

    Args:
        source: what to read.
        columns: where a table has its texts and ids.
        limits: what one report may cost.
        documents: reads `DOCUMENTS` in place of `parse`.

    Raises:
        DataError: the packages for the format are not installed, or a remote file cannot be copied.
    """
    limits = limits or Limits()
    for item in _items(source, columns, limits, documents or parse):
        yield _document(item, limits)


def parse(source: Source, path: Path, columns: Columns | None, limits: Limits) -> Items:
    """The items of ``source``, which is at ``path``, each within its time; what is wrong with it is one, too.

    Raises:
        DataError: the packages for the format are not installed.
    """
    return _timed(read_file(path, columns), source, limits)


def _items(source: Source, columns: Columns | None, limits: Limits, documents: Parse) -> Items:
    if source.name == STDIN:
        yield from _timed(_standard_input(sys.stdin.buffer, limits), source, limits)
        return
    suffix = suffix_of(source.name)
    if suffix in _MOST:
        each, always = _MOST[suffix]
        if source.size > max(each * (limits.characters + 1), always):
            message = (
                f"{source.name}: {source.size} bytes, more than a {suffix} of {limits.characters} characters"
                " may have; split the report or raise --max-chars"
            )
            yield ReadError(source.name, "length", message)
            return
    with ExitStack() as stack:
        try:
            path = stack.enter_context(local_path(source))
        except FileNotFoundError:
            yield _missing(source)
            return
        reads = documents if suffix in DOCUMENTS else parse
        yield from reads(source, path, columns, limits)


def _timed(items: Iterator[RawReport | ReadError], source: Source, limits: Limits) -> Items:
    """The items, each within its time; an error in place of what cannot be read, and then the end."""
    while True:
        try:
            with deadline(limits.seconds):
                item = next(items, None)
        except ReportTimeout as error:
            item = ReadError(source.name, "timeout", f"{source.name}: reading {error}")
        except OSError as error:
            item = ReadError(source.name, "damaged", f"{source.name}: cannot be read: {error}")
        except MissingFile:
            item = _missing(source)
        except ZhaoshangError:
            raise
        except Exception as error:  # parsers of broken documents fail in ways of their own
            message = f"{source.name}: cannot be read: {type(error).__name__}: {error}"
            item = ReadError(source.name, "damaged", message)
        if item is None:
            return
        yield item


def _missing(source: Source) -> ReadError:
    message = f"{source.name}: was there when the job began and is gone; put it back"
    return ReadError(source.name, "missing", message)


def _document(item: RawReport | ReadError, limits: Limits) -> Document:
    if isinstance(item, ReadError):
        return failed(item.id, item.type, item.message)
    if len(item.text) > limits.characters:
        return failed(item.id, "length", _too_long(item.id, f"{len(item.text)} characters", limits))
    return Document(item.id, item.text, item.meta)


def _too_long(name: str, size: str, limits: Limits) -> str:
    return (
        f"{name}: {size}, more than the {limits.characters} characters allowed;"
        " split the report or raise --max-chars"
    )


def _standard_input(stream: BufferedReader, limits: Limits) -> Iterator[RawReport | ReadError]:
    """JSON Lines when the first thing is a brace, else all of it as one report of id ``stdin``."""
    name, id = "standard input", "stdin"
    if stream.peek().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from plain.json_lines(stream, name, id)
        return
    most = _BYTES * (limits.characters + 1)
    data = stream.read(most + 1)
    if len(data) > most:
        yield ReadError(id, "length", _too_long(name, f"over {most} bytes", limits))
    else:
        yield plain.text_report(data, name, id)
