"""How a label scheme is laid out in the model's outputs: which column means what. Training and inference share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from annotations.scheme import Attribute, Scheme

#: Width of the vectors whose product scores a link.
LINK_SIZE = 64
#: Buckets of the link bias: direction × spans of the tail's label between × spans of the head's label between × whether
#: the sentence begins with a head × places in two lists that run side by side (no such lists, same place, another).
LINK_BUCKETS = (2, 3, 3, 2, 3)


@dataclass(frozen=True, slots=True)
class AttributeColumns:
    """Columns ``[start, stop)`` of the attribute scores: one per value, or a single one for a flag."""

    label: str
    attribute: Attribute
    start: int
    stop: int

    @property
    def values(self) -> tuple[str, ...]:
        """The values, in column order; none for a flag."""
        return tuple(self.attribute.values)


class Layout:
    """Sizes and meanings of all output columns for one scheme.

    Outputs per token: ``tags`` ``[K]``, ``attributes`` ``[A]``, ``kinds`` ``[S]``, and for each relation type
    ``heads`` ``[LINK_SIZE + 1]`` (the last is the score of no link) and ``tails`` ``[LINK_SIZE]``.
    """

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.tags = scheme.tags()
        self.kinds = list(scheme.kinds)
        self.relations = list(scheme.relations.values())
        self.attributes: list[AttributeColumns] = []
        start = 0
        for label, attribute in scheme.attributes():
            stop = start + (1 if attribute.flag else len(attribute.values))
            self.attributes.append(AttributeColumns(label.key, attribute, start, stop))
            start = stop
        self.attribute_columns = start
        self.head_columns = len(self.relations) * (LINK_SIZE + 1)
        self.tail_columns = len(self.relations) * LINK_SIZE

    def sizes(self) -> Mapping[str, int]:
        """Columns per output name."""
        return {
            "tags": len(self.tags),
            "attributes": self.attribute_columns,
            "kinds": len(self.kinds),
            "heads": self.head_columns,
            "tails": self.tail_columns,
        }


def link_buckets(
    heads: Sequence[tuple[int, int]], tails: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """Flat bucket index of the link bias for every pair, from the order of spans in one sentence.

    Args:
        heads: spans that could be heads, in order; tails: likewise.

    Returns:
        ``[len(heads), len(tails)]`` indices into ``LINK_BUCKETS`` flattened.
    """
    buckets = np.zeros((len(heads), len(tails)), np.int64)
    runs = _runs([("head", s) for s in heads] + [("tail", s) for s in tails])
    head_first = min(heads, default=(0, 0)) < min(tails, default=(0, 0))
    for i, head in enumerate(heads):
        for j, tail in enumerate(tails):
            forward = head[0] < tail[0]
            low, high = (head[1], tail[0]) if forward else (tail[1], head[0])
            between = [sum(low <= s[0] < high for s in spans) for spans in (tails, heads)]
            beside = _beside(runs["head", head], runs["tail", tail])
            place = (int(forward), min(between[0], 2), min(between[1], 2), int(head_first), beside)
            buckets[i, j] = np.ravel_multi_index(place, LINK_BUCKETS)
    return buckets


def _runs(
    spans: Sequence[tuple[str, tuple[int, int]]],
) -> dict[tuple[str, tuple[int, int]], tuple[int, int, int]]:
    """Each span's run (spans of its kind with none of the other between): its number, the place in it, its length."""
    found: dict[tuple[str, tuple[int, int]], tuple[int, int, int]] = {}
    ordered = sorted(spans, key=lambda span: span[1])
    for number, (_, run) in enumerate(groupby(ordered, key=lambda span: span[0])):
        members = list(run)
        found |= {span: (number, at, len(members)) for at, span in enumerate(members)}
    return found


def _beside(head: tuple[int, int, int], tail: tuple[int, int, int]) -> int:
    """1 for the same place in neighbouring runs of one length (分别为, 依次为), 2 for another, 0 without such runs."""
    if abs(head[0] - tail[0]) != 1 or head[2] != tail[2] or head[2] < 2:
        return 0
    return 1 if head[1] == tail[1] else 2
