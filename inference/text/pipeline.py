"""The steps of repair in order, and what they make of a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from annotations.errors import ZhaoshangError
from inference.text import boilerplate, desync, glosses, markup, punctuation, spaces, variants
from inference.text.edits import Edit, Step, apply
from inference.text.offsets import OffsetMap

STEPS: dict[str, Step] = {
    "markup": markup.find,
    "controls": markup.find_controls,
    "glosses": glosses.find,
    "desync": desync.find,
    "revealed": glosses.find,
    "widths": punctuation.widths,
    "marks": punctuation.marks,
    "doubled": punctuation.doubled,
    "spaces": spaces.find,
    "variants": variants.find,
}
"""The registered steps, in the order they run; each may be left out.

Glosses stand between the characters that the other steps judge together, and a lost byte hides
marks and characters, so these go first; a gloss inside a damaged run is `revealed` once the run is
mended. Variants go last: their phrases need an unbroken text.
"""


class Change(NamedTuple):
    """What was changed at one place of the raw text.

    Attributes:
        kind: what was wrong, one lower-case word (`gloss`, `desync`, `traditional`, …).
        start, end: the place, code points of the raw text.
        before, after: what a step found there, earlier repairs included, and what it put there.
    """

    kind: str
    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Clean:
    """A repaired text and the way back.

    Attributes:
        source: the raw text.
        text: the repaired text.
        offsets: from spans of `text` to spans of `source`.
        changes: what was changed, in the order of the steps and of the text within each.
        boilerplate: spans of `text` that are not the report.
    """

    source: str
    text: str
    offsets: OffsetMap
    changes: list[Change]
    boilerplate: list[tuple[int, int]]


def clean(text: str, steps: Sequence[str] | None = None) -> Clean:
    """Repair a raw text.

    Args:
        text: any text.
        steps: names of the steps to take, of `STEPS`; they run in its order. None takes all.

    Raises:
        ZhaoshangError: a step is not registered.
    """
    _refuse_unknown(steps or ())
    repaired, offsets = text, OffsetMap.identity(len(text))
    changes: list[Change] = []
    for name, step in STEPS.items():
        if steps is not None and name not in steps:
            continue
        if edits := step(repaired):
            changes += _changes(repaired, edits, offsets)
            repaired, made = apply(repaired, edits)
            offsets = made.compose(offsets)
    return Clean(text, repaired, offsets, changes, boilerplate.mark(repaired))


def all_but(without: Collection[str]) -> list[str]:
    """The names of the registered steps that are not in `without`, in the order they run.

    Raises:
        ZhaoshangError: a step is not registered.
    """
    _refuse_unknown(without)
    return [name for name in STEPS if name not in without]


def _refuse_unknown(steps: Iterable[str]) -> None:
    for name in steps:
        if name not in STEPS:
            raise ZhaoshangError(f"no repair step {name!r}; the steps are {', '.join(STEPS)}")


def _changes(text: str, edits: Sequence[Edit], offsets: OffsetMap) -> list[Change]:
    """The edits of one step as changes of the raw text."""
    places = np.array([(edit.start, edit.end) for edit in edits])
    spans = offsets.spans_to_source(places[:, 0], places[:, 1]).tolist()
    return [
        Change(kind, *span, text[start:end], after)
        for span, (start, end, after, kind) in zip(spans, edits, strict=True)
    ]
