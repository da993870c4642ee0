from __future__ import annotations

import time
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.errors import ZhaoshangError
from inference.text import STEPS, clean, desync, glosses
from inference.text.cli import WHY

SEEDS = sorted((resources.files("annotations") / "seeds").iterdir(), key=lambda path: path.name)
messy = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("項目(xiàng)（）?？!,，。 \t\r\n<b>&amp;１８５.亿元\u200b\ufeff蓖ㄟ|市“”"),
    ),
    max_size=80,
)


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
    """Four times the text in clearly less than sixteen times the time: nothing is quadratic."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        best = 1e9
        for _ in range(2):
            started = time.process_time()
            clean(text)
            best = min(best, time.process_time() - started)
        return best

    clean(unit * 10)
    assert seconds(24_000) < 9 * seconds(6_000) + 0.05
