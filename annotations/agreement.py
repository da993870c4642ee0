"""How well two annotations of the same reports agree: annotator with annotator, or model with gold.

Spans agree when label, start and end are the same (exact match, as in the CoNLL-2003 shared task). Precision, recall
and F1 take the first annotation as the reference; F1 and the attribute figures do not depend on which is first, except
that relations are compared on spans both have.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotations import scheme as schemes
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme


@dataclass(slots=True)
class Tally:
    """Counts of matches: true positives, reference items, proposed items."""

    correct: int = 0
    reference: int = 0
    proposed: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        self.correct += other.correct
        self.reference += other.reference
        self.proposed += other.proposed
        return self

    @property
    def precision(self) -> float:
        return self.correct / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.reference if self.reference else 0.0

    @property
    def f1(self) -> float:
        """2 × correct / (reference + proposed); 0 where there is neither."""
        total = self.reference + self.proposed
        return 2 * self.correct / total if total else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "correct": self.correct,
            "reference": self.reference,
            "proposed": self.proposed,
        }


@dataclass(slots=True)
class Agreement:
    """Counts of agreement over reports; they add up.

    Attributes:
        spans: per label, exact matches. overlaps: per label, spans that share a character with one of the same label.
        attributes: per ``LABEL.attribute``, agreement on exactly matched spans (``correct`` of ``reference``).
        relations: per type, between exactly matched spans' places.
        relations_given: as ``relations``, over pairs whose both spans the two annotations share.
        kinds: sentences with the same place or the greatest overlap and the same kind.
    """

    spans: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    overlaps: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    attributes: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    relations: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    relations_given: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    kinds: Tally = field(default_factory=Tally)
    kind_pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __iadd__(self, other: Agreement) -> Agreement:
        for name in ("spans", "overlaps", "attributes", "relations", "relations_given"):
            for key, tally in getattr(other, name).items():
                getattr(self, name)[key] += tally
        self.kinds += other.kinds
        self.kind_pairs += other.kind_pairs
        return self

    @property
    def micro(self) -> Tally:
        """All labels' spans together."""
        total = Tally()
        for tally in self.spans.values():
            total += tally
        return total

    @property
    def macro_f1(self) -> float:
        """Mean of the labels' F1."""
        return sum(t.f1 for t in self.spans.values()) / len(self.spans) if self.spans else 0.0

    def to_dict(self) -> dict[str, Any]:
        """All figures, JSON-ready."""
        return {
            "spans": {k: v.to_dict() for k, v in sorted(self.spans.items())},
            "micro": self.micro.to_dict(),
            "macro_f1": round(self.macro_f1, 4),
            "overlap": {k: v.to_dict() for k, v in sorted(self.overlaps.items())},
            "attributes": {
                k: {"accuracy": round(v.recall, 4), "spans": v.reference}
                for k, v in sorted(self.attributes.items())
            },
            "relations": {k: v.to_dict() for k, v in sorted(self.relations.items())},
            "relations_given_spans": {
                k: v.to_dict() for k, v in sorted(self.relations_given.items())
            },
            "kinds": {"accuracy": round(self.kinds.recall, 4), "sentences": self.kinds.reference},
        }


def _overlaps(
    spans: Sequence[tuple[int, int, str]], others: Sequence[tuple[int, int, str]]
) -> Counter:
    return Counter(
        s[2] for s in spans if any(o[2] == s[2] and o[0] < s[1] and s[0] < o[1] for o in others)
    )


def compare(reference: Document, proposed: Document, scheme: Scheme | None = None) -> Agreement:
    """Agreement on one report; attributes are those of ``scheme``, by default the project's.

    Raises:
        DataError: when the texts differ.
    """
    if reference.text != proposed.text:
        raise DataError("the two annotations are of different texts", reference.id)
    scheme = scheme or schemes.load()
    result = Agreement()
    mine = {(s.start, s.end, s.label): s for s in reference.spans}
    theirs = {(s.start, s.end, s.label): s for s in proposed.spans}
    shared = mine.keys() & theirs.keys()
    for keys, side in ((mine, "reference"), (theirs, "proposed")):
        for key in keys:
            tally = result.spans[key[2]]
            setattr(tally, side, getattr(tally, side) + 1)
    for key in shared:
        result.spans[key[2]].correct += 1
        label = scheme.labels.get(key[2])
        for name in label.attributes if label else ():
            # A flag that is absent is false.
            values = [side[key].attributes.get(name) or False for side in (mine, theirs)]
            result.attributes[f"{key[2]}.{name}"] += Tally(int(values[0] == values[1]), 1, 1)
    for label, count in _overlaps(list(mine), list(theirs)).items():
        result.overlaps[label].correct += count
    for keys, side in ((mine, "reference"), (theirs, "proposed")):
        for label, count in Counter(k[2] for k in keys).items():
            setattr(result.overlaps[label], side, count)
    _compare_relations(result, reference, proposed, shared)
    _compare_kinds(result, reference, proposed)
    return result


def _compare_relations(
    result: Agreement,
    reference: Document,
    proposed: Document,
    shared: Iterable[tuple[int, int, str]],
) -> None:
    def links(document: Document) -> set[tuple]:
        places = [(s.start, s.end, s.label) for s in document.spans]
        return {(r.type, places[r.head], places[r.tail]) for r in document.relations}

    both = set(shared)
    mine, theirs = links(reference), links(proposed)
    for kind in {r[0] for r in mine | theirs}:
        a, b = {r for r in mine if r[0] == kind}, {r for r in theirs if r[0] == kind}
        result.relations[kind] += Tally(len(a & b), len(a), len(b))
        a = {r for r in a if r[1] in both and r[2] in both}
        b = {r for r in b if r[1] in both and r[2] in both}
        result.relations_given[kind] += Tally(len(a & b), len(a), len(b))


def _compare_kinds(result: Agreement, reference: Document, proposed: Document) -> None:
    for sentence in reference.sentences:
        if sentence.kind is None:
            continue
        best = max(
            proposed.sentences,
            key=lambda s: min(s.end, sentence.end) - max(s.start, sentence.start),
            default=None,
        )
        found = best is not None and min(best.end, sentence.end) > max(best.start, sentence.start)
        kind = best.kind if found else None
        result.kinds += Tally(int(kind == sentence.kind), 1, 1)
        result.kind_pairs[sentence.kind, str(kind)] += 1


def compare_all(
    reference: Iterable[Document], proposed: Iterable[Document], scheme: Scheme | None = None
) -> Agreement:
    """Agreement over all reports of ``reference``; reports are matched by id.

    Raises:
        DataError: when a report is missing from ``proposed`` or has another text there.
    """
    others = {document.id: document for document in proposed}
    total = Agreement()
    for document in reference:
        if document.id not in others:
            raise DataError("this report is missing from the second annotation", document.id)
        total += compare(document, others[document.id], scheme)
    return total
