"""How the words around a figure bound it: 约, 超, 不低于 before it, 以上, 左右, 以内 after it."""

from __future__ import annotations

import re

from inference.currency import WORDS, alternatives

_FILLER = rf"(?:达到|达|到|了|为|在|是|有|于|的|{alternatives(set(WORDS) - {'元'})}|[\s:“\"'(])*$"
_NOT_MORE = r"(?:不得|不能|不会|不|未|没有|没|尚未)"

#: (what the text before the figure ends with, bound), the first that fits holds.
_BEFORE = [
    (re.compile(pattern + _FILLER), bound)
    for pattern, bound in (
        (rf"(?P<word>{_NOT_MORE}(?:低于|少于|小于|下于|下)|至少|最少|最低|起码|[≥≧])", "at_least"),
        (
            rf"(?P<word>{_NOT_MORE}(?:超过|超出|超|高于|多于|大于|突破)|至多|最多|上限|[≤≦]|最高(?!限价)[^\d，。；、,;]{{0,8}}?)",
            "at_most",
        ),
        (r"(?P<word>低于|少于|小于|不足|不到|不满|未满|未达|未到|没到|[<＜])", "less_than"),
        (
            r"(?P<word>超过|超出|超|逾|突破|冲破|首破|破|跨越|迈过|跃过|高于|多于|大于|(?<![通经度])过|[>＞])",
            "more_than",
        ),
        (
            r"(?P<word>大约|大概|约合|约计|(?<![签合节解履预条制集续毁])约|将近|接近|几近|(?<![最附临邻远])近)",
            "about",
        ),
    )
]
_AFTER = [
    (re.compile(r"(?P<filler>[\s)）]*(?:人民币|资金)?)(?:" + pattern + ")"), bound)
    for pattern, bound in (
        (
            r"(?:[(（]含[^)）]{0,6}[)）])?(?:及|或|的)?(?:其|之)?以上|起步|起(?=[，。；、,;)）的]|$)|开外",
            "at_least",
        ),
        (
            r"(?:[(（]含[^)）]{0,6}[)）])?(?:及|或)?(?:之)?(?:以下|以内)|之内|封顶|为限|为上限",
            "at_most",
        ),
        (r"左右|上下|许(?=[，。；、,;]|$)", "about"),
        (r"有余|余|多(?![种元家个项])", "more_than"),
    )
]
_UP_TO_A_UNIT = re.compile(rf"(?<!以)上{_FILLER}")
_WINDOW = 24


def read_bound(before: str, after: str, *, bare: bool = False) -> str:
    """The bound that the surroundings set, in folded text; `exact` when they set none.

    The nearer of the words before and after holds; at one distance the one before does. 近 is
    `about`: a little below. `bare` says that the figure is a unit alone, which 上 bounds
    (`上亿元`).

    Args:
        before, after: the text on both sides of the figure; only the nearest words are looked at.
        bare: whether the figure is a unit without a number.
    """
    before, after = before[-_WINDOW:], after[:_WINDOW]
    nearest: tuple[int, str] | None = None
    for pattern, bound in _BEFORE:
        if match := pattern.search(before):
            nearest = (len(before) - match.end("word"), bound)
            break
    if nearest is None and bare and (match := _UP_TO_A_UNIT.search(before)):
        nearest = (0, "at_least")
    for pattern, bound in _AFTER:
        if match := pattern.match(after):
            distance = len(match["filler"])
            if nearest is None or distance < nearest[0]:
                nearest = (distance, bound)
            break
    return nearest[1] if nearest else "exact"
