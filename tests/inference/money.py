"""Renders sums of money in the forms that reports use; the inverse of `read_amount`."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零一二三四五六七八九"
BANK = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")
TRADITIONAL = str.maketrans("万亿两点", "萬億兩點")
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
SCALES = {
    "": 0, "十": 1, "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7,
    "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip


def arabic(value: Decimal, scale: str, *, marks: bool = False) -> str:
    """`1861.44亿`, with thousands marks `1,861.44亿`."""
    number = value.scaleb(-SCALES[scale])
    digits = format(number, ",f" if marks else "f")
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + scale


def mixed(value: int) -> str:
    """`3亿5000万`, `1万亿2000亿`; the rest below 万 stands without a unit."""
    text = ""
    for scale, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4), ("", 1)):
        count, value = divmod(value, size)
        if count:
            # A single digit after a unit would be read as tenths of it, as in 三亿五.
            text += f"{count:04d}".lstrip("0").rjust(2 if text and not scale else 1, "0") + scale
    return text or "0"


def chinese(value: int, *, two: str = "二") -> str:
    """`十万八千`, `三亿五千万`, `一百零五`; `two` stands before 百, 千, 万 and 亿."""
    if value == 0:
        return "零"
    text, gap = "", False
    for scale, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4), ("", 1)):
        count, value = divmod(value, size)
        if not count:
            gap = bool(text)
            continue
        if text and (gap or count < 1000):
            text += "零"
        text += _group(count, two) + scale
        gap = False
    return text.removeprefix("一") if text.startswith("一十") else text


def chinese_decimal(value: Decimal, scale: str) -> str:
    """`一点五亿`, `二十点零五亿`."""
    number = value.scaleb(-SCALES[scale])
    whole, _, fraction = format(number, "f").partition(".")
    fraction = fraction.rstrip("0")
    digits = "".join(DIGITS[int(digit)] for digit in fraction)
    return chinese(int(whole)) + ("点" + digits if digits else "") + scale


def _group(count: int, two: str) -> str:
    """A number below 10,000 inside a longer one, 一十 in full."""
    text, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, count = divmod(count, size)
        if not digit:
            gap = bool(text)
            continue
        if gap:
            text += "零"
        text += (two if digit == 2 and unit in "千百" and unit else DIGITS[digit]) + unit
        gap = False
    return text
