from __future__ import annotations

import pytest

from inference.text import desync, lost
from inference.text.edits import apply

BOTH = (0.0, 0.0, 0.0)


def test_heads_share_the_second_byte() -> None:
    trail = lost.encode("联")[1]
    found = lost.heads(trail)
    assert "联" in {head.text for head in found}
    assert all(lost.encode(head.text)[1] == trail for head in found)
    assert {head.prior for head in found if head.lead != 0xA1} == {lost.RARE_LOST}


def test_only_marks_are_lost_often() -> None:
    priors = {
        head.text: head.prior
        for character in "。”◆×"
        for head in lost.heads(lost.encode(character)[1])
    }
    assert [priors[character] for character in "。”◆×"] == [0, 0, lost.RARE_LOST, lost.RARE_LOST]


@pytest.mark.parametrize(
    ("character", "script"), [("聯", 1), ("联", 2), ("中", 0), ("。", 0), ("后", 0)]
)
def test_characters_of_one_script_alone_are_told(character: str, script: int) -> None:
    (head,) = (h for h in lost.heads(lost.encode(character)[1]) if h.text == character)
    assert head.script == script


def test_a_traditional_text_hardly_holds_simplified_characters() -> None:
    both, traditional, simplified = lost.script_priors("項目簽約，總投資產業園區")
    assert (both, traditional > -0.2, simplified < -2.5) == (0.0, True, True)
    both, traditional, simplified = lost.script_priors("项目签约，总投资产业园区")
    assert (both, traditional < -2.5, simplified > -0.2) == (0.0, True, True)
    assert lost.script_priors("")[1] == lost.script_priors("")[2]


def test_the_text_on_both_sides_chooses() -> None:
    trail = lost.encode("目")[1]
    chosen, gain = lost.choose(trail, frozenset(), "目", "点项", "建设", BOTH)
    assert chosen == "目"
    assert gain > -10


def test_only_the_bytes_that_a_gloss_names_are_tried() -> None:
    trail, other = lost.encode("目")[1], lost.encode("目")[0] + 1
    allowed = frozenset({other})
    (head,) = (h for h in lost.heads(trail) if h.lead == other)
    assert lost.choose(trail, allowed, head.folded, "点项", "建设", BOTH)[0] == head.text


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        # 共兌現: pairs took 《 for 兌
        ("全年共?冬F招商獎勵73億元", "全年共兌現招商獎勵73億元"),
        # one character whose second byte reads as a letter
        ("會展產業發展，視察?a業結構調整情況", "會展產業發展，視察產業結構調整情況"),
        ("新區和萬州區，感?x對口支援", "新區和萬州區，感謝對口支援"),
    ],
)
def test_any_first_byte_is_found_where_the_text_tells(damaged: str, expected: str) -> None:
    assert apply(damaged, desync.find(damaged))[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "你买了吗?A股大涨。",
        "去哪里?B站见",
        "这样好吗?a股跌了",
        "怎么走?K12公里处左转",
        "吃什么?T台见",
    ],
)
def test_letters_behind_real_question_marks_stay(text: str) -> None:
    assert desync.find(text) == []
