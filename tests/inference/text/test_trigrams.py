from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from inference.text import trigrams

TEXTS = ["甲乙丙甲乙丙甲乙丁", "甲乙丙"]


def likelihood(model: trigrams.TrigramModel, text: str) -> float:
    """ln p of the last three characters of five, the middle one the candidate."""
    (nats,) = model.between(text[:2], model.ids(text[2]), text[3:])
    return float(nats)


def test_the_formula_of_the_docstring() -> None:
    model = trigrams.unpack(trigrams.count(TEXTS, least=1))
    # \n甲乙丙甲乙丙甲乙丁\n甲乙丙\n: 甲 and 乙 four times, 丙 three, 丁 once, \n three
    total = 4 + 4 + 3 + 1 + 3 + 0.5 * 6
    single = {"甲": 4.5 / total, "乙": 4.5 / total, "丙": 3.5 / total}
    d = trigrams.DISCOUNT
    three = 2 ** (np.rint(4 * np.log2(3)) / 4)  # as stored

    def pair(count: float, context: int, taken: float, character: str) -> float:
        return (count - d) / context + (1 - taken) * single[character]

    after_bing = (2 - d + 1 - d) / 3  # 丙甲 twice, 丙\n once
    after_jia, after_yi = (4 - d) / 4, (three - d + 1 - d) / 4
    bing = (three - d) / 4 + (1 - after_yi) * pair(three, 4, after_yi, "丙")
    after_yi_bing = (2 - d + 1 - d) / three
    jia = (2 - d) / three + (1 - after_yi_bing) * pair(2, 3, after_bing, "甲")
    yi = (2 - d) / 2 + (1 - (2 - d) / 2) * pair(4, 4, after_jia, "乙")
    assert likelihood(model, "甲乙丙甲乙") == pytest.approx(math.log(bing * jia * yi), abs=1e-5)


def test_threes_seen_once_are_kept_behind_scarce_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = trigrams.unpack(trigrams.count(TEXTS, least=1))
    monkeypatch.setattr(trigrams, "SCARCE", 3)
    left_out = trigrams.unpack(trigrams.count(TEXTS, least=1))
    # 甲乙丁 once, 甲乙 four times
    assert likelihood(kept, "甲乙丁\n甲") > likelihood(left_out, "甲乙丁\n甲")
    # 乙丙\n once, 乙丙 three times
    assert likelihood(left_out, "乙丙\n甲乙") > math.log((1 - trigrams.DISCOUNT) / 4)


def test_chances_of_all_characters_sum_to_about_one() -> None:
    model = trigrams.load()
    everything = np.arange(model.size)
    for context in ("招商", "\n\n", "亿元"):
        keys = np.tile(np.append(model.ids(context), 0)[:, None], model.size)
        keys[2] = everything
        alone = _chances(model, keys)
        assert alone.sum() == pytest.approx(1, abs=1e-2)  # counts are rounded


def _chances(model: trigrams.TrigramModel, row: np.ndarray) -> np.ndarray:
    """p(third | first two), shape (n,), of a row of shape (3, n)."""
    return np.exp(model.nats(row)[0])


def test_the_unknown_is_unlikely_but_not_impossible() -> None:
    model = trigrams.load()
    nats = model.between("招商", model.ids("引𠀀"), "资项")
    assert nats[0] > nats[1] + 8
    assert np.isfinite(nats).all()


def test_the_shipped_table_is_small() -> None:
    path = Path(trigrams.__file__).with_name("trigrams.npz")
    assert path.stat().st_size <= 4_000_000


def test_no_text_gives_a_table() -> None:
    model = trigrams.unpack(trigrams.count(["甲乙"]))
    assert np.isfinite(likelihood(model, "甲乙丙甲乙"))
