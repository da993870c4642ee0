from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.text import desync, lost
from inference.text.edits import apply


def mended(text: str) -> str:
    return apply(text, desync.find(text))[0]


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("營商環境始終是吸金石?!蓖ㄟ|市堅持項目為王", "營商環境始終是吸金石。”通遼市堅持項目為王"),
        (
            "營商環境始終是吸金石？！蓖ㄟ|市堅持項目為王",
            "營商環境始終是吸金石。”通遼市堅持項目為王",
        ),
        ("營商環境始終是吸金石\ufffd!蓖ㄟ|市堅持", "營商環境始終是吸金石。”通遼市堅持"),
        ("環境良好?!眳^委書記說", "環境良好。”區委書記說"),
        ("環境良好?,F在全市上下", "環境良好。現在全市上下"),
        ("需要聯系的,請?谝娋W后30日內進行", "需要聯系的,請在見網后30日內進行"),
        # the gloss names the lost byte: 88D4 is 堅, read jiān
        ("需要聯系的,請?jiān)谝娋W后30日內進行", "需要聯系的,請在見網后30日內進行"),
        # a gloss inside the run took the second byte of 見
        ("需要聯系的,請?jiān)谝?jiàn)網后30日內", "需要聯系的,請在見網后30日內"),
    ],
)
def test_runs_read_one_byte_off_are_read_again(damaged: str, expected: str) -> None:
    assert mended(damaged) == expected


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("環境良好?F在全市上下", "環境良好。現在全市上下"),
        ("一批項目簽約?F場氣氛熱烈", "一批項目簽約。現場氣氛熱烈"),
        ("環境良好?蓖ㄟ|市堅持", "環境良好”通遼市堅持"),
    ],
)
def test_a_mark_dropped_beside_the_lost_byte_is_put_back_where_it_can_be_told(
    damaged: str, expected: str
) -> None:
    assert mended(damaged) == expected


@pytest.mark.parametrize(
    "text",
    [
        "项目为什么能落地?我们来看一组数据。",
        "你买了吗?A股大涨。",
        "真的?!太好了!",
        "谁来投资?钱从哪里来?",
        "http://example.com/a?b=c&d=e",
        "???",
        "?",
        "什么?\n第二行",
        "为什么？因为营商环境好。",
        "到位资金?亿元",
        "",
    ],
)
def test_real_question_marks_stay(text: str) -> None:
    assert desync.find(text) == []


def test_the_gloss_belongs_to_the_character_whose_byte_it_took() -> None:
    text = "請?jiān)谝娋W后30日內"
    plain, offsets = apply(text, desync.find(text))
    assert plain == "請在見網后30日內"
    assert [text[slice(*offsets.to_source(k, k + 1))] for k in (1, 2, 3)] == ["?jiān)", "谝", "娋W"]


def test_a_misplaced_gloss_goes_even_where_the_run_cannot_be_read() -> None:
    assert mended("甲?jiān)\n乙") == "甲?\n乙"


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="?？\ufffd!,F|W^蓖ㄟ谝娋眳石市在，。jiān)(0 \n\ue000\ud800", max_size=40))
def test_any_damage_gives_a_valid_edit_list(text: str) -> None:
    edits = desync.find(text)
    assert all(0 <= edit.start < edit.end <= len(text) for edit in edits)
    assert all(left.end <= right.start for left, right in pairwise(edits))
    assert all(edit.after for edit in edits)


@pytest.mark.parametrize("character", ["项", "，", "”", "遼", "！"])
def test_bytes_and_characters_are_inverse(character: str) -> None:
    assert lost.decode(lost.encode(character)) == character


@pytest.mark.parametrize("character", ["a", "\ud800", "😀", "\u0e01"])
def test_characters_without_two_bytes_have_none(character: str) -> None:
    assert lost.encode(character) == b""
