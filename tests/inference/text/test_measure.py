from __future__ import annotations

import random

from inference.text import measure

SENTENCES = [
    "全市新签约千万元以上项目568个，同比增长159.4%，总签约额1861.44亿元。",
    "我们建立项目管家服务机制，为企业办理开工手续，推动项目早日投产。",
]


def test_sentences_are_ordinary_and_met_once() -> None:
    text = "".join(SENTENCES) * 2 + "总投资，，很大的一个项目。太短。這是一句繁體字的句子嗎？"
    assert measure.sentences([text]) == SENTENCES


def test_clean_sentences_are_untouched() -> None:
    kept, total = measure.untouched(SENTENCES, 10_000)
    assert kept == total == sum(map(len, SENTENCES))


def test_damaged_sentences_are_counted() -> None:
    assert measure.restored(SENTENCES, "gloss", 10, random.Random(0)) == (10, 10)


def test_speed_is_positive() -> None:
    assert measure.speed("".join(SENTENCES)) > 0
