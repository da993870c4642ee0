"""Totals that a sentence states."""

from decimal import Decimal

import pytest

from inference.amounts import read_amount
from inference.figures import find_amounts
from inference.indicators import Stated, find_indicators, read_change

Row = tuple[str, int | None, int | None, str | None, str | None]


def stated(sentence: str, role: str = "investment") -> list[Row]:
    """Each total of a sentence; sums in 万元, figures before 以上 as size classes."""
    spans = list(find_amounts(sentence))
    sums = [
        (start, end, "threshold" if sentence.startswith("以上", end) else role)
        for start, end in spans
    ]

    def row(found: Stated) -> Row:
        value = None
        if found.amount is not None:
            start, end, _ = sums[found.amount]
            value = int(read_amount(sentence[start:end]).value / 10_000)
        change = None if found.change is None else str(found.change)
        return (
            found.metric,
            None if found.count is None else int(found.count),
            value,
            change,
            found.scope,
        )

    return [row(found) for found in find_indicators(sentence, sums)]


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        (
            "截至目前，共签约项目21个，总投资30.5亿元；投产项目9个，总投资6亿元。",
            [
                ("签约项目", 21, None, None, None),
                ("总投资", None, 305_000, None, "签约项目"),
                ("投产项目", 9, None, None, None),
                ("总投资", None, 60_000, None, "投产项目"),
            ],
        ),
        (
            "全市新签约千万元以上项目56个、同比增长12.5%，总签约额80亿元。",
            [
                ("新签约项目", 56, None, "12.5", "千万元以上"),
                ("总签约额", None, 800_000, None, "千万元以上新签约项目"),
            ],
        ),
        ("上半年实现到位资金29亿元，同比下降8%。", [("到位资金", None, 290_000, "-8", None)]),
        ("新引进企业30余家", [("新引进企业", 30, None, None, None)]),
        ("今年已签约12个亿元以上项目", [("签约项目", 12, None, None, "亿元以上")]),
        (
            "总投资11亿元的4个重大项目现场签约",
            [("总投资", None, 110_000, None, "签约重大项目"),
             ("签约重大项目", 4, None, None, None)],
        ),
        ("成功签约云山储能、海泰风机等项目110多个", [("签约项目", 110, None, None, None)]),
        ("总投资5亿元的云山储能项目开工", []),
        ("全县共有人口30万，24小时服务，第3个季度", []),
    ],
)  # fmt: skip
def test_totals(sentence: str, rows: list[Row]) -> None:
    assert stated(sentence) == rows


def test_rewards_and_size_classes_are_no_totals() -> None:
    assert stated("奖励资金500万元", role="other") == []
    assert stated("投资额500万元以上") == []


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("，同比增长10.4%", "10.4"),
        ("、比上年下降3%", "-3"),
        ("，增长1.2倍", "120.0"),
        ("（同比增长5%）", "5"),
        ("，提高3个百分点", None),
        ("，占5%", None),
    ],
)
def test_change(text: str, change: str | None) -> None:
    assert read_change(text, 0) == (None if change is None else Decimal(change))


def test_positions_are_those_of_the_sentence() -> None:
    sentence = "截至目前，签约项目２１个"
    [found] = find_indicators(sentence, [])
    assert sentence[found.start : found.end] == "签约项目２１个"
    assert found.unit == "个"
