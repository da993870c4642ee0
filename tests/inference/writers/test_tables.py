"""The five tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from inference.ledger import Ledger
from inference.records import Evidence
from inference.writers.tables import tables


def test_titles_columns_and_rows(records: Ledger) -> None:
    found = tables(records)
    assert [table.title for table in found] == ["项目", "金额", "措施", "指标", "来源"]
    for table in found:
        titles = [column.title for column in table.columns]
        assert len(set(titles)) == len(titles)
        assert any(column.web for column in table.columns)
        for entry in table.entries:
            assert len(table.row(entry)) == len(titles)


def test_cells_are_of_their_columns_kind(records: Ledger) -> None:
    kinds = {"text": str, "integer": int, "decimal": Decimal, "date": date, "sentence": Evidence}
    for table in tables(records):
        for entry in table.entries:
            for column in table.columns:
                value = column.value(entry)
                assert value is None or type(value) is kinds[column.kind], column.title


def test_an_amount_names_its_project(records: Ledger) -> None:
    amounts = tables(records)[1]
    titles = [column.title for column in amounts.columns]
    row = dict(zip(titles, amounts.row(amounts.entries[0]), strict=True))
    assert (row["项目编号"], row["所属项目"]) == (1, records.projects[0].name)
    total = dict(zip(titles, amounts.row(amounts.entries[2]), strict=True))
    assert (total["金额"], total["用途"], total["所属项目"]) == ("30.5亿元", "协议", None)


def test_an_indicator_shows_its_change(records: Ledger) -> None:
    indicators = tables(records)[3]
    titles = [column.title for column in indicators.columns]
    rows = [dict(zip(titles, indicators.row(entry), strict=True)) for entry in indicators.entries]
    received = next(row for row in rows if row["数值"] == "6.1亿元")
    assert (received["指标"], received["变化"], received["变化（%）"]) == (
        "到位资金",
        "+12%",
        Decimal(12),
    )
    assert "21个" in [row["数值"] for row in rows]
