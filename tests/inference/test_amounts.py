"""Sums of money: value, currency, range, bound and unit of every form, exactly."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.errors import ZhaoshangError
from inference.amounts import Amount, find_amounts, plain, read_amount, read_texts
from inference.currency import SIGNS, WORDS
from tests.inference import money

YI, WAN = 10**8, 10**4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("185亿元", 185 * YI),
        ("20.5億元", 2_050_000_000),
        ("1.85亿", 185_000_000),
        ("1亿2000万元", 120_000_000),
        ("十五亿人民币", 15 * YI),
        ("18.6亿元人民币", 1_860_000_000),
        ("2亿零500万元", 200_000_000 + 500 * WAN),
        ("1,861.44亿元", 186_144_000_000),
        ("１，８６１．４４亿元", 186_144_000_000),
        ("千万元", 1000 * WAN),
        ("亿元", YI),
        ("3 亿元", 3 * YI),
        ("1.2万亿元", 12 * 10**11),
        ("1万億元", 10**12),
        ("500元", 500),
        ("十二元三角五分", Decimal("12.35")),
        ("十二元零角五分", Decimal("12.05")),
        ("20.5億(yì)元", 2_050_000_000),
        ("15億(yì)元(yuán)", 15 * YI),
    ],
)
def test_plain_figures(text: str, value: int | Decimal) -> None:
    amount = read_amount(text)
    assert (amount.value, amount.currency, amount.low, amount.high) == (value, "CNY", None, None)
    assert (amount.bound, amount.per, amount.text, amount.reason) == ("exact", None, text, None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3.5至5亿元", "3.5", "5"),
        ("3.5-5亿元", "3.5", "5"),
        ("3.5亿元—5亿元", "3.5", "5"),
        ("5000万至1亿元", "0.5", "1"),
        ("3亿元到5亿元", "3", "5"),
        ("2到3千万元", "0.2", "0.3"),
        ("8千至9千万元", "0.8", "0.9"),
        ("二十至三十亿元", "20", "30"),
        ("8千至1.2万元", "0.00008", "0.00012"),
        ("三五亿元", "3", "5"),
        ("七八千万元", "0.7", "0.8"),
        ("几千万元", "0.1", "1"),
        ("数千万至3亿多元", "0.1", "4"),
        ("数十亿元", "10", "100"),
        ("数亿元", "1", "10"),
        ("几个亿", "1", "10"),
        ("百亿级", "100", "1000"),
        ("千万元级", "0.1", "1"),
    ],
)
def test_ranges_have_ends_and_no_value(text: str, low: str, high: str) -> None:
    amount = read_amount(text)
    assert amount.value is None
    assert amount.reason is None
    assert (amount.low, amount.high) == (Decimal(low) * YI, Decimal(high) * YI)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("30多亿元", "30", "40"),
        ("百余亿元", "100", "200"),
        ("100多亿元", "100", "200"),
        ("十几亿元", "10", "20"),
        ("3亿多元", "3", "4"),
        ("3.5亿余元", "3.5", "3.6"),
        ("3000余万元", "0.3", "0.4"),
        ("1200多万元", "0.12", "0.13"),
    ],
)
def test_open_digits_reach_to_the_next_of_their_place(text: str, low: str, high: str) -> None:
    amount = read_amount(text)
    assert amount.value == amount.low == Decimal(low) * YI
    assert (amount.high, amount.bound) == (Decimal(high) * YI, "more_than")


def test_a_tens_figure_with_lai_is_about_it() -> None:
    amount = read_amount("十来亿元")
    assert (amount.value, amount.bound) == (10 * YI, "about")


@pytest.mark.parametrize(
    ("before", "text", "after", "currency"),
    [
        ("", "6000万美元", "", "USD"),
        ("", "US$6000万", "", "USD"),
        ("港币", "3亿元", "", "HKD"),
        ("", "3亿元", "港币", "HKD"),
        ("", "3亿元", "人民币", "CNY"),
        ("注册资本RMB", "3亿", "", "CNY"),
        ("", "￥500万", "", "CNY"),
        ("", "5至US$8亿", "", "USD"),
        ("新台币", "3亿元", "", "TWD"),
        ("", "3億歐元", "", "EUR"),
        ("", "1至2亿日元", "", "JPY"),
        ("利用美元贷款和", "3亿元", "", "CNY"),
    ],
)
def test_currencies(before: str, text: str, after: str, currency: str) -> None:
    assert read_amount(text, before, after).currency == currency


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_currency_word_is_read(word: str) -> None:
    amount = read_amount("3亿" + word)
    assert (amount.value, amount.currency) == (3 * YI, WORDS[word])
    assert next(find_amounts("总投资3亿" + word + "。")) == (3, 5 + len(word))


@pytest.mark.parametrize("sign", sorted(SIGNS))
def test_every_currency_sign_is_read(sign: str) -> None:
    assert (read_amount(sign + "3亿").value, read_amount(sign + "3亿").currency) == (
        3 * YI,
        SIGNS[sign],
    )


@pytest.mark.parametrize(
    ("before", "text", "after", "per"),
    [
        ("亩均投资强度", "810万元/亩", "", "亩"),
        ("每亩投资不低于", "300万元", "", "亩"),
        ("亩均税收", "30万元", "", "亩"),
        ("", "1200元/平方米", "", "平方米"),
        ("电价", "0.38元/千瓦时", "", "千瓦时"),
        ("每户每月", "500元", "", "月"),
        ("占地700亩，投资", "3亿元", "", None),
        ("鲜叶收购价每斤", "160元", "", "斤"),
        ("基本每股收益", "2.46元", "", "股"),
        ("拟每10股派发现金红利", "5元", "", "10股"),
        ("其余乡镇每镇不少于", "2000万元", "", "镇"),
        ("单家企业累计补助不超过", "500万元", "", "家"),
        ("就近就业，月均工资", "2600元", "", "月"),
        ("一名采茶工一天能挣", "300元", "", "天"),
        ("养到60只，一年净挣", "28000元", "", None),
    ],
)
def test_money_per_unit(before: str, text: str, after: str, per: str | None) -> None:
    assert read_amount(text, before, after).per == per


@pytest.mark.parametrize(
    "text",
    [
        "",
        "X亿元",
        "××万元",
        "1.2亿人次",
        "二〇二三年",
        "亩",
        "1,86亿元",
        "3亿2亿元",
        "1.2.3亿元",
        "5至3亿元",
        "9500-1.2亿元",
        "元",
        "九" * 99 + "亿元",
    ],
)
def test_what_cannot_be_read_keeps_its_text_and_a_reason(text: str) -> None:
    amount = read_amount(text)
    assert (amount.value, amount.low, amount.high, amount.text) == (None, None, None, text)
    assert amount.reason


def test_a_blank_before_the_span_is_a_missing_number() -> None:
    assert read_amount("亿元", before="到位资金X").reason


def test_shang_bounds_a_unit_alone() -> None:
    assert read_amount("亿元", before="投资上").bound == "at_least"
    assert read_amount("3亿元", before="投资上").bound == "exact"


def test_qualifiers_inside_the_span_are_understood() -> None:
    amount = read_amount("约3亿元")
    assert (amount.value, amount.bound, amount.text) == (3 * YI, "about", "约3亿元")
    assert read_amount("不低于3亿元").bound == "at_least"


forms = st.one_of(
    st.tuples(
        st.decimals(min_value="0.01", max_value=10**6, places=2),
        st.sampled_from(["万", "亿", "千万", "万亿"]),
    ).flatmap(
        lambda pair: st.tuples(
            st.just(pair[0].scaleb(money.SCALES[pair[1]])),
            st.sampled_from(
                [
                    money.arabic(pair[0].scaleb(money.SCALES[pair[1]]), pair[1]),
                    money.arabic(pair[0].scaleb(money.SCALES[pair[1]]), pair[1], marks=True),
                    money.arabic(pair[0].scaleb(money.SCALES[pair[1]]), pair[1]).translate(
                        money.FULL_WIDTH
                    ),
                ]
            ),
        )
    ),
    st.integers(WAN, 10**15).flatmap(
        lambda value: st.tuples(
            st.just(Decimal(value)),
            st.sampled_from(
                [
                    money.mixed(value),
                    money.chinese(value),
                    money.chinese(value, two="两"),
                    money.chinese(value).translate(money.BANK),
                    money.chinese(value, two="两").translate(money.TRADITIONAL),
                ]
            ),
        )
    ),
)


@settings(deadline=None, max_examples=300)
@given(
    forms,
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(["", "约", "不低于"]),
    st.sampled_from(["", "/亩"]),
)
def test_rendering_and_reading_give_the_same_value(
    form: tuple[Decimal, str], word: str, before: str, per: str
) -> None:
    value, text = form
    sentence = f"该项目总投资{before}{text}{word}{per}，占地700亩。"
    spans = list(find_amounts(sentence))
    assert [sentence[start:end] for start, end in spans] == [text + word + per]
    [(start, end)] = spans
    amount = read_amount(sentence[start:end], sentence[:start], sentence[end:])
    assert (amount.value, amount.currency, amount.per) == (
        value,
        WORDS[word],
        "亩" if per else None,
    )
    assert amount.bound == {"": "exact", "约": "about", "不低于": "at_least"}[before]
    assert Amount.from_dict(json.loads(json.dumps(amount.to_dict()))) == amount


@settings(deadline=None)
@given(
    st.integers(1, 999),
    st.integers(1, 999),
    st.sampled_from(["万", "亿", "千万"]),
    st.sampled_from("-~至到—"),
)
def test_the_scale_of_a_range_holds_for_both_ends(
    first: int, second: int, scale: str, dash: str
) -> None:
    low, high = sorted((first, second))
    amount = read_amount(f"{low}{dash}{high}{scale}元")
    size = 10 ** money.SCALES[scale]
    assert (amount.low, amount.high) == (low * size, high * size)


@settings(deadline=None)
@given(
    st.text(
        alphabet="约超近〇零一二两三十百千万亿点半个多余几数0123456789.,-至元美$以上X ", max_size=16
    )
)
def test_any_text_is_read_or_has_a_reason(text: str) -> None:
    amount = read_amount(text)
    read = amount.value is not None or amount.low is not None
    assert read != bool(amount.reason)
    if amount.low is not None and amount.high is not None:
        assert amount.low <= amount.high


def test_dictionary_has_the_shape_of_the_document_format() -> None:
    assert read_amount("185亿元").to_dict() == {
        "value": "18500000000",
        "currency": "CNY",
        "low": None,
        "high": None,
        "bound": "exact",
        "per": None,
        "text": "185亿元",
    }
    assert "reason" in read_amount("X亿元").to_dict()


def test_a_broken_dictionary_is_refused_with_its_text() -> None:
    with pytest.raises(ZhaoshangError, match=r"185亿元.*'value'.*'many'"):
        Amount.from_dict({"value": "many"}, "185亿元")


def test_the_command_reads_all_figures_of_a_text() -> None:
    read = list(read_texts(["约1亿2000万元", "投资3亿元，其中外资500万美元", "没有金额", "1.85亿"]))
    assert [(item["value"], item["bound"]) for item in read] == [
        ("120000000", "about"),
        ("300000000", "exact"),
        ("5000000", "exact"),
        (None, "exact"),
        ("185000000", "exact"),
    ]
    assert read[0]["text"] == "1亿2000万元"
    assert "reason" in read[3]


def test_plain_decimals() -> None:
    assert [plain(Decimal(text)) for text in ("1E+9", "1.50", "0.10", "100")] == [
        "1000000000",
        "1.5",
        "0.1",
        "100",
    ]
    assert plain(None) is None
