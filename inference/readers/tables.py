"""Tables of reports: CSV and Parquet, one report a row."""

from __future__ import annotations

import codecs
import csv
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from inference.readers import plain
from inference.readers.plain import problem_of
from inference.readers.report import RawReport, ReadError

_SAMPLE = 1 << 16
_ROWS = 64
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold a report's text and id; all others go to its `meta`.

    Attributes:
        text: the column of texts.
        id: the column of ids; None takes ``id`` where there is one, else ids are file and row.
    """

    text: str = "text"
    id: str | None = None

    def missing(self, names: Iterable[str], path: Path) -> ReadError | None:
        """The error of a table that lacks the columns; it names those there are."""
        names = list(names)
        for option, name in (("--text-column", self.text), ("--id-column", self.id)):
            if name is not None and name not in names:
                known = ", ".join(map(repr, names)) or "none"
                message = f"{path}: no column {name!r}; choose one by {option}, there are {known}"
                return ReadError(path.stem, "column", message)
        return None


def read_csv(path: Path, columns: Columns) -> Iterator[RawReport | ReadError]:
    """The rows of a CSV file with a header, in UTF-8, UTF-16 with a byte-order mark, or GB18030.

    No line and no field may have more than `plain.LINE_LIMIT` characters: they are read whole.
    """
    # One report may be longer than the 128 KiB that the csv module allows a field.
    csv.field_size_limit(plain.LINE_LIMIT)
    with path.open("r", encoding=_encoding(path), newline="") as file:
        rows = csv.DictReader(_lines(file))
        try:
            if error := columns.missing(rows.fieldnames or (), path):
                yield error
                return
            for number, row in enumerate(rows, 2):
                yield _report(row, columns, path, number)
        except UnicodeDecodeError as error:
            yield ReadError(
                f"{path.stem}:{rows.line_num + 1}",
                "encoding",
                f"{path}: after line {rows.line_num}: not {error.encoding}; convert the file to UTF-8."
                " What follows was not read",
            )
        except csv.Error as error:
            yield ReadError(
                f"{path.stem}:{rows.line_num + 1}",
                "damaged",
                f"{path}:{rows.line_num + 1}: {error}. What follows was not read",
            )


def read_parquet(path: Path, columns: Columns) -> Iterator[RawReport | ReadError]:
    """The rows of a Parquet file, a few at a time."""
    import pyarrow
    from pyarrow import parquet

    try:
        # Else a whole row group is held in memory, and one may be as big as the file.
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER) as file:
            if error := columns.missing(file.schema_arrow.names, path):
                yield error
                return
            number = 0
            for batch in file.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield _report(row, columns, path, number)
    except pyarrow.ArrowException as error:
        yield ReadError(path.stem, "damaged", f"{path}: cannot be read as Parquet: {error}")


def _lines(file: IO[str]) -> Iterator[str]:
    """The lines of a file as they are; one that is too long is not even read."""
    while line := file.readline(plain.LINE_LIMIT):
        if len(line) == plain.LINE_LIMIT and not line.endswith(("\n", "\r")):
            raise csv.Error(f"a line of more than {plain.LINE_LIMIT} characters; split the report")
        yield line


def _encoding(path: Path) -> str:
    """The encoding of a table, from its first bytes: GB18030 is what spreadsheets in China save."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _report(
    row: Mapping[str, Any], columns: Columns, path: Path, number: int
) -> RawReport | ReadError:
    text = row[columns.text]
    id = row.get(columns.id or "id")
    id = f"{path.stem}:{number}" if id in (None, "") else str(id)
    if not isinstance(text, str) or not text.strip():
        return ReadError(id, "empty", f"{path}: row {number} has no text in {columns.text!r}")
    if problem := problem_of(text):
        return ReadError(id, "encoding", f"{path}: row {number}: {problem}")
    meta = {
        key: _plain(value)
        for key, value in row.items()
        if key not in (columns.text, columns.id or "id", None) and value not in (None, "")
    }
    return RawReport(id, text, meta)


def _plain(value: Any) -> Any:
    """A cell as JSON has it: dates in ISO form, all else that is no scalar as text."""
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
