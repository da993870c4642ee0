"""Counts of annotated reports as Markdown tables."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from annotations.agreement import Agreement, Tally
from annotations.document import Document
from annotations.industry import UNKNOWN, industry_of
from annotations.scheme import Scheme


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; columns after the first are aligned right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def summary(documents: Sequence[Document], scheme: Scheme) -> str:
    """Reports, characters, sentences, spans by label and relations in all, and a table of values.

    Values are those of attributes and sentence kinds, in the scheme's order, with their counts.
    """
    rows: list[tuple[str, object]] = [
        ("reports", len(documents)),
        ("reports without spans", sum(not d.spans for d in documents)),
        ("characters", sum(len(d.text) for d in documents)),
        ("sentences", sum(len(d.sentences) for d in documents)),
    ]
    spans = [span for document in documents for span in document.spans]
    labels = Counter(span.label for span in spans)
    rows += [(label, labels[label]) for label in scheme.labels]
    types = Counter(relation.type for d in documents for relation in d.relations)
    rows += [(key, types[key]) for key in scheme.relations]
    values: list[tuple[str, str, object]] = []
    for label, attribute in scheme.attributes():
        counts = Counter(s.attributes.get(attribute.key) for s in spans if s.label == label.key)
        name = f"{label.key}.{attribute.key}"
        choices = [True] if attribute.flag else attribute.values
        values += [(name, "true" if value is True else value, counts[value]) for value in choices]
    kinds = Counter(sentence.kind for d in documents for sentence in d.sentences)
    values += [("sentence kind", kind, kinds[kind]) for kind in scheme.kinds]
    return (
        table(["what", "count"], rows)
        + "\n\n"
        + table(["attribute", "value", "count"], _last(values))
    )


def _last(values: Iterable[tuple[str, str, object]]) -> list[tuple[str, str, object]]:
    """The rows with each name only where it first stands."""
    rows, before = [], ""
    for name, value, count in values:
        rows.append((name if name != before else "", value, count))
        before = name
    return rows


def _length(document: Document) -> str:
    count = len(document.sentences)
    return (
        "1–8 sentences" if count <= 8 else "9–18 sentences" if count <= 18 else "from 19 sentences"
    )


def _density(document: Document) -> str:
    share = len(document.spans) / max(1, len(document.sentences))
    return (
        "0 to 0.5 spans a sentence" if share < 0.5 else "0.5 to 1.5" if share < 1.5 else "from 1.5"
    )


def _year(document: Document) -> str | None:
    """``year``, or else the year of ``date``."""
    year = document.meta.get("year") or str(document.meta.get("date", ""))[:4]
    return str(year) if re.fullmatch(r"\d{4}", str(year)) else None


#: Axes that are worked out, not only read from ``meta``; None where a report tells nothing.
DERIVED: Mapping[str, Callable[[Document], str | None]] = {
    "length": _length,
    "density": _density,
    "year": _year,
    "industry": industry_of,
}


def by_axis(documents: Iterable[Document], axis: str, scheme: Scheme) -> str:
    """Reports, sentences and spans per label for every value on ``axis``: a key of ``meta``, or one of `DERIVED`.

    Values stand in order; last are those that the text leaves unknown, and "–" for reports without one.
    """
    groups: Mapping[str, list[Document]] = defaultdict(list)
    for document in documents:
        value = DERIVED[axis](document) if axis in DERIVED else document.meta.get(axis)
        groups["–" if value is None else str(value)].append(document)
    rows = []
    for value in sorted(groups, key=lambda value: (value == "–", value == UNKNOWN, value)):
        members = groups[value]
        labels = Counter(span.label for d in members for span in d.spans)
        sentences = sum(len(d.sentences) for d in members)
        rows.append([value, len(members), sentences, *(labels[label] for label in scheme.labels)])
    return table([axis, "reports", "sentences", *scheme.labels], rows)


def agreement(result: Agreement) -> str:
    """An agreement's figures: F1 of spans and links, accuracy of attributes and kinds, in percent."""
    rows: list[Sequence[object]] = []
    for name, tallies in (("exact", result.spans), ("overlap", result.overlaps)):
        rows += [(f"{label}, {name}", *_percent(tally)) for label, tally in sorted(tallies.items())]
    rows.append(("all labels, exact", *_percent(result.micro)))
    rows += [
        (f"{key}, same spans", *_percent(tally)) for key, tally in sorted(result.attributes.items())
    ]
    rows += [(key, *_percent(tally)) for key, tally in sorted(result.relations.items())]
    rows += [
        (f"{key}, same spans", *_percent(tally))
        for key, tally in sorted(result.relations_given.items())
    ]
    rows.append(("sentence kind", *_percent(result.kinds)))
    return table(["what", "F1 %", "agree", "first", "second"], rows)


def _percent(tally: Tally) -> tuple[str, int, int, int]:
    return f"{100 * tally.f1:.1f}", tally.correct, tally.reference, tally.proposed
