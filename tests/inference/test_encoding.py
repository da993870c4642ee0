from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.errors import DataError
from inference.encoding import CharVocab

TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁", "[LF]", "a", "B", "元", "（", "(", "1"]


@given(st.text(st.characters()))
def test_one_id_per_code_point_whatever_the_text(text: str) -> None:
    assert CharVocab(TOKENS).encode(text).shape == (len(text),)


def test_fallbacks_of_width_case_and_space() -> None:
    vocab = CharVocab(TOKENS)
    index = {token: i for i, token in enumerate(TOKENS)}
    assert vocab.encode("aAbB").tolist() == [index["a"], index["a"], index["B"], index["B"]]
    assert vocab.encode("１元").tolist() == [index["1"], index["元"]]
    # A full-width form with a token of its own keeps it.
    assert vocab.encode("（(").tolist() == [index["（"], index["("]]
    assert vocab.encode(" \u3000\n").tolist() == [index["▁"], index["▁"], index["[LF]"]]
    assert vocab.encode("龘").tolist() == [index["[UNK]"]]


def test_coverage_leaves_white_space_out() -> None:
    assert CharVocab(TOKENS).coverage("元 元\n龘龘") == 0.5


def test_saved_and_loaded_the_same(tmp_path) -> None:
    vocab = CharVocab(TOKENS)
    vocab.save(tmp_path / "vocab.txt")
    assert CharVocab.load(tmp_path / "vocab.txt").tokens == TOKENS


def test_a_vocabulary_without_specials_is_refused() -> None:
    with pytest.raises(DataError, match=r"lacks \[CLS\]"):
        CharVocab(["[PAD]", "[UNK]", "[SEP]", "a"])
