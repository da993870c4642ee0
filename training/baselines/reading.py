"""What every baseline shares: reports made ready as for the models, and spans taken back to the raw text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from annotations.document import Document, Span
from inference.prepare import Prepared, prepare
from inference.windows import WindowSizes

#: A way to read reports: documents with text in, documents with spans out, in the same order.
Reader = Callable[[Sequence[Document]], list[Document]]


def prepared(document: Document) -> Prepared:
    """The repaired text and its sentences; the windows of networks do not matter here."""
    return prepare(document.text, WindowSizes())


def on_source(document: Document, made: Prepared, spans: Iterable[Span]) -> Document:
    """The report with ``spans`` of the repaired text moved to its raw text; of overlapping ones the first stays."""
    read = Document(document.id, document.text, dict(document.meta))
    for span in sorted(spans, key=lambda s: s.start):
        start, end = made.clean.offsets.to_source(span.start, span.end)
        if start < end and (not read.spans or read.spans[-1].end <= start):
            read.spans.append(Span(start, end, span.label, span.attributes))
    return read
