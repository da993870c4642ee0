from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.text import glosses
from inference.text.edits import apply
from inference.text.readings import SYLLABLES, readings, spelling


def plain(text: str) -> str:
    return apply(text, glosses.find(text))[0]


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("項(xiàng)目", "項目"),
        ("項（xiàng）目", "項目"),
        ("項（xiàng)目", "項目"),
        ("項[xiàng]目", "項目"),
        ("項( xiàng )目", "項目"),
        ("項 (xiàng)目", "項目"),
        ("項(xia\u0300ng)目", "項目"),
        ("項(xiɑ\u0300nɡ)目", "項目"),
        ("項(xiang)目", "項目"),
        ("項(xiang4)目", "項目"),
        ("項(xi?ng)目", "項目"),
        ("項(xiàng目", "項目"),
        ("項xiàng)目", "項目"),
        ("項(xiàng)(xiàng)目", "項目"),
        ("項(Xiàng)目", "項目"),
        ("愛(Ài)", "愛"),
        ("音樂(Yuè、Lè)會", "音樂會"),
        ("音樂(yuè、lè)會(huì)", "音樂會"),
        ("音樂(yuè lè)", "音樂"),
        ("綠(lǜ)色、女(nǚ)", "綠色、女"),
        ("我們(men)個(ge)人", "我們個人"),
        ("怎N(me)辦", "怎N辦"),
        ("娋W(wǎng)后", "娋W后"),
        ("罗聃(dān)", "罗聃"),
        ("产(chǎn)业", "产业"),
    ],
)
def test_glosses_go(damaged: str, expected: str) -> None:
    assert plain(damaged) == expected


@pytest.mark.parametrize(
    "text",
    [
        "中科悦达(上海)公司",
        "里程(km)",
        "APP(ios)",
        "年产(吨)",
        "综合(an)",
        "会(hui)议",
        "附件(a1)",
        "什么(a?)",
        "重庆(Chóngqìng)",
        "類(A)",
        "類(A、E)",
        "項(Xiang)目",
        "項(xx)",
        "(xiàng)",
        "\n(xiàng)目",
        "项目（一期）(二期)",
        "abc(me)",
        "(((",
        "",
    ],
)
def test_other_brackets_stay(text: str) -> None:
    assert glosses.find(text) == []


def test_the_edit_holds_the_character_and_its_gloss() -> None:
    (edit,) = glosses.find("一項(xiàng)（xiàng）目")
    assert (edit.start, edit.end, edit.after) == (1, 16, "項")


@given(st.text(alphabet="項目(（)）xiàng ?1、\n", max_size=60))
def test_only_whole_characters_are_kept_and_edits_are_disjoint(text: str) -> None:
    edits = glosses.find(text)
    assert all(left.end <= right.start for left, right in pairwise(edits))
    assert all(text[edit.start] == edit.after for edit in edits)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("xiàng", ("xiang", True)),
        ("lǜ", ("lü", True)),
        ("men", ("men", False)),
        ("ɑ\u0301", ("a", True)),
        ("Ài", ("ai", True)),
    ],
)
def test_spelling(written: str, expected: tuple[str, bool]) -> None:
    assert spelling(written) == expected


def test_every_shipped_reading_is_a_syllable() -> None:
    assert len(readings()) > 1500
    assert {spelling(reading)[0] for reading in readings().values()} <= SYLLABLES
