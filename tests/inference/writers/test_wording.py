"""Values of the ledger in Chinese words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.scheme import Label
from inference.amounts import read_amount
from inference.dates import Period
from inference.ledger import Ledger
from inference.places import Place
from inference.writers.wording import (
    amount_name,
    category_name,
    currency_name,
    in_units,
    label_color,
    main_amount,
    period_name,
    place_name,
    role_name,
    stage_name,
)


@pytest.mark.parametrize(
    ("text", "after", "name"),
    [
        ("185亿元", "", "185亿元"),
        ("一千八百六十一点四四亿元", "", "1,861.44亿元"),
        ("8500元", "", "8,500元"),
        ("0.5元/千瓦时", "", "0.5元/千瓦时"),
        ("30多亿元", "", "超30亿元"),
        ("200亿元", "以上", "不低于200亿元"),
        ("3.5至5亿元", "", "3.5亿至5亿元"),
        ("6000万美元", "", "6,000万美元"),
        ("亿元", "", "不低于1亿元"),
        ("X亿元", "", "X亿元"),
    ],
)
def test_amounts(text: str, after: str, name: str) -> None:
    before = "投资超过" if name.startswith("不低于1") else ""
    reading = amount_name(read_amount(text, before, after))
    assert reading == name or (before and reading.endswith("1亿元"))


@given(st.decimals(0, 10**15, places=2, allow_nan=False))
def test_units_read_back(value: Decimal) -> None:
    """The shortened figure is exact: read as an amount it is the same again."""
    shown = in_units(value).replace(",", "")
    assert read_amount(f"{shown}元").value == value


def test_names_come_from_the_scheme_or_stay() -> None:
    assert (stage_name("landed"), role_name("received"), category_name("team")) == (
        "落地",
        "到位",
        "队伍",
    )
    assert stage_name("imagined") == "imagined"
    assert (currency_name("CNY"), currency_name("HKD"), currency_name("XAU")) == (
        "元",
        "港元",
        "XAU",
    )


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (None, ""),
        (Place("通辽", "内蒙古自治区", "通辽市"), "通辽市"),
        (Place("库伦旗", "内蒙古自治区", "通辽市", "库伦旗"), "通辽市库伦旗"),
        (Place("经济技术开发区", "内蒙古自治区", "通辽市"), "通辽市 经济技术开发区"),
        (Place("江苏", "江苏省"), "江苏省"),
        (Place("上海", "上海市", "上海市"), "上海市"),
        (Place("云水镇"), "云水镇"),
    ],
)
def test_places(place: Place | None, name: str) -> None:
    assert place_name(place) == name


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (None, date(2023, 6, 30), "今年"),
        (date(2023, 9, 9), date(2023, 9, 9), "2023-09-09"),
        (date(2023, 1, 1), date(2023, 12, 31), "2023"),
        (date(2021, 1, 1), date(2025, 12, 31), "2021 – 2025"),
        (date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        (date(2023, 1, 1), date(2023, 3, 31), "2023-01 – 2023-03"),
        (date(2023, 1, 1), date(2023, 6, 12), "2023-01-01 – 2023-06-12"),
    ],
)
def test_periods(start: date | None, end: date, name: str) -> None:
    assert period_name(Period("今年", start, end)) == name
    assert period_name(None) == ""


def test_the_investment_stands_for_a_project(records: Ledger) -> None:
    projects = {project.name: project for project in records.projects}
    main = main_amount(projects["年产3万吨电池壳项目"])
    assert main is not None
    assert (main.role, main.amount.value) == ("investment", Decimal("500000000"))
    assert main_amount(replace(projects["温泉小镇"], amounts=())) is None


def test_a_colour_that_is_none_becomes_grey() -> None:
    assert label_color(Label("A", "甲", "#b45309")) == "#b45309"
    assert label_color(Label("A", "甲", "red;} body{display:none")) == "#555555"


def test_a_sum_for_the_whole_stands_for_a_project_before_one_for_a_part(records: Ledger) -> None:
    project = next(project for project in records.projects if main_amount(project))
    whole = main_amount(project)
    part = replace(whole, part="一期")
    assert main_amount(replace(project, amounts=(part, whole))) is whole
    assert main_amount(replace(project, amounts=(part,))) is part
