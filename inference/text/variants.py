"""Traditional, Taiwan and Hong Kong characters to simplified ones, one for one.

A text is traditional when more than `TRADITIONAL_SHARE` of its characters are not simplified.
OpenCC converts it by phrase (乾坤 stays, 乾燥 becomes 干燥), the regional forms of Hong Kong (衞)
and Taiwan (著 for 着) included. All tables used keep a text's length. A simplified text has only
those characters replaced that GB 2312, the standard of simplified characters, does not hold: the
tables would misread it (乾县 is a county, 覆盖 no 复盖).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import opencc

from inference.text.characters import character_class
from inference.text.edits import Edit, replacements

# radicals and compatibility ideographs: look like characters, compare unequal
_BLOCKS = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00))
_COMPATIBLE = {
    code: mapped
    for block in _BLOCKS
    for code in block
    if len(mapped := unicodedata.normalize("NFKC", chr(code))) == 1 and mapped != chr(code)
}
# forms that OpenCC leaves as they are; 陜 for 陝 is a common slip
_TABLE = {**_COMPATIBLE, **str.maketrans("値囯戸陜", "值国户陕")}
# words that keep 著 though the Taiwan table reads it as 着
_KEPT_ZHU = re.compile(r"(?<=[原論论專专編编拙遺遗巨譯译])著(?!力|眼|手|重)")

TRADITIONAL_SHARE = 0.02
"""Share of a text's characters that are not simplified from which it counts as traditional."""


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


@cache
def simplified_forms() -> dict[str, str]:
    """Each character of the Basic Multilingual Plane that has another simplified form, with it."""
    characters = [chr(code) for block in (*_BLOCKS, range(0x3400, 0xA000)) for code in block]
    # one a line: no phrase can form
    forms = _converter("t2s").convert("\n".join(characters).translate(_TABLE)).split("\n")
    return {old: new for old, new in zip(characters, forms, strict=True) if old != new}


def is_traditional(character: str) -> bool:
    """Whether `character` has another, simplified form."""
    return character in simplified_forms()


@cache
def _foreign() -> tuple[re.Pattern[str], dict[int, str]]:
    """Characters that no simplified text holds: what finds them, what replaces them."""
    table = {
        ord(old): new
        for old, new in simplified_forms().items()
        if not old.encode("gb2312", "ignore")
    }
    return re.compile(character_class(table)), table


def simplify(text: str) -> str:
    """`text` in simplified characters, of the same length."""
    pattern, table = _foreign()
    foreign = len(pattern.findall(text))
    if not foreign:
        return text
    if foreign <= TRADITIONAL_SHARE * len(text):
        return text.translate(table)
    plain = _convert(_convert(text.translate(_TABLE), "hk2t"), "tw2s")
    kept = [match.start() for match in _KEPT_ZHU.finditer(text)]
    if not kept:
        return plain
    characters = list(plain)
    for place in kept:
        characters[place] = "著"
    return "".join(characters)


def _convert(text: str, name: str) -> str:
    """`text` by one OpenCC table; unchanged should the result have another length."""
    # a lone surrogate cannot be encoded for OpenCC: it takes a stand-in and comes back
    stand_in = text.encode("utf-8", "replace").decode("utf-8")
    converted = _converter(name).convert(stand_in)
    if len(converted) != len(text):
        return text
    if stand_in == text:
        return converted
    pairs = zip(text, converted, strict=True)
    return "".join(old if "\ud800" <= old <= "\udfff" else new for old, new in pairs)


def find(text: str) -> list[Edit]:
    """The step: one edit for each run of characters that have a simplified form."""
    return replacements(text, simplify(text), "traditional")
