"""What a model makes of gold spans: attributes and links by themselves, without the spans it would have missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotations.agreement import compare_all
from annotations.document import Document
from inference.extractor import Extractor
from training.dataset import LossReport, clean_spans


class GivenSpans(Extractor):
    """An extractor that is told the spans of the reports it reads.

    Args:
        like: the extractor that everything but the spans comes from.
        gold: the annotated reports, told apart by their ids.
    """

    def __init__(self, like: Extractor, gold: Sequence[Document]) -> None:
        self.__dict__.update(like.__dict__)
        self._gold = {document.id: document for document in gold}

    def _decode(self, buffer: Sequence[Any], batch_tokens: int) -> dict[int, Any]:
        return {id(work): self._given(work) for work in buffer}

    def _given(self, work: Any) -> list[list[tuple[int, int, str, float]]]:
        """The gold spans on the clean text, by sentence, as sure as can be."""
        spans = clean_spans(self._gold[work.id], work.prepared, LossReport())
        return [
            [(s.start, s.end, s.label, 1.0) for s in spans if s and start <= s.start < end]
            for start, end in work.prepared.sentences
        ]


def given_spans(extractor: Extractor, documents: Sequence[Document]) -> dict[str, Any]:
    """Attributes and relations of ``documents`` when their spans are given, as `Agreement.to_dict` has them.

    Gold spans that repair leaves nothing of count as missed, with their links.
    """
    scheme = extractor.settings.label_scheme
    read = list(GivenSpans(extractor, documents).stream(documents))
    figures = compare_all(documents, read, scheme).to_dict()
    return {name: figures[name] for name in ("attributes", "relations")}
