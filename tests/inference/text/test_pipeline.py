from __future__ import annotations

import time
from collections.abc import Callable
from importlib import resources
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.errors import ZhaoshangError
from inference.text import STEPS, Clean, clean, desync, glosses
from inference.text.cli import WHY
from inference.text.edits import Edit

SEEDS = sorted((resources.files("annotations") / "seeds").iterdir(), key=lambda path: path.name)
messy = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("項目(xiàng)（）?？!,，。 \t\r\n<b>&amp;１８５.亿元\u200b\ufeff蓖ㄟ|市“”"),
    ),
    max_size=80,
)


# pieces of damage whole enough to be mended
damaged = st.lists(
    st.sampled_from(
        [
            "環境良好?,F在", "簽約?F場", "石?!蓖ㄟ|市", "請(qǐng)?jiān)谝娋W(wǎng)后", "項(xiàng)(xiàng)目",
            "<b>落地</b>", "&amp;nbsp;", "&ldquo;", "招 商，", "，。", "\r\n", "１８５．５亿元",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(messy)
def test_any_text_has_a_valid_map_there_and_back(text: str) -> None:
    result = clean(text)
    offsets = result.offsets
    assert result.source == text
    assert len(offsets) == len(result.text)
    assert offsets.source_length == len(text)
    for place in range(len(result.text)):
        start, end = offsets.to_source(place, place + 1)
        low, high = offsets.to_target(start, end)
        assert low <= place < high
    for change in result.changes:
        assert 0 <= change.start < change.end <= len(text)
        assert change.before != change.after
        assert change.kind in WHY
    assert all(0 <= start < end <= len(result.text) for start, end in result.boilerplate)


def edges_that_come_back(result: Clean) -> list[int]:
    """The places of a cleaned text between characters, but for those inside what made it longer."""
    inside = set()
    for change in result.changes:
        if len(change.after) > len(change.before):
            low, high = result.offsets.to_target(change.start, change.end)
            inside.update(range(low + 1, high))
    return [place for place in range(len(result.text) + 1) if place not in inside]


def check_all_spans(result: Clean) -> None:
    for start, end in combinations(edges_that_come_back(result), 2):
        span = result.offsets.to_source(start, end)
        assert result.offsets.to_target(*span) == (start, end)


@settings(deadline=None, max_examples=150)
@given(st.one_of(messy, damaged))
def test_every_span_maps_to_the_source_and_back(text: str) -> None:
    check_all_spans(clean(text))


@settings(deadline=None, max_examples=100)
@given(messy, st.sampled_from(sorted(STEPS)), st.data())
def test_what_makes_text_longer_hides_only_the_edges_inside(
    text: str, name: str, data: st.DataObject
) -> None:
    """No step of today's makes text longer; here one does."""
    place = data.draw(st.integers(0, len(text)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STEPS, name, lengthen)
        check_all_spans(clean(f"{text[:place]}\ue000{text[place:]}"))


def lengthen(text: str) -> list[Edit]:
    return [Edit(at, at + 1, "甲乙丙", "entity") for at, c in enumerate(text) if c == "\ue000"]


def test_edges_inside_what_grew_are_the_only_ones_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STEPS, "markup", lengthen)
    result = clean("項(xiàng)\ue000目")
    assert result.text == "项甲乙丙目"
    assert edges_that_come_back(result) == [0, 1, 4, 5]
    assert result.offsets.to_target(*result.offsets.to_source(0, 2)) == (0, 4)


@settings(deadline=None, max_examples=100)
@given(messy, st.sets(st.sampled_from(sorted(STEPS))))
def test_untouched_characters_keep_their_place(text: str, steps: set[str]) -> None:
    result = clean(text, sorted(steps))
    changed = {place for change in result.changes for place in range(change.start, change.end)}
    kept = [place for place in range(len(text)) if place not in changed]
    for place in kept:
        low, high = result.offsets.to_target(place, place + 1)
        assert result.text[low:high] == text[place]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name[:3])
def test_no_damage_is_left_in_the_seeds(seed: object) -> None:
    text = seed.read_text(encoding="utf-8")
    result = clean(text)
    assert glosses.find(result.text) == []
    assert desync.find(result.text) == []
    assert "?" not in result.text
    assert clean(result.text).changes == []
    for place in range(len(result.text)):
        assert result.offsets.to_target(*result.offsets.to_source(place, place + 1)) == (
            place,
            place + 1,
        )


def test_a_seed_reads_as_a_person_reads_it() -> None:
    text = SEEDS[0].read_text(encoding="utf-8")
    result = clean(text)
    for phrase, raw in [
        ("吸金石。”通辽市", "吸金石?!蓖ㄟ|市"),
        ("请在见网后30日", "請(qǐng)?jiān)谝娋W(wǎng)后30日"),
        ("年产80万吨电池箔项目", "年產(chǎn)80萬噸電池箔項(xiàng)目"),
        ("总签约额1861.44亿元", "總簽約額1861.44億元"),
    ]:
        start = result.text.index(phrase)
        low, high = result.offsets.to_source(start, start + len(phrase))
        assert text[low:high] == raw


def test_steps_can_be_left_out() -> None:
    text = "項(xiàng)目,落地"
    assert clean(text, []).text == text
    assert clean(text, ["glosses"]).text == "項目,落地"
    assert clean(text, ["variants", "glosses"]).text == "项目,落地"
    assert clean(text).text == "项目，落地"


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ZhaoshangError, match="no repair step 'gloses'"):
        clean("", ["gloses"])


def test_changes_tell_place_before_and_after_on_the_raw_text() -> None:
    text = "<b>項(xiàng)目</b>,落地"
    found = {(c.kind, text[c.start : c.end], c.before, c.after) for c in clean(text).changes}
    assert found == {
        ("tag", "<b>", "<b>", ""),
        ("tag", "</b>", "</b>", ""),
        ("gloss", "項(xiàng)", "項(xiàng)", "項"),
        ("mark", ",", ",", "，"),
        ("traditional", "項(xiàng)", "項", "项"),
    }


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "（",
        "?",
        "<",
        "&",
        '"',
        " ",
        ",",
        "汉 ",
        "<a ",
        "(xi",
        "\r",
        "\n",
        "版",
        "?蓖ㄟ",
        "<!--",
        "1 ",
        "（记者 ",
    ],
)
def test_time_grows_in_proportion(unit: str) -> None:
    check_linear(lambda size: unit * (size // len(unit)), 6_000)


@pytest.mark.parametrize(
    ("head", "unit", "tail"),
    [
        ("a", " ", "b"),
        ("汉，", " ", "b"),
        ("(", "\n", ""),
        ("(记者", "\n", ""),
        ("（汉汉", "\n", "a"),
        ("（汉汉）", "\n", "a"),
        ("（汉汉）", " ", "a"),
        ("页", " ", "a"),
        ("微信", " ", "a"),
        ("打印", " ", "a"),
        ("记者：", "汉 ", "。"),
        ("第", "1", "a"),
        ("1/", "1", "a"),
        ("公网安备", "\n", "a"),
        ("", "&amp;", "a"),
    ],
)
def test_time_grows_in_proportion_inside_a_frame(head: str, unit: str, tail: str) -> None:
    check_linear(lambda size: head + unit * (size // len(unit)) + tail, 20_000)


def check_linear(shape: Callable[[int], str], size: int) -> None:
    """Four times the text in clearly less than sixteen times the time: nothing is quadratic."""

    def seconds(size: int) -> float:
        text = shape(size)
        best = 1e9
        for _ in range(3):
            started = time.process_time()
            clean(text)
            best = min(best, time.process_time() - started)
        return best

    clean(shape(10))
    # A busy machine may upset a measurement, a quadratic step upsets all three.
    assert any(seconds(4 * size) < 9 * seconds(size) + 0.1 for _ in range(3))
