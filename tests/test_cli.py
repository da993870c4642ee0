"""The command ``zhaoshang extract`` from its arguments to its files, exit codes and messages."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import zhaoshang
from annotations import store
from annotations.scheme import Scheme
from inference.lock import locked
from tests.inference import tiny_model

TEXT = "某县引进新能源项目，总投资3亿元。"
Extract = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, scheme: Scheme) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("cli") / "model", scheme)


@pytest.fixture
def extract(model: Path, capsys: pytest.CaptureFixture[str]) -> Extract:
    """Runs the command on the small model; gives its exit code and what it said on standard error."""

    def run(*arguments: object) -> tuple[int, str]:
        code = zhaoshang.main(["extract", "--model", str(model), *map(str, arguments)])
        printed = capsys.readouterr()
        assert printed.out == ""
        return code, printed.err

    return run


def records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_files_folders_and_tables_in_one_run(extract: Extract, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a.txt").write_text(TEXT, "gb18030")
    (tmp_path / "in" / "b.html").write_text(
        f"<html><body><article><p>{TEXT * 9}</p></article></body></html>"
    )
    (tmp_path / "c.jsonl").write_text(json.dumps({"id": "c1", "text": TEXT}) + "\n")
    (tmp_path / "d.csv").write_text(f"编号,正文\nd1,{TEXT}\n")
    out, table = tmp_path / "out.jsonl", tmp_path / "out.csv"
    code, said = extract(
        tmp_path / "in", tmp_path / "c.jsonl", tmp_path / "d.csv",
        "--text-column", "正文", "--id-column", "编号", "--out", out, "--out", table,
    )  # fmt: skip
    assert code == 0
    assert said.startswith("4 reports, ")
    assert [record["id"] for record in records(out)] == ["b", "a", "c1", "d1"]
    assert [document.text for document in store.iterate(out)][1:] == [TEXT] * 3
    assert table.exists()


def test_standard_input(extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps({"id": "x", "text": TEXT}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    code, _ = extract("-", "--out", tmp_path / "out.jsonl")
    assert code == 0
    assert records(tmp_path / "out.jsonl")[0]["id"] == "x"


def test_bad_reports_are_records_and_the_rest_goes_on(extract: Extract, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.txt").write_bytes(TEXT.encode() + b"\xff\xff")
    (tmp_path / "in" / "empty.txt").write_text("")
    (tmp_path / "in" / "lines.jsonl").write_text(
        '{"id": "x", "text": "项目"\n{"id": "y", "text": "项目"}\n'
    )
    (tmp_path / "in" / "long.txt").write_text(TEXT * 10)
    (tmp_path / "in" / "scan.pdf").write_bytes(b"%PDF-1.7 broken")
    out = tmp_path / "out.jsonl"
    code, said = extract(tmp_path / "in", "--out", out, "--max-chars", 100)
    assert code == 1
    assert "5 reports failed" in said
    assert f"{tmp_path / 'in' / 'lines.jsonl'}:1: not JSON" in said
    kinds = [record.get("error", {}).get("type") for record in records(out)]
    assert kinds == ["encoding", "empty", "json", None, "length", "damaged"]
    assert all(record["error"]["message"] for record in records(out) if "error" in record)


def test_a_run_is_ended_by_max_errors(extract: Extract, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("x\ny\n")
    out = tmp_path / "out.jsonl"
    arguments = (tmp_path / "in.jsonl", "--out", out, "--max-errors")
    code, said = extract(*arguments, 1)
    assert code == 3
    assert "--resume" in said
    assert not out.exists()
    code, said = extract(*arguments, 2)
    assert code == 2
    assert "unfinished job (2 reports done)" in said
    code, _ = extract(*arguments, 2, "--resume")
    assert (code, len(records(out))) == (1, 2)


def test_a_second_run_on_one_output_is_refused(extract: Extract, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    with locked(tmp_path / "out.jsonl"):
        code, said = extract(tmp_path / "a.txt", "--out", tmp_path / "out.jsonl")
    assert code == 2
    assert "another run is writing it" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.txt", "--out", "o.jsonl"], "missing.txt: no such file or folder"),
        (["empty", "--out", "o.jsonl"], "empty: no report in this folder"),
        (["a.txt", "--out", "o.docx"], "o.docx: no writer for '.docx'"),
        (["a.txt", "--out", "empty"], "empty"),
        (["a.txt", "--out", "a.txt"], "no writer for '.txt'"),
        (["a.txt", "--out", "o.jsonl", "--out", "o.jsonl"], "is named twice"),
        (["a.doc", "--out", "o.jsonl"], "a.doc: no reader for this suffix"),
        (["a.txt", "--out", "o.jsonl", "--model", "empty"], "no zhaoshang.json here"),
        (["a.txt", "--out", "o.jsonl", "--device", "tpu"], "no device 'tpu'"),
        (["a.txt", "--out", "o.jsonl", "--engine", "abacus"], "no engine 'abacus'"),
        (["a.txt", "--out", "o.jsonl", "--report-timeout", "0"], "--report-timeout"),
        (["a.txt", "--out", "o.jsonl", "--max-chars", "0"], "--max-chars"),
        (["a.txt", "--out", "s3://bucket/o.jsonl"], "is a URL, and outputs are local files"),
        (["-", "--out", "o.jsonl", "--resume"], "standard input: cannot be read again"),
        (
            ["-", "--out", "o.jsonl", "--engine", "ray"],
            "standard input: cannot be read by the workers",
        ),
        (["a.txt"], "--out"),
    ],
)
def test_what_cannot_be_done_is_refused(
    extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for name in ("a.txt", "a.doc"):
        (tmp_path / name).write_text(TEXT)
    code, message = extract(*arguments)
    assert code == 2
    assert said in message
    assert "Traceback" not in message
    # Nothing is left behind, not even a folder for the run.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.doc", "a.txt", "empty"]


def test_a_disk_that_fails_anywhere_is_a_message_and_not_done_with_failures(
    extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)

    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inference.batch._extract", full)
    code, said = extract(tmp_path / "a.txt", "--out", tmp_path / "out.jsonl")
    assert code == 2
    assert "No space left on device" in said
    assert "--resume" in said
    assert "Traceback" not in said


def test_the_second_interrupt_says_how_to_go_on(
    extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)

    def interrupted(job: object, journal: object, *args: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("inference.batch._extract", interrupted)
    code, said = extract(tmp_path / "a.txt", "--out", tmp_path / "out.jsonl")
    assert code == 130
    assert "--resume" in said
