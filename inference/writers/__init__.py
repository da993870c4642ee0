"""Writers of extracted reports; the suffix of the output's name chooses one.

``.jsonl`` has the reports themselves, as they come. The others have the ledger of all reports together:
``.csv`` and ``.parquet`` its projects, ``.xlsx``, ``.sqlite`` and ``.html`` everything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from annotations.document import Document
from annotations.errors import DataError
from inference.writers.jsonl import JsonlWriter
from inference.writers.ledger_files import FORMATS, LedgerFiles

SUFFIXES = (".jsonl", *FORMATS)
# Of one letter are the disks of Windows.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


class Writer(Protocol):
    """Takes reports one by one; files appear under their names only when `close` has completed them."""

    def write(self, document: Document) -> None:
        """Add one report, or one that could not be read (``extra["error"]``)."""
        ...

    def close(self) -> None:
        """Complete the file."""
        ...

    def abort(self) -> None:
        """Give up: leave nothing that looks complete."""
        ...


class Writers:
    """All outputs of one run as one `Writer`; the ledger is built once for those that need it.

    Raises:
        DataError: from the constructor, when an output cannot be written, is named twice, or its
            format needs a package that is not installed; from `write`, when there is no more space;
            from `close`, when a file could not be completed, after all others have been.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        seen: set[Path] = set()
        for path in paths:
            _check(path)
            if path.resolve() in seen:
                raise DataError("is named twice; give each output a name of its own", str(path))
            seen.add(path.resolve())
        lines = [path for path in paths if path.suffix.lower() == ".jsonl"]
        tables = [path for path in paths if path not in lines]
        # Reports before the ledger: they are done whatever happens to a table.
        self._writers: list[Writer] = []
        try:
            self._writers += map(JsonlWriter, lines)
            if tables:
                self._writers.append(LedgerFiles(tables))
        except OSError as error:
            self.abort()
            raise DataError(f"an output cannot be written: {error}") from error

    def write(self, document: Document) -> None:
        try:
            for writer in self._writers:
                writer.write(document)
        except OSError as error:
            raise DataError(f"an output could not be written: {error}") from error

    def close(self) -> None:
        errors: list[str] = []
        for writer in self._writers:
            try:
                writer.close()
            except (DataError, OSError) as error:
                writer.abort()
                errors.append(str(error))
        if errors:
            raise DataError("\n".join(errors))

    def abort(self) -> None:
        for writer in self._writers:
            writer.abort()


def open_writer(path: Path) -> Writer:
    """The writer for one ``path``; see `Writers`."""
    return Writers([path])


def refuse_url(path: Path) -> None:
    """Refuse a URL, which would be taken for a folder: ``s3://a/b`` has become the path ``s3:/a/b``.

    Raises:
        DataError: it is one.
    """
    if _URL.match(str(path)):
        raise DataError(
            "is a URL, and outputs are local files; write to this disk and copy the output there",
            str(path),
        )


def _check(path: Path) -> None:
    """Refuse what cannot be written before any work is done; the output's folder is made."""
    refuse_url(path)
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            f"no writer for {path.suffix or 'a name without suffix'!r};"
            f" use one of {', '.join(SUFFIXES)}",
            str(path),
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"its folder cannot be made: {error.strerror}", str(path)) from error
    if path.is_dir():
        raise DataError("is a folder; name a file", str(path))
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise DataError(
            "cannot be written; choose another place or change its permissions", str(path)
        )
