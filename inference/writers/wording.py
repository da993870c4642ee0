"""How the ledger's values read in Chinese: names of codes, sums in 亿 and 万, places, periods."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from annotations import scheme
from annotations.scheme import Label
from inference.amounts import Amount, plain
from inference.currency import DEFAULT, WORDS
from inference.dates import Period
from inference.places import Place
from inference.records import ProjectAmount, ProjectEntry
from inference.writers.decimals import shifted

#: What stands before a figure that is not exact.
BOUNDS = {
    "exact": "",
    "about": "约",
    "at_least": "不低于",
    "at_most": "不超过",
    "more_than": "超",
    "less_than": "不足",
}
CONFLICTS = {"amount": "金额", "stage": "阶段", "place": "地点"}
#: Roles by how well they say what a project is worth.
_ROLES = ("investment", "contract", "received")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_UNITS = (("亿", 8), ("万", 4))


def value_name(label: str, attribute: str, value: str) -> str:
    """The scheme's Chinese name of an attribute's value; the value itself where it has none."""
    known = scheme.load().labels.get(label)
    values = known.attributes[attribute].values if known and attribute in known.attributes else {}
    return values.get(value, value)


def label_color(label: Label) -> str:
    """A label's colour as ``#rrggbb``; grey where the scheme has it in another form."""
    return label.color if _COLOR.fullmatch(label.color) else "#555555"


def stage_name(stage: str) -> str:
    return value_name("PROJECT", "stage", stage)


def role_name(role: str) -> str:
    return value_name("AMOUNT", "role", role)


def category_name(category: str) -> str:
    return value_name("MEASURE", "category", category)


def currency_name(code: str) -> str:
    """元 for yuan, else the currency's commonest word, else its ISO 4217 code."""
    if code == DEFAULT:
        return "元"
    return next((word for word, known in WORDS.items() if known == code), code)


def in_units(value: Decimal) -> str:
    """A figure in 亿 or 万, exact: ``185亿``, ``1.2万``, ``800``."""
    for unit, places in _UNITS:
        if abs(value) >= 10**places:
            return f"{_grouped(shifted(value, -places))}{unit}"
    return _grouped(value)


def amount_name(amount: Amount) -> str:
    """A sum as one would write it: ``超30亿元``, ``3.5亿至5亿元``, ``810万元/亩``; as it stands if unread."""
    if amount.value is not None:
        figure = BOUNDS.get(amount.bound, "") + in_units(amount.value)
    elif amount.low is not None and amount.high is not None:
        figure = f"{in_units(amount.low)}至{in_units(amount.high)}"
    else:
        return amount.text
    per = f"/{amount.per}" if amount.per else ""
    return f"{figure}{currency_name(amount.currency)}{per}"


def place_name(place: Place | None) -> str:
    """A place below its province, with what the text adds to it: ``通辽市库伦旗``, ``通辽市 经济技术开发区``."""
    if place is None:
        return ""
    levels = [level for level in (place.city, place.county) if level] or [place.province or ""]
    name = "".join(dict.fromkeys(levels))
    known = any(
        place.text in (level or "") or (level or "\0") in place.text
        for level in (place.province, place.city, place.county)
    )
    return name if known else f"{name} {place.text}".strip()


def period_name(period: Period | None) -> str:
    """A resolved period in figures (``2022``, ``2022-09``, ``2022-01 – 2022-03``), else as written."""
    if period is None:
        return ""
    start, end = period.start, period.end
    if start is None or end is None:
        return period.text
    if start == end:
        return start.isoformat()
    if start.day == 1 and (end + timedelta(days=1)).day == 1:
        if (start.month, end.month) == (1, 12):
            return f"{start:%Y}" if start.year == end.year else f"{start:%Y} – {end:%Y}"
        first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
        return first if first == last else f"{first} – {last}"
    return f"{start.isoformat()} – {end.isoformat()}"


def main_amount(project: ProjectEntry) -> ProjectAmount | None:
    """The sum that stands for a project: its investment as most often stated, else contract, else received.

    A sum for the whole goes before one for a part of it.
    """
    ranked = sorted(
        (given for given in project.amounts if given.amount.per is None),
        key=lambda given: (
            given.target,
            given.part is not None,
            _ROLES.index(given.role) if given.role in _ROLES else len(_ROLES),
        ),
    )
    return ranked[0] if ranked else None


def _grouped(value: Decimal) -> str:
    whole, point, rest = (plain(value) or "").partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-") != "0" else f"{whole}{point}{rest}"
