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


def test_buckets_tell_direction_and_what_lies_between() -> None:
    amounts, projects = [(0, 2), (10, 12)], [(4, 8), (14, 18)]
    buckets = link_buckets(amounts, projects)
    places = [np.unravel_index(b, LINK_BUCKETS) for b in buckets.ravel()]
    assert [tuple(map(int, p)) for p in places] == [(1, 0, 0), (1, 1, 1), (0, 0, 0), (1, 0, 0)]
