"""Windows: the stretches of a cleaned report that the model reads at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Where a sentence too long for one window is best cut, the best first.
_CUTS = (re.compile(r"[；;。！？]"), re.compile(r"[，,：:]"), re.compile(r"[、 ]"))


@dataclass(frozen=True, slots=True)
class Window:
    """Text ``[start, end)`` is read; results are kept for ``[core_start, core_end)`` inside it, the rest is context."""

    start: int
    end: int
    core_start: int
    core_end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class WindowSizes:
    """Lengths in characters: of a window's core at most, and of the context read beside it."""

    core: int = 160
    context: int = 32

    def __post_init__(self) -> None:
        if self.core < 16 or self.context < 0:
            raise ValueError(
                "a window needs a core of at least 16 characters and no negative context"
            )

    @property
    def longest(self) -> int:
        """The most characters a window can have."""
        return self.core + 2 * self.context


def _cut(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """``[start, end)`` in pieces of at most ``size``, cut behind a mark in their second half where there is one."""
    while end - start > size:
        at = start + size
        for pattern in _CUTS:
            marks = [m.end() for m in pattern.finditer(text, start + size // 2, at)]
            if marks:
                at = marks[-1]
                break
        yield start, at
        start = at
    yield start, end


def pack(text: str, sentences: Sequence[tuple[int, int]], sizes: WindowSizes) -> list[Window]:
    """Windows over ``sentences`` (in order), each with as many whole sentences as fit its core.

    Every character of every sentence is in exactly one core. Context is what stands before the core, and also behind
    it where a core begins or ends inside a sentence.
    """
    cores: list[list[int]] = []
    for start, end in sentences:
        for piece_start, piece_end in _cut(text, start, end, sizes.core):
            if cores and piece_end - cores[-1][0] <= sizes.core:
                cores[-1][1] = piece_end
            else:
                cores.append([piece_start, piece_end])
    ends = {end for _, end in sentences}
    windows = []
    for start, end in cores:
        right = 0 if end in ends else sizes.context
        windows.append(
            Window(max(0, start - sizes.context), min(len(text), end + right), start, end)
        )
    return windows
