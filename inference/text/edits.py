"""A step's output: a list of replacements, and the one function that carries them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from inference.text.offsets import OffsetMap


class Edit(NamedTuple):
    """Replace `[start, end)` of a text by `after`.

    Attributes:
        start, end: code points of the text the step was given, never empty.
        after: what stands there instead. Characters pair one to one from the left; the last one
            of the shorter side takes the rest of the longer (see `OffsetMap.from_edits`).
        kind: what was wrong there, one lower-case word.
    """

    start: int
    end: int
    after: str
    kind: str


Step = Callable[[str], list[Edit]]
"""Finds what to replace in a text: edits sorted by start and disjoint, empty when all is well."""


def apply(text: str, edits: Sequence[Edit]) -> tuple[str, OffsetMap]:
    """Carry out `edits` on `text`; the new text and the map from it back to `text`.

    Raises:
        ValueError: the edits are not sorted and disjoint inside the text.
    """
    pieces = []
    position = 0
    for start, end, after, _ in edits:
        pieces.append(text[position:start])
        pieces.append(after)
        position = end
    pieces.append(text[position:])
    sizes = ((edit.start, edit.end, len(edit.after)) for edit in edits)
    return "".join(pieces), OffsetMap.from_edits(len(text), sizes)


def replacements(before: str, after: str, kind: str) -> list[Edit]:
    """The edits that make `after` of `before`, two texts of one length: one edit a differing run.

    Raises:
        ValueError: the texts differ in length.
    """
    if before == after:
        return []
    if len(before) != len(after):
        raise ValueError(f"texts of {len(before)} and {len(after)} characters do not pair up")
    differs = np.concatenate([[False], codes(before) != codes(after), [False]])
    borders = np.flatnonzero(differs[1:] != differs[:-1])
    return [
        Edit(start, end, after[start:end], kind) for start, end in borders.reshape(-1, 2).tolist()
    ]


def codes(text: str) -> np.ndarray:
    """The code points of `text`, shape (len(text),), unsigned 32 bits."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
