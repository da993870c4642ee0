"""The place a sentence or a report speaks of, as an administrative division of China."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache

from inference.gazetteer import Division, divisions, find_divisions

# A project goes to the place after these; `zone` is a development zone, which no gazetteer has.
_LANDING = re.compile(r"(?:落户|入驻|落地|落子|花落|位于|坐落于?|选址|落址|布局|进驻)(?:于|在|到)?")
_ZONE = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:开发区|高新区|高新技术产业区|工业园区?|产业园区|园区|新区|示范区)"
)
# Places after these are where people went or come from.
_ELSEWHERE = re.compile(r"(?:赴|前往|来自|走访|考察|奔赴|远赴|进京|拜访|对接)[^，。；]{0,12}$")
# … and before these they are part of a name: 北京银行, 上海电气集团, 长三角（上海）推介会.
_NAME_AFTER = re.compile(
    r"[^，。；、（）()]{0,10}(?:公司|集团|银行|大学|商会|协会|研究院|推介|签约会|洽谈会|博览会|企业)|[)）]|等地"
)
# … and before these they are where an investor comes from: 常州客商, 温州籍商人.
_ORIGIN_AFTER = re.compile(r"籍|的?(?:客商|商人|老板|企业家|乡贤|乡友)")
# 全市 and the like mean the report's place.
_WHOLE = re.compile(r"[全我本该][省市县区旗州盟]")
_FULL = tuple("市县区旗盟州")
_HEAD = 200
# A full name once in the text is enough, a short one must come twice.
_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative division of China.

    Attributes:
        text: as written (`通辽`, `科尔沁区`), a development zone's name (`经济技术开发区`, with the
            report's place for its levels), or as the report's metadata give it.
        province, city, county: full names from the top down (`内蒙古自治区`, `通辽市`, `科尔沁区`);
            None below the level named.
        code: of the lowest level named, six digits (GB/T 2260); None when it is not in the
            gazetteer.
        source: `sentence` when its own sentence names it, `report` when it is the report's place.
    """

    text: str
    province: str | None = None
    city: str | None = None
    county: str | None = None
    code: str | None = None
    source: str = "sentence"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named at `[start, end)` of a text."""

    start: int
    end: int
    text: str
    division: Division | None


def find_places(text: str, default: Place | None = None) -> list[Mention]:
    """Places named in a text, in order; levels written together (`通辽市库伦旗`) are one mention.

    A name that several divisions bear is the one inside the place before it or inside `default`,
    else the highest in level; where that leaves several (鼓楼区), `division` is None.
    """
    mentions: list[Mention] = []
    home = _division_of(default)
    for start, end, candidates in find_divisions(text):
        named = [mention for mention in mentions if mention.division]
        above = named[-1] if named and named[-1].end == start else None
        known = [above] if above else reversed(named)
        division = _choose(candidates, [*(mention.division for mention in known), home])
        if above and above.division and division and division.within(above.division):
            mentions[-1] = Mention(above.start, end, text[above.start : end], division)
        else:
            mentions.append(Mention(start, end, text[start:end], division))
    return mentions


def report_place(text: str, named: str | None = None) -> Place | None:
    """The place a report is about: as its metadata name it, else the one its text names most.

    Args:
        text: the clean text; names in its head (title, dateline) count three times.
        named: what the metadata say (`meta.place`), or None.
    """
    if named:
        mentions = [mention for mention in find_places(named) if mention.division]
        return _place(named, mentions[-1].division if mentions else None, "report")
    votes: Counter[Division] = Counter()
    names: dict[Division, str] = {}
    for mention in find_places(text):
        if mention.division and mention.division.level > 1 and not _aside(text, mention):
            # A full name says more than a short one, which may be half of a company's name.
            full = mention.text[-1] in "市县区旗盟州"
            votes[mention.division] += (3 if mention.start < _HEAD else 1) * (2 if full else 1)
            names.setdefault(mention.division, mention.text)
    if not votes:
        return None
    # Mentions of a city's counties speak for the city too, but the city must itself be named.
    scores = {
        division: sum(count for other, count in votes.items() if other.within(division))
        + votes[division]
        for division in votes
    }
    best = max(scores, key=scores.__getitem__)
    return _place(names[best], best, "report") if scores[best] >= _ENOUGH else None


def place_of(sentence: str, start: int, end: int, default: Place | None = None) -> Place | None:
    """The place of what stands at `[start, end)` of a sentence (a project, a total).

    In order: the place that the next 落户, 入驻, 位于 … takes; the full name of one that it begins
    with (天长市智能仪表产业园); the nearest place named before it in its clause that lies in the report's
    province and is no destination of a visit nor part of a company's name; the report's.
    """
    mentions = _places_of(sentence, default)
    landing = _LANDING.search(sentence, end)
    if landing and not re.search(r"[。；;]", sentence[end : landing.start()]):
        for mention in mentions:
            if 0 <= mention.start - landing.end() <= 2:
                return _place(mention.text, mention.division, "sentence")
        if zone := _ZONE.match(sentence, landing.end()):
            base = default or Place(zone[0])
            return replace(base, text=zone[0], source="sentence")
    home = _division_of(default)
    clause = max(sentence.rfind(mark, 0, start) for mark in "。；;…")
    whole = [match.start() for match in _WHOLE.finditer(sentence, 0, start)]
    for mention in mentions:
        own = mention.start == start and mention.end <= end and mention.text[-1] in _FULL
        if own and mention.division and (home is None or _beside(mention.division, home)):
            return _narrower(mention, default)
    for mention in reversed(mentions):
        if mention.start < max([clause, *whole]):
            break
        if mention.end > start or _aside(sentence, mention):
            continue
        if mention.division and (home is None or _beside(mention.division, home)):
            return _narrower(mention, default)
    return default


@lru_cache(maxsize=64)
def _places_of(sentence: str, default: Place | None) -> list[Mention]:
    """`find_places`, kept for the next spans of the same sentence; not to be changed."""
    return find_places(sentence, default)


def _narrower(mention: Mention, default: Place | None) -> Place:
    """The mention's place, or the report's when the mention only names what that lies in."""
    home = _division_of(default)
    if default and home and mention.division != home and _holds(mention.division, home):
        return default
    return _place(mention.text, mention.division, "sentence")


@lru_cache(maxsize=4096)
def _place(text: str, division: Division | None, source: str) -> Place:
    if division is None:
        return Place(text, source=source)
    return Place(text, division.province, division.city, division.county, division.code, source)


def _division_of(place: Place | None) -> Division | None:
    if place is None or place.code is None:
        return None
    name = place.county or place.city or place.province or ""
    return next((d for d in divisions().get(name, ()) if d.code == place.code), None)


def _beside(left: Division, right: Division) -> bool:
    """Whether two divisions are in one province."""
    return left.code[:2] == right.code[:2]


def _holds(outer: Division | None, inner: Division) -> bool:
    return outer is not None and inner.within(outer)


def _choose(candidates: tuple[Division, ...], context: list[Division | None]) -> Division | None:
    for other in context:
        for candidate in candidates:
            if other and (candidate.within(other) or other.within(candidate)):
                return candidate
    # Neighbours in a province hold together as well: 科尔沁区 beside 霍林郭勒市.
    for other in context:
        for candidate in candidates:
            if other and candidate.code[:4] == other.code[:4]:
                return candidate
    top = [candidate for candidate in candidates if candidate.level == candidates[0].level]
    return top[0] if len(top) == 1 else None


def _aside(text: str, mention: Mention) -> bool:
    return bool(
        _ELSEWHERE.search(text[max(0, mention.start - 20) : mention.start])
        or _ORIGIN_AFTER.match(text, mention.end)
        or (
            mention.text[-1] not in _FULL
            and _NAME_AFTER.match(text[mention.end : mention.end + 20])
        )
    )
