"""Projects as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document
from inference.ledger import Ledger
from inference.writers import csv_table
from inference.writers.csv_table import guarded


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_row_a_project(write: Callable[..., Path]) -> None:
    first, *_, town = read(write("ledger.csv"))[:3]
    assert first["项目"] == "海泰风机整机装备制造产业基地"
    assert (first["阶段"], first["金额（元）"], first["金额（亿元）"]) == (
        "在建",
        "1800000000",
        "18",
    )
    assert first["其他金额"] == "投资 20亿元"
    assert first["冲突"] == "金额、阶段"
    assert (first["提及"], first["报告数"], first["报告"]) == ("2", "2", "first")
    assert first["原句"] == "总投资18亿元的海泰风机整机装备制造产业基地落户库伦旗。"
    assert (town["金额"], town["币种"], town["县区"]) == ("3,000万美元", "USD", "奈曼旗")


def test_it_begins_with_a_byte_order_mark(write: Callable[..., Path]) -> None:
    assert write("ledger.csv").read_bytes().startswith("\ufeff编号,".encode())


def test_no_cell_of_hostile_reports_is_a_formula(
    records: Ledger, documents: list[Document], tmp_path: Path
) -> None:
    csv_table.write(tmp_path / "ledger.csv", records, documents)
    rows = read(tmp_path / "ledger.csv")
    names = [row["项目"] for row in rows]
    assert "'=cmd|'/C calc'!A0" in names
    assert "<script>window.hacked = 1</script>" in names
    for row in rows:
        for title, cell in row.items():
            numeric = title in ("金额（元）", "金额（亿元）", "下限（元）", "上限（元）", "置信度")
            assert numeric or not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋"))


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "＝1", "\t=1", " =1", "\r=1", "\n1"])
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@given(st.text())
def test_guarding_adds_an_apostrophe_or_nothing(text: str) -> None:
    assert guarded(text) in (text, f"'{text}")
    assert guarded(f"项目{text}") == f"项目{text}"
