from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.errors import ZhaoshangError
from inference.text import build_statistics, statistics


def test_likely_pairs_score_above_unlikely_ones() -> None:
    pair = statistics.load().pair
    assert pair("项", "目") > -1
    assert pair("项", "目") > pair("项", "蓖") + 8


def test_the_shipped_table_is_small() -> None:
    path = Path(statistics.__file__).with_name("statistics.npz")
    assert path.stat().st_size <= 300_000


@given(st.text(max_size=30))
def test_folding_keeps_length(text: str) -> None:
    assert len(statistics.fold(text)) == len(text)


def test_folding_forgets_width_script_digits_and_letters() -> None:
    assert statistics.fold("項目，ＡＢ12xy！") == statistics.fold("项目,CD89zw!")


def test_counting_packing_and_reading_back_agree() -> None:
    texts = ["甲乙甲乙甲丙", "甲乙丁"]
    model = statistics.unpack(statistics.count(texts, pairs_kept=10, least=2))
    # kept are 甲 (four times, thrice before 乙), 乙 and the line break (three times each)
    single = (3 + 0.5) / 10
    expected = np.log(
        (1 - statistics.BACKOFF) * 2 ** (np.rint(4 * np.log2(3)) / 4) / 4
        + statistics.BACKOFF * single
    )
    assert model.pair("甲", "乙") == pytest.approx(expected, abs=1e-9)
    assert model.knows("甲")
    assert not model.knows("丁")


def test_lists_and_rows_agree_with_pairs() -> None:
    model = statistics.load()
    places = [model.place(character) for character in "目招撇0"]
    for known in "项。0?":
        expected = [model.pair(known, character) for character in "目招撇0"]
        assert model.ahead(known)[places].tolist() == expected
        row = model.row(known)
        assert [row.get(c, model.alone(c)) for c in "目招撇0"] == expected
        expected = [model.pair(character, known) for character in "目招撇0"]
        assert model.behind(known)[places].tolist() == expected
    unknown = model.pair("项", "\ue000")
    assert set(model.behind("\ue000").tolist()) == {unknown}
    assert model.ahead("\ue000")[places[0]] == model.pair("\ue000", "目")


def test_kept_pairs_are_the_most_frequent() -> None:
    model = statistics.unpack(statistics.count(["甲乙甲乙甲丙"] * 3, pairs_kept=1, least=1))
    assert model.pair("甲", "乙") > model.pair("甲", "丙")


def test_texts_are_read_from_the_three_formats(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"text": "乙"}\n\n', encoding="utf-8")
    (tmp_path / "a.pkl").write_bytes(pickle.dumps((["丙"], [["丁", 1]])))
    names = ("a.txt", "a.jsonl", "a.pkl")
    found = [list(build_statistics.read(tmp_path / name)) for name in names]
    assert found == [["甲"], ["乙"], ["丙", "丁"]]


def test_a_pickle_that_names_a_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(Path("x")))
    with pytest.raises(ZhaoshangError, match="only plain lists"):
        list(build_statistics.read(path))


def test_damaged_lines_are_not_counted() -> None:
    texts = build_statistics.undamaged(["項(xiàng)目\n坏\ufffd行"])
    assert list(texts) == ["項目"]
