from __future__ import annotations

from pathlib import Path

import pytest

from inference.text.cli import clean_paths


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("項(xiàng)目,落地?!蓖ㄟ|市", encoding="utf-8")
    return tmp_path


def test_repaired_text_is_printed(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert clean_paths([damaged]) == 0
    assert capsys.readouterr().out == "项目，落地。”通辽市\n"


def test_diff_prints_place_kind_and_reason(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_paths([damaged], diff=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a:0-8\tgloss\t'項(xiàng)' → '項'\treading in brackets behind its character"
    assert "a:12-17\tdesync\t'?!蓖ㄟ|' → '。”通遼'\tread one byte off behind a lost byte" in lines


def test_a_bad_report_is_told_and_does_not_stop_the_rest(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (damaged / "0.txt").write_bytes(b"")
    assert clean_paths([damaged]) == 1
    streams = capsys.readouterr()
    assert "holds no text" in streams.err
    assert "通辽市" in streams.out
