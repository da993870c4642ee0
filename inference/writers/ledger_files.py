"""Files that hold the ledger of all reports: built when the last report is in, once for all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO

from annotations.document import Document
from annotations.errors import DataError
from annotations.store import dump_line, parse_line
from inference import ledger
from inference.ledger import Ledger
from inference.writers.atomic import replacing

#: Suffix → the module whose ``write(path, ledger, reports)`` writes it. They are imported when asked
#: for: their packages are the extra `tables`.
FORMATS = {
    ".csv": "inference.writers.csv_table",
    ".parquet": "inference.writers.parquet",
    ".xlsx": "inference.writers.xlsx",
    ".sqlite": "inference.writers.sqlite",
    ".html": "inference.writers.html",
}

_Write = Callable[[Path, Ledger, Iterable[Document]], None]


@dataclass(frozen=True, slots=True)
class Spool:
    """Reports put aside on disk; each iteration reads them again, in order, one at a time."""

    file: IO[bytes]

    def __iter__(self) -> Iterator[Document]:
        self.file.seek(0)
        for number, line in enumerate(self.file, 1):
            yield parse_line(line, f"report {number}")


class LedgerFiles:
    """Puts reports aside until all are in, then builds their ledger and writes it to all ``paths``.

    Memory holds the ledger's records, not the reports: those wait in a nameless file beside the
    first output, which takes about as much disk as a ``.jsonl`` of them and is gone with the process.
    A lone surrogate, which no table can hold, becomes ``?`` here; offsets stay as they are.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._targets: list[tuple[Path, _Write]] = [(path, _writer_of(path)) for path in paths]
        self._file = tempfile.TemporaryFile(dir=paths[0].parent)  # noqa: SIM115 - closed by close, abort

    def write(self, document: Document) -> None:
        line = dump_line(document) + "\n"
        self._file.write(line.encode("utf-8", errors="replace"))

    def close(self) -> None:
        """Write every file.

        Raises:
            DataError: naming the files that could not be written, after all others have been.
        """
        problems: list[str] = []
        with self._file:
            reports = Spool(self._file)
            records = ledger.build(reports)
            for path, write in self._targets:
                try:
                    with replacing(path) as partial:
                        write(partial, records, reports)
                except OSError as error:
                    problems.append(f"{path}: could not be written: {error.strerror or error}")
                except DataError as error:
                    problems.append(f"{path}: {error}")
        if problems:
            raise DataError("\n".join(problems))

    def abort(self) -> None:
        # What a full disk did not take is tried again by closing.
        with suppress(OSError):
            self._file.close()


def _writer_of(path: Path) -> _Write:
    try:
        return import_module(FORMATS[path.suffix.lower()]).write
    except ImportError as error:
        raise DataError(
            f"{path.suffix} needs the package {error.name}; pip install 'zhaoshang[tables]'",
            str(path),
        ) from error
