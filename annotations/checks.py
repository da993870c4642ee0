"""Checks of annotated reports: what is wrong, and what an annotator should look at again.

`errors` are breaches of the scheme and of the contract that a program can prove. `suspicions` are places
where experience says that something may be wrong, each with a score to sort by.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from annotations.document import Document, Sentence, Span
from annotations.scheme import Scheme

_NUMBER = r"(?:\d[\d,，.．]*|[〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟点點数數几幾]+)"
_SCALE = r"(?:多|余|餘|几|幾)?(?:万亿|萬億|亿|億|千万|百万|万|萬)"
_CURRENCY = r"(?:元|美元|港元|港币|欧元|歐元|日元|英镑|新台币|新臺幣|人民币|人民幣|美金)"
# Things counted in 亿 that are no money.
_NOT_MONEY = r"\w{0,2}(?:千瓦|吨|噸|立方|方|度|斤|人次|只|支|片|件|部|米|平)"
# A figure with a money unit: a scale and 元, or 亿/万亿 (hardly used of anything but money in this genre).
AMOUNT_PATTERN = re.compile(
    rf"(?:{_NUMBER}{_SCALE}){{1,3}}{_CURRENCY}"
    rf"|{_NUMBER}(?:多|余|餘|几)?(?:万亿|萬億|亿|億)(?!{_CURRENCY}|{_NOT_MONEY})"
)
#: Shortest string whose other occurrences are compared.
MIN_REPEATED = 5


# --- errors ----------------------------------------------------------------------------------------


def _sentence_of(document: Document, span: Span) -> Sentence | None:
    """The sentence that holds the whole span."""
    return next(
        (s for s in document.sentences if s.start <= span.start and span.end <= s.end), None
    )


def errors(document: Document, scheme: Scheme) -> list[str]:
    """Everything wrong with a report's annotation, each with place and reason.

    Beyond `Document.problems`: spans with blank edges, spans that lie in no one sentence (where
    sentences are annotated), choices that are not made, relations between sentences.
    """
    found = document.problems(scheme)
    for i, span in enumerate(document.spans):
        text = document.text[span.start : span.end]
        name = f"spans[{i}] [{span.start}, {span.end}) {text[:20]!r}"
        if text != text.strip():
            found.append(f"{name} has a blank edge; move it to the words")
        if document.sentences and _sentence_of(document, span) is None:
            found.append(f"{name} crosses a sentence's end")
        label = scheme.labels.get(span.label)
        for attribute in label.attributes.values() if label else ():
            if not attribute.flag and attribute.key not in span.attributes:
                values = ", ".join(attribute.values)
                found.append(f"{name} has no {attribute.key}; choose of {values}")
    for i, relation in enumerate(document.relations):
        indices = (relation.head, relation.tail)
        ends = [document.spans[e] for e in indices if 0 <= e < len(document.spans)]
        homes = [_sentence_of(document, span) for span in ends]
        if None not in homes and any(home is not homes[0] for home in homes):
            found.append(f"relations[{i}] joins two sentences; {relation.type} stays inside one")
    return found


# --- suspicions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Suspicion:
    """A place worth a second look; ``score`` sorts by how suspicious it is, 1 the most."""

    score: float
    report: str
    start: int
    end: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.report} [{self.start}, {self.end}) {self.text!r}: {self.reason}"


def _suspicion(
    score: float, document: Document, start: int, end: int, reason: str, width: int = 8
) -> Suspicion:
    """A suspicion that shows the place with ``width`` characters on either side."""
    shown = document.text[max(0, start - width) : end + width].replace("\n", "⏎")
    return Suspicion(score, document.id, start, end, shown, reason)


def _covered(spans: Iterable[Span], start: int, end: int) -> bool:
    return any(span.start < end and start < span.end for span in spans)


def unmarked_amounts(document: Document) -> Iterator[Suspicion]:
    """Money figures that no span touches."""
    for match in AMOUNT_PATTERN.finditer(document.text):
        if not _covered(document.spans, *match.span()):
            yield _suspicion(0.9, document, *match.span(), "a money figure without a span")


_EDGES = {
    "AMOUNT": re.compile(r"^(?:约|近|超|逾|达|突破|不低于|总投资)|(?:以上|以下|左右|的)$"),
    "PROJECT": re.compile(
        r"^(?:总投资|投资\d|位于|由|新(?:建|引进|签约|开工)|等\d|《|“[^”]*”$)"
        r"|(?:等|等项目|的|个项目)$|\d+个[^，]*项目$"
    ),
    # 将 … stands inside only where nothing follows the verb.
    "MEASURE": re.compile(
        r"^(?:积极|全面|持续|着力|大力|深入|不断|进一步|同时|此外|我市|我县|通过|为了|今年|先后|要"
        r"|将(?!.*(?:挂钩|给你们|印发|下放|公开|公示)$))"
        r"|[，。；：、]$|^[^《“（]*[，。；：]"
    ),
}


def odd_edges(document: Document) -> Iterator[Suspicion]:
    """Spans whose first or last words the contract leaves outside."""
    for span in document.spans:
        text = document.text[span.start : span.end]
        pattern = _EDGES.get(span.label)
        if pattern and (match := pattern.search(text)):
            reason = f"{span.label} edge {match[0]!r}"
            yield _suspicion(0.6, document, span.start, span.end, reason, width=0)


def odd_attributes(document: Document) -> Iterator[Suspicion]:
    """AMOUNT roles that the word in front contradicts."""
    for span in document.spans:
        if span.label != "AMOUNT":
            continue
        before = document.text[max(0, span.start - 10) : span.start]
        role = span.attributes.get("role")
        if role == "investment" and re.search(
            r"(?:到位资金|(?<!计划)(?<!可)完成投资|实际利用外资)\D{0,3}$", before
        ):
            reason = "role investment after a word for received money"
        elif role == "investment" and re.search(
            r"(?:签约额|合同额|协议资金|协议投资|引资额)\D{0,3}$", before
        ):
            reason = "role investment after a word for agreed money"
        elif role in ("contract", "received") and re.search(
            r"(?<!合同)(?<!协议)总投资\D{0,2}$", before
        ):
            reason = f"role {role} after 总投资"
        else:
            continue
        yield _suspicion(0.7, document, span.start, span.end, reason)


def disagreements(documents: Sequence[Document]) -> Iterator[Suspicion]:
    """Strings that are annotated in one way here and in another elsewhere.

    Marked with another label, marked with another category, or not marked; the more often the string
    is annotated the other way, and the longer it is, the more suspicious.
    """
    marked: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for span in document.spans:
            if span.label != "AMOUNT" and span.end - span.start >= MIN_REPEATED:
                marked[document.text[span.start : span.end]][_reading(span)] += 1
    for document in documents:
        for span in document.spans:
            readings = marked.get(document.text[span.start : span.end])
            if readings is None or len(readings) < 2:
                continue
            most, number = readings.most_common(1)[0]
            if span.label != "AMOUNT" and _reading(span) != most:
                reason = f"{_reading(span)} here, {most} elsewhere ({number}×)"
                score = 0.5 + 0.4 * number / readings.total()
                yield _suspicion(score, document, span.start, span.end, reason)
        for text, readings in marked.items():
            start = document.text.find(text)
            while start >= 0:
                end = start + len(text)
                if not _covered(document.spans, start, end):
                    most, number = readings.most_common(1)[0]
                    score = min(0.8, 0.3 + 0.02 * len(text) + 0.05 * number)
                    reason = f"unmarked here, {most} elsewhere ({number}×)"
                    yield _suspicion(score, document, start, end, reason)
                start = document.text.find(text, end)


def _reading(span: Span) -> str:
    """Label and, where a string's meaning fixes it, category; a project's stage differs by report."""
    category = span.attributes.get("category")
    return f"{span.label} {category}" if category else span.label


def suspicions(documents: Sequence[Document]) -> list[Suspicion]:
    """All suspicious places, the most suspicious first."""
    found = list(disagreements(documents))
    for document in documents:
        found += unmarked_amounts(document)
        found += odd_edges(document)
        found += odd_attributes(document)
    return sorted(found, key=lambda s: (-s.score, s.report, s.start))


def counts(documents: Sequence[Document]) -> str:
    """One line of counts: reports, sentences, spans by label, relations."""
    labels = Counter(span.label for document in documents for span in document.spans)
    parts = [f"{len(documents)} reports", f"{sum(len(d.sentences) for d in documents)} sentences"]
    parts += [f"{number} {label}" for label, number in sorted(labels.items())]
    parts.append(f"{sum(len(d.relations) for d in documents)} relations")
    return ", ".join(parts)
