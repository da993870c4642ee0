"""Where each character of a rewritten text came from in its source.

A map holds, for every character of the *target* (rewritten) text, the half-open range of *source*
characters it came from. Ranges never run backwards, so spans map both ways by bisection, and two
maps compose by indexing one with the other: O(n) memory and time in the length of the target.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class OffsetMap:
    """Immutable map of half-open spans between a target text and the source it was made from.

    Args:
        starts: for each target character, where its source range begins; never decreasing.
        ends: for each target character, where its source range ends; never decreasing.
        source_length: length of the source in code points.

    Raises:
        ValueError: the ranges are empty, run backwards or leave the source.
    """

    __slots__ = ("_ends", "_source_length", "_starts")

    def __init__(self, starts: np.ndarray, ends: np.ndarray, source_length: int) -> None:
        if len(starts) != len(ends):
            raise ValueError("an offset map needs as many starts as ends")
        if len(starts) and not (
            starts[0] >= 0
            and ends[-1] <= source_length
            and bool(np.all(starts < ends))
            and bool(np.all(starts[1:] >= starts[:-1]))
            and bool(np.all(ends[1:] >= ends[:-1]))
        ):
            raise ValueError("the ranges of an offset map must be non-empty, ordered and in range")
        self._starts = starts
        self._ends = ends
        self._source_length = source_length
        self._starts.flags.writeable = False
        self._ends.flags.writeable = False

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """The map of a text of `length` code points onto itself."""
        starts = np.arange(length, dtype=np.int32)
        return cls(starts, starts + np.int32(1), length)

    @classmethod
    def from_edits(cls, length: int, edits: Iterable[tuple[int, int, int]]) -> OffsetMap:
        """The map that a list of replacements makes.

        Args:
            length: length of the source in code points.
            edits: `(start, end, size)`: source characters `[start, end)` became `size` target
                characters. Sorted and disjoint. Characters are paired one to one from the left;
                of two unequal sides, the last target character takes all source characters that
                remain, or the last source character yields all target characters that remain.
                `size` 0 deletes: the characters belong to no target character.

        Raises:
            ValueError: an edit is empty in the source, overlaps another or leaves the source.
        """
        table = np.array(list(edits), dtype=np.int64).reshape(-1, 3)
        first, last, size = table.T
        if len(table) and not (
            first[0] >= 0
            and last[-1] <= length
            and bool(np.all(first < last))
            and bool(np.all(size >= 0))
            and bool(np.all(first[1:] >= last[:-1]))
        ):
            raise ValueError("edits must be sorted, disjoint, in range and replace something")
        uneven = last - first != size
        first, last, size = first[uneven], last[uneven], size[uneven]
        growth = size - (last - first)
        total = length + int(growth.sum())
        # where each uneven edit begins in the target
        placed = first + np.cumsum(growth) - growth
        # `advance[k]`: how far the source moves between target characters k-1 and k
        advance = np.ones(total + 1, dtype=np.int32)
        shrunk = growth < 0
        np.add.at(advance, (placed + size)[shrunk], -growth[shrunk])
        for start, extra in zip((placed + size)[~shrunk], growth[~shrunk], strict=True):
            advance[start - extra : start] -= 1
        starts = np.cumsum(advance[:total], dtype=np.int32)
        starts -= np.int32(1)
        ends = starts + np.int32(1)
        absorbing = shrunk & (size > 0)
        ends[(placed + size - 1)[absorbing]] = last[absorbing]
        return cls(starts, ends, length)

    def __len__(self) -> int:
        """Length of the target text in code points."""
        return len(self._starts)

    @property
    def source_length(self) -> int:
        """Length of the source text in code points."""
        return self._source_length

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The smallest source span that covers what the target span `[start, end)` came from.

        An empty span maps to an empty span before the character it stands at.

        Raises:
            ValueError: the span is not inside the target text.
        """
        self._check(start, end, len(self._starts), "target")
        if start < end:
            return int(self._starts[start]), int(self._ends[end - 1])
        place = int(self._starts[start]) if start < len(self._starts) else self._source_length
        return place, place

    def to_target(self, start: int, end: int) -> tuple[int, int]:
        """The target span of all characters that came from the source span `[start, end)`.

        Characters that left no trace map to an empty span where they stood.

        Raises:
            ValueError: the span is not inside the source text.
        """
        self._check(start, end, self._source_length, "source")
        low = int(np.searchsorted(self._ends, start, side="right"))
        high = int(np.searchsorted(self._starts, end, side="left")) if start < end else low
        return low, max(low, high)

    def spans_to_source(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Many non-empty target spans at once: integer array of shape (n, 2), source spans."""
        return np.stack([self._starts[starts], self._ends[np.asarray(ends) - 1]], axis=1)

    def compose(self, inner: OffsetMap) -> OffsetMap:
        """This map after `inner`: from this map's target to the source of `inner`.

        Args:
            inner: the map of the earlier rewriting; its target is this map's source.

        Raises:
            ValueError: the lengths of the text in the middle differ.
        """
        if len(inner) != self._source_length:
            raise ValueError(
                f"cannot compose: this map reads {self._source_length} characters, "
                f"the inner one writes {len(inner)}"
            )
        return OffsetMap(
            inner._starts[self._starts], inner._ends[self._ends - 1], inner._source_length
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OffsetMap):
            return NotImplemented
        return (
            self._source_length == other._source_length
            and np.array_equal(self._starts, other._starts)
            and np.array_equal(self._ends, other._ends)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __repr__(self) -> str:
        return f"OffsetMap({len(self)} of {self._source_length} characters)"

    @staticmethod
    def _check(start: int, end: int, length: int, side: str) -> None:
        if not 0 <= start <= end <= length:
            raise ValueError(f"[{start}, {end}) is no span of the {side} text (length {length})")
