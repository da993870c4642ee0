"""`zhaoshang ledger`: from extracted reports to tables, without a model."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

import zhaoshang
from annotations import store
from annotations.document import Document, Relation, Span
from annotations.errors import DataError
from inference.writers.rebuild import Counts, rebuild
from tests.inference.writers.reports import plain, unreadable


@pytest.fixture
def extracted(tmp_path: Path) -> Path:
    path = tmp_path / "extracted.jsonl"
    store.save(path, plain())
    return path


def test_the_command_writes_every_output(extracted: Path, tmp_path: Path) -> None:
    outs = [tmp_path / name for name in ("a.csv", "a.sqlite", "a.html", "a.jsonl")]
    arguments = [part for out in outs for part in ("--out", str(out))]
    assert zhaoshang.main(["ledger", str(extracted), *arguments]) == 0
    assert all(out.exists() for out in outs)
    with outs[0].open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3


def test_reports_written_again_have_their_ledger(extracted: Path, tmp_path: Path) -> None:
    rebuild([extracted], [tmp_path / "again.jsonl"])
    first = store.load(tmp_path / "again.jsonl")[0]
    assert [record["record"] for record in first.extra["ledger"]][:2] == ["project", "project"]
    assert first.spans[0].extra["amount"]["value"] == "1800000000"


def test_an_error_record_makes_the_exit_code_one(tmp_path: Path) -> None:
    store.save(tmp_path / "in.jsonl", [*plain(), unreadable()])
    assert zhaoshang.main(["ledger", str(tmp_path), "--out", str(tmp_path / "out" / "a.csv")]) == 1


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(2, 9, 0), "2 reports, 9 spans"),
        (Counts(2, 9, 1), "2 reports, 9 spans; 1 reports could not be read, see 来源"),
        (Counts(2, 0, 0), "2 reports, 0 spans; nothing is marked in them: run zhaoshang extract"),
    ],
)
def test_what_was_read_is_said(counts: Counts, said: str) -> None:
    assert str(counts).startswith(said)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            Document("a", "三亿元", spans=[Span(0, 4, "AMOUNT")]),
            r"spans\[0\] \[0, 4\) is empty, outside",
        ),
        (
            Document("a", "三亿元", spans=[Span(0, 2, "AMOUNT"), Span(1, 3, "AMOUNT")]),
            r"spans\[1\] \[1, 3\) .* overlaps",
        ),
        (
            Document(
                "a",
                "三亿元",
                spans=[Span(0, 3, "AMOUNT")],
                relations=[Relation("investment_of", 0, 1)],
            ),
            r"relations\[0\] links spans 0 and 1, but there are 1",
        ),
    ],
)
def test_impossible_annotation_is_refused_with_its_place(
    document: Document, said: str, tmp_path: Path
) -> None:
    store.save(tmp_path / "in.jsonl", [document])
    with pytest.raises(DataError, match=rf"in\.jsonl: report 'a': {said}"):
        rebuild([tmp_path / "in.jsonl"], [tmp_path / "a.csv", tmp_path / "a.jsonl"])
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_broken_line_and_a_missing_file_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "x"}\n{"id": "b"\n')
    assert (
        zhaoshang.main(["ledger", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "a.csv")])
        == 2
    )
    assert "in.jsonl:2: not JSON" in capsys.readouterr().err
    assert (
        zhaoshang.main(["ledger", str(tmp_path / "no.jsonl"), "--out", str(tmp_path / "a.csv")])
        == 2
    )
    assert "no such file" in capsys.readouterr().err


def test_no_model_and_no_needless_package_is_loaded(extracted: Path, tmp_path: Path) -> None:
    code = (
        "import sys, zhaoshang;"
        f"zhaoshang.main(['ledger', {str(extracted)!r}, '--out', {str(tmp_path / 'a.csv')!r}]);"
        "print(*sorted({'torch', 'transformers', 'onnxruntime', 'pyarrow', 'jinja2', 'xlsxwriter'}"
        " & set(sys.modules)))"
    )
    root = Path(zhaoshang.__file__).parent
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert run.stdout == "\n"
