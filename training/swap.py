"""Reports with the amounts and project names of other reports in the places of their own, to train on.

A tagger that meets each name once learns the name; one that meets many names in one place learns the place (mention
replacement, Dai and Adel 2020).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotations.document import Document, Span
from annotations.scheme import Scheme

#: Share of a copy's spans that are swapped.
SWAPPED = 0.5
#: Labels whose spans may stand for one another; clauses do not fit into each other's sentences.
LABELS = ("AMOUNT", "PROJECT")
#: Characters at the end of a span that must be the same: 项目 for 项目, 亿元 for 亿元.
ENDING = 1

Key = tuple[Any, ...]


def swapped_copies(
    documents: Sequence[Document], rate: float, seed: int, scheme: Scheme
) -> Iterator[Document]:
    """``rate`` copies of each report on average, half of their amounts and names swapped.

    A span is replaced by one of another report with the same label, script, last character and first choice attribute
    (an amount's role); flags and stages belong to the place and stay. Ids get ``#swapped`` and a number.
    """
    pool = _pool(documents, scheme)
    for document in documents:
        rng = random.Random(f"{seed}:swap:{document.id}")
        for number in range(int(rate) + (rng.random() < rate % 1)):
            yield replace(_swapped(document, pool, rng), id=f"{document.id}#swapped{number + 1}")


def _key(document: Document, span: Span) -> Key:
    script = document.meta.get("script", "simplified")
    role = span.attributes.get("role")
    return span.label, role, script, document.text[span.end - ENDING : span.end]


def _pool(documents: Iterable[Document], scheme: Scheme) -> Mapping[Key, list[str]]:
    found: dict[Key, dict[str, None]] = defaultdict(dict)
    for document in documents:
        for span in document.spans:
            if span.label in LABELS and span.label in scheme.labels:
                found[_key(document, span)][document.text[span.start : span.end]] = None
    return {key: sorted(texts) for key, texts in found.items()}


def _swapped(document: Document, pool: Mapping[Key, list[str]], rng: random.Random) -> Document:
    pieces: list[str] = []
    moves: list[tuple[int, int]] = []  # source offset from which the text has moved by so much
    last = moved = 0
    spans = []
    for span in document.spans:
        old = new = document.text[span.start : span.end]
        choices = pool.get(_key(document, span), ())
        if span.label in LABELS and len(choices) > 1 and rng.random() < SWAPPED:
            new = rng.choice(choices)
        start = span.start + moved
        spans.append(replace(span, start=start, end=start + len(new)))
        pieces += document.text[last : span.start], new
        last, moved = span.end, moved + len(new) - len(old)
        moves.append((span.end, moved))
    text = "".join([*pieces, document.text[last:]])

    def place(offset: int) -> int:
        return offset + next((by for at, by in reversed(moves) if at <= offset), 0)

    sentences = [replace(s, start=place(s.start), end=place(s.end)) for s in document.sentences]
    return Document(
        document.id, text, dict(document.meta), sentences, spans, list(document.relations)
    )
