"""Annotated reports with damage done to them on purpose, the annotation following: to train on and to score on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from annotations.document import Document, Relation, Sentence, Span
from inference.text import clean
from inference.text.damage import damage


def cleaned(document: Document) -> Document:
    """The report on its repaired text; what repair leaves no text for is dropped."""
    repaired = clean(document.text)
    return _moved(document, repaired.text, repaired.offsets.to_target)


def damaged(document: Document, kind: str, rng: random.Random) -> Document:
    """A copy of a report whose text is clean (see `cleaned`), damaged.

    Args:
        document: an annotated report.
        kind: one of `inference.text.damage.KINDS`; kept in ``meta["damage"]``.
        rng: source of chance.
    """
    text, offsets = damage(document.text, kind, rng)
    copy = _moved(document, text, offsets.to_source)
    copy.meta = copy.meta | {"damage": kind}
    return copy


def damaged_copies(documents: Iterable[Document], rate: float, seed: int) -> Iterator[Document]:
    """``rate`` damaged copies (kind ``mixed``) of each report on average.

    A report's copies depend on its id, ``rate`` and ``seed`` alone; ids get ``#damaged`` and a number.
    """
    for document in documents:
        rng = random.Random(f"{seed}:{document.id}")
        number = int(rate) + (rng.random() < rate % 1)
        base = cleaned(document) if number else document
        for copy in range(number):
            yield replace(damaged(base, "mixed", rng), id=f"{document.id}#damaged{copy + 1}")


def _moved(document: Document, text: str, place: Callable[[int, int], tuple[int, int]]) -> Document:
    """The report's annotation on another text; ``place`` tells where a stretch has gone."""
    spans: list[Span] = []
    index: dict[int, int] = {}
    for number, span in enumerate(document.spans):
        start, end = place(span.start, span.end)
        if start < end and (not spans or spans[-1].end <= start):
            index[number] = len(spans)
            spans.append(replace(span, start=start, end=end))
    sentences: list[Sentence] = []
    for sentence in document.sentences:
        start, end = place(sentence.start, sentence.end)
        if start < end and (not sentences or sentences[-1].end <= start):
            sentences.append(replace(sentence, start=start, end=end))
    relations = [
        Relation(r.type, index[r.head], index[r.tail])
        for r in document.relations
        if r.head in index and r.tail in index
    ]
    return Document(document.id, text, dict(document.meta), sentences, spans, relations)
