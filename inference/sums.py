"""Where the pattern of sums of money settles what the model left open.

The model knows which sums there are and what they are for; that a plain sum (digits and a currency) is one, and where
any sum begins and ends, the annotation contract fixes so far that `inference.figures` can say it. So the model's
AMOUNT spans take the boundaries of the figures that they touch; quantities of other things (`680亩`), sums whose number
is blank (`xx亿元`) and units of a rate (`万元`GDP能耗) are let go; plain sums that the model passed over are added,
save inside other spans, of which a MEASURE gives way, for no MEASURE holds a sum.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from annotations.document import Document
from inference.figures import Sum, find_sums, is_no_sum
from inference.trust import trusted

LABEL, GIVES_WAY = "AMOUNT", "MEASURE"
#: (start, end, label, probability)
Found = tuple[int, int, str, float]

# What stands between sums that are told one by one; 到 alone and the like join a range, which is one span.
_LISTED = re.compile(
    r"[、和及与，,；;\s]+|(?:提高|增加|增长|上升|下降|降低|减少|压缩|追加|调整|[增提升涨降减调])(?:到|至|为)了?"
)


def certainty(reports: Sequence[Document]) -> float:
    """The share of the plain sums in annotated ``reports``, PROJECT spans aside, that are AMOUNT spans to the letter.

    Returns:
        0 where they do not bear the rule out; see `inference.trust.trusted`.
    """
    met = right = 0
    for report in reports:
        gold = {(s.start, s.end) for s in report.spans if s.label == LABEL}
        others = [(s.start, s.end) for s in report.spans if s.label not in (LABEL, GIVES_WAY)]
        for found in find_sums(report.text):
            if found.plain and not _touched(found, others):
                met += 1
                right += (found.start, found.end) in gold
    return trusted(right, met)


def settle(
    text: str,
    sentences: Sequence[tuple[int, int]],
    found: Sequence[Sequence[Found]],
    certainty: float,
) -> list[list[Found]]:
    """The spans of every sentence with their sums settled.

    Args:
        text: clean text, which all places are in.
        sentences: ``[start, end)`` of each.
        found: the model's spans of each sentence, in order.
        certainty: the probability that a plain sum has at least.
    """
    sums = list(find_sums(text))
    settled, at = [], 0
    for (_, end), spans in zip(sentences, found, strict=True):
        first = at
        while at < len(sums) and sums[at].start < end:
            at += 1
        settled.append(_settle(text, sums[first:at], spans, certainty))
    return settled


def _settle(
    text: str, sums: Sequence[Sum], spans: Sequence[Found], certainty: float
) -> list[Found]:
    others = [span for span in spans if span[2] != LABEL]
    amounts: dict[tuple[int, int], Found] = {}
    for start, end, label, probability in spans:
        if label != LABEL:
            continue
        touched = [found for found in sums if found.start < end and start < found.end]
        if not touched and is_no_sum(text, start, end):
            continue
        between = [text[a.end : b.start] for a, b in itertools.pairwise(touched)]
        if not touched or not all(map(_LISTED.fullmatch, between)):
            amounts.setdefault((start, end), (start, end, label, probability))
            continue
        for found in touched:
            chance = max(probability, certainty) if found.plain else probability
            if _touched(found, others):
                amounts.setdefault((start, end), (start, end, label, probability))
            else:
                place = found.start, found.end
                amounts.setdefault(place, (*place, label, chance))
    for found in sums:
        place = found.start, found.end
        kept = [span for span in others if span[2] != GIVES_WAY]
        if found.plain and not _touched(found, [*amounts, *kept]):
            amounts[place] = (*place, LABEL, certainty)
            others = [span for span in others if not _touched(found, [span])]
    return sorted([*others, *amounts.values()])


def _touched(found: Sum, spans: Sequence[Sequence]) -> bool:
    return any(span[0] < found.end and found.start < span[1] for span in spans)
