"""From annotated or extracted reports to a ledger of projects, amounts, measures and indicators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from annotations.document import Document
from inference.amounts import Amount
from inference.dates import Period
from inference.mentions import ProjectMention, ReportRecords, amount_of, read_report
from inference.merge import merge
from inference.places import Place
from inference.records import (
    AmountEntry,
    Evidence,
    IndicatorEntry,
    Ledger,
    MeasureEntry,
    ProjectAmount,
    ProjectEntry,
    ProjectStage,
    SourceEntry,
    to_plain,
)
from inference.text import Clean
from inference.view import View

__all__ = [
    "Amount",
    "AmountEntry",
    "Evidence",
    "IndicatorEntry",
    "Ledger",
    "MeasureEntry",
    "Period",
    "Place",
    "ProjectAmount",
    "ProjectEntry",
    "ProjectStage",
    "SourceEntry",
    "annotate",
    "annotate_amounts",
    "build",
    "to_plain",
]


def annotate_amounts(document: Document, cleaned: Clean | None = None) -> None:
    """Write each AMOUNT span's reading into its `extra["amount"]`, in the document format.

    Args:
        document: changed in place; readings that its spans bring are made anew.
        cleaned: the cleaned text, when the caller has it.
    """
    _annotate_amounts(View.of(document, cleaned))


def annotate(document: Document, cleaned: Clean | None = None) -> None:
    """Write the amounts and the report's own ledger, `extra["ledger"]`, into a document."""
    view = View.of(document, cleaned)
    _annotate_amounts(view)
    document.extra["ledger"] = _assemble([read_report(view)]).to_dicts()


def build(documents: Iterable[Document]) -> Ledger:
    """The ledger of any number of reports; time and memory grow about linearly with their number.

    Reports are read one at a time and let go; only their records are kept. Amounts are read from
    the text unless a span brings an `"amount"` of its own, as extracted reports do. A report that
    could not be read (`extra["error"]`) is a source with its error and nothing else.
    """
    return _assemble(
        _failed(document) if document.extra.get("error") else read_report(View.of(document))
        for document in documents
    )


def _annotate_amounts(view: View) -> None:
    for span in view.document.spans:
        if span.label == "AMOUNT":
            span.extra.pop("amount", None)
            span.extra["amount"] = amount_of(view, span, view.setting(span)).to_dict()


def _assemble(reports: Iterable[ReportRecords]) -> Ledger:
    mentions: list[ProjectMention] = []
    amounts: list[AmountEntry] = []
    measures: list[MeasureEntry] = []
    indicators: list[IndicatorEntry] = []
    sources: list[SourceEntry] = []
    for report in reports:
        before = len(mentions)
        amounts += (
            entry if entry.project is None else replace(entry, project=before + entry.project)
            for entry in report.amounts
        )
        mentions += report.projects
        measures += report.measures
        indicators += report.indicators
        sources.append(report.source)
    projects, owners = merge(mentions)
    return Ledger(
        projects=tuple(projects),
        amounts=tuple(
            entry if entry.project is None else replace(entry, project=owners[entry.project])
            for entry in amounts
        ),
        measures=tuple(measures),
        indicators=tuple(indicators),
        sources=tuple(sources),
    )


def _failed(document: Document) -> ReportRecords:
    error = document.extra["error"]
    message = error.get("message") if isinstance(error, dict) else None
    source = SourceEntry(
        document.id,
        document.meta.get("title"),
        document.meta.get("url"),
        place=None,
        date=None,
        model=document.extra.get("model"),
        characters=len(document.text),
        error=str(message or error),
    )
    return ReportRecords(source)
