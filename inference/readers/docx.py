"""Word documents (.docx): paragraphs and tables in their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from inference.readers.report import RawReport, ReadError, joined

if TYPE_CHECKING:
    from docx.table import Table


MOST = 1 << 28
"""Bytes of a document unpacked at most: it is held in memory whole, and packs up to a thousand times smaller."""


def read(path: Path) -> Iterator[RawReport | ReadError]:
    """A Word document as one report: a line a paragraph, a line a table row, cells by tabs."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        with ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST:
            message = f"{path}: {size} bytes unpacked, more than {MOST}; take out its pictures or split it"
            yield ReadError(path.stem, "length", message)
            return
        document = docx.Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        yield ReadError(
            path.stem,
            "damaged",
            f"{path}: not a Word document ({error}); a .doc must be saved as .docx first",
        )
        return
    lines: list[str] = []
    for block in document.iter_inner_content():
        lines += _rows(block) if isinstance(block, Table) else [block.text]
    text, paragraphs = joined(line for line in lines if line.strip())
    if text:
        yield RawReport(path.stem, text, {"paragraphs": paragraphs})
    else:
        yield ReadError(path.stem, "empty", f"{path}: the document holds no text (pictures only?)")


def _rows(table: Table) -> Iterator[str]:
    """The rows of a table; a cell that spans several columns counts once."""
    for row in table.rows:
        cells = {id(cell._tc): cell.text.strip() for cell in row.cells}
        yield "\t".join(cells.values())
