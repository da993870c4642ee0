"""What is wrong with each span that a model read wrongly: one cause an error, counted and drawn by label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from annotations.document import Document, Span
from annotations.errors import DataError

#: What can be wrong with a span, and what that means; every wrong span has exactly one cause.
CAUSES: Mapping[str, str] = {
    "label": "found, in place or overlapping, under another label",
    "left": "the left edge is wrong",
    "right": "the right edge is wrong",
    "both edges": "it overlaps, and neither edge is right",
    "merged": "swallowed by a found span that is counted with another",
    "split": "found besides the part of the same span that is counted",
    "missed": "nothing was found there",
    "spurious": "nothing is annotated there",
}


@dataclass(frozen=True, slots=True)
class Misreading:
    """One wrong span.

    Attributes:
        report: the report's id.
        label: the annotated label, or the found one where nothing is annotated.
        cause: of `CAUSES`.
        gold: the annotated span; None for ``split`` and ``spurious``.
        found: the model's span; None for ``merged`` and ``missed``.
        beside: for ``merged`` and ``split``, the span of the other side that it overlaps, which another error counts.
        text: the report's raw text.
        sentence: place of the sentence around both.
    """

    report: str
    label: str
    cause: str
    gold: Span | None
    found: Span | None
    text: str
    sentence: tuple[int, int]
    beside: Span | None = None

    @property
    def confidence(self) -> float | None:
        """How sure the model was of its span."""
        return self.found.confidence if self.found else None

    def words(self, span: Span | None) -> str:
        """What a span says, line breaks shown."""
        return self.text[span.start : span.end].replace("\n", "⏎") if span else ""


def misreadings(gold: Document, found: Document) -> list[Misreading]:
    """All wrong spans of one report, in the order of the text.

    An exact span settles its annotation. The others are paired where they overlap, one to one, the same label first,
    then the greatest overlap; a pair is one error, and what is left over is ``merged``, ``split``, ``missed`` or
    ``spurious``.

    Raises:
        DataError: when the texts differ.
    """
    if gold.text != found.text:
        raise DataError("the model's reading is of another text", gold.id)
    right = {_place(s) for s in gold.spans} & {_place(s) for s in found.spans}
    wanted = [s for s in gold.spans if _place(s) not in right]
    given = [s for s in found.spans if _place(s) not in right]
    pairs = sorted(
        (a.label != b.label, -_overlap(a, b), i, j)
        for i, a in enumerate(wanted)
        for j, b in enumerate(given)
        if _overlap(a, b) > 0
    )
    taken: dict[int, int] = {}
    for _, _, i, j in pairs:
        if i not in taken and j not in taken.values():
            taken[i] = j
    rows = [_pair(gold, wanted[i], given[j]) for i, j in taken.items()]
    for spans, used, others, names in (
        (wanted, taken.keys(), found.spans, ("merged", "missed")),
        (given, taken.values(), gold.spans, ("split", "spurious")),
    ):
        for number, span in enumerate(spans):
            if number not in used:
                beside = next((other for other in others if _overlap(span, other) > 0), None)
                sides = (span, None) if spans is wanted else (None, span)
                rows.append(_row(gold, names[beside is None], *sides, beside))
    return sorted(rows, key=lambda row: min(s.start for s in (row.gold, row.found) if s))


def _place(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _overlap(a: Span, b: Span) -> int:
    return min(a.end, b.end) - max(a.start, b.start)


def _pair(document: Document, gold: Span, found: Span) -> Misreading:
    if gold.label != found.label:
        cause = "label"
    elif gold.end == found.end:
        cause = "left"
    else:
        cause = "right" if gold.start == found.start else "both edges"
    return _row(document, cause, gold, found)


def _row(
    document: Document,
    cause: str,
    gold: Span | None,
    found: Span | None,
    beside: Span | None = None,
) -> Misreading:
    spans = [s for s in (gold, found) if s]
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    # Reports without annotated sentences are shown by the line.
    places = [(s.start, s.end) for s in document.sentences] or list(_lines(document.text))
    around = [p for p in places if p[0] < end and start < p[1]]
    sentence = (min([start, *(p[0] for p in around)]), max([end, *(p[1] for p in around)]))
    return Misreading(
        document.id, spans[0].label, cause, gold, found, document.text, sentence, beside
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, at + len(line.rstrip("\n"))
        at += len(line)


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """The errors of one label.

    Attributes:
        spans: how many are annotated.
        causes: how often each cause occurs, the most frequent first.
        shown: a fair draw of the errors, by cause in that order, the surest first.
    """

    label: str
    spans: int
    causes: Mapping[str, int]
    shown: Sequence[Misreading]


def by_label(
    gold: Sequence[Document],
    found: Sequence[Document],
    labels: Sequence[str],
    limit: int | None = 50,
    seed: int = 0,
) -> list[LabelErrors]:
    """The errors of every label.

    Args:
        gold: annotated reports; found: the model's readings, in the same order.
        labels: in the order wanted.
        limit: show so many per label, drawn at random so that each cause keeps its share; None shows all.
        seed: of the draw.
    """
    rows = [
        row for truth, guess in zip(gold, found, strict=True) for row in misreadings(truth, guess)
    ]
    annotated = Counter(span.label for document in gold for span in document.spans)
    result = []
    for label in labels:
        mine = [row for row in rows if row.label == label]
        causes = dict(Counter(row.cause for row in mine).most_common())
        shown = mine if limit is None or len(mine) <= limit else Random(seed).sample(mine, limit)
        order = list(causes)
        ranked = sorted(shown, key=lambda row: (order.index(row.cause), -(row.confidence or 0.0)))
        result.append(LabelErrors(label, annotated[label], causes, ranked))
    return result
