"""Sums of money: from the characters of an AMOUNT span and its surroundings to exact figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from annotations.errors import ZhaoshangError
from inference.bounds import read_bound
from inference.currency import DEFAULT, PER_UNITS, SIGNS, WORDS, alternatives
from inference.figures import FIGURE, find_amounts, is_count, lacks_number
from inference.magnitudes import read_figure
from inference.numerals import fold

__all__ = ["Amount", "find_amounts", "plain", "read_amount", "read_texts"]

_GLOSS = re.compile(r"[(（][a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡêếềɑ\s,]{1,12}[)）]")
_CURRENCY_AFTER = re.compile(rf"\s?({alternatives(set(WORDS) - {'元'})})")
_CURRENCY_BEFORE = re.compile(rf"({alternatives((set(WORDS) | set(SIGNS)) - {'元'})})\s?$")
# 每亩, 每10股, 单个项目, 月均, 一天能挣; 一年净挣 and 年收入 name a time, no rate.
_PER_BEFORE = re.compile(
    rf".*(?:(?:每|单位)(\d*(?:{alternatives(PER_UNITS)}))|单([个家户])|([亩人户年月日])均|一([天月])[能可])"
    r"[^，。；,;]{0,10}$"
)
_WINDOW = 64
_PRECISION = 200


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money, exact, in units of its currency.

    Attributes:
        value: the best single reading: the figure itself, or the figure before 多, 余 and 几
            (`30多亿元` and `十几亿元` are 30亿 and 10亿, `more_than`); None for a range
            (`3.5至5亿元`), an order of magnitude (`几千万元`, `百亿级`) and what cannot be read.
        currency: ISO 4217.
        per: what the sum is for one of (`亩`, `平方米`) or for so many (`10股`), or None. The text
            must say it: 每亩, /亩, 亩均, 单个.
        low, high: the ends of a range, else None. `high` is included in a range of two figures and
            excluded where digits are open: `30多亿元` is 30亿 to 40亿, `几千万` and `千万级` 1000万
                to 1亿.
        bound: `exact`, `about`, `at_least`, `at_most`, `more_than` or `less_than`.
        text: the characters that were read.
        reason: why it cannot be read, in words; None when it was read.
    """

    value: Decimal | None
    currency: str
    per: str | None
    low: Decimal | None
    high: Decimal | None
    bound: str
    text: str
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The shape of a span's `"amount"`: decimals as plain strings, `reason` only if set."""
        dictionary: dict[str, Any] = {
            "value": plain(self.value),
            "currency": self.currency,
            "low": plain(self.low),
            "high": plain(self.high),
            "bound": self.bound,
            "per": self.per,
            "text": self.text,
        }
        return dictionary | ({"reason": self.reason} if self.reason else {})

    @classmethod
    def from_dict(cls, dictionary: Mapping[str, Any], text: str = "") -> Amount:
        """The amount that `to_dict` wrote; `text` stands in when the dictionary has none.

        Raises:
            ZhaoshangError: a figure is no decimal string.
        """
        figures: dict[str, Decimal | None] = {}
        for key in ("value", "low", "high"):
            figure = dictionary.get(key)
            try:
                figures[key] = None if figure is None else Decimal(str(figure))
            except InvalidOperation:
                raise ZhaoshangError(
                    f'"amount" of {text!r}: {key!r} must be a decimal string such as "18500000000"'
                    f" or null, found {figure!r}"
                ) from None
        return cls(
            **figures,
            currency=dictionary.get("currency") or DEFAULT,
            per=dictionary.get("per"),
            bound=dictionary.get("bound") or "exact",
            text=dictionary.get("text") or text,
            reason=dictionary.get("reason"),
        )


def plain(number: Decimal | None) -> str | None:
    """A decimal without exponent and trailing zeros: `18500000000`, `0.5`; None stays None."""
    if number is None:
        return None
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def read_amount(text: str, before: str = "", after: str = "") -> Amount:
    """Read one sum of money, in any form that reports use.

    Args:
        text: the characters of the span; qualifiers written into it (`约3亿元以上`) are understood
            too.
        before, after: the text on its two sides, for bounds, a currency or 每亩 written there; the
            nearest 64 characters are looked at.

    Returns:
        The amount; what cannot be read has neither value nor range, and a `reason`.
    """
    parts = (text, before[-_WINDOW:], after[:_WINDOW])
    span, before, after = (_GLOSS.sub("", fold(part)) for part in parts)
    # Inside one span 到 joins a range, whatever find_amounts makes of it: 800元到1000元.
    matches = list(FIGURE.finditer(span := span.replace("到", "至")))
    if not matches:
        return _unread(text, "there is no number in it")
    match = max(matches, key=lambda found: (bool(found["currency"]), found.end() - found.start()))
    rest = span[: match.start()] + "\n" + span[match.end() :]
    if any(character.isdecimal() for character in rest):
        return _unread(text, "there is more than one number in it, or its digits are broken up")
    if not re.search(r"[百千万亿兆]", match["number"]) and not _has_currency(match):
        return _unread(text, "it has no currency and no 百, 千, 万 or 亿")
    if is_count(match, span[match.end() :]):
        return _unread(text, "it counts something that is not money")
    before, after = before + span[: match.start()], span[match.end() :] + after
    if lacks_number(match["number"], before):
        return _unread(text, "its number is left out")
    try:
        with localcontext() as context:
            context.prec = _PRECISION
            reading = read_figure(match, level=after.startswith("级"))
            value, low, high = map(_neat, (reading.value, reading.low, reading.high))
    except ValueError as error:
        return _unread(text, str(error))
    bare = not re.search(r"[\d〇一二三四五六七八九两半几数]", match["number"])
    return Amount(
        value=value,
        currency=_currency(match, before, after),
        per=match["per"] or _per(before),
        low=low,
        high=high,
        bound=reading.bound or read_bound(before, after, bare=bare),
        text=text,
    )


def read_texts(texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What `zhaoshang amount` prints: a dictionary for each figure of each text, in order.

    A text is one amount, or a phrase or sentence with several; where none is found, the whole text
    is read as one, and its dictionary has the reason if that fails.
    """
    for text in texts:
        spans = list(find_amounts(text))
        if not spans:
            yield read_amount(text).to_dict()
        for start, end in spans:
            before = text[max(0, start - _WINDOW) : start]
            yield read_amount(text[start:end], before, text[end : end + _WINDOW]).to_dict()


def _neat(number: Decimal | None) -> Decimal | None:
    """The same number without needless digits: 1.50E+8 and 150000000.00 are 150000000."""
    if number is None or number % 1:
        return number if number is None else number.normalize()
    return number.quantize(Decimal(1))


def _unread(text: str, reason: str) -> Amount:
    return Amount(None, DEFAULT, None, None, None, "exact", text, reason)


def _currency(match: re.Match[str], before: str, after: str) -> str:
    """The currency: its word (元 gives way to `元港币` outside the span), its sign, else yuan."""
    word = match["currency"] or match["low_currency"]
    if word and word != "元":
        return WORDS[word]
    if sign := match["sign"] or match["low_sign"]:
        return SIGNS[sign.strip()]
    if (found := _CURRENCY_AFTER.match(after)) or (found := _CURRENCY_BEFORE.search(before)):
        return WORDS.get(found[1]) or SIGNS[found[1]]
    return DEFAULT


def _has_currency(match: re.Match[str]) -> bool:
    return any(match[group] for group in ("sign", "low_sign", "currency", "low_currency"))


def _per(before: str) -> str | None:
    found = _PER_BEFORE.search(before[-20:])
    return found[found.lastindex or 0] if found else None
