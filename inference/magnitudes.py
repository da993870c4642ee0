"""What the numeral of a figure says: one value, a range, or an open number such as 30多亿."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from inference.numerals import DIGITS, digit_pair, lowest_place, read_number

_OPEN_ORDER = re.compile(r"[几数]个?([十百千万亿兆]+)[多余]?")
_OPEN_DIGITS = re.compile(r"(.+?)([多余几来])(个?[十百千万亿兆]*)")
_BIG_UNITS = re.compile(r"[万亿兆]")
_SCALE = re.compile(r"[^万亿兆]*?(?P<whole>[十百千]*(?P<big>[万亿兆]+))")
_COINS = {"角": Decimal("0.1"), "分": Decimal("0.01")}


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, a range (`low` to `high`), or both where digits are open; `bound` if it sets one."""

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    bound: str | None = None


def read_figure(match: re.Match[str], *, level: bool) -> Reading:
    """Read a match of `inference.figures.FIGURE`.

    Args:
        level: whether 级 follows it: 百亿级 is an order of magnitude, 30亿级 about that much.

    Raises:
        ValueError: with the reason in words, when it is no number or its range runs downwards.
    """
    number = re.sub(r"\s", "", match["number"])
    if match["low"]:
        low = re.sub(r"\s", "", match["low"])
        return _read_range(low, number, complete=bool(match["low_currency"]))
    reading = _read_expression(number)
    if reading.value is None or reading.low is not None:
        return reading
    if match["coins"]:
        return Reading(reading.value + _coins(match["coins"]))
    if level and reading.value.normalize().as_tuple().digits == (1,):
        return Reading(None, reading.value, reading.value * 10)
    return Reading(reading.value, bound="about" if level else reading.bound)


def _read_expression(number: str) -> Reading:
    if order := _OPEN_ORDER.fullmatch(number):
        unit = read_number(order[1])
        return Reading(None, unit, unit * 10)
    if digits := _OPEN_DIGITS.fullmatch(number):
        value = read_number(digits[1] + digits[3])
        if digits[2] == "来":
            return Reading(value, bound="about")
        return Reading(value, value, value + lowest_place(value), "more_than")
    if pair := digit_pair(number):
        first, last = pair
        return Reading(None, read_number(first), read_number(last))
    return Reading(read_number(number))


def _read_range(low: str, high: str, *, complete: bool) -> Reading:
    """A range, whose ends may be open themselves (`数千万至3亿多`).

    The scale of the upper end holds for a lower one without its own (`3.5至5亿`), unless that is
    `complete`: has a currency.
    """
    first, last = _ends(low)[0], _ends(high)[1]
    scale = _SCALE.fullmatch(high)
    if not complete and scale and not _BIG_UNITS.search(low):
        # `2到3千万` shares 千万, `二十至三十亿` only 亿, `8千至1.2万` nothing.
        scaled = _ends(low + (scale["whole"] if low.isascii() else scale["big"]))[0]
        if scaled <= last or low.isascii():
            first = scaled
    if first > last:
        raise ValueError("its range runs downwards")
    return Reading(None, first, last)


def _ends(number: str) -> tuple[Decimal, Decimal]:
    reading = _read_expression(number)
    if reading.low is not None and reading.high is not None:
        return reading.low, reading.high
    value = reading.value or Decimal(0)
    return value, value


def _coins(coins: str) -> Decimal:
    """角 and 分 after 元."""
    pairs = zip(coins[::2], coins[1::2], strict=True)
    figures = ((int(DIGITS.get(digit, digit)), _COINS[coin]) for digit, coin in pairs)
    return sum((count * worth for count, worth in figures), Decimal(0))
