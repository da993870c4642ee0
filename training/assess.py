"""The whole examination of a model: figures with intervals, by genre and by damage, calibration, confusion, errors."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from annotations.agreement import Agreement
from annotations.document import Document, Span
from inference.extractor import Extractor
from inference.text.damage import KINDS
from training.augment import cleaned, damaged
from training.bootstrap import intervals
from training.calibrate import error_by_chance, expected_calibration_error, judge
from training.evaluate import agreements, predict, summarise
from training.given import given_spans
from training.mistakes import worst_sentences

BINS = 10
NONE = "–"


def assess(
    extractor: Extractor, documents: Sequence[Document], *, damage: bool = True, seed: int = 13
) -> dict[str, Any]:
    """Everything `zhaoshang evaluate` reports, JSON-ready.

    Args:
        extractor: the model.
        documents: annotated reports.
        damage: also score damaged copies of the reports, one reading per kind of damage.
        seed: of the damage.

    Returns:
        The figures of `training.evaluate.evaluate`, and ``intervals`` (95 %, by `training.bootstrap`), ``given``
        (attributes and relations on the gold spans, by `training.given`), ``genres``,
        ``damage``, ``calibration``, ``confusion`` and ``worst`` (`training.mistakes`).
    """
    scheme = extractor.settings.label_scheme
    predicted = predict(extractor, documents)
    parts = agreements(documents, predicted, scheme)
    figures = summarise(documents, predicted, parts)
    labels = list(scheme.labels)
    return {
        "model": extractor.model,
        **figures,
        "intervals": intervals(parts, labels),
        "given": given_spans(extractor, documents),
        "genres": by_genre(documents, parts, labels),
        "damage": by_damage(extractor, documents, seed) if damage else {},
        "calibration": calibration(documents, predicted),
        "confusion": confusion(documents, predicted, parts),
        "worst": worst_sentences(documents, predicted, scheme),
    }


def _brief(parts: Sequence[Agreement], labels: Sequence[str]) -> dict[str, Any]:
    total = Agreement()
    for part in parts:
        total += part
    return {
        "reports": len(parts),
        "spans": {
            label: round(total.spans[label].f1, 4) for label in labels if label in total.spans
        },
        "micro": round(total.micro.f1, 4),
        "interval": intervals(parts, labels).get("micro"),
    }


def by_genre(
    documents: Sequence[Document], parts: Sequence[Agreement], labels: Sequence[str]
) -> dict[str, Any]:
    """F1 per value of ``meta["genre"]``, the commonest first; reports without one are under ``unknown``."""
    groups: dict[str, list[Agreement]] = defaultdict(list)
    for document, part in zip(documents, parts, strict=True):
        groups[str(document.meta.get("genre") or "unknown")].append(part)
    order = sorted(groups, key=lambda genre: (-len(groups[genre]), genre))
    return {genre: _brief(groups[genre], labels) for genre in order}


def by_damage(
    extractor: Extractor, documents: Sequence[Document], seed: int = 13
) -> dict[str, Any]:
    """F1 on the reports' repaired text (``clean``), and on it with each kind of damage done to it.

    `inference.text.damage` makes the damage; the annotation is moved with the text.
    """
    scheme = extractor.settings.label_scheme
    bases = [cleaned(document) for document in documents]
    found = {}
    for kind in ("clean", *KINDS):
        copies = bases
        if kind != "clean":
            copies = [damaged(d, kind, random.Random(f"{seed}:{kind}:{d.id}")) for d in bases]
        parts = agreements(copies, predict(extractor, copies), scheme)
        found[kind] = _brief(parts, list(scheme.labels))
    return found


def calibration(documents: Sequence[Document], predicted: Sequence[Document]) -> dict[str, Any]:
    """Per score (``spans`` are those of all labels): expected calibration error and the reliability diagram's bins.

    ``by_chance`` is the error that exact confidences would show on so few items.
    """
    judged = dict(judge(documents, predicted))
    judged["spans"] = [
        item for name, items in judged.items() if name.startswith("span.") for item in items
    ]
    return {
        name: {
            "items": len(items),
            "error": round(expected_calibration_error(items, BINS), 4),
            "by_chance": round(error_by_chance([chance for chance, _ in items]), 4),
            "bins": _bins(items),
        }
        for name, items in sorted(judged.items())
        if items
    }


def _bins(items: Iterable[tuple[float, bool]]) -> list[dict[str, float]]:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, right in items:
        bins[min(int(chance * BINS), BINS - 1)].append((chance, right))
    return [
        {
            "low": place / BINS,
            "items": len(inside),
            "confidence": round(sum(chance for chance, _ in inside) / len(inside), 4),
            "accuracy": round(sum(right for _, right in inside) / len(inside), 4),
        }
        for place, inside in sorted(bins.items())
    ]


def confusion(
    documents: Sequence[Document], predicted: Sequence[Document], parts: Sequence[Agreement]
) -> dict[str, dict[str, dict[str, int]]]:
    """What was taken for what, gold → found → count.

    ``spans``: each gold span by the span found in its place (``edges`` where the label is right and the edges are not,
    ``–`` where there is none), and under ``–`` what was found where there is none. One table per attribute with values,
    over spans found exactly, and ``kinds``.
    """
    tables: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for gold, guess in zip(documents, predicted, strict=True):
        for span in gold.spans:
            tables["spans"][span.label, _found(span, guess.spans)] += 1
        for span in guess.spans:
            if not any(_meet(span, other) for other in gold.spans):
                tables["spans"][NONE, span.label] += 1
        places = {(s.start, s.end, s.label): s for s in guess.spans}
        for span in gold.spans:
            same = places.get((span.start, span.end, span.label))
            for key in set(span.attributes) | set(same.attributes) if same else ():
                pair = (str(span.attributes.get(key, False)), str(same.attributes.get(key, False)))
                tables[f"{span.label}.{key}"][pair] += 1
    for part in parts:
        tables["kinds"] += part.kind_pairs
    return {name: _nested(table) for name, table in sorted(tables.items())}


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _found(span: Span, others: Sequence[Span]) -> str:
    meeting = [other for other in others if _meet(span, other)]
    if not meeting:
        return NONE
    best = max(meeting, key=lambda o: min(o.end, span.end) - max(o.start, span.start))
    if best.label != span.label:
        return best.label
    return span.label if (best.start, best.end) == (span.start, span.end) else "edges"


def _nested(table: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for (gold, found), count in sorted(table.items()):
        rows[gold][found] = count
    return dict(rows)
