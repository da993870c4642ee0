"""Numerals in every form that reports use are read exactly."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.numerals import digit_pair, fold, lowest_place, read_number
from tests.inference import money

wholes = st.integers(1, 10**16 - 1) | st.integers(1, 9999).map(lambda count: count * 10**8)
figures = st.decimals(min_value="0.01", max_value=10**9, places=2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十万八千", 108_000),
        ("三亿五千万", 350_000_000),
        ("三亿五", 350_000_000),
        ("两万五", 25_000),
        ("一百零五", 105),
        ("一百五", 150),
        ("一点五亿", 150_000_000),
        ("壹佰贰拾万", 1_200_000),
        ("半亿", 50_000_000),
        ("两亿半", 250_000_000),
        ("一个半亿", 150_000_000),
        ("1.5个亿", 150_000_000),
        ("千万", 10_000_000),
        ("百亿", 10_000_000_000),
        ("万亿", 10**12),
        ("1万亿5千亿", 15 * 10**11),
        ("2万3千亿", 23 * 10**11),
        ("3亿5000万", 350_000_000),
        ("3千万", 30_000_000),
        ("廿五万", 250_000),
        ("一八六一点四四亿", 186_144_000_000),
        ("1,861.44亿", 186_144_000_000),
        ("１．５億", 150_000_000),
        ("1 亿", 100_000_000),
    ],
)
def test_reads_each_form(text: str, value: int) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "亩",
        "1,86亿",
        "3亿2亿",
        "1.5亿2000万",
        "三千万亿亿",
        "1.2.3",
        "一千一千",
        "九" * 61,
        "1.亿",
        "点五",
        "五百六百",
    ],
)
def test_refuses_what_is_no_numeral(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_number(text)


@settings(deadline=None)
@given(wholes, st.sampled_from("二两"), st.booleans(), st.booleans())
def test_chinese_numerals_come_back(value: int, two: str, bank: bool, traditional: bool) -> None:
    text = money.chinese(value, two=two)
    if bank:
        text = text.translate(money.BANK)
    if traditional:
        text = text.translate(money.TRADITIONAL)
    assert read_number(text) == value


@settings(deadline=None)
@given(st.integers(0, 10**12 - 1))
def test_plain_chinese_agrees_with_cn2an(value: int) -> None:
    assert read_number(money.chinese(value)) == cn2an.cn2an(money.chinese(value), "strict") == value


@settings(deadline=None)
@given(wholes)
def test_mixed_numerals_come_back(value: int) -> None:
    assert read_number(money.mixed(value)) == value


@settings(deadline=None)
@given(
    figures,
    st.sampled_from([scale for scale in money.SCALES if scale]),
    st.booleans(),
    st.booleans(),
)
def test_arabic_numerals_come_back(figure: Decimal, scale: str, marks: bool, wide: bool) -> None:
    value = figure.scaleb(money.SCALES[scale])
    text = money.arabic(value, scale, marks=marks)
    assert read_number(text.translate(money.FULL_WIDTH) if wide else text) == value


@settings(deadline=None)
@given(
    st.decimals(min_value=1, max_value="9999.99", places=2), st.sampled_from(["万", "亿", "万亿"])
)
def test_chinese_fractions_come_back(figure: Decimal, scale: str) -> None:
    value = figure.scaleb(money.SCALES[scale])
    assert read_number(money.chinese_decimal(value, scale)) == value


@settings(deadline=None)
@given(st.text(alphabet="〇零一二两三十百千万亿兆点半个0123456789.,余多 ", max_size=12))
def test_any_characters_are_read_or_refused(text: str) -> None:
    try:
        value = read_number(text)
    except ValueError:
        return
    assert value.is_finite()
    assert value >= 0


@given(st.text())
def test_folding_keeps_every_position(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_a_digit_pair_is_a_range() -> None:
    assert digit_pair("七八千万") == ("七千万", "八千万")
    assert digit_pair("十二三亿") == ("十二亿", "十三亿")
    assert digit_pair("一八六一亿") is None
    assert digit_pair("三十亿") is None


@pytest.mark.parametrize(
    ("number", "place"), [("30", 10), ("1861.44", "0.01"), ("105", 1), ("3E+9", 10**9), ("0", 1)]
)
def test_lowest_place(number: str, place: object) -> None:
    assert lowest_place(Decimal(number)) == Decimal(place)
