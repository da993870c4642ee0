"""One form for each mark: full-width marks in Chinese, half-width letters and digits.

NFKC is applied where it only changes a character's width or direction (full-width letters and
digits, vertical and small forms, mathematical digits), never where it changes what is meant
(`①`, `㎡`, `½`, `℃`, `Ⅱ`). Marks written in ASCII become Chinese ones next to a Chinese character
(`项目,总投资` but `1,861.44` and `a, b`).
"""

from __future__ import annotations

import re
import unicodedata

from inference.text.characters import character_class
from inference.text.edits import Edit

_KEPT_WIDE = set("！（），：；？～￥＂＇")
_WIDTHS = {
    code: narrow
    for block in (
        range(0xFE10, 0xFE1A),
        range(0xFE30, 0xFE50),
        range(0xFE50, 0xFE6C),
        range(0xFF01, 0xFF65),
        range(0x1D400, 0x1D800),
    )
    for code in block
    if len(narrow := unicodedata.normalize("NFKC", chr(code))) == 1
    and chr(code) not in _KEPT_WIDE
    and narrow != chr(code)
}
_FORMS = {
    **_WIDTHS,
    **str.maketrans("「」『』〝〞＂＇", "“”‘’“”\"'"),
    **dict.fromkeys(map(ord, "\u3000\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006"), " "),
    **dict.fromkeys(map(ord, "\u2007\u2008\u2009\u200a\u202f\u205f\t"), " "),
}
_TO_FORM = re.compile(character_class(_FORMS) + "+")

_HANZI = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇"
_CHINESE = rf"{_HANZI}。，、；：？！…—“”‘’（）《》【】％"
_WIDE = str.maketrans(",;:?!()", "，；：？！（）")
# a mark with a Chinese character on one side; between digits it belongs to the number
_NARROW = re.compile(
    rf"(?<=[{_CHINESE}])[,;:?!]|[,;:?!](?=[{_CHINESE}])|(?<=%)[,;](?=\S)"
    rf"|(?<=[{_HANZI}])\.(?=[”’）)]?(?:\s|$))"
)
_PAIR = re.compile(r"[(（]([^()（）\n]{0,200})[)）]")
_QUOTED = re.compile(r'"([^"\n]{1,200})"')
_CONTAINS_CHINESE = re.compile(f"[{_CHINESE}]")

_RUN = re.compile(r"[，,、。；;：:]{2,}")
_STRENGTH = "、，：；。"
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*[（(]?[一二三四五六七八九十]{1,3}$")


def widths(text: str) -> list[Edit]:
    """The step: full-width letters and digits, vertical forms, brackets and odd spaces."""
    return [
        Edit(*match.span(), match[0].translate(_FORMS), "width")
        for match in _TO_FORM.finditer(text)
    ]


def _near_chinese(text: str, start: int, end: int) -> bool:
    return bool(_CONTAINS_CHINESE.search(text[max(0, start - 1) : end + 1]))


def marks(text: str) -> list[Edit]:
    """The step: ASCII marks next to Chinese characters become Chinese ones."""
    characters: dict[int, str] = {}
    for match in _NARROW.finditer(text):
        mark = match[0]
        if mark != ".":
            characters[match.start()] = mark.translate(_WIDE)
        elif not _LIST_NUMBER.search(text, max(0, match.start() - 8), match.start()):
            characters[match.start()] = "。"
    for match in _PAIR.finditer(text):
        if _near_chinese(text, *match.span()):
            characters[match.start()], characters[match.end() - 1] = "（）"
    for match in _QUOTED.finditer(text):
        if _near_chinese(text, *match.span()):
            characters[match.start()], characters[match.end() - 1] = "“”"
    return [
        Edit(place, place + 1, mark, "mark")
        for place, mark in sorted(characters.items())
        if text[place] != mark
    ]


def doubled(text: str) -> list[Edit]:
    """The step: of marks that stand together (`,,`, `，。`) the strongest stays."""
    edits = []
    for match in _RUN.finditer(text):
        run = match[0]
        if set(run) == {"。"} and len(run) > 2:
            continue  # an ellipsis typed as full stops
        strongest = max(run, key=lambda mark: _STRENGTH.find(mark.translate(_WIDE)))
        edits.append(Edit(*match.span(), strongest, "doubled"))
    return edits
