from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.text.edits import Edit, apply, replacements
from inference.text.offsets import OffsetMap


@st.composite
def edit_lists(draw: st.DrawFn, length: int, grow: bool = True) -> list[tuple[int, int, int]]:
    """Sorted, disjoint edits of a text of `length` characters."""
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=12)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        most = end - start + 3 if grow else min(1, end - start)
        edits.append((start, end, draw(st.integers(0, most))))
    return edits


@st.composite
def maps(draw: st.DrawFn, length: int | None = None, grow: bool = True) -> OffsetMap:
    size = draw(st.integers(0, 30)) if length is None else length
    return OffsetMap.from_edits(size, draw(edit_lists(size, grow)))


def slow_ranges(length: int, edits: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The rule of `from_edits`, character by character."""
    ranges = []
    position = 0
    for start, end, size in [*edits, (length, length, 0)]:
        ranges += [(i, i + 1) for i in range(position, start)]
        for k in range(size):
            low = min(start + k, end - 1)
            ranges.append((low, end if k == size - 1 else low + 1))
        position = end
    return ranges


@settings(deadline=None)
@given(st.data())
def test_from_edits_pairs_characters_as_documented(data: st.DataObject) -> None:
    length = data.draw(st.integers(0, 30))
    edits = data.draw(edit_lists(length))
    offsets = OffsetMap.from_edits(length, edits)
    ranges = slow_ranges(length, edits)
    assert len(offsets) == len(ranges)
    assert [offsets.to_source(k, k + 1) for k in range(len(ranges))] == ranges


@settings(deadline=None)
@given(st.data())
def test_spans_map_there_and_back(data: st.DataObject) -> None:
    offsets = data.draw(maps(grow=False))
    start = data.draw(st.integers(0, len(offsets)))
    end = data.draw(st.integers(start, len(offsets)))
    source = offsets.to_source(start, end)
    assert 0 <= source[0] <= source[1] <= offsets.source_length
    if start < end:
        assert offsets.to_target(*source) == (start, end)


def placed(edits: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The target spans of the edits that made text longer."""
    spans = []
    shift = 0
    for start, end, size in edits:
        if size > end - start:
            spans.append((start + shift, start + shift + size))
        shift += size - (end - start)
    return spans


@settings(deadline=None)
@given(st.data())
def test_spans_come_back_but_for_edges_inside_what_grew(data: st.DataObject) -> None:
    length = data.draw(st.integers(0, 20))
    first = data.draw(edit_lists(length))
    inner = OffsetMap.from_edits(length, first)
    second = data.draw(edit_lists(len(inner)))
    outer = OffsetMap.from_edits(len(inner), second)
    whole = outer.compose(inner)
    grown = placed(second) + [outer.to_target(*span) for span in placed(first)]
    inside = {place for low, high in grown for place in range(low + 1, high)}
    edges = [place for place in range(len(whole) + 1) if place not in inside]
    for start, end in combinations(edges, 2):
        assert whole.to_target(*whole.to_source(start, end)) == (start, end)


@settings(deadline=None)
@given(st.data())
def test_to_target_holds_exactly_what_came_from_the_span(data: st.DataObject) -> None:
    offsets = data.draw(maps())
    start = data.draw(st.integers(0, offsets.source_length))
    end = data.draw(st.integers(start, offsets.source_length))
    low, high = offsets.to_target(start, end)
    touching = [
        k
        for k in range(len(offsets))
        for a, b in [offsets.to_source(k, k + 1)]
        if a < end and b > start and start < end
    ]
    assert list(range(low, high)) == touching


@settings(deadline=None)
@given(st.data())
def test_composition_is_one_map_after_the_other(data: st.DataObject) -> None:
    inner = data.draw(maps())
    outer = data.draw(maps(length=len(inner)))
    whole = outer.compose(inner)
    assert len(whole) == len(outer)
    assert whole.source_length == inner.source_length
    for start in range(len(outer)):
        for end in range(start + 1, len(outer) + 1):
            assert whole.to_source(start, end) == inner.to_source(*outer.to_source(start, end))


@given(st.integers(0, 20))
def test_identity_changes_nothing(length: int) -> None:
    offsets = OffsetMap.identity(length)
    assert offsets == OffsetMap.from_edits(length, [])
    assert offsets.to_source(0, length) == offsets.to_target(0, length) == (0, length)


def test_a_gloss_belongs_to_its_character_and_a_loose_deletion_to_none() -> None:
    text = "一個(gè) 項(xiàng)目"
    edits = [Edit(1, 6, "個", "gloss"), Edit(6, 7, "", "space"), Edit(7, 15, "項", "gloss")]
    plain, offsets = apply(text, edits)
    assert plain == "一個項目"
    assert text[slice(*offsets.to_source(1, 2))] == "個(gè)"
    assert text[slice(*offsets.to_source(2, 4))] == "項(xiàng)目"
    assert text[slice(*offsets.to_source(0, 3))] == "一個(gè) 項(xiàng)"
    assert offsets.to_target(6, 7) == (2, 2)
    assert offsets.to_target(3, 4) == (1, 2)


@pytest.mark.parametrize(
    "edits",
    [[(0, 0, 1)], [(2, 1, 1)], [(0, 2, 1), (1, 3, 1)], [(3, 9, 1)], [(-1, 2, 0)], [(0, 1, -1)]],
)
def test_edits_that_make_no_map_are_refused(edits: list[tuple[int, int, int]]) -> None:
    with pytest.raises(ValueError, match="edits must be"):
        OffsetMap.from_edits(5, edits)


@pytest.mark.parametrize(
    ("starts", "ends"), [([0, 1], [1]), ([1, 0], [2, 3]), ([0], [0]), ([0], [9]), ([-1], [1])]
)
def test_ranges_that_make_no_map_are_refused(starts: list[int], ends: list[int]) -> None:
    with pytest.raises(ValueError, match="offset map"):
        OffsetMap(np.array(starts), np.array(ends), 5)


@pytest.mark.parametrize("span", [(-1, 2), (2, 1), (0, 6)])
def test_spans_outside_the_texts_are_refused(span: tuple[int, int]) -> None:
    offsets = OffsetMap.identity(5)
    with pytest.raises(ValueError, match="no span of the target"):
        offsets.to_source(*span)
    with pytest.raises(ValueError, match="no span of the source"):
        offsets.to_target(*span)


def test_maps_of_different_texts_do_not_compose() -> None:
    with pytest.raises(ValueError, match="cannot compose"):
        OffsetMap.identity(3).compose(OffsetMap.identity(4))


@given(st.text(alphabet="甲乙丙", min_size=1, max_size=20), st.data())
def test_replacements_make_the_second_text_of_the_first(before: str, data: st.DataObject) -> None:
    after = data.draw(st.text(alphabet="甲乙丙", min_size=len(before), max_size=len(before)))
    edits = replacements(before, after, "x")
    assert apply(before, edits)[0] == after
    assert all(before[e.start : e.end] != e.after for e in edits)
    assert all(left.end < right.start for left, right in pairwise(edits))


def test_texts_of_different_length_have_no_replacements() -> None:
    with pytest.raises(ValueError, match="do not pair up"):
        replacements("甲", "甲乙", "x")
