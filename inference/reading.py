"""Reports of a job's sources as documents; what cannot be read, or is too much, comes as an error record."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BufferedReader

from annotations.document import Document
from annotations.errors import ZhaoshangError
from inference.limits import Limits, ReportTimeout, deadline
from inference.readers import Columns, RawReport, ReadError, plain, read_file, suffix_of
from inference.sources import STDIN, Source, local_path

#: No encoding that is read has characters of more bytes.
_BYTES = 4


def failed(id: str, kind: str, message: str) -> Document:
    """The record of a report that could not be read."""
    return Document(id, "", extra={"error": {"type": kind, "message": message}})


def read(
    source: Source, columns: Columns | None = None, limits: Limits | None = None
) -> Iterator[Document]:
    """The reports of one source, one at a time; never an exception for what is wrong with a report.

    Raises:
        DataError: the packages for the format are not installed.
    """
    limits = limits or Limits()
    items = _items(source, columns, limits)
    while True:
        try:
            with deadline(limits.seconds):
                item = next(items, None)
        except ReportTimeout as error:
            item = ReadError(source.name, "timeout", f"{source.name}: reading {error}")
        except OSError as error:
            item = ReadError(source.name, "damaged", f"{source.name}: cannot be read: {error}")
        except ZhaoshangError:
            raise
        except Exception as error:  # parsers of broken documents fail in ways of their own
            message = f"{source.name}: cannot be read: {type(error).__name__}: {error}"
            item = ReadError(source.name, "damaged", message)
        if item is None:
            return
        yield _document(item, limits)


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


def _items(
    source: Source, columns: Columns | None, limits: Limits
) -> Iterator[RawReport | ReadError]:
    if source.name == STDIN:
        yield from _standard_input(sys.stdin.buffer, limits)
        return
    # A text file this big is too long in any encoding; it is not even read.
    if suffix_of(source.name) == ".txt" and source.size > _BYTES * (limits.characters + 1):
        yield ReadError(
            source.name, "length", _too_long(source.name, f"{source.size} bytes", limits)
        )
        return
    with local_path(source) as path:
        yield from read_file(path, columns)


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
