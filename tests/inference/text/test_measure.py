from __future__ import annotations

import random
import time

import pytest

from inference.text import measure

SENTENCES = [
    "全市新签约千万元以上项目568个，同比增长159.4%，总签约额1861.44亿元。",
    "我们建立项目管家服务机制，为企业办理开工手续，推动项目早日投产。",
]
SLACK = 1 / 4
"""Share of the speed aimed at that must be reached beside the yardstick: shared machines are uneven."""


YARD = 4.5
"""What `yardstick` gives on the machine of the README's figures."""


def yardstick() -> float:
    """Millions of characters a second that this machine turns over just now in the ways repair does."""
    started = time.process_time()
    for _ in range(200):
        text = "".join(SENTENCES)
        found = [text.find(c) + len(c.encode()) for c in text]
        assert sum(found) > len(dict(zip(text, found, strict=True)))
    return 200 * len(text) / 1e6 / (time.process_time() - started)


def fast_enough(text: str, aim: float) -> bool:
    """Whether repair reaches its share of ``aim`` megabytes a second, on a machine that may be busy, in three tries."""
    return any(measure.speed(text) / aim >= SLACK * yardstick() / YARD for _ in range(3))


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


def test_a_line_and_damaged_text_are_as_long_as_asked() -> None:
    longest = max(len(sentence.encode()) for sentence in SENTENCES)
    line = measure.one_line(SENTENCES, 10_000)
    assert "\n" not in line
    assert 10_000 <= len(line.encode()) < 10_000 + longest
    spoilt = measure.spoilt(SENTENCES, "gloss", 10_000, random.Random(0))
    assert 10_000 <= len(spoilt.encode()) < 12_000
    assert len(set(spoilt.split("\n"))) > 20  # damaged anew each time


@pytest.mark.long
def test_repair_is_as_fast_as_it_must_be(full: bool) -> None:
    pool = measure.seed_sentences()
    measure.warm_up(pool)
    size = measure.LINE_FULL if full else measure.LINE
    assert fast_enough(measure.one_line(pool, size), 2)
    rng = random.Random(0)
    for kind in ("gloss", "desync", "mixed"):
        text = measure.spoilt(pool, kind, size // 4, rng)
        assert fast_enough(text, 0.5), kind
