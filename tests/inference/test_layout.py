from __future__ import annotations

import numpy as np

from annotations.scheme import Scheme
from inference.layout import LINK_BUCKETS, Layout, link_buckets


def test_attribute_columns_follow_the_scheme(scheme: Scheme) -> None:
    layout = Layout(scheme)
    named = {(c.label, c.attribute.key): c for c in layout.attributes}
    assert named["AMOUNT", "role"].values == tuple(
        scheme.labels["AMOUNT"].attributes["role"].values
    )
    assert named["AMOUNT", "target"].stop - named["AMOUNT", "target"].start == 1
    covered = [i for c in layout.attributes for i in range(c.start, c.stop)]
    assert covered == list(range(layout.attribute_columns))


def places(
    heads: list[tuple[int, int]], tails: list[tuple[int, int]]
) -> list[list[tuple[int, ...]]]:
    buckets = link_buckets(heads, tails)
    return [[tuple(map(int, np.unravel_index(b, LINK_BUCKETS))) for b in row] for row in buckets]


def test_buckets_tell_direction_and_what_lies_between() -> None:
    found = places([(0, 2), (10, 12)], [(4, 8), (14, 18)])
    assert [[p[:3] for p in row] for row in found] == [
        [(1, 0, 0), (1, 1, 1)],
        [(0, 0, 0), (1, 0, 0)],
    ]


def test_buckets_tell_what_the_sentence_begins_with() -> None:
    assert places([(0, 2)], [(4, 8)])[0][0][3] == 1
    assert places([(9, 12)], [(4, 8)])[0][0][3] == 0


def test_buckets_tell_places_in_lists_side_by_side() -> None:
    # 甲、乙、丙分别投资1亿元、2亿元、3亿元
    tails, heads = [(0, 1), (2, 3), (4, 5)], [(9, 12), (13, 16), (17, 20)]
    found = places(heads, tails)
    assert [[p[4] for p in row] for row in found] == [[1, 2, 2], [2, 1, 2], [2, 2, 1]]


def test_lists_of_unlike_lengths_or_with_others_between_are_not_side_by_side() -> None:
    assert {p[4] for row in places([(9, 12)], [(0, 1), (2, 3)]) for p in row} == {0}
    # Neighbours alone: the heads in front and the heads behind are runs of their own.
    found = places([(0, 1), (2, 3), (10, 11), (12, 13)], [(4, 5), (6, 7)])
    assert [[p[4] for p in row] for row in found] == [[1, 2], [2, 1], [1, 2], [2, 1]]
