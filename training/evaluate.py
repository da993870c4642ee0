"""Scoring a model on annotated reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from annotations.agreement import Agreement, compare_all
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


def evaluate(
    extractor: Extractor, documents: Sequence[Document], scheme: Scheme | None = None
) -> dict[str, Any]:
    """All figures of a model on annotated reports: exact spans by seqeval, and the rest from `Agreement`."""
    predicted = predict(extractor, documents)
    agreement: Agreement = compare_all(
        documents, predicted, scheme or extractor.settings.label_scheme
    )
    return {
        "reports": len(documents),
        "characters": sum(len(d.text) for d in documents),
        "seqeval": seqeval_report(documents, predicted),
        **agreement.to_dict(),
    }


def table(figures: dict[str, Any]) -> str:
    """The main figures as a Markdown table."""
    lines = ["| | precision | recall | F1 | spans |", "|---|---|---|---|---|"]
    for name, row in [*figures["spans"].items(), ("micro", figures["micro"])]:
        lines.append(
            f"| {name} | {100 * row['precision']:.1f} | {100 * row['recall']:.1f}"
            f" | {100 * row['f1']:.1f} | {row['reference']} |"
        )
    lines.append(f"| macro | | | {100 * figures['macro_f1']:.1f} | |")
    return "\n".join(lines)
