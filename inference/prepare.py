"""A raw report made ready for the model: repaired text with its map, sentences, windows. Training uses it too."""

from __future__ import annotations

from dataclasses import dataclass

from inference import text as repairs
from inference.sentences import split
from inference.text import Clean
from inference.windows import Window, WindowSizes, pack


@dataclass(frozen=True, slots=True)
class Prepared:
    """``sentences`` and ``windows`` are on ``clean.text``."""

    clean: Clean
    sentences: list[tuple[int, int]]
    windows: list[Window]

    def is_boilerplate(self, start: int, end: int) -> bool:
        """Whether most of ``[start, end)`` was recognised as copyright lines, page marks and the like."""
        covered = sum(max(0, min(end, e) - max(start, s)) for s, e in self.clean.boilerplate)
        return 2 * covered > end - start


#: What is always done, even without repair: characters must be simplified for the model to know them.
MINIMAL_STEPS = ("variants",)


def prepare(text: str, sizes: WindowSizes, *, repair: bool = True) -> Prepared:
    """Repair ``text`` and cut it into sentences and windows of ``sizes``."""
    clean = repairs.clean(text, None if repair else MINIMAL_STEPS)
    debris = []
    for change in clean.changes:
        if change.kind == "desync":
            start, end = clean.offsets.to_target(change.start, change.end)
            debris.append(range(start, end))
    sentences = list(split(clean.text, debris))
    return Prepared(clean, sentences, pack(clean.text, sentences, sizes))
