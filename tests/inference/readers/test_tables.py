from __future__ import annotations

import datetime
import gzip
import json
from collections.abc import Iterator
from csv import field_size_limit
from pathlib import Path

import pytest

from inference.readers import Columns, RawReport, ReadError, plain, read_file

LONG = "某县引进新能源项目，总投资3亿元。" * 10_000


def csv(path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def test_columns_of_a_csv_file(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "t.csv", ["编号,正文,地点", 'x,"一行\n两行,“逗号”",某县', ",甲,", f"z,{LONG},乙"]
    )
    items = list(read_file(path, Columns("正文", "编号")))
    assert items == [
        RawReport("x", "一行\n两行,“逗号”", {"地点": "某县"}),
        RawReport("t:3", "甲", {}),
        RawReport("z", LONG, {"地点": "乙"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_a_csv_file(tmp_path: Path, encoding: str) -> None:
    # The sample that the encoding is told from ends inside a character.
    text = "a" + "项" * 40_000
    path = csv(tmp_path / "t.csv", ["id,text", f"x,{text}"], encoding)
    assert list(read_file(path)) == [RawReport("x", text, {})]


def test_bad_rows_are_errors_and_the_rest_is_read(tmp_path: Path) -> None:
    path = csv(tmp_path / "t.csv", ["id,text", "x, ", "y", "z,甲,乙,丙"])
    items = list(read_file(path))
    assert [(item.id, getattr(item, "type", "")) for item in items] == [
        ("x", "empty"), ("y", "empty"), ("z", ""),
    ]  # fmt: skip


def test_a_csv_file_that_changes_its_encoding_says_where(tmp_path: Path) -> None:
    rows = ["id,text", *(f"r{i},{'项' * 1000}" for i in range(100))]
    path = tmp_path / "t.csv"
    path.write_bytes("\n".join(rows).encode() + "\nlast,项目".encode("gb18030"))
    *read, last = read_file(path)
    assert isinstance(last, ReadError)
    assert last.type == "encoding"
    assert "convert the file to UTF-8" in last.message
    assert all(isinstance(item, RawReport) for item in read)


@pytest.mark.parametrize("columns", [Columns("body"), Columns("text", "nr")])
def test_a_missing_column_is_named_beside_those_there_are(tmp_path: Path, columns: Columns) -> None:
    (item,) = read_file(csv(tmp_path / "t.csv", ["id,text", "x,甲"]), columns)
    assert item.type == "column"
    assert "there are 'id', 'text'" in item.message


def test_an_empty_csv_file(tmp_path: Path) -> None:
    (item,) = read_file(csv(tmp_path / "t.csv", []))
    assert item.type == "column"


def test_columns_of_a_parquet_file(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    day = datetime.date(2023, 9, 9)
    rows = [{"id": i, "text": f"甲{i}" if i else None, "date": day} for i in range(200)]
    path = tmp_path / "t.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    first, *others = read_file(path)
    assert (first.id, first.type) == ("0", "empty")
    assert others == [RawReport(str(i), f"甲{i}", {"date": "2023-09-09"}) for i in range(1, 200)]
    (item,) = read_file(path, Columns("body"))
    assert item.type == "column"


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 not really PAR1")
    (item,) = read_file(tmp_path / "t.parquet")
    assert item.type == "damaged"


LINES = b"".join(json.dumps({"id": f"r{i}", "text": "x"}).encode() + b"\n" for i in range(5000))


def test_json_lines_compressed_by_gzip(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(LINES[:60]) + gzip.compress(LINES[60:]))
    assert [item.id for item in read_file(path)] == [f"r{i}" for i in range(5000)]
    path.write_bytes(path.read_bytes()[:-100])
    *read, last = read_file(path)
    assert last.type == "damaged"
    assert [item.id for item in read] == [f"r{i}" for i in range(len(read))]


def test_json_lines_compressed_by_zstandard(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    path = tmp_path / "t.jsonl.zst"
    data = pyarrow.compress(LINES, "zstd", asbytes=True)
    path.write_bytes(data)
    assert [item.id for item in read_file(path)] == [f"r{i}" for i in range(5000)]
    path.write_bytes(data[: len(data) // 2])
    *_, last = read_file(path)
    assert last.type == "damaged"


def test_a_line_too_long_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "LINE_LIMIT", 100)
    path = tmp_path / "t.jsonl"
    path.write_text('{"text": "' + "x" * 1000 + '"}\n{"id": "y", "text": "z"}\n')
    long, good = read_file(path)
    assert (long.type, long.id) == ("length", "t:1")
    assert good == RawReport("y", "z", {})


@pytest.fixture
def short_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = field_size_limit()
    monkeypatch.setattr(plain, "LINE_LIMIT", 100)
    yield
    field_size_limit(before)


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("row", ["y," + "x" * 1000, 'y,"' + "x\n" * 1000 + '"'])
def test_a_row_of_a_csv_file_that_is_too_long_is_not_kept(tmp_path: Path, row: str) -> None:
    good, long = read_file(csv(tmp_path / "t.csv", ["id,text", "x,甲", row]))
    assert good == RawReport("x", "甲", {})
    assert (long.type, "100" in long.message) == ("damaged", True)


def test_a_row_group_of_a_parquet_file_is_not_read_whole(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"id": str(i), "text": f"{i:05d}" * 4000} for i in range(2000)]
    path = tmp_path / "t.parquet"
    parquet.write_table(
        pyarrow.Table.from_pylist(rows),
        path,
        compression="none",
        use_dictionary=False,
        write_batch_size=16,
    )
    before = pyarrow.total_allocated_bytes()
    reports = read_file(path)
    next(reports)
    held = pyarrow.total_allocated_bytes() - before
    reports.close()
    assert path.stat().st_size > 35_000_000
    assert held < 12_000_000
