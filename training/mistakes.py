"""The sentences that a model read worst, each with what was wrong, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotations.document import Document, Sentence, Span
from annotations.scheme import Scheme

#: A wrong attribute, link or kind counts this much of a wrong span.
SMALL_ERROR = 0.5


def worst_sentences(
    gold: Sequence[Document], predicted: Sequence[Document], scheme: Scheme, limit: int = 50
) -> list[dict[str, Any]]:
    """Sentences with errors, the most first, and among equals the most confidently wrong.

    Returns:
        Per sentence ``report``, ``start``, ``end``, ``text``, ``errors`` (their weight), ``notes`` (what was wrong),
        and ``gold`` and ``found``: spans on the sentence's text, ``right`` where the other side has them too.
    """
    rows = []
    for truth, guess in zip(gold, predicted, strict=True):
        for sentence in truth.sentences or guess.sentences:
            row = _examine(truth, guess, sentence, scheme)
            if row["errors"]:
                rows.append(row)
    rows.sort(key=lambda row: (-row["errors"], -row["confidence"], row["report"], row["start"]))
    return rows[:limit]


def _examine(
    truth: Document, guess: Document, sentence: Sentence, scheme: Scheme
) -> dict[str, Any]:
    inside = [[i for i, s in enumerate(d.spans) if _in(s, sentence)] for d in (truth, guess)]
    places = [
        {(d.spans[i].start, d.spans[i].end, d.spans[i].label): i for i in indices}
        for d, indices in zip((truth, guess), inside, strict=True)
    ]
    notes, weight = [], 0.0
    for key, i in places[0].items():
        if key not in places[1]:
            notes.append(f"missed {key[2]} {truth.text[key[0] : key[1]]}")
            weight += 1
            continue
        for problem in _attribute_errors(truth.spans[i], guess.spans[places[1][key]], scheme):
            notes.append(f"{truth.text[key[0] : key[1]]}: {problem}")
            weight += SMALL_ERROR
    confident = 0.0
    for key, i in places[1].items():
        if key not in places[0]:
            notes.append(f"invented {key[2]} {truth.text[key[0] : key[1]]}")
            weight += 1
            confident = max(confident, guess.spans[i].confidence or 0.0)
    links = [_links(d, set(indices)) for d, indices in zip((truth, guess), inside, strict=True)]
    for word, some, others in (("missed", *links), ("invented", *reversed(links))):
        for kind, head, tail in sorted(some - others):
            notes.append(f"{word} {kind} {head} → {tail}")
            weight += SMALL_ERROR
    found_kind = _kind(guess, sentence)
    if sentence.kind is not None and found_kind != sentence.kind:
        notes.append(f"kind {found_kind} instead of {sentence.kind}")
        weight += SMALL_ERROR
    sides = {}
    for name, document, mine, theirs in (
        ("gold", truth, places[0], places[1]),
        ("found", guess, places[1], places[0]),
    ):
        sides[name] = [
            {
                "start": max(0, key[0] - sentence.start),
                "end": min(key[1], sentence.end) - sentence.start,
                "label": key[2],
                "attributes": document.spans[i].attributes,
                "right": key in theirs,
            }
            for key, i in mine.items()
        ]
    return {
        "report": truth.id,
        "start": sentence.start,
        "end": sentence.end,
        "text": truth.text[sentence.start : sentence.end],
        "errors": weight,
        "confidence": confident,
        "notes": notes,
        **sides,
    }


def _in(span: Span, sentence: Sentence) -> bool:
    return sentence.start <= span.start < sentence.end


def _attribute_errors(span: Span, other: Span, scheme: Scheme) -> list[str]:
    label = scheme.labels.get(span.label)
    problems = []
    for key in label.attributes if label else ():
        # A flag that is absent is false.
        wanted, got = (s.attributes.get(key) or False for s in (span, other))
        if wanted != got:
            problems.append(f"{key} {got} instead of {wanted}")
    return problems


def _links(document: Document, inside: set[int]) -> set[tuple[str, str, str]]:
    def words(index: int) -> str:
        return document.text[document.spans[index].start : document.spans[index].end]

    return {(r.type, words(r.head), words(r.tail)) for r in document.relations if r.head in inside}


def _kind(document: Document, sentence: Sentence) -> str | None:
    best = max(
        document.sentences,
        key=lambda s: min(s.end, sentence.end) - max(s.start, sentence.start),
        default=None,
    )
    return best.kind if best and best.start < sentence.end and sentence.start < best.end else None
