"""Measures by rule: clauses from the verb of a word list to the clause's end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from inference.currency import alternatives
from training.baselines import words

# A clause ends at these marks, not inside quotation marks, brackets or book titles.
_CLAUSE = re.compile(
    r"(?:“[^”\n]*”|《[^》\n]*》|（[^（）\n]*）|\([^()\n]*\)|[^，。；：,;:！？!?\n\u3000])+"
)
# 、 divides measures only where a verb follows it.
_VERB = re.compile(
    rf"(?:{alternatives(words.MEASURE_VERBS)})|(?=({'|'.join(words.MEASURE_PATTERNS)}))"
)
_NEXT_VERB = re.compile(rf"、(?={alternatives(words.MEASURE_VERBS)})")
_OUTSIDE = re.compile("|".join(words.NO_MEASURE))
# What a verb before it makes part of a name or an attribute, not of a clause.
_ATTRIBUTE_BEFORE = re.compile(
    r"(?:的|所|被|者|可|能|(?<!对)企业|公司|客商|集团|(?<!对)项目|资金|合同|预算|部分)$"
)
# … unless a preposition takes the noun: 对重点项目实行….
_TAKEN = re.compile(r"(?:对|为|给|向|与|和|针对|逐个|每个|每户|在|从|由|凡)[^，。；]{0,24}$")
# An event told as subject and verb: from its name to the verb.
_EVENT = re.compile(
    r"(?P<event>[^，。；：、在]{0,24}(?:推介会|签约会|恳谈会|对接会|洽谈会|说明会|签约仪式|推介签约会|招商大会|座谈会|动员会|动员大会|开工仪式))"
    r"(?:\d+日|日前|昨日|近日|今日)?(?:在[^，。；]{2,20})?(?:成功|隆重)?(?:举行|举办|召开)$"
)
_QUOTED = re.compile(r"“[^”]*”|《[^》]*》")
_RESULT = re.compile(
    r"^(?:签订|签约|完成|建成|新建|发放|实行|引进|参加)?[^“《]{0,8}(?:项目|企业|合同|协议)\d+(?:个|家|份)"
    r"|(?:项目|生产|施工|投产|产能|安装|调试|股权)$"
)
# Where a verb of the list is part of a noun, or begins an attribute: 实施方案, 开展的活动.
_NO_VERB = re.compile(
    rf"(?:{alternatives(words.VERB_NOUNS)})|(?:{alternatives(words.MEASURE_VERBS)})的"
)
_TRAILING = re.compile(r"(?:等(?:等)?|的)$|[\s\u3000]+$")
_SHORTEST = 4


def find(
    text: str, sentence: tuple[int, int], taken: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Clauses ``[start, end)`` of one sentence of a repaired text that tell a measure, in order.

    Args:
        text: the whole text.
        sentence: the sentence's place in it.
        taken: places of projects and amounts; by the contract a clause with one of them is no measure.
    """
    found = []
    for match in _CLAUSE.finditer(text, *sentence):
        cuts = [
            match.start(),
            *(m.start() + 1 for m in _NEXT_VERB.finditer(text, *match.span())),
            match.end() + 1,
        ]
        for start, end in pairwise(cuts):
            place = _measure(text, start, end - 1)
            if place and not any(a < place[1] and place[0] < b for a, b in taken):
                found.append(place)
    return found


def _measure(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    while trailing := _TRAILING.search(piece):
        piece = piece[: trailing.start()]
    if event := _EVENT.search(piece):
        return start + event.start(), start + len(piece)
    for match in _VERB.finditer(piece):
        before = piece[: match.start()]
        if _ATTRIBUTE_BEFORE.search(before) and not _TAKEN.search(before):
            continue
        if _inside_quotes(before) or _NO_VERB.match(piece, match.start()):
            continue
        clause = piece[match.start() :]
        if (
            len(clause) < _SHORTEST
            or _OUTSIDE.search(_QUOTED.sub("“”", clause))
            or _RESULT.search(clause)
        ):
            return None
        return start + match.start(), start + len(piece)
    return None


def _inside_quotes(before: str) -> bool:
    return any(before.count(a) > before.count(b) for a, b in ("“”", "《》", "（）", "()"))
