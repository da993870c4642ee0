from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.text import clean
from inference.text.damage import KINDS, damage, spoil
from inference.text.edits import Edit

SENTENCES = [
    "全市新签约千万元以上项目568个，同比增长159.4%，总签约额1861.44亿元。",
    "会上，“设备制造产业园”等项目签约落地，总投资达到20.5亿元。”市长说。",
    "我们建立项目管家服务机制，为企业办理开工手续，推动项目早日投产。",
    "今年以来，我县深入开展“招商引资年”活动，先后赴上海、浙江等地考察学习。",
]


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_done_and_told_by_its_map(kind: str) -> None:
    rng = random.Random(3)
    damaged = 0
    for _ in range(8):
        for sentence in SENTENCES:
            text, offsets = damage(sentence, kind, rng)
            damaged += text != sentence
            assert len(offsets) == len(sentence)
            assert offsets.source_length == len(text)
    assert damaged > 16


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lead"])
def test_repair_gives_back_text_and_map(kind: str) -> None:
    rng = random.Random(11)
    wrong = 0
    for _ in range(25):
        for sentence in SENTENCES:
            text, offsets = damage(sentence, kind, rng)
            result = clean(text)
            wrong += result.text != sentence or result.offsets != offsets
    assert wrong <= 1  # of a hundred


def test_most_characters_that_lost_any_first_byte_are_found() -> None:
    rng = random.Random(11)
    right = sum(
        clean(damage(sentence, "lead", rng)[0]).text == sentence
        for _ in range(25)
        for sentence in SENTENCES
    )
    assert right >= 85  # of a hundred


@pytest.mark.parametrize(
    "form",
    [
        r"\([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)",
        r"（[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*）",
        r"\([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*[\u4e00-\u9fff]",
        r"[\u4e00-\u9fff][a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)",
        r"\([a-zü]+[14]?\)",
        r"\([^()]+[、,/ ][^()]+\)",
        r"\([a-z]*\?[a-z]*\)",
        r"\([A-ZÀ-Ý][^()]+\)",
    ],
)
def test_every_form_of_a_gloss_is_written_and_mended(form: str) -> None:
    rng = random.Random(2)
    met = wrong = 0
    for _ in range(30):
        for sentence in SENTENCES:
            text, offsets = damage(sentence, "gloss", rng)
            if re.search(form, text):
                met += 1
                result = clean(text)
                wrong += result.text != sentence or result.offsets != offsets
    assert met >= 10
    assert wrong <= met // 50


def test_pages_of_three_regions_are_written_and_mended() -> None:
    sentence = "会议说明，群众里外沿着产业链线为企业启动生产线，台湾、香港客商卫生床位。"
    rng = random.Random(0)
    pages = {damage(sentence, "traditional", rng)[0] for _ in range(40)}
    assert len(pages) == 3
    assert {clean(page).text for page in pages} == {sentence}


def test_spans_keep_their_words() -> None:
    rng = random.Random(5)
    sentence = SENTENCES[0]
    start = sentence.index("1861")
    for _ in range(20):
        text, offsets = damage(sentence, "gloss", rng)
        low, high = offsets.to_source(start, start + len("1861.44亿元"))
        assert clean(text[low:high]).text == "1861.44亿元"


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=40), seed=st.integers(0, 9))
@settings(deadline=None, max_examples=25)
def test_any_text_can_be_damaged(kind: str, text: str, seed: int) -> None:
    damaged, offsets = damage(text, kind, random.Random(seed))
    assert (len(offsets), offsets.source_length) == (len(text), len(damaged))


def test_the_same_state_gives_the_same_damage() -> None:
    first, second = (damage(SENTENCES[0], "mixed", random.Random(7)) for _ in range(2))
    assert first == second


def test_a_rate_of_nothing_sets_no_gloss() -> None:
    text, _ = damage(SENTENCES[0], "gloss", random.Random(0), rate=0.0)
    assert "(" not in text
    assert text != SENTENCES[0]  # traditional nevertheless


def test_insertions_belong_to_no_character() -> None:
    text, offsets = spoil("招商", [Edit(1, 1, "  ", "space")])
    assert text == "招  商"
    assert offsets.to_source(0, 1) == (0, 1)
    assert offsets.to_source(0, 2) == (0, 4)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no damage 'rust'"):
        damage("", "rust", random.Random(0))
