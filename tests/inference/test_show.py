"""`zhaoshang show`: a report in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import zhaoshang
from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference.extractor import Extractor
from inference.show import load, show, visible
from tests.inference.writers.reports import hostile, plain, unreadable


def printed(document: Document, **options: object) -> str:
    file = StringIO()
    show(document, Console(file=file, width=200, highlight=False, **options))
    return file.getvalue()


def test_spans_stand_in_brackets_with_what_they_are() -> None:
    text = printed(plain()[0])
    assert (
        "总投资[18亿元]‹金额 投资 →1›的[海泰风机整机装备制造产业基地]‹项目 落地 #1›落户库伦旗。"
        in text
    )
    assert "到位资金[50亿元]‹金额 到位 目标›。" in text
    assert "通辽市 · 2023-06-30" in text
    assert "\x1b" not in text


def test_the_ledger_follows() -> None:
    lines = [line.split() for line in printed(plain()[0]).splitlines()]
    assert ["2", "年产3万吨电池壳项目", "签约", "约5亿元", "通辽市"] in [line[:5] for line in lines]
    assert ["到位资金", "6.1亿元", "+12%"] in [line[:3] for line in lines]


def test_each_label_has_its_colour() -> None:
    text = printed(plain()[0], force_terminal=True, color_system="standard")
    assert "\x1b[4;33m[18亿元]" in text
    assert "\x1b[4;34m[海泰风机整机装备制造产业基地]" in text
    assert "\x1b[4;32m[赴江苏省开展招商推介3场]" in text


def test_hostile_text_commands_no_terminal() -> None:
    text = printed(hostile())
    assert "<U+001B>[31m红" in text
    assert "<U+202E>OCILAM<U+202C>" in text
    assert not set(text) & set(map(chr, [*range(10), *range(11, 32), 0x7F, 0x202E]))
    # Nor is what looks like the console's own markup taken for it.
    assert "[bold]甲[/]" in printed(Document("one", "[bold]甲[/]。"))


def test_a_report_that_could_not_be_read_says_why() -> None:
    assert "未能读取：=不是 UTF-8" in printed(unreadable())


@given(st.text())
def test_no_control_is_left(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert all(
        character in "\t\n" or character.isprintable() or ord(character) > 0x9F
        for character in shown
    )


def test_a_report_is_chosen_by_its_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "reports.jsonl"
    store.save(path, plain())
    assert zhaoshang.main(["show", str(path), "--id", "second"]) == 0
    out = capsys.readouterr().out
    assert "温泉小镇" in out
    assert "江苏省" not in out
    assert [document.id for document in load(path)] == ["first", "second"]


def test_an_unknown_id_and_no_file_are_said(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    store.save(path, plain())
    with pytest.raises(DataError, match="has no report 'third'; it has first、second"):
        list(load(path, "third"))
    store.save(path, [])
    with pytest.raises(DataError, match="has no report"):
        list(load(path))
    with pytest.raises(DataError, match="no such file"):
        list(load(tmp_path / "missing.txt"))


def test_a_raw_report_is_read_by_the_model_once(
    tmp_path: Path, make_extractor: Callable[..., Extractor], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(
        Extractor, "load", lambda model, **_: loaded.append(model) or make_extractor()
    )
    path = tmp_path / "raw.jsonl"
    store.save(
        path, [Document("a", "总投资<3亿元>的{基地}。"), plain()[0], Document("b", "{项目}")]
    )
    found = list(load(path, model=tmp_path))
    assert loaded == [tmp_path]
    assert [[span.label for span in document.spans][:2] for document in found] == [
        ["AMOUNT", "PROJECT"],
        ["AMOUNT", "PROJECT"],
        ["PROJECT"],
    ]
