"""Reading and writing reports as UTF-8 JSON Lines, one report a line, with errors that name file and line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme


def parse_line(line: bytes, where: str) -> Document:
    """One line of a JSON Lines file as a `Document`.

    Raises:
        DataError: naming ``where`` when the line is not UTF-8, not JSON, or not a report.
    """
    try:
        data = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8 at byte {error.start} of the line; save the file as UTF-8", where
        ) from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"not JSON at column {error.colno}: {error.msg}; each line must be one report", where
        ) from None
    return Document.from_dict(data, where)


def iterate(path: Path, scheme: Scheme | None = None) -> Iterator[Document]:
    """Reports of one ``.jsonl`` file, lazily; see `located`."""
    return (document for _, document in located(path, scheme))


def located(path: Path, scheme: Scheme | None = None) -> Iterator[tuple[str, Document]]:
    """Reports of one ``.jsonl`` file with their ``file:line``, lazily; blank lines are skipped.

    Args:
        path: the file.
        scheme: when given, every report is checked against it.

    Raises:
        DataError: naming file, line and reason at the first line that is not a valid report.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise DataError("no such file", str(path)) from None
    except IsADirectoryError:
        raise DataError("is a directory; name a .jsonl file", str(path)) from None
    with file:
        for number, line in enumerate(file, 1):
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not line.strip():
                continue
            where = f"{path}:{number}"
            document = parse_line(line, where)
            if scheme is not None:
                document.check(scheme, where)
            yield where, document


def find(paths: Iterable[Path]) -> list[Path]:
    """The ``.jsonl`` files named by ``paths``; folders are searched recursively, in sorted order.

    Raises:
        DataError: when a path does not exist or a folder has no ``.jsonl`` file.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*.jsonl"))
            if not inside:
                raise DataError("no .jsonl file in this folder", str(path))
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise DataError("no such file or folder", str(path))
    return files


def load(*paths: Path, scheme: Scheme | None = None) -> list[Document]:
    """All reports of the given ``.jsonl`` files or folders, each id once.

    Raises:
        DataError: as `iterate` and `find`; also when two reports share an id.
    """
    documents: list[Document] = []
    seen: dict[str, Path] = {}
    for file in find(paths):
        for document in iterate(file, scheme):
            if document.id in seen:
                raise DataError(
                    f"report id {document.id!r} occurs again (first in {seen[document.id]});"
                    " give each report an id of its own",
                    str(file),
                )
            seen[document.id] = file
            documents.append(document)
    return documents


def dump_line(document: Document) -> str:
    """One report as one line of JSON, without the line break."""
    return json.dumps(document.to_dict(), ensure_ascii=False)


def save(path: Path, documents: Iterable[Document]) -> None:
    """Write reports to ``path`` atomically: the file appears whole or not at all.

    Raises:
        DataError: naming the report that has half a UTF-16 surrogate pair, which UTF-8 cannot hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            for document in documents:
                try:
                    file.write(dump_line(document).encode() + b"\n")
                except UnicodeEncodeError:
                    document.check_unicode(f"{path}: report {document.id!r}")
                    raise
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def digest(documents: Iterable[Document]) -> str:
    """SHA-256 over the reports in the document format, whatever their order: a data set's identity."""
    lines = sorted(dump_line(document) for document in documents)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
