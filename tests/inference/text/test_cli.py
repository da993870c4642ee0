from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import docx
import pytest

import zhaoshang
from annotations.errors import ZhaoshangError
from inference import readers
from inference.text import STEPS
from inference.text.cli import clean_paths


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_text("項(xiàng)目,落地?!蓖ㄟ|市", encoding="utf-8")
    return tmp_path


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))


def broken_docx(path: Path) -> None:
    """A Word document that opens, of which one paragraph's XML breaks off."""
    whole = path.with_suffix(".whole")
    document = docx.Document()
    document.add_paragraph("总投资20亿元的项目落户开发区。")
    document.save(str(whole))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == "word/document.xml" else data)
    whole.unlink()


def test_repaired_text_is_printed(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert clean_paths([damaged]) == 0
    assert capsys.readouterr().out == "项目，落地。”通辽市\n"


def test_diff_prints_place_kind_and_reason(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_paths([damaged], diff=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "b:0-8\tgloss\t'項(xiàng)' → '項'\treading in brackets behind its character"
    assert "b:12-17\tdesync\t'?!蓖ㄟ|' → '。”通遼'\tread one byte off behind a lost byte" in lines


def test_a_bad_report_is_told_and_does_not_stop_the_rest(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (damaged / "a.txt").write_bytes(b"")
    assert clean_paths([damaged]) == 1
    streams = capsys.readouterr()
    assert "holds no text" in streams.err
    assert "通辽市" in streams.out


def test_a_document_that_breaks_while_it_is_parsed_is_told(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken_docx(damaged / "a.docx")
    (damaged / "a.pdf").write_bytes(b"%PDF-1.7 broken")
    assert zhaoshang.main(["clean", str(damaged)]) == 1
    streams = capsys.readouterr()
    assert [name for name in ("a.docx", "a.pdf") if str(damaged / name) in streams.err] == [
        "a.docx",
        "a.pdf",
    ]
    assert "Traceback" not in streams.err
    assert streams.out == "项目，落地。”通辽市\n"


@pytest.mark.parametrize("trouble", [KeyError("x"), RecursionError("deep"), ImportError(name="x")])
def test_a_reader_that_fails_does_not_stop_the_rest(
    damaged: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
) -> None:
    def fail(path: Path):
        raise trouble
        yield

    monkeypatch.setitem(readers._READERS, ".pdf", fail)
    (damaged / "a.pdf").write_bytes(b"x")
    assert clean_paths([damaged]) == 1
    streams = capsys.readouterr()
    assert str(damaged / "a.pdf") in streams.err
    assert "通辽市" in streams.out


def test_a_dash_is_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    standard_input(monkeypatch, "項(xiàng)目".encode())
    assert zhaoshang.main(["clean", "-"]) == 0
    assert capsys.readouterr().out == "项目\n"


def test_a_long_report_is_cleaned_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = "总投资20亿元的项目落户开发区。" * 20_000
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert clean_paths([tmp_path]) == 0
    assert capsys.readouterr().out == text + "\n"


def test_steps_can_be_left_out(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert clean_paths([damaged], without=["variants", "marks"]) == 0
    assert capsys.readouterr().out == "項目,落地。”通遼市\n"
    assert clean_paths([damaged], without=list(STEPS)) == 0
    assert capsys.readouterr().out == "項(xiàng)目,落地?!蓖ㄟ|市\n"


def test_an_unknown_step_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ZhaoshangError, match="no repair step 'gloses'; the steps are markup, "):
        clean_paths([tmp_path / "missing.txt"], without=["gloses"])


def test_a_missing_file_is_refused_before_anything_is_printed(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert zhaoshang.main(["clean", str(damaged), str(damaged / "missing.txt")]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "missing.txt: no such file or folder" in streams.err
