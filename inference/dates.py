"""Dates and periods of time as Chinese reports write them, resolved against the report's date."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from inference.numerals import fold, read_number


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a span of days named in a text.

    Attributes:
        text: as written (`今年一季度`, `1-9月`, `9月9日`).
        start, end: first and last day, both included; None where the text, or the report that has
            no date, leaves it open (`截至目前` has no start).
    """

    text: str
    start: date | None = None
    end: date | None = None


_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = (
    r"(?<!\d)(?:(?:19|20)\d{2}|[二一][〇九][〇一二三四五六七八九]{2})年度?"
    r"|今年|本年度?|去年|上年|前年|明年|当年"
)
_EXPRESSION = re.compile(
    rf"""
    (?P<until>截至|截止到?|截至到)?
    (?:
      (?P<plan>["“]?十[一二三四五]?[一二三四五]?五["”]?(?:期间|时期|规划期))
    | (?P<today>目前|目今|日前为止|今)(?=[，,、\s共全累已]|$)
    | (?P<year>{_YEAR})?
      (?:
        (?P<month>{_NUMBER})\s?月份?\s?(?P<day>{_NUMBER})\s?[日号](?:\s?(?:-|~|—|–|至|到)\s?(?P<last_day>{_NUMBER})\s?[日号])?
      | (?P<first>{_NUMBER})\s?月?份?\s?(?:-|~|—|–|至|到)\s?(?P<last>{_NUMBER})\s?月份?
      | (?P<only>{_NUMBER})\s?月(?:份|底|末|初|中旬|上旬|下旬)?(?!\d)
      | 第?(?P<quarter>[一二三四1-4])季度
      | (?P<quarters>前[二两三]|首)个?季度?
      | (?P<half>上|下)半年
      | (?P<turn>年[初底末内]|(?<=年)[初底末内]|全年|以来)
      )
    | (?P<whole>{_YEAR})
    | (?P<month_of>本月|上月|上个月|当月)
    )""",
    re.VERBOSE,
)
_COMPARED = re.compile(r"(?:比|较|于|同|超过|高于|优于)\s*$")
_SAME_TIME = re.compile(r"同期|同比|相比|\s*的?[\d.]+倍")
_ISO = re.compile(r"((?:19|20)\d{2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_YEARS = {
    "今年": 0,
    "本年": 0,
    "本年度": 0,
    "当年": 0,
    "去年": -1,
    "上年": -1,
    "前年": -2,
    "明年": 1,
}
# What comes before a date still ahead, and how soon one may be without such a word.
_AHEAD = re.compile(r"(?:力争|争取|预计|计划|确保|将|可望|有望|拟|定)于?[^，。；]{0,2}$")
_SOON = timedelta(days=45)
_Days = tuple[date | None, date | None]
_OPEN: _Days = (None, None)
_FIRST_PLAN, _FIRST_PLAN_YEAR = 10, 2001
_HEAD = 300


def report_date(text: str, named: str | None = None, url: str | None = None) -> date | None:
    """The day of a report: from its metadata, else its head or foot, else its address.

    Args:
        text: the report; a full date (`2023-05-04`, `2023年5月4日`) is looked for in its head.
        named: what the metadata say (`meta.date`).
        url: the address; `/2023/05/04/`, `/t20230504_…` and the like are dates.
    """
    for source, pattern in (
        (named, _ISO),
        (named, _COMPACT),
        (text[:_HEAD], _ISO),
        (url, _COMPACT),
    ):
        for match in pattern.finditer(source or ""):
            if day := _day(*map(int, match.groups())):
                return day
    return None


def find_periods(text: str, today: date | None = None) -> Iterator[tuple[int, int, Period]]:
    """Dates and periods in a text, in order: start, end (code points), and what they mean.

    What is only compared with (`比去年同期`) is left out. Without a year, the latest one that has
    begun by `today` is meant, allowing for what is announced for the next weeks; after 力争, 预计
    and the like, the next one. Without `today` such dates stay open.
    """
    folded = fold(text)
    for match in _EXPRESSION.finditer(folded):
        start, end = match.span()
        before = folded[max(0, start - 8) : start]
        if _COMPARED.search(before) or _SAME_TIME.match(folded[end : end + 8]):
            continue
        if (match["month"] or match["first"] or match["only"]) and before[-1:].isdecimal():
            continue
        try:
            first, last = _resolve(match, today, ahead=bool(_AHEAD.search(before)))
        except ValueError:
            continue
        yield start, end, Period(text[start:end], first, last)


def _resolve(match: re.Match[str], today: date | None, *, ahead: bool) -> _Days:
    """First and last day that an expression means.

    Raises:
        ValueError: there is no such day (2月30日), or it is no period (以来 alone).
    """
    if match["plan"]:
        first, last = _five_years(match["plan"])
    elif match["today"]:
        first, last = None, today
    elif match["month_of"]:
        first, last = _near_month(match["month_of"], today)
    elif match["whole"]:
        year = _year(match["whole"], today)
        first, last = (date(year, 1, 1), date(year, 12, 31)) if year else _OPEN
    else:
        first, last = _in_year(match, today, ahead=ahead)
    return (None, last) if match["until"] else (first, last)


def _five_years(plan: str) -> _Days:
    """The years of a five-year plan: 十四五 is 2021 to 2025."""
    ordinal = int(read_number(re.sub(r"[^一二三四五十]", "", plan)[:-1]))
    year = _FIRST_PLAN_YEAR + 5 * (ordinal - _FIRST_PLAN)
    return date(year, 1, 1), date(year + 4, 12, 31)


def _near_month(words: str, today: date | None) -> _Days:
    if today is None:
        return _OPEN
    day = today if words in ("本月", "当月") else today.replace(day=1) - timedelta(days=1)
    return _months(day.year, day.month, day.month)


def _in_year(match: re.Match[str], today: date | None, *, ahead: bool) -> _Days:
    """Days, months, quarters, halves and turns of a year, which may be left out."""
    since = match["turn"] == "以来"
    if since and match["year"] is None:
        raise ValueError("以来 alone is no period")
    months = _month_range(match)
    year = _year(match["year"], today)
    if year is None and today is not None:
        year = _implied_year(months, today, ahead=ahead)
    if year is None:
        return _OPEN
    first, last = _months(year, *months)
    if match["day"]:
        first = last = date(year, months[0], int(read_number(match["day"])))
        if match["last_day"]:
            last = date(year, months[0], int(read_number(match["last_day"])))
    return first, (today or last) if since else last


def _implied_year(months: tuple[int, int], today: date, *, ahead: bool) -> int:
    if ahead:
        return today.year + (months[1] < today.month)
    # A report of January that speaks of December means the last one.
    return today.year - (date(today.year, months[0], 1) > today + _SOON)


def _month_range(match: re.Match[str]) -> tuple[int, int]:
    if match["month"] or match["only"]:
        month = int(read_number(match["month"] or match["only"]))
        return month, month
    if match["first"]:
        return int(read_number(match["first"])), int(read_number(match["last"]))
    if match["quarter"]:
        last = 3 * int(read_number(match["quarter"]))
        return last - 2, last
    if match["quarters"]:
        return 1, {"首": 3, "前二": 6, "前两": 6, "前三": 9}[match["quarters"]]
    if match["half"]:
        return (1, 6) if match["half"] == "上" else (7, 12)
    return {"初": (1, 1), "底": (12, 12), "末": (12, 12)}.get(match["turn"][-1], (1, 12))


def _year(text: str | None, today: date | None) -> int | None:
    if text is None:
        return None
    if text in _YEARS:
        return today.year + _YEARS[text] if today else None
    return int(read_number(text.rstrip("年度")))


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    if not 1 <= first <= last <= 12:
        raise ValueError("no such months")
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
