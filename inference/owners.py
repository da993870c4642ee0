"""Which project a sum belongs to, where the wording leaves no choice.

The model weighs all projects of a sentence. Lists are written so that little is left to weigh: `总投资3亿元的X` and
`X，总投资3亿元` have the project beside the sum, and a semicolon parts one project's sums from those of the next.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from annotations.document import Document
from annotations.scheme import RelationType
from inference.trust import trusted

RELATION, SUM, PROJECT = "investment_of", "AMOUNT", "PROJECT"
#: Start, end and label of a span, in order of the text.
Place = tuple[int, int, str]

_MORE = r"(?:人民币|左右|以上|以内)?"
_BUILT = "建设|新建|扩建|改造|打造|兴建|兴办|建起|建成|建|上马|开发"
_WITH = re.compile(rf"{_MORE}(?:(?:{_BUILT})?的|{_BUILT})[“「《]?")
_SAID = (
    r"(?:项目|计划|拟|预计|协议|概算|估算|累计|意向|追加|年度?|签约)*(?:总|固定资产)?(?:投[资資]|增资)"
    r"(?:总?额|规模)?"
)
_FOR = re.compile(
    rf"[”」》]?(?:项目)?(?:[，,（(：:、|]?\s*{_SAID}|[，,（(：:|]?\s*)(?:约|达到|达|为|近|超|超过|逾|不低于|[：:])*\s*"
)
_JOINED = re.compile(r"[”」》）)]?(?:[、，,和及与]|以及)[“「《（(]?")
_CLOSED = re.compile(_MORE + r"(?:[，,；;。！）)\n]|$)")
_PARTS = re.compile(r"[；;]")


def owner(text: str, spans: Sequence[Place], index: int) -> int | None:
    """The index of the project that the wording gives the sum ``spans[index]``; None where it gives none.

    Args:
        text: the sentence.
        spans: in it, sorted.
    """
    end = spans[index][1]

    def beside(step: int, base: int = index) -> tuple[int, str] | None:
        """The next span in a direction: its index, and the text between."""
        other = base + step
        if not 0 <= other < len(spans):
            return None
        left, right = sorted((base, other))
        return other, text[spans[left][1] : spans[right][0]]

    def listed(step: int, base: int, label: str) -> bool:
        """Whether a span of the label goes on a list in a direction."""
        found = beside(step, base)
        return (
            found is not None
            and spans[found[0]][2] == label
            and _JOINED.fullmatch(found[1]) is not None
        )

    after, before = beside(1), beside(-1)
    if listed(-1, index, SUM) or listed(1, index, SUM):
        return None  # sums in a row, for as many projects in a row
    if after and spans[after[0]][2] == PROJECT and _WITH.fullmatch(after[1]):
        return None if listed(1, after[0], PROJECT) else after[0]
    if before and spans[before[0]][2] == PROJECT and _FOR.fullmatch(before[1]):
        follows = spans[after[0]][0] if after else len(text)
        closed = _CLOSED.match(text, end) or (after and after[1] == "、")
        leads_on = after and spans[after[0]][2] == PROJECT and text[end:follows].endswith("的")
        if closed and not leads_on and not listed(-1, before[0], PROJECT):
            return before[0]
    return None


def parts(text: str, spans: Sequence[Place]) -> list[int]:
    """Behind how many semicolons of ``text`` each span begins."""
    marks = [match.start() for match in _PARTS.finditer(text)]
    return [bisect_left(marks, start) for start, *_ in spans]


def certainty(reports: Sequence[Document], relation: RelationType | None) -> float:
    """The share of sums in annotated ``reports`` that belong to the project that the wording gives them.

    Args:
        relation: between sums and projects, which tells which sums are linked; None where the scheme has none.

    Returns:
        0 where they do not bear the rule out; see `inference.trust.trusted`.
    """
    met = right = 0
    for report in reports if relation else ():
        links = {r.head: r.tail for r in report.relations if r.type == RELATION}
        for sentence in report.sentences:
            first, last = sentence.start, sentence.end
            numbers = [i for i, s in enumerate(report.spans) if first <= s.start and s.end <= last]
            spans = [report.spans[i] for i in numbers]
            places = [(s.start - first, s.end - first, s.label) for s in spans]
            for at, span in enumerate(spans):
                if span.label != SUM or not relation.admits(span.attributes):
                    continue
                given = owner(report.text[first:last], places, at)
                if given is not None:
                    met += 1
                    right += links.get(numbers[at]) == numbers[given]
    return trusted(right, met)
