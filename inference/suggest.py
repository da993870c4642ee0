"""What to annotate next: the sentences that a model is unsure of, each unlike the others chosen.

A sentence's doubt is the entropy of its characters' labels (token entropy: Settles and Craven, "An analysis of active
learning strategies for sequence labeling tasks", EMNLP 2008), label by label, so that labels in need can weigh more. Of
the most doubtful sentences those are taken that add most: doubt times the distance to what is chosen already (maximal
marginal relevance: Carbonell and Goldstein 1998), by the character pairs they have.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from annotations.document import Document, Relation
from inference.extractor import DEFAULT_MODEL, Extractor
from inference.layout import Layout

#: So many sentences are kept to choose from, per sentence wanted.
POOL = 20
#: Shorter sentences are not worth a task.
LEAST = 8
#: Characters of the report shown before and after a task's sentence.
SURROUNDINGS = 80
_COLUMNS = 1 << 12

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence as a report of its own, with the model's annotation; ``doubt`` is what it was ranked by."""

    document: Document
    doubt: float


def label_entropies(scores: Floats, layout: Layout) -> dict[str, float]:
    """Per label the summed entropy of whether each character belongs to it, in nats.

    Args:
        scores: tag scores ``[characters, tags]``.
        layout: of the tags.
    """
    powers = np.exp(scores - scores.max(1, keepdims=True))
    chances = powers / powers.sum(1, keepdims=True)
    entropies = {}
    for label in layout.scheme.labels:
        columns = [i for i, tag in enumerate(layout.tags) if tag[2:] == label]
        p = np.clip(chances[:, columns].sum(1), 1e-6, 1 - 1e-6)
        entropies[label] = float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).sum())
    return entropies


class DoubtingExtractor(Extractor):
    """An extractor whose sentences carry `label_entropies` in ``extra["doubt"]``."""

    def _document(self, work: Any, found: Any) -> Document:
        document = super()._document(work, found)
        places = work.prepared.sentences
        for sentence, (start, end) in zip(document.sentences, places, strict=True):
            sentence.extra["doubt"] = label_entropies(work.scores["tags"][start:end], self._layout)
        return document


def needs(folder: Path | None) -> dict[str, float]:
    """Weight of each label by what its development F1 lacks, from a model folder's figures; empty where it has none.

    The weights average 1; a label read perfectly still gets a little.
    """
    path = (folder or DEFAULT_MODEL) / "figures.json"
    if not path.is_file():
        return {}
    spans = json.loads(path.read_text(encoding="utf-8")).get("development", {}).get("spans", {})
    lacks = {label: 1.02 - row["f1"] for label, row in spans.items()}
    mean = sum(lacks.values()) / len(lacks) if lacks else 1.0
    return {label: value / mean for label, value in lacks.items()}


def doubt(entropies: Mapping[str, float], length: int, need: Mapping[str, float]) -> float:
    """A sentence's doubt: entropies weighted by ``need`` (1 where it has no entry), over the root of its length.

    The sum alone would prefer the longest sentences, the mean those with nothing but one doubtful word.
    """
    total = sum(value * need.get(label, 1.0) for label, value in entropies.items())
    return total / float(np.sqrt(max(length, 1)))


def vectors(texts: Sequence[str]) -> Floats:
    """Unit vectors of hashed character pairs, weighted by their rarity among ``texts``: ``[texts, columns]``."""
    matrix = np.zeros((len(texts), _COLUMNS), np.float32)
    for row, text in enumerate(texts):
        for at in range(len(text) - 1):
            matrix[row, crc32(text[at : at + 2].encode("utf-8", "surrogatepass")) % _COLUMNS] = 1
    matrix *= np.log((1 + len(texts)) / (1 + (matrix > 0).sum(0)))
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.maximum(norms, 1e-9)


def choose(doubts: Sequence[float], texts: Sequence[str], n: int) -> list[int]:
    """Indices of ``n`` sentences, in the order they were chosen: doubtful, and unlike those before them."""
    if not texts:
        return []
    places = vectors(texts)
    # Where nothing is doubtful, all are alike to begin with.
    weights = np.asarray(doubts, np.float32) + 1e-6
    nearest = np.zeros(len(texts), np.float32)
    chosen: list[int] = []
    for _ in range(min(n, len(texts))):
        gains = weights * (1 - nearest)
        gains[chosen] = -1
        best = int(gains.argmax())
        chosen.append(best)
        nearest = np.maximum(nearest, places @ places[best])
    return chosen


def suggest(
    extractor: DoubtingExtractor,
    reports: Iterable[Document],
    n: int,
    *,
    known: Iterable[Document] = (),
    need: Mapping[str, float] | None = None,
) -> list[Suggestion]:
    """The ``n`` sentences that are worth annotating most, each as a report of its own with the model's annotation.

    Args:
        extractor: the model as it is now.
        reports: raw reports; they are read as a stream, and only ``POOL`` × ``n`` sentences are kept.
        n: how many.
        known: annotated reports, whose sentences are not suggested again.
        need: weight of each label's doubt; 1 where there is no entry.
    """
    seen = {text for document in known for text in _texts(document)}
    pool: list[tuple[float, int, Document]] = []
    order = count()
    for document in extractor.stream(reports):
        for sentence in document.sentences:
            text = document.text[sentence.start : sentence.end]
            if len(text) < LEAST or text in seen:
                continue
            seen.add(text)
            value = doubt(sentence.extra.pop("doubt"), len(text), need or {})
            # Earlier sentences win ties: the heap's second place counts down.
            item = (value, -next(order), task(document, sentence.start, sentence.end))
            (heapq.heappush if len(pool) < POOL * n else heapq.heappushpop)(pool, item)
    pool.sort(key=lambda item: (-item[0], -item[1]))
    values = [value for value, *_ in pool]
    picked = choose(values, [document.text for *_, document in pool], n)
    return [Suggestion(pool[i][2], round(values[i], 4)) for i in picked]


def _texts(document: Document) -> Iterator[str]:
    yield document.text.strip()
    for sentence in document.sentences:
        yield document.text[sentence.start : sentence.end]


def task(document: Document, start: int, end: int) -> Document:
    """The sentence ``[start, end)`` of an annotated report as a report of its own.

    Its id names the place; ``meta`` keeps the report's, and what stands ``before`` and ``after`` it there.
    """
    index: dict[int, int] = {}
    spans = []
    for number, span in enumerate(document.spans):
        if start <= span.start and span.end <= end:
            index[number] = len(spans)
            spans.append(replace(span, start=span.start - start, end=span.end - start))
    relations = [
        Relation(r.type, index[r.head], index[r.tail], r.confidence)
        for r in document.relations
        if r.head in index and r.tail in index
    ]
    sentences = [
        replace(s, start=s.start - start, end=s.end - start)
        for s in document.sentences
        if start <= s.start and s.end <= end
    ]
    meta = document.meta | {
        "report": document.id,
        "before": document.text[max(0, start - SURROUNDINGS) : start],
        "after": document.text[end : end + SURROUNDINGS],
    }
    return Document(
        f"{document.id}:{start}-{end}",
        document.text[start:end],
        meta,
        sentences,
        spans,
        relations,
        {"model": document.extra["model"]} if "model" in document.extra else {},
    )
