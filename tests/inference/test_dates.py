"""Dates and periods are resolved against the report's date and stay open without one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.dates import find_periods, report_date

TODAY = date(2024, 4, 20)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("今年一季度", "2024-01-01", "2024-03-31"),
        ("第三季度", "2023-07-01", "2023-09-30"),
        ("去年四季度", "2023-10-01", "2023-12-31"),
        ("1-3月", "2024-01-01", "2024-03-31"),
        ("1至9月份", "2024-01-01", "2024-09-30"),
        ("2023年1—6月", "2023-01-01", "2023-06-30"),
        ("去年上半年", "2023-01-01", "2023-06-30"),
        ("前三季度", "2024-01-01", "2024-09-30"),
        ("去年12月", "2023-12-01", "2023-12-31"),
        ("12月", "2023-12-01", "2023-12-31"),
        ("2月份", "2024-02-01", "2024-02-29"),
        ("9月9日", "2023-09-09", "2023-09-09"),
        ("4月18日", "2024-04-18", "2024-04-18"),
        ("4月18日至20日", "2024-04-18", "2024-04-20"),
        ("2021年", "2021-01-01", "2021-12-31"),
        ("二〇二一年", "2021-01-01", "2021-12-31"),
        ("2022年度", "2022-01-01", "2022-12-31"),
        ("2023年5月4日", "2023-05-04", "2023-05-04"),
        ("今年以来", "2024-01-01", "2024-04-20"),
        ("去年以来", "2023-01-01", "2024-04-20"),
        ("“十四五”期间", "2021-01-01", "2025-12-31"),
        ("十二五时期", "2011-01-01", "2015-12-31"),
        ("上个月", "2024-03-01", "2024-03-31"),
        ("本月", "2024-04-01", "2024-04-30"),
        ("截至目前", None, "2024-04-20"),
        ("截至3月底", None, "2024-03-31"),
        ("截至2023年底", None, "2023-12-31"),
    ],
)
def test_resolves(text: str, start: str | None, end: str | None) -> None:
    sentence = f"{text}，全县签约项目5个"
    [(first, last, period)] = find_periods(sentence, TODAY)
    assert sentence[first:last] == period.text == text
    assert [day and day.isoformat() for day in (period.start, period.end)] == [start, end]


@pytest.mark.parametrize(
    "text",
    [
        "比去年同期增长5%",
        "较上年增长",
        "24小时服务",
        "近年来",
        "13月",
        "2月30日",
        "2000亿元",
        "第二批",
        "总投资2023.5亿元",
        "每3个",
    ],
)
def test_passes_over_what_is_no_period(text: str) -> None:
    assert list(find_periods(text, TODAY)) == []


@pytest.mark.parametrize("text", ["一季度", "今年以来", "9月9日", "截至目前", "去年"])
def test_stays_open_without_a_date_of_the_report(text: str) -> None:
    [(_, _, period)] = find_periods(text)
    assert (period.text, period.start, period.end) == (text, None, None)


def test_what_is_hoped_for_lies_ahead() -> None:
    [(_, _, period)] = find_periods("力争9月底投产", TODAY)
    assert (period.start, period.end) == (date(2024, 9, 1), date(2024, 9, 30))
    [(_, _, period)] = find_periods("预计一季度开工", date(2023, 12, 1))
    assert period.start == date(2024, 1, 1)


def test_a_full_date_needs_no_date_of_the_report() -> None:
    [(_, _, period)] = find_periods("2023年9月9日")
    assert period.start == period.end == date(2023, 9, 9)


@settings(deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.dates(date(1990, 1, 1), date(2099, 12, 31))
)
def test_written_days_come_back(day: date, today: date) -> None:
    [(_, _, period)] = find_periods(f"{day.year}年{day.month}月{day.day}日", today)
    assert period.start == period.end == day


@settings(deadline=None)
@given(
    st.text(alphabet="今去前明年1230年月日-至季度上下半截目底一二三四十五以来，", max_size=20),
    st.dates(),
)
def test_any_text_gives_ordered_periods(text: str, today: date) -> None:
    last = 0
    for start, end, period in find_periods(text, today):
        assert last <= start < end <= len(text)
        assert period.text == text[start:end]
        last = end


def test_report_date_prefers_metadata_then_head_then_address() -> None:
    head, url = "发布时间：2023-05-04 来源：本站", "https://example.org/202206/t20220601_1.html"
    assert report_date(head, "2021年1月2日", url) == date(2021, 1, 2)
    assert report_date(head, None, url) == date(2023, 5, 4)
    assert report_date("正文", "近日", url) == date(2022, 6, 1)
    assert report_date("正文" * 200 + head) is None
    assert report_date("2023-13-45") is None
