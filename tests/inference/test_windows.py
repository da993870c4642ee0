from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.sentences import split
from inference.windows import WindowSizes, pack

TEXTS = st.text("甲乙丙，。；、\n", max_size=400)


@given(TEXTS, st.integers(16, 60), st.integers(0, 20))
def test_every_character_of_every_sentence_is_in_exactly_one_core(
    text: str, core: int, context: int
) -> None:
    sentences = list(split(text))
    sizes = WindowSizes(core, context)
    windows = pack(text, sentences, sizes)
    covered = [i for w in windows for i in range(w.core_start, w.core_end)]
    assert len(covered) == len(set(covered))
    assert {i for a, b in sentences for i in range(a, b)} <= set(covered)
    for window in windows:
        assert 0 <= window.start <= window.core_start < window.core_end <= window.end <= len(text)
        assert window.core_end - window.core_start <= core
        assert len(window) <= sizes.longest


def test_long_sentences_are_cut_behind_a_mark() -> None:
    text = "甲" * 30 + "，" + "乙" * 30
    windows = pack(text, [(0, len(text))], WindowSizes(40, 8))
    assert [(w.core_start, w.core_end) for w in windows] == [(0, 31), (31, 61)]
    assert windows[0].end == 39, "inside a sentence the context is also read behind the core"


def test_short_sentences_share_a_window() -> None:
    text = "甲乙。" * 5
    assert len(pack(text, list(split(text)), WindowSizes(16, 0))) == 1


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        WindowSizes(8, 0)
