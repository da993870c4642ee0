"""One report's records: projects as mentioned, amounts, measures and the totals it states."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from annotations.document import Span
from inference.amounts import Amount, read_amount
from inference.dates import Period
from inference.indicators import Stated, find_indicators
from inference.industries import industry_of
from inference.organisations import organisation_of
from inference.places import Place, place_of
from inference.portions import portion_of
from inference.records import (
    AmountEntry,
    Evidence,
    IndicatorEntry,
    MeasureEntry,
    ProjectAmount,
    SourceEntry,
)
from inference.view import Passage, Setting, View

# How far beside a figure its qualifiers are looked for.
_WINDOW = 32
_NO_TOTALS = frozenset(("plan", "boilerplate"))


@dataclass(frozen=True, slots=True)
class ProjectMention:
    """One PROJECT span and what its sentence says of it; `name` is as in the clean text."""

    name: str
    stage: str
    amounts: tuple[ProjectAmount, ...]
    place: Place | None
    organisation: str | None
    period: Period | None
    industry: str | None
    evidence: Evidence


@dataclass(slots=True)
class ReportRecords:
    """The records of one report; `AmountEntry.project` is an index into `projects` here."""

    source: SourceEntry
    projects: list[ProjectMention] = field(default_factory=list)
    amounts: list[AmountEntry] = field(default_factory=list)
    measures: list[MeasureEntry] = field(default_factory=list)
    indicators: list[IndicatorEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum that is given to no project, a candidate for a stated total."""

    start: int
    end: int
    role: str
    amount: Amount
    evidence: Evidence


def amount_of(view: View, span: Span, setting: Setting) -> Amount:
    """The reading of an AMOUNT span: the `"amount"` it brings, else read from the clean text."""
    if isinstance(known := span.extra.get("amount"), dict):
        return Amount.from_dict(known, view.document.text[span.start : span.end])
    text = view.cleaned.text
    before = text[max(0, setting.start - _WINDOW) : setting.start]
    amount = read_amount(
        text[setting.start : setting.end], before, text[setting.end : setting.end + _WINDOW]
    )
    return replace(amount, text=view.document.text[span.start : span.end])


def read_report(view: View) -> ReportRecords:
    """All records of one report, each list in order of reading."""
    document = view.document
    records = ReportRecords(_source(view))
    settings = [view.setting(span) for span in document.spans]
    positions = [index for index, span in enumerate(document.spans) if span.label == "PROJECT"]
    ordinal = {index: number for number, index in enumerate(positions)}
    links = {
        relation.head: relation
        for relation in document.relations
        if relation.type == "investment_of" and relation.tail in ordinal
    }
    given: dict[int, list[ProjectAmount]] = defaultdict(list)
    loose: dict[int, list[_Sum]] = defaultdict(list)
    named = 0
    for index, (span, setting) in enumerate(zip(document.spans, settings, strict=True)):
        flag = span.attributes.get
        if span.label == "PROJECT":
            named = setting.end
        elif span.label == "AMOUNT":
            amount = amount_of(view, span, setting)
            role, target = flag("role") or "other", bool(flag("target"))
            evidence = setting.evidence
            link = links.get(index)
            project = ordinal[link.tail] if link else None
            part = _portion(view, setting, named) if link else None
            records.amounts.append(
                AmountEntry(
                    amount, role, target, project, setting.place, setting.period, evidence, part
                )
            )
            if link:
                given[link.tail].append(
                    ProjectAmount(amount, role, target, (evidence,), link.confidence, part)
                )
            elif not target:
                loose[setting.passage.start].append(
                    _Sum(
                        setting.offset, setting.end - setting.passage.start, role, amount, evidence
                    )
                )
        elif span.label == "MEASURE":
            text = view.cleaned.text[setting.start : setting.end]
            category, planned = flag("category") or "", bool(flag("planned"))
            records.measures.append(
                MeasureEntry(
                    text, category, planned, setting.place, setting.period, setting.evidence
                )
            )
    records.projects = [
        _project(view, document.spans[index], settings[index], tuple(given[index]))
        for index in positions
    ]
    records.indicators = _indicators(view, loose)
    return records


def _portion(view: View, setting: Setting, named: int) -> str | None:
    """What of its project a sum pays for; `named` is where the last project's name before it ends."""
    text = view.cleaned.text
    before = text[min(max(setting.passage.start, named), setting.start) : setting.start]
    return portion_of(before, text[setting.end : setting.end + _WINDOW])


def _project(
    view: View, span: Span, setting: Setting, amounts: tuple[ProjectAmount, ...]
) -> ProjectMention:
    name = view.cleaned.text[setting.start : setting.end]
    return ProjectMention(
        name,
        span.attributes.get("stage") or "unspecified",
        amounts,
        setting.place,
        organisation_of(name, setting.passage.text, setting.offset),
        setting.period,
        industry_of(name),
        setting.evidence,
    )


def _indicators(view: View, loose: dict[int, list[_Sum]]) -> list[IndicatorEntry]:
    """The totals stated; what a title or summary says again in the same words is taken once."""
    entries: dict[tuple[object, ...], IndicatorEntry] = {}
    for passage in view.passages:
        if passage.kind in _NO_TOTALS:
            continue
        sums = loose.get(passage.start, [])
        for stated in find_indicators(
            passage.text, [(item.start, item.end, item.role) for item in sums]
        ):
            found = sums[stated.amount] if stated.amount is not None else None
            entry = _indicator(view, passage, stated, found)
            value = found.amount.to_dict() | {"text": None} if found else stated.count
            key = (entry.metric, str(value), entry.unit, entry.scope, entry.change)
            entries.setdefault(key, entry)
    return list(entries.values())


def _indicator(view: View, passage: Passage, stated: Stated, found: _Sum | None) -> IndicatorEntry:
    start, end = view.cleaned.offsets.to_source(
        passage.start + stated.start, passage.start + stated.end
    )
    confidence = found.evidence.confidence if found else None
    return IndicatorEntry(
        metric=stated.metric,
        count=stated.count,
        unit=stated.unit,
        amount=found.amount if found else None,
        change=stated.change,
        period=view.period_at(passage, stated.start),
        place=place_of(passage.text, stated.start, stated.end, view.place),
        scope=stated.scope,
        evidence=view.evidence(start, end, passage, confidence),
    )


def _source(view: View) -> SourceEntry:
    document, meta = view.document, view.document.meta
    title = meta.get("title") or view.cleaned.text.strip().split("\n", 1)[0][:80] or None
    return SourceEntry(
        document.id,
        title,
        meta.get("url"),
        view.place,
        view.date,
        document.extra.get("model"),
        len(document.text),
    )
