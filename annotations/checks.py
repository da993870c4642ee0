"""Checks of annotated reports beyond their shape: places that an annotator should look at again."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotations.document import Document, Span

_NUMBER = r"(?:\d[\d,，.．]*|[〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟点數数几幾]+)"
_SCALE = r"(?:多|余|餘|几|幾)?(?:万亿|萬億|亿|億|千万|百万|万|萬)"
_CURRENCY = r"(?:元|美元|港元|港币|欧元|歐元|日元|英镑|新台币|新臺幣|人民币|人民幣|美金)"
# A figure with a money unit: a scale and 元, or 亿/万亿 (hardly used of anything but money in this genre).
AMOUNT_PATTERN = re.compile(
    rf"{_NUMBER}(?:{_SCALE}{_CURRENCY}|(?:多|余|餘|几)?(?:万亿|萬億|亿|億)(?!{_CURRENCY}|\w{{0,2}}(?:千瓦|吨|噸|立方|度|斤|人次|只|支|片|件|米|平)))"
)


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


def _context(text: str, start: int, end: int, width: int = 8) -> str:
    return text[max(0, start - width) : end + width].replace("\n", "⏎")


def _covered(spans: Iterable[Span], start: int, end: int) -> bool:
    return any(span.start < end and start < span.end for span in spans)


def unmarked_amounts(document: Document) -> Iterator[Suspicion]:
    """Money figures that no span touches."""
    for match in AMOUNT_PATTERN.finditer(document.text):
        if not _covered(document.spans, *match.span()):
            yield Suspicion(
                0.9,
                document.id,
                *match.span(),
                _context(document.text, *match.span()),
                "a money figure without a span",
            )


_EDGES = {
    "AMOUNT": re.compile(r"^(?:约|近|超|逾|达|突破|不低于|总投资)|(?:以上|以下|左右|的)$"),
    "PROJECT": re.compile(
        r"^(?:总投资|投资|位于|由|新|等|[“《])|(?:等|等项目|的|个项目)$|\d+个[^，]*项目$"
    ),
    "MEASURE": re.compile(
        r"^(?:积极|全面|持续|着力|大力|深入|不断|进一步|同时|此外|我市|我县|通过|为了|今年|将|先后|要)|[，。；：、]$|^[^《“（]*[，。；：]"
    ),
}


def odd_edges(document: Document) -> Iterator[Suspicion]:
    """Spans whose first or last words the contract leaves outside, or that cross a sentence's end."""
    for span in document.spans:
        text = document.text[span.start : span.end]
        pattern = _EDGES.get(span.label)
        if pattern and (match := pattern.search(text)):
            yield Suspicion(
                0.6, document.id, span.start, span.end, text, f"{span.label} edge {match[0]!r}"
            )
        if text != text.strip():
            yield Suspicion(1.0, document.id, span.start, span.end, text, "blank edge")
        if document.sentences and not any(
            s.start <= span.start and span.end <= s.end for s in document.sentences
        ):
            yield Suspicion(
                1.0, document.id, span.start, span.end, text, "crosses a sentence's end"
            )


def disagreements(documents: list[Document]) -> Iterator[Suspicion]:
    """Strings marked in one place and left unmarked, or marked with another label, elsewhere."""
    marked: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for span in document.spans:
            if span.label != "AMOUNT" and span.end - span.start >= 5:
                marked[document.text[span.start : span.end]][span.label] += 1
    for document in documents:
        for text, labels in marked.items():
            start = document.text.find(text)
            while start >= 0:
                end = start + len(text)
                if not _covered(document.spans, start, end):
                    yield Suspicion(
                        0.5,
                        document.id,
                        start,
                        end,
                        _context(document.text, start, end),
                        f"unmarked here, {labels.most_common(1)[0][0]} elsewhere",
                    )
                start = document.text.find(text, end)
    for text, labels in marked.items():
        if len(labels) > 1:
            yield Suspicion(0.8, "*", 0, 0, text, f"marked as {dict(labels)}")


def odd_attributes(document: Document) -> Iterator[Suspicion]:
    """AMOUNT roles that the word in front contradicts."""
    for span in document.spans:
        if span.label != "AMOUNT":
            continue
        before = document.text[max(0, span.start - 10) : span.start]
        role = span.attributes.get("role")
        if role == "investment" and re.search(
            r"(?:到位资金|完成投资|实际利用外资)\D{0,3}$", before
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
        yield Suspicion(
            0.7,
            document.id,
            span.start,
            span.end,
            _context(document.text, span.start, span.end),
            reason,
        )


def suspicions(documents: list[Document]) -> list[Suspicion]:
    """All suspicious places, the most suspicious first."""
    found = list(disagreements(documents))
    for document in documents:
        found += unmarked_amounts(document)
        found += odd_edges(document)
        found += odd_attributes(document)
    return sorted(found, key=lambda s: (-s.score, s.report, s.start))


def counts(documents: list[Document]) -> str:
    """One line of counts: reports, sentences, spans by label, relations."""
    labels = Counter(span.label for document in documents for span in document.spans)
    parts = [f"{len(documents)} reports", f"{sum(len(d.sentences) for d in documents)} sentences"]
    parts += [f"{number} {label}" for label, number in sorted(labels.items())]
    parts.append(f"{sum(len(d.relations) for d in documents)} relations")
    return ", ".join(parts)
