from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.sentences import split


def parts(text: str, **options: object) -> list[str]:
    return [text[a:b] for a, b in split(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今年签约。明年开工！好？", ["今年签约。", "明年开工！", "好？"]),
        ("他说：“来了。”大家笑。", ["他说：“来了。”", "大家笑。"]),
        ("标题\n\n  正文一。正文二", ["标题", "正文一。", "正文二"]),
        ("总投资1.85亿元，占地3.5亩。完", ["总投资1.85亿元，占地3.5亩。", "完"]),
        ("甲项目（一期。二期！）开工。乙", ["甲项目（一期。二期！）开工。", "乙"]),
        ("见《办法。试行》第三条。完", ["见《办法。试行》第三条。", "完"]),
        ("网址http://a.cn/b?c=1&d!e=2 完。好", ["网址http://a.cn/b?c=1&d!e=2 完。", "好"]),
        ("真的吗?!是的", ["真的吗?!", "是的"]),
        ("(未闭合。第二句。", ["(未闭合。", "第二句。"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_debris_ends_nothing() -> None:
    text = "环境是吸金石。”通辽市坚持。完"
    assert parts(text, debris=[range(6, 11)]) == ["环境是吸金石。”通辽市坚持。", "完"]


@given(st.text("甲1.。！?!”）(（《》\n ，", max_size=60))
def test_nothing_but_blanks_is_left_out_and_order_is_kept(text: str) -> None:
    spans = list(split(text))
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(spans))
    inside = {i for a, b in spans for i in range(a, b)}
    assert all(text[i].isspace() for i in set(range(len(text))) - inside)
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
