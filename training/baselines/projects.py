"""Names of projects by rule: items between marks that end with a head noun, and the lists such items stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.currency import alternatives
from training.baselines import words

_COUNT = r"(?:\d+|[一二三四五六七八九十两]+)"
_STAGE = alternatives({w for group in words.STAGES.values() for w in group} - {*words.WEAK_STAGES})
# Marks inside brackets divide nothing: 风机基地（一期、二期）.
_ITEM = re.compile(r"(?:（[^（）\n]*）|\([^()\n]*\)|[^，。；：、,;:！？!?\n\u3000 ])+")
_HEAD = rf"(?:{alternatives((*words.HEADS, *words.WORKS))})(?:[（(](?:[一二三四]|\d)[期号][）)]|{words.PHASES})?"
#: What may stand between a name and the end of its item.
_AFTER = (
    rf"(?:等?(?:首批)?{_COUNT}个.*|等(?!离子).*|[”\"].*|[（(](?![一二三四\d东南西北].?[期区号][）)]).*|由.+|将.+|\d+月.*"
    rf"|(?:{alternatives(words.AFTER_NAMES)}|{_STAGE}).*)"
)
_NAME_END = re.compile(rf"(?P<name>.*?{_HEAD})(?=$|{_AFTER}$)")
_LOOSE_END = re.compile(rf"(?P<name>.+{_HEAD})(?=.{{0,10}}(?:{_STAGE}))")
_BARE_END = re.compile(rf"(?=$|{_AFTER}$|(?:总|已|完成|增|计划|拟)*投资)")
_CLASS = re.compile(
    rf"(?:^|[的个大批类新])(?:{alternatives(words.CLASS_QUALIFIERS)})*(?:{alternatives(words.CLASS_HEADS)})$"
)
_FALSE = re.compile(
    rf"^(?:{alternatives(words.PLACE_OPENINGS)})|(?:{alternatives(words.FALSE_HEADS)})$"
)
_COUNTED = re.compile(rf"(?:等|共)?{_COUNT}(?:个|家|大|项)")
_NUMBERING = re.compile(
    r"[“\"]?\s*(?:\d{1,2}[.．、]\s*|[（(][一二三四五六七八九十\d]+[）)]|[①-⑳]|[一二三四五六七八九十]+是)?\s*"
)
# 的 and 是 end whatever qualifies a name; a name hardly ever holds them.
_QUALIFIER = re.compile(r".*(?:的|是)")
_EDGE = re.compile(rf"(?:(?:{alternatives(words.LEFT_EDGES)})了?|建(?![筑材]))+")
# A verb in the middle of an item ends what precedes the name: 与甲公司签约….
_VERB = re.compile(rf".*(?:{alternatives(words.LEFT_VERBS)})(?:了|建设)?(?=.{{3,}}$)")
_JOINED = re.compile(rf"(?:{_HEAD})(?:[“”])?(?P<and>和|及|以及|与)(?=.{{4,}})")
_MONEY_NEXT = re.compile(
    r"[，,：:（(\s\u3000](?:(?:计划|预计|拟|意向|协议|合同|项目)?(?:总投资|投资|固定资产投资|投资额)[^，。；、\d]{0,3})?$"
)
# 某某水泥二线投资5亿元, with nothing behind the amount: what stands before the verb is the name.
_INVESTS = re.compile(r".{5}(?:总|完成|累计完成)投资$")
_ACT = re.compile(alternatives(words.ACTS))
_TOTAL = re.compile(rf"{_COUNT}(?:个|家|项)")
_LIST_END = re.compile(
    rf"等?{_COUNT}个[^，。；、]{{0,6}}(?:项目|工程)|等(?:重点|重大|一批)?(?:项目|工程)"
)
_FIGURE = re.compile(r"[元%]|\d+(?:个|家|人|次|场)")
_OPEN, _CLOSE = '“「『"', '”」』"'


@dataclass(frozen=True, slots=True)
class _Item:
    """A stretch between marks with the name found in it, the mark behind it, and whether money in brackets follows."""

    start: int
    end: int
    name: tuple[int, int] | None
    mark: str
    priced: bool


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name without numbering, quotation marks around it and what stands before it in its item."""
    start += _NUMBERING.match(text[start:end]).end()
    if (match := _QUALIFIER.match(text[start:end])) or (match := _VERB.match(text[start:end])):
        start += match.end()
    if match := _EDGE.match(text[start:end]):
        start += match.end()
    while start < end and text[start] in _OPEN + " 　·":
        start += 1
    if start < end and text[end - 1] in _CLOSE and not set(_OPEN) & set(text[start:end]):
        end -= 1
    if text.count("（", start, end) > text.count("）", start, end) and text[end : end + 1] == "）":
        end += 1
    return (start, end) if end - start >= 3 else None


def _plausible(name: str, strict: bool) -> bool:
    """Whether a string can be a project's name; ``strict`` asks for more where no list vouches for it."""
    if _CLASS.search(name) or _COUNTED.match(name) or not 3 <= len(name) <= 45:
        return False
    if "《" in name or name.count("“") != name.count("”") or _is_body(name):
        return False
    return not strict or (len(name) >= 5 and not _FALSE.search(name))


def _is_body(name: str) -> bool:
    return name.endswith(words.BODIES) and not name.endswith(words.BODY_EXCEPTIONS)


def _pieces(text: str, sentence: tuple[int, int]) -> Iterator[tuple[int, int, str]]:
    """Items between marks, and between the names that 和 joins, each with the mark behind it."""
    for match in _ITEM.finditer(text, *sentence):
        start, end = match.span()
        while joined := _JOINED.search(text, start, end):
            yield start, joined.start("and"), "、"
            start = joined.end("and")
        yield start, end, text[end : end + 1]


def _items(
    text: str, sentence: tuple[int, int], amounts: Sequence[tuple[int, int]]
) -> Iterator[_Item]:
    for start, end, mark in _pieces(text, sentence):
        priced = False
        for low, high in amounts:
            if not start <= low < high <= end:
                continue
            bracket = max(text.rfind("（", start, low), text.rfind("(", start, low))
            if bracket > start + 2:
                end, priced = bracket, True
                break
            if text[high : high + 1] == "的":
                start, priced = high, True
            elif high == end and _INVESTS.search(text, start, low):
                end, priced = low, True
                break
            elif not re.search(_HEAD, text[start:low]):
                start = high
            else:
                end = low
                break
        yield _Item(start, end, _name(text, start, end), mark, priced)


def _name(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    found = _NAME_END.match(piece) or _LOOSE_END.match(piece)
    place = _trim(text, start, start + found.end("name")) if found else None
    if place is None or not _plausible(text[slice(*place)], strict=True):
        return None
    # 新签约项目12个 counts a class.
    is_class = text[place[1] - 2 : place[1]] in ("项目", "工程") and _TOTAL.match(text, place[1])
    return None if is_class else place


def find(
    text: str, sentence: tuple[int, int], amounts: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Names ``[start, end)`` of projects in one sentence of a repaired text, in order.

    Args:
        text: the whole text.
        sentence: the sentence's place in it.
        amounts: places of its sums of money.
    """
    found: list[tuple[int, int]] = []
    for run in _runs(list(_items(text, sentence, amounts))):
        if _ACT.search(text, run[0].start, run[0].end) and not run[0].priced:
            continue
        last = text[run[-1].start : run[-1].end]
        vouched = len(run) > 1 and (
            bool(_LIST_END.search(last)) or any(item.name or item.priced for item in run)
        )
        for item in run:
            place = item.name
            if place is None and (vouched or item.priced or _is_priced(text, item, amounts)):
                place = _bare(text, item, vouched)
            if place and not (found and place[0] < found[-1][1]):
                found.append(place)
    return [p for p in found if not any(a < p[1] and p[0] < b for a, b in amounts)]


def _runs(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Items joined by 、."""
    run: list[_Item] = []
    for item in items:
        run.append(item)
        if item.mark != "、":
            yield run
            run = []
    if run:
        yield run


def _is_priced(text: str, item: _Item, amounts: Sequence[tuple[int, int]]) -> bool:
    """Whether the words behind an item give its price: X，总投资5亿元, but not X，总投资5亿元的Y."""
    return any(
        0 <= low - item.end < 16
        and text[high : high + 1] != "的"
        and _MONEY_NEXT.match(text[item.end : low])
        for low, high in amounts
    )


def _bare(text: str, item: _Item, vouched: bool) -> tuple[int, int] | None:
    """The name in an item that has no head noun: all of it up to a count, 等 or a verb of the stage."""
    piece = text[item.start : item.end]
    end = _BARE_END.search(piece).start()
    if not vouched and _TOTAL.search(piece, end):
        return None
    place = _trim(text, item.start, item.start + end)
    if place is None:
        return None
    name = text[slice(*place)]
    return place if _plausible(name, strict=False) and not _FIGURE.search(name) else None
