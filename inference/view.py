"""A report as the ledger reads it: clean text, with the raw one's spans and sentences in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from annotations.document import Document, Span
from inference.dates import Period, find_periods, report_date
from inference.places import Place, place_of, report_place
from inference.records import Evidence
from inference.sentences import split
from inference.text import Clean, clean


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence: where it is in the clean text and in the raw one, and what it says in both."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    text: str
    raw_text: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A report, cleaned, with what holds for the whole of it.

    Attributes:
        passages: its sentences in order: as annotated, or as split when none are.
        place, date: what the report is about and when it was written; None when it does not say.
    """

    document: Document
    cleaned: Clean
    passages: list[Passage]
    place: Place | None
    date: date | None

    @classmethod
    def of(cls, document: Document, cleaned: Clean | None = None) -> View:
        """The view of a report; `cleaned` saves the work when the caller has the clean text."""
        cleaned = cleaned or clean(document.text)
        meta = {key: value for key, value in document.meta.items() if isinstance(value, str)}
        return cls(
            document,
            cleaned,
            _passages(document, cleaned),
            report_place(f"{meta.get('title', '')}\n{cleaned.text}", meta.get("place")),
            report_date(cleaned.text, meta.get("date"), meta.get("url")),
        )

    def passage_at(self, position: int) -> Passage:
        """The sentence around a position of the clean text; its line when none was marked."""
        index = bisect_right(self.passages, position, key=lambda passage: passage.start) - 1
        if index >= 0 and position < self.passages[index].end:
            return self.passages[index]
        text = self.cleaned.text
        start = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        return _passage(self.cleaned, start, len(text) if end < 0 else end)

    def evidence(
        self, start: int, end: int, passage: Passage, confidence: float | None = None
    ) -> Evidence:
        """A stretch `[start, end)` of the raw text with its sentence, as evidence."""
        raw = self.document.text
        # A span may run over the end of a sentence that was split at encoding debris.
        first, last = min(passage.raw_start, start), max(passage.raw_end, end)
        inside = (first, last) == (passage.raw_start, passage.raw_end)
        # All evidence of a sentence shares one string: a ledger of many reports keeps them all.
        sentence = passage.raw_text if inside else raw[first:last]
        return Evidence(
            self.document.id, start, end, raw[start:end], first, last, sentence, confidence
        )

    def setting(self, span: Span) -> Setting:
        """What stands around a span: its sentence, place, period and evidence."""
        start, end = self.cleaned.offsets.to_target(span.start, span.end)
        passage = self.passage_at(start)
        first, last = start - passage.start, end - passage.start
        return Setting(
            start,
            end,
            passage,
            place_of(passage.text, first, last, self.place),
            self.period_at(passage, first),
            self.evidence(span.start, span.end, passage, span.confidence),
        )

    def period_at(self, passage: Passage, position: int) -> Period | None:
        """The last date or period that a sentence names before a position in it, or None."""
        periods = [
            period for start, period in _periods_of(passage.text, self.date) if start <= position
        ]
        return periods[-1] if periods else None


@dataclass(frozen=True, slots=True)
class Setting:
    """A span `[start, end)` of the clean text and what holds for it."""

    start: int
    end: int
    passage: Passage
    place: Place | None
    period: Period | None
    evidence: Evidence

    @property
    def offset(self) -> int:
        """Where the span begins in its sentence."""
        return self.start - self.passage.start


@lru_cache(maxsize=64)
def _periods_of(sentence: str, today: date | None) -> list[tuple[int, Period]]:
    """Periods with their starts, kept for the next spans of the sentence; not to be changed."""
    return [(start, period) for start, _, period in find_periods(sentence, today)]


def _passages(document: Document, cleaned: Clean) -> list[Passage]:
    if not document.sentences:
        return [_passage(cleaned, start, end) for start, end in split(cleaned.text)]
    passages = []
    for sentence in document.sentences:
        start, end = cleaned.offsets.to_target(sentence.start, sentence.end)
        text, raw_text = cleaned.text[start:end], document.text[sentence.start : sentence.end]
        passages.append(
            Passage(start, end, sentence.start, sentence.end, text, raw_text, sentence.kind)
        )
    return passages


def _passage(cleaned: Clean, start: int, end: int) -> Passage:
    raw_start, raw_end = cleaned.offsets.to_source(start, end)
    raw_text = cleaned.source[raw_start:raw_end]
    return Passage(start, end, raw_start, raw_end, cleaned.text[start:end], raw_text)
