"""The ledger as a workbook: read back cell by cell from its XML, so that no other library guesses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("xlsxwriter", reason="needs the extra `tables`")

from annotations.document import Document, Span
from annotations.errors import DataError
from inference.ledger import Ledger
from inference.writers import xlsx
from inference.writers.xlsx import CONTEXT, MAX_CELL, clipped
from tests.inference.writers.reports import HOSTILE

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHEETS = ("项目", "金额", "措施", "指标", "来源")


class Sheet:
    """Cells by row and heading, and the sheet's XML."""

    def __init__(self, path: Path, title: str) -> None:
        with ZipFile(path) as book:
            xml = book.read(f"xl/worksheets/sheet{SHEETS.index(title) + 1}.xml")
            self.names = book.namelist()
        self.root = ElementTree.fromstring(xml)
        self.cells = {cell.get("r"): cell for cell in self.root.iter(f"{_NS}c")}
        self.headings = {
            self.text(cell): re.sub(r"\d", "", place)
            for place, cell in self.cells.items()
            if re.fullmatch(r"[A-Z]+1", place)
        }

    def __call__(self, row: int, heading: str) -> ElementTree.Element | None:
        return self.cells.get(f"{self.headings[heading]}{row + 1}")

    @staticmethod
    def text(cell: ElementTree.Element) -> str:
        text = "".join(part.text or "" for part in cell.iter(f"{_NS}t"))
        # Controls are written as _xHHHH_, and so is the _ of what only looks like one.
        return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


@pytest.fixture
def book(records: Ledger, documents: list[Document], tmp_path: Path) -> Path:
    xlsx.write(tmp_path / "a.xlsx", records, documents)
    return tmp_path / "a.xlsx"


def test_numbers_are_numbers_and_text_is_text(book: Path) -> None:
    sheet = Sheet(book, "项目")
    assert Decimal(sheet(1, "金额（元）").find(f"{_NS}v").text) == Decimal(18 * 10**8)
    assert sheet(1, "金额（元）").get("t") is None
    assert sheet.text(sheet(1, "项目")) == "海泰风机整机装备制造产业基地"
    assert sheet(1, "项目").get("t") == "inlineStr"


def test_the_header_is_frozen_and_every_column_filters(book: Path) -> None:
    for title in SHEETS:
        root = Sheet(book, title).root
        assert root.find(f".//{_NS}pane").get("ySplit") == "1"
        assert root.find(f"{_NS}autoFilter").get("ref").startswith("A1:")
        assert root.find(f"{_NS}cols") is not None


def test_nothing_is_a_formula_or_a_link(book: Path) -> None:
    found: set[str] = set()
    for title in SHEETS:
        sheet = Sheet(book, title)
        assert sheet.root.find(f".//{_NS}f") is None
        assert sheet.root.find(f".//{_NS}hyperlink") is None
        assert not [name for name in sheet.names if "rels" in name and "sheet" in name]
        found |= {Sheet.text(cell) for cell in sheet.cells.values()}
    assert len(found & set(HOSTILE)) >= 12
    assert "=不是 UTF-8" in found


def test_the_span_is_bold_in_its_sentence(book: Path) -> None:
    sheet = Sheet(book, "项目")
    runs = list(sheet(1, "原句").iter(f"{_NS}r"))
    bold = [Sheet.text(run) for run in runs if run.find(f"{_NS}rPr/{_NS}b") is not None]
    assert bold == ["海泰风机整机装备制造产业基地"]
    assert Sheet.text(sheet(1, "原句")) == "总投资18亿元的海泰风机整机装备制造产业基地落户库伦旗。"


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("总投资", ""), ("", "的项目"), (" ", " ")]
)
def test_a_span_at_either_end_of_its_sentence(
    before: str, after: str, write: Callable[..., Path]
) -> None:
    text = f"{before}石墨烯产业园{after}"
    span = Span(len(before), len(text) - len(after), "PROJECT")
    cell = Sheet(write("a.xlsx", [Document("one", text, spans=[span])]), "项目")(1, "原句")
    assert text.strip() in Sheet.text(cell)


def test_a_long_sentence_is_cut_on_both_sides_of_the_span(write: Callable[..., Path]) -> None:
    text = "引" * 40_000 + "石墨烯产业园" + "资" * 40_000
    path = write("a.xlsx", [Document("one", text, spans=[Span(40_000, 40_006, "PROJECT")])])
    sheet = Sheet(path, "项目")
    expected = f"…{'引' * CONTEXT}石墨烯产业园{'资' * CONTEXT}…"
    assert Sheet.text(sheet(1, "原句")) == expected


@pytest.mark.parametrize(
    ("figure", "number"),
    [
        ("999999999999999", True),
        ("1234567890123456", False),
        ("1E+20", True),
        ("0.123456789012345", True),
        ("1." + "0" * 39 + "1", False),
    ],
)
def test_more_digits_than_excel_keeps_are_text(
    figure: str, number: bool, records: Ledger, tmp_path: Path
) -> None:
    project = records.projects[0]
    given = project.amounts[0]
    odd = replace(given, amount=replace(given.amount, value=Decimal(figure)))
    ledger = Ledger(projects=(replace(project, amounts=(odd,)),))
    xlsx.write(tmp_path / "a.xlsx", ledger, [])
    cell = Sheet(tmp_path / "a.xlsx", "项目")(1, "金额（元）")
    if number:
        assert cell.get("t") is None
        assert Decimal(cell.find(f"{_NS}v").text) == Decimal(figure)
    else:
        assert Sheet.text(cell) == figure


def test_too_many_rows_are_refused(
    records: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", len(records.projects))
    with pytest.raises(DataError, match=r"项目 has \d+ rows.*write \.sqlite instead"):
        xlsx.write(tmp_path / "a.xlsx", records, [])


def test_a_workbook_that_fails_leaves_no_rows_behind(
    records: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise DataError("half way")

    monkeypatch.setattr(xlsx, "_write_sentence", broken)
    with pytest.raises(DataError, match="half way"):
        xlsx.write(tmp_path / "a.xlsx", records, [])
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


@given(st.text(), st.integers(2, 20))
def test_clipped_text_fits(text: str, limit: int) -> None:
    kept = clipped(text, limit)
    units = len(kept.encode("utf-16-le")) // 2
    assert units <= limit
    assert kept == text or kept.endswith("…")
    assert len(clipped("资" * (MAX_CELL + 1))) == MAX_CELL
