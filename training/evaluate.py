"""Scoring a model on annotated reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotations.agreement import Agreement, Tally, compare
from annotations.document import Document
from annotations.scheme import Scheme
from inference.extractor import Extractor


def bio(document: Document) -> list[str]:
    """BIO tags of a report's characters, on the raw text."""
    tags = ["O"] * len(document.text)
    for span in document.spans:
        tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        tags[span.start] = f"B-{span.label}"
    return tags


def seqeval_report(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, Any]:
    """Exact span precision, recall and F1 per label, micro and macro, by seqeval in its strict IOB2 mode."""
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    report = classification_report(
        [bio(d) for d in gold],
        [bio(d) for d in predicted],
        mode="strict",
        scheme=IOB2,
        output_dict=True,
        zero_division=0,
    )
    return {
        name: {key: round(float(value), 4) for key, value in row.items()}
        for name, row in report.items()
    }


def predict(extractor: Extractor, documents: Iterable[Document]) -> list[Document]:
    """The extractor's reading of the same texts."""
    return list(extractor.stream(documents))


def agreements(
    gold: Sequence[Document], predicted: Sequence[Document], scheme: Scheme
) -> list[Agreement]:
    """Agreement of each report with its reading."""
    return [compare(g, p, scheme) for g, p in zip(gold, predicted, strict=True)]


def summarise(
    gold: Sequence[Document], predicted: Sequence[Document], parts: Iterable[Agreement]
) -> dict[str, Any]:
    """All figures of one reading: exact spans by seqeval, and the rest from `Agreement`."""
    total = Agreement()
    for part in parts:
        total += part
    return {
        "reports": len(gold),
        "characters": sum(len(d.text) for d in gold),
        "seqeval": seqeval_report(gold, predicted),
        **total.to_dict(),
    }


def evaluate(
    extractor: Extractor, documents: Sequence[Document], scheme: Scheme | None = None
) -> dict[str, Any]:
    """All figures of a model on annotated reports."""
    predicted = predict(extractor, documents)
    parts = agreements(documents, predicted, scheme or extractor.settings.label_scheme)
    return summarise(documents, predicted, parts)


def overlap_f1(figures: Mapping[str, Any]) -> dict[str, float]:
    """F1 by overlap (spans that share a character with one of the same label) per label, ``micro`` and ``macro``.

    Args:
        figures: as `annotations.agreement.Agreement.to_dict` has them.
    """
    rows = figures["overlap"]
    scores = {label: row["f1"] for label, row in rows.items()}
    counts = Tally()
    for row in rows.values():
        counts += Tally(row["correct"], row["reference"], row["proposed"])
    return scores | {"micro": counts.f1, "macro": sum(scores.values()) / max(1, len(scores))}


def table(figures: dict[str, Any]) -> str:
    """The main figures as a Markdown table, with 95 % intervals of F1 where ``figures`` has them."""
    known = figures.get("intervals", {})

    def interval(name: str) -> str:
        found = known.get(name)
        return f" ({100 * found[0]:.1f}–{100 * found[1]:.1f})" if found else ""

    overlap = {name: f"{100 * score:.1f}" for name, score in overlap_f1(figures).items()}
    lines = ["| | precision | recall | F1 | overlap F1 | spans |", "|---|---|---|---|---|---|"]
    for name, row in [*figures["spans"].items(), ("micro", figures["micro"])]:
        lines.append(
            f"| {name} | {100 * row['precision']:.1f} | {100 * row['recall']:.1f}"
            f" | {100 * row['f1']:.1f}{interval(name)} | {overlap[name]} | {row['reference']} |"
        )
    lines.append(
        f"| macro | | | {100 * figures['macro_f1']:.1f}{interval('macro')} | {overlap['macro']} | |"
    )
    return "\n".join(lines)
