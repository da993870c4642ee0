"""The ledger's projects as CSV, one row a project.

UTF-8 with a byte order mark, without which Excel in China takes the file for GBK; ``utf-8-sig`` in
Python and pandas. Text that a spreadsheet would run as a formula gets an apostrophe in front, the
convention that spreadsheets read as "text"; figures are plain decimals, however long.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from annotations.document import Document
from inference.amounts import plain
from inference.ledger import Ledger
from inference.records import Evidence
from inference.writers.tables import Value, tables

# The full-width signs count too: spreadsheets in East Asian locales take them for the narrow ones.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]|[\t\r\n]")


def write(path: Path, ledger: Ledger, reports: Iterable[Document]) -> None:
    """Write the projects of ``ledger`` to ``path``; the reports themselves are not needed."""
    table = tables(ledger)[0]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(column.title for column in table.columns)
        for entry in table.entries:
            rows.writerow(_cell(value) for value in table.row(entry))


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case Evidence():
            return guarded(value.sentence)
        case str():
            return guarded(value)
        case Decimal():
            return plain(value) or ""
        case _:
            return str(value)


def guarded(text: str) -> str:
    """Text as no spreadsheet will run it: ``'=1+1`` for ``=1+1``."""
    return f"'{text}" if _FORMULA.match(text) else text
