"""The ledger as a database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document
from annotations.errors import DataError
from annotations.formats.inline import loads
from inference import ledger
from inference.ledger import Ledger
from inference.writers import sqlite
from inference.writers.sqlite import MAX_FEN, hundredths
from tests.inference.writers.reports import HOSTILE


@pytest.fixture
def database(
    records: Ledger, documents: list[Document], tmp_path: Path
) -> Iterator[sqlite3.Connection]:
    sqlite.write(tmp_path / "a.sqlite", records, documents)
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def test_every_record_is_a_row_and_every_key_holds(
    database: sqlite3.Connection, records: Ledger
) -> None:
    for table in ("projects", "amounts", "measures", "indicators", "sources"):
        count = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert count == len(getattr(records, table)) > 0
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.execute("PRAGMA user_version").fetchone()[0] == 2


def test_a_project_with_its_mentions_amounts_and_conflicts(database: sqlite3.Connection) -> None:
    rows = database.execute(
        "SELECT report, mentions.stage, evidence.text, sentence FROM project_mentions AS mentions"
        " JOIN evidence ON evidence.id = evidence_id JOIN sources ON sources.id = source_id"
        " WHERE project_id = 1 ORDER BY evidence.id"
    ).fetchall()
    assert [(row["report"], row["stage"]) for row in rows] == [
        ("first", "landed"),
        ("second", "construction"),
    ]
    assert all(row["text"] in row["sentence"] for row in rows)
    amounts = database.execute("SELECT value, value_fen FROM amounts WHERE project_id = 1")
    assert [tuple(row) for row in amounts] == [
        ("1800000000", 180_000_000_000),
        ("2000000000", 200_000_000_000),
    ]
    conflicts = database.execute("SELECT what FROM project_conflicts WHERE project_id = 1")
    assert [row["what"] for row in conflicts] == ["amount", "stage"]


def test_projects_by_place(database: sqlite3.Connection) -> None:
    rows = database.execute(
        "SELECT county, projects, projects_with_sum, value_fen, construction, negotiation"
        " FROM projects_by_place WHERE city = '通辽市'"
    )
    assert {row["county"]: tuple(row)[1:] for row in rows} == {
        "库伦旗": (1, 1, 180_000_000_000, 1, 0),
        None: (1, 1, 50_000_000_000, 0, 0),
        # A sum in dollars is not added to yuan.
        "奈曼旗": (1, 0, None, 0, 1),
    }


def test_signed_vs_received_takes_the_largest_total_of_a_year(tmp_path: Path) -> None:
    text = """
=== one
meta: place=通辽市; date=2023-06-30
[result] 2023年一季度，总签约额⟦10亿元|A contract⟧，到位资金⟦4亿元|A received⟧。
[result] 2023年上半年，总签约额⟦30.5亿元|A contract⟧，到位资金⟦6.1亿元|A received⟧。
[result] 2023年全年到位资金目标⟦50亿元|A received target⟧，外资⟦3亿美元|A received⟧。
"""
    sqlite.write(tmp_path / "a.sqlite", ledger.build(loads(text)), [])
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        rows = connection.execute("SELECT * FROM signed_vs_received").fetchall()
    assert rows == [("内蒙古自治区", "通辽市", None, "2023", 305_000_000_000, 61_000_000_000, 20.0)]


def test_hostile_text_is_kept(database: sqlite3.Connection) -> None:
    names = {row["name"] for row in database.execute("SELECT name FROM projects")}
    assert len(names & set(HOSTILE)) >= 10
    error = database.execute("SELECT error FROM sources WHERE report = 'broken'").fetchone()
    assert error["error"] == "=不是 UTF-8"


def test_reports_of_one_id_do_not_break_the_keys(write: Callable[..., Path]) -> None:
    text = "=== {}\n[project] ⟦石墨烯产业园|P signed⟧签约。\n"
    twins = [loads(text.format(id))[0] for id in ("same", "same")]
    with closing(sqlite3.connect(write("a.sqlite", twins))) as connection:
        assert connection.execute("SELECT count(*) FROM sources").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_sqlite_refuses_is_said(records: Ledger, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could not be written"):
        sqlite.write(tmp_path / "missing" / "a.sqlite", records, [])


def test_a_sum_for_a_part_of_its_project_is_told_from_the_whole(tmp_path: Path) -> None:
    documents = loads(
        "=== one\n[project] ⟦云山储能电站|P construction #1⟧总投资⟦8亿元|A investment >1⟧，"
        "其中设备投资⟦3亿元|A investment >1⟧；另有奖补⟦2万元|A other⟧。"
    )
    sqlite.write(tmp_path / "a.sqlite", ledger.build(documents), documents)
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        rows = database.execute("SELECT text, part, project_id IS NULL FROM amounts").fetchall()
    assert rows == [("8亿元", None, 0), ("3亿元", "设备", 0), ("2万元", None, 1)]


def test_a_range_has_ends_and_no_value(tmp_path: Path) -> None:
    text = "=== one\n[project] 总投资⟦3至5亿元|A investment >1⟧的⟦温泉小镇|P signed #1⟧签约。\n"
    sqlite.write(tmp_path / "a.sqlite", ledger.build(loads(text)), [])
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        row = connection.execute("SELECT value, value_fen, low, high FROM amounts").fetchone()
    assert row == (None, None, "300000000", "500000000")


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_hundredths_are_exact(fen: int) -> None:
    assert hundredths(Decimal(fen) / 100) == fen


@pytest.mark.parametrize("value", [None, "0.005", "1e-30", "1e16", "1" + "0" * 40 + ".01"])
def test_what_is_no_whole_number_of_hundredths_or_too_large_is_null(value: str | None) -> None:
    assert hundredths(None if value is None else Decimal(value)) is None


def test_the_ledger_of_the_seeds_keeps_its_keys(seeds: list[Document], tmp_path: Path) -> None:
    records = ledger.build(seeds)
    sqlite.write(tmp_path / "a.sqlite", replace(records), [])
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        total = connection.execute("SELECT sum(value_fen) FROM projects_by_place").fetchone()[0]
    assert Decimal(total) / 100 == Decimal("44550000000")
