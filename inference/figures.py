"""Where a text names sums of money: one pattern, with the boundaries of the annotation contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from inference.currency import PER_UNITS, SIGNS, WORDS, alternatives
from inference.numerals import ARABIC, fold

_NUMERAL = "〇一二三四五六七八九十百千万亿兆两点半多余几数廿卅来"
_EXPRESSION = (
    rf"(?:{ARABIC}|[〇一二三四五六七八九十百千万亿兆两半几数廿卅])"
    rf"(?:\s?[{_NUMERAL}]|\s?个(?=[多余半]?[百千万亿](?![万亿]?元))"
    rf"|(?:(?<=[百千万亿兆])|(?<=[百千万亿兆]〇))\s?{ARABIC})*"
)
_YUAN = r"元(?![旦月素件宝谋化器气首老凶勋])"
_CURRENCY = rf"(?:{alternatives(set(WORDS) - {'元'})}|{_YUAN})"
_SIGN = rf"(?:{alternatives(SIGNS)})"
_DASH = r"(?:[-~—–―]{1,2}|至)"

_PER = rf"\s?(?:/\s?|每)(?:{alternatives(PER_UNITS)})(?:[·•]?[年月日天])?"
# 总投资3亿元 至2018年底: what follows is a year, no upper end.
_NO_YEAR = r"(?!(?:19|20)\d\d\s?年)"

#: One figure in folded text. Groups: `sign`; `low`, `low_currency` (ranges only); `number`;
#: `currency`; `coins` (角 and 分); `per`.
FIGURE = re.compile(
    rf"(?<![\d.第])(?<!\d,)(?P<sign>{_SIGN}\s?)?"
    rf"(?:(?P<low>{_EXPRESSION})"
    # 由3亿元到12亿元不等 names two figures, 3到12亿元 one range.
    rf"(?:\s?(?P<low_currency>{_CURRENCY})(?:{_PER})?\s?{_DASH}|\s?(?:{_DASH}|到))"
    rf"\s?{_NO_YEAR}(?P<low_sign>{_SIGN})?)?"
    rf"(?P<number>{_EXPRESSION})(?:\s?(?P<currency>{_CURRENCY}))?"
    rf"(?P<coins>(?:(?<=元)[〇一二三四五六七八九\d]角)?(?:(?<=[元角])(?<![万亿]元)(?<!美元)[〇一二三四五六七八九\d]分)?)"
    rf"(?:\s?(?:/\s?|每)(?P<per>(?:{alternatives(PER_UNITS)})(?:[·•]?[年月日天])?))?"
)

_HAS_DIGIT = re.compile(r"[\d〇一二三四五六七八九两半几数多余]|^十")
_UNIT = re.compile(r"[十百千万亿兆]")
_FILLED = "[Xx×某*_●△□]"  # what stands where a number was left out
_MISSING = re.compile(rf"{_FILLED}\s?$")
_BLANK = re.compile(rf"{_FILLED}+(?:\.{_FILLED}+)?\s?[多余几]?[十百千万亿]*(?:{_CURRENCY})?")
_DENOMINATOR = re.compile(r"万元(?:GDP|工业|产值|增加值|生产总值|国内生产总值|地区生产总值|营收)")
_SIZE_BEFORE = re.compile(r"(?:过|近|约|上|破|逾|超|达|达到|跨|跨越|迈向|冲刺|成|每)$")
_SIZE_AFTER = re.compile(
    r"(?:及以上|以上|及以下|以下|级|大关|[^，。；\d]{0,5}(?:项目|企业|产业|投资|园区|规模|俱乐部|[镇乡村]))"
)
# What must stand near a figure whose currency is left out for it to be money, and what it must not
# count.
_CUE = re.compile(
    r"(?:投资|资金|签约额|协议额|金额|总额|投入|引资|外资|内资|产值|营收|收入|税收|利税|利润"
    r"|增加值|销售额|贷款|融资|授信|资本|市值|造价|奖励|补助|补贴|预算|进账|揽金|签下)"
    r"[^，。；！？,;、\d]{0,8}(?:[\d.、和及与亿万]*)$"
    # … or a figure with its currency in the same list: 7亿元、1.2亿、6700万.
    r"|[\d亿万]元、(?:[\d.、和及与亿万]*)$|[亿万]元?[和及与]$"
)
_COUNTED = re.compile(
    r"\s*(?:[吨度亩人户次件台套辆只头株个棵羽尾粒片块条支瓶箱册张匹桶公斤立方平米千瓦美伏安标]"
    r"|[A-Za-z㎡%])"
)
_REACH = 24


class Sum(NamedTuple):
    """A sum of money in a text, ``[start, end)``.

    Attributes:
        plain: digits with the name or sign of a currency: money whatever stands around it.
    """

    start: int
    end: int
    plain: bool


def find_sums(text: str) -> Iterator[Sum]:
    """The sums of money in a text, in code points of that text, in order.

    Made for recall: it takes figures with a currency, bare size classes (`亿元以上`, `超百亿元`)
    and, where a money word stands before, figures whose currency is implied (`总投资1.85亿`).
    Counts, shares, areas and capacities have no currency and are left out, as are figures whose
    number is missing (`X亿元`). Glosses and damage hide figures: give it clean text. Boundaries
    follow the annotation contract: qualifiers such as 约 and 以上 stay outside.
    """
    folded = fold(text)
    for match in FIGURE.finditer(folded):
        if _is_money(match, folded):
            named = match["sign"] or match["currency"]
            plain = bool(named) and any(c.isdecimal() for c in match["number"])
            yield Sum(*match.span(), plain)


def find_amounts(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `find_sums`."""
    return ((found.start, found.end) for found in find_sums(text))


def is_count(match: re.Match[str], after: str) -> bool:
    """Whether a figure without a currency is followed by what it counts (`1.2亿人次`)."""
    return not (match["currency"] or match["sign"]) and bool(_COUNTED.match(after))


def is_no_sum(text: str, start: int, end: int) -> bool:
    """Whether the wording of ``[start, end)`` says that it is no sum of money, whatever it looks like.

    A quantity, with what it counts in it or behind it (`680亩`, `143亿`立方米; 块 aside, which money is told in too);
    a sum whose number is blank (`xx亿元`); the unit that a rate is told by (`万元`GDP能耗).
    """
    folded = fold(text[start : end + _REACH])
    if _BLANK.fullmatch(folded[: end - start]) or _DENOMINATOR.match(folded):
        return True
    match = FIGURE.search(folded)
    if not match or match.start() >= end - start:
        return False
    after = folded[match.end() :]
    return is_count(match, after) and not after.startswith("块")


def lacks_number(number: str, before: str) -> bool:
    """Whether a numeral is a unit alone behind a blank for its number (`X亿元`)."""
    return not _HAS_DIGIT.search(number) and bool(_MISSING.search(before[-2:]))


def _is_money(match: re.Match[str], text: str) -> bool:
    number, after = match["number"], text[match.end() : match.end() + _REACH]
    before = text[max(0, match.start() - _REACH) : match.start()]
    if lacks_number(number, before):
        return False
    if not (match["currency"] or match["sign"] or match["low_sign"]):
        plural = number.rstrip("多余").endswith(("亿", "万"))
        sized = bool(_HAS_DIGIT.search(number) or _SIZE_BEFORE.search(before[-2:]))
        return plural and sized and bool(_CUE.search(before)) and not is_count(match, after)
    if any(character.isdecimal() for character in number):
        return True
    if not _UNIT.search(number):
        # 三元材料, 二元结构, 多元: a lone Chinese digit before 元 is hardly ever a sum.
        return bool(match["sign"])
    if _HAS_DIGIT.search(number):
        return True
    return bool(_SIZE_BEFORE.search(before[-2:]) or _SIZE_AFTER.match(after))
