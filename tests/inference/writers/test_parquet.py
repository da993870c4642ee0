"""Projects as Parquet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra `tables`")

from annotations.document import Document  # noqa: E402
from inference.ledger import Ledger  # noqa: E402
from inference.writers import parquet  # noqa: E402
from tests.inference.writers.reports import HOSTILE  # noqa: E402


def test_values_come_back_typed(write: Callable[..., Path]) -> None:
    first = pq.read_table(write("ledger.parquet")).to_pylist()[0]
    assert (first["value"], first["currency"]) == (Decimal("1800000000.0000"), "CNY")
    assert [given["value"] for given in first["amounts"]] == [
        Decimal(18 * 10**8),
        Decimal(2 * 10**9),
    ]
    assert first["conflicts"] == ["amount", "stage"]
    assert [item["report"] for item in first["evidence"]] == ["first", "second"]
    assert [stage["stage"] for stage in first["stages"]] == ["landed", "construction"]
    assert first["place"]["county"] == "库伦旗"


def test_the_schema_is_as_declared_and_figures_are_decimals(write: Callable[..., Path]) -> None:
    schema = pq.read_schema(write("ledger.parquet"))
    assert schema.equals(parquet.SCHEMA)
    assert str(schema.field("value").type) == "decimal128(38, 4)"


def test_rows_are_grouped(records: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 4)
    parquet.write(tmp_path / "a.parquet", records, [])
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert file.num_row_groups == -(-len(records.projects) // 4)
    assert file.read().column("id").to_pylist() == [entry.id for entry in records.projects]


def test_hostile_text_is_kept(records: Ledger, tmp_path: Path) -> None:
    parquet.write(tmp_path / "a.parquet", records, [])
    names = set(pq.read_table(tmp_path / "a.parquet").column("name").to_pylist())
    assert len(names & set(HOSTILE)) >= 10


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        ("0.3855", True),
        ("0.38555", False),
        ("1.10000000", True),
        ("9" * 34, True),
        ("1" + "0" * 34, False),
        ("0", True),
        ("1E+30", True),
    ],
)
def test_what_does_not_fit_is_null_with_a_reason(
    figure: str, kept: bool, records: Ledger, documents: list[Document], tmp_path: Path
) -> None:
    project = records.projects[0]
    given = project.amounts[0]
    odd = replace(given, amount=replace(given.amount, value=Decimal(figure)))
    ledger = Ledger(projects=(replace(project, amounts=(odd,)),))
    parquet.write(tmp_path / "a.parquet", ledger, documents)
    row = pq.read_table(tmp_path / "a.parquet").to_pylist()[0]
    amount = row["amounts"][0]
    assert amount["value"] == (Decimal(figure) if kept else None) == row["value"]
    assert amount["reason"] == (
        None if kept else "its value does not fit decimal128(38, 4) exactly"
    )
    assert amount["text"] == "18亿元"
