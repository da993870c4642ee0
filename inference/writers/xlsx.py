"""The ledger as an Excel workbook: sheets 项目, 金额, 措施, 指标, 来源.

The source sentence is a cell of rich text with the span in bold. Text is never read as a formula, a
link or a number. Excel keeps 15 digits of a number, so a figure with more of them is written as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from annotations.document import Document
from annotations.errors import DataError
from inference.amounts import plain
from inference.ledger import Ledger
from inference.records import Evidence
from inference.writers.decimals import decimal_places, significant_digits
from inference.writers.tables import Column, Table, Value, tables

#: Limits of the format: rows of a sheet, UTF-16 units of a cell, exact digits of a number.
MAX_ROWS, MAX_CELL, MAX_DIGITS = 1_048_576, 32_767, 15
#: How much of a long sentence is kept on each side of the span.
CONTEXT = 300
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,  # rows go to disk as they come
}
_HEADING = {"bold": True, "bg_color": "#E7E5E4", "bottom": 1, "valign": "vcenter"}
_FORMATS = {
    "heading": _HEADING,
    "number heading": {**_HEADING, "align": "right"},
    "text": {"valign": "top"},
    "long": {"valign": "top", "text_wrap": True},
    "bold": {"bold": True, "font_color": "#1D4ED8"},
    "integer": {"valign": "top", "num_format": "0"},
    "whole": {"valign": "top", "num_format": "#,##0"},
    "decimal": {"valign": "top", "num_format": "#,##0.0###"},
    "date": {"valign": "top", "num_format": "yyyy-mm-dd"},
    "digits": {"valign": "top", "align": "right", "num_format": "@"},
}
_WIDE, _LINES, _LINE_HEIGHT = 40, 3, 16


def write(path: Path, ledger: Ledger, reports: Iterable[Document]) -> None:
    """Write ``ledger`` to ``path``; the reports themselves are not needed.

    Raises:
        DataError: when a table has more rows than a sheet can have.
    """
    sheets = tables(ledger)
    for table in sheets:
        if len(table.entries) >= MAX_ROWS:
            raise DataError(
                f"{table.title} has {len(table.entries)} rows, and an Excel sheet ends at {MAX_ROWS};"
                " write .sqlite instead, or fewer reports at a time"
            )
    with path.open("wb") as file, TemporaryDirectory(dir=path.parent) as rows:
        book = xlsxwriter.Workbook(file, {**_OPTIONS, "tmpdir": rows})
        formats = {name: book.add_format(spec) for name, spec in _FORMATS.items()}
        for table in sheets:
            _write_sheet(book.add_worksheet(table.title), table, formats)
        try:
            book.close()
        except XlsxWriterException as error:
            raise DataError(f"the workbook could not be completed: {error}") from error


def _write_sheet(sheet: Worksheet, table: Table, formats: dict[str, Format]) -> None:
    sheet.freeze_panes(1, 2 if table.key == "projects" else 1)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, column.width)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(len(table.entries), 1), len(table.columns) - 1)
    sheet.set_row(0, 20)
    for index, column in enumerate(table.columns):
        side = "heading" if column.kind in ("text", "sentence") else "number heading"
        sheet.write_string(0, index, column.title, formats[side])
    for row, entry in enumerate(table.entries, 1):
        cells = list(zip(table.columns, table.row(entry), strict=True))
        sheet.set_row(row, _LINE_HEIGHT * max(_lines(*cell) for cell in cells))
        for index, (column, value) in enumerate(cells):
            _write_cell(sheet, row, index, column, value, formats)


def _lines(column: Column, value: Value) -> int:
    """How many lines a cell is given: what its text takes, but no more than lets one see other rows."""
    text = value.sentence if isinstance(value, Evidence) else value
    if column.width < _WIDE or not isinstance(text, str):
        return 1
    width = sum(2 if character > "\u2e7f" else 1 for character in text[: _LINES * column.width])
    return min(_LINES, max(1, -(-width // (column.width - 4))))


def _write_cell(
    sheet: Worksheet, row: int, index: int, column: Column, value: Value, formats: dict[str, Format]
) -> None:
    match value:
        case None | "":
            return
        case str():
            wide = formats["long" if column.width >= _WIDE else "text"]
            sheet.write_string(row, index, clipped(value), wide)
        case Evidence():
            _write_sentence(sheet, row, index, value, formats)
        case Decimal() | int():
            number = Decimal(value)
            if significant_digits(number) > MAX_DIGITS:
                sheet.write_string(row, index, clipped(plain(number) or ""), formats["digits"])
            else:
                whole = column.kind == "decimal" and not decimal_places(number)
                kind = "whole" if whole else column.kind
                sheet.write_number(row, index, number, formats[kind])
        case _:
            sheet.write_datetime(row, index, value, formats["date"])


def _write_sentence(
    sheet: Worksheet, row: int, index: int, evidence: Evidence, formats: dict[str, Format]
) -> None:
    """The sentence with the span in bold; far from the span, a long sentence is left out."""
    start = evidence.start - evidence.sentence_start
    end = start + len(evidence.text)
    before, span, after = (
        evidence.sentence[:start],
        clipped(evidence.text, MAX_CELL - 4 * CONTEXT - 2),
        evidence.sentence[end:],
    )
    if len(before) > CONTEXT:
        before = f"…{before[-CONTEXT:]}"
    if len(after) > CONTEXT:
        after = f"{after[:CONTEXT]}…"
    # Rich text needs two fragments at least, and none may be empty.
    if not before and not after:
        sheet.write_string(row, index, span, formats["bold"])
        return
    fragments = [part for part in (before, formats["bold"], span, after) if part != ""]
    sheet.write_rich_string(row, index, *fragments, formats["long"])


def clipped(text: str, limit: int = MAX_CELL) -> str:
    """Text that fits a cell of ``limit`` UTF-16 units; what is cut off leaves a mark."""
    if len(text) + sum(character > "\uffff" for character in text) <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore")
    return f"{kept}…"
