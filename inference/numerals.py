"""Chinese and Arabic numerals, alone or mixed, read as exact decimals.

The reader is the project's own, since number libraries have no 半, no open forms (多, 余, 几), no
ranges and no currencies. The tests hold it against `cn2an` where that is exact: whole numbers
written in Chinese.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext

#: One plain character for each full-width, traditional and bank form, so that positions stay:
#: `１．５億` becomes `1.5亿`, `壹佰貳拾萬` becomes `一百二十万`.
_FORMS = {
    "〇": "零○", "一": "壹壱弌", "二": "贰貳貮弍", "三": "叁參叄弎", "四": "肆", "五": "伍",
    "六": "陆陸", "七": "柒", "八": "捌", "九": "玖", "十": "拾", "百": "佰", "千": "仟",
    "万": "萬", "亿": "億", "两": "兩", "余": "餘", "数": "數", "几": "幾", "点": "點",
    "个": "個", "元": "圓圆圜", "亩": "畝", "过": "過", "约": "約", "达": "達", "于": "於",
    "内": "內", "级": "級", "欧": "歐", "韩": "韓", "卢": "盧", "币": "幣", "镑": "鎊",
    "台": "臺", "门": "門", "马": "馬", "满": "滿", "项": "項", "资": "資", "额": "額",
    "这": "這", "顷": "頃", "吨": "噸", "关": "關", "将": "將", "税": "稅", "产": "產",
    "业": "業", "总": "總", "签": "簽", "协": "協", "议": "議", " ": "\u3000\xa0", "-": "－",
    "~": "～", "/": "／", "$": "＄", "%": "％",
}  # fmt: skip
FOLD = {ord(form): plain for plain, forms in _FORMS.items() for form in forms}
FOLD |= {ord(wide): chr(ord(wide) - 0xFEE0) for wide in "０１２３４５６７８９，．（）："}

DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"两": 2}
UNITS = {
    "十": Decimal(10),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10) ** 4,
    "亿": Decimal(10) ** 8,
    "兆": Decimal(10) ** 12,
}
ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?)"

_PLAIN_ARABIC = re.compile(ARABIC)
_CHINESE_DECIMAL = re.compile(r"[〇一二三四五六七八九两]+(?:点[〇一二三四五六七八九]+)?")
# 二三百, 七八千万, 三五亿: two neighbouring digits before a unit name a range, not a figure.
_DIGIT_PAIR = re.compile(
    r"(?<![〇一二三四五六七八九点])(一二|[一二两]三|三四|三五|四五|五六|六七|七八|八九)(?=[十百千万亿兆])"
)
_ONE_AND_A_HALF = re.compile(r"([\d一二三四五六七八九两])个半(?=[万亿兆])")
_MEASURE_WORD = re.compile(r"(?<=.)个(?=[十百千万亿兆])")
# More digits than any sum of money has; arithmetic on them is exact within this precision.
_MOST_CHARACTERS = 60
_PRECISION = 200


def fold(text: str) -> str:
    """The text with numerals, units and their like in one plain form; positions do not move."""
    return text.translate(FOLD)


def read_number(text: str) -> Decimal:
    """Read one numeral: `1,861.44亿`, `3亿5000万`, `十万八千`, `一点五亿`, `两亿半`, `千万`.

    A unit without a figure before it counts once (`千万` is 10,000,000), a single digit after a
    unit counts tenths of it (`三亿五` is 350,000,000), as in speech.

    Raises:
        ValueError: with the reason in words, when the characters are not one numeral.
    """
    plain = re.sub(r"\s", "", fold(text))
    if not plain:
        raise ValueError("no number")
    if len(plain) > _MOST_CHARACTERS:
        raise ValueError(f"a number of more than {_MOST_CHARACTERS} characters")
    plain = plain.replace("廿", "二十").replace("卅", "三十")
    plain = _ONE_AND_A_HALF.sub(lambda match: f"{DIGITS.get(match[1], match[1])}.5", plain)
    plain = _MEASURE_WORD.sub("", plain)
    with localcontext() as context:
        context.prec = _PRECISION
        return _read(plain)


def digit_pair(text: str) -> tuple[str, str] | None:
    """Both readings of a numeral with a digit pair (二百万, 三百万 for `二三百万`), else None."""
    plain = fold(text)
    if not (pair := _DIGIT_PAIR.search(plain)):
        return None
    first, last = (plain[: pair.start()] + digit + plain[pair.end() :] for digit in pair[1])
    return first, last


def lowest_place(number: Decimal) -> Decimal:
    """The place of the last digit that is not a trailing zero: 10 for 30, 0.01 for 1861.44."""
    if not number:
        return Decimal(1)
    return Decimal(1).scaleb(int(number.normalize().as_tuple().exponent))


def _read(plain: str) -> Decimal:
    if not any(unit in plain for unit in UNITS):
        return _leaf(plain)
    whole, point, fraction = plain.partition("点")
    if point and not any(unit in fraction for unit in UNITS):
        return _read(whole) + _leaf("〇点" + fraction)
    unit = max((c for c in plain if c in UNITS), key=UNITS.__getitem__)
    size = UNITS[unit]
    left, right = plain.split(unit, 1)
    count = _read(left) if left else Decimal(1)
    if not right:
        return count * size
    if right[0] in UNITS:
        raise ValueError(f"{unit} and {right[0]} without a figure between them")
    if right == "半":
        return (count + Decimal("0.5")) * size
    if count % 1:
        raise ValueError(f"a fraction before {unit} and figures after it")
    if (
        len(right) == 1
        and size >= 100
        and (right in DIGITS or right.isdecimal())
        and right not in "〇0"
    ):
        return count * size + _leaf(right) * size / 10
    rest = _read(right.lstrip("〇") or "〇")
    # 1万亿5千亿 is a sum; 3亿2亿 is two numbers run together.
    repeats = unit in right
    if rest >= (size * 10**4 if repeats else size) or (repeats and count % 10**4):
        raise ValueError(f"what follows {unit} is not smaller than it")
    return count * size + rest


def _leaf(plain: str) -> Decimal:
    """A numeral without units: Arabic, or Chinese digits by position, with a fraction perhaps."""
    if plain == "半":
        return Decimal("0.5")
    if _PLAIN_ARABIC.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    if _CHINESE_DECIMAL.fullmatch(plain):
        digits = "".join("." if c == "点" else str(DIGITS[c]) for c in plain)
        return Decimal(digits)
    raise ValueError(f"{plain!r} is not a number" if plain else "no number")
