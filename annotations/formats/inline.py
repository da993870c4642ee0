"""Inline markup: reports written and annotated in one plain text file, for authors and reviewers.

One block a report, one sentence a line::

    === xiangtan-2019-q1
    meta: genre=results; place=湘潭县; date=2019-04-12
    [result] 新签约⟦亿元|A threshold⟧以上项目12个。
    +[project] 总投资⟦15亿元|A investment >1⟧的⟦远程塔机生产基地|P construction #1⟧开工。

``[kind]`` begins a new line of the report's text, ``+[kind]`` continues the line before. A span is
``⟦text|LABEL value flags links⟧``: a label or its first letter, the value of its choice attribute, its flags, ``#n`` to
name the span within the sentence and ``>n`` to link this span to the one so named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotations import scheme as schemes
from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.scheme import Scheme

OPEN, BAR, CLOSE = "⟦", "|", "⟧"
_SPAN = re.compile(r"⟦([^⟦⟧|]*)\|([^⟦⟧|]*)⟧")
_LINE = re.compile(r"(\+?)\[(\w+)\] ?(.*)", re.DOTALL)


@dataclass(slots=True)
class _Block:
    """A report while it is being read."""

    id: str
    line: int
    text: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)

    def document(self) -> Document:
        return Document(
            self.id, self.text, dict(self.meta), self.sentences, self.spans, self.relations
        )


def _label(scheme: Scheme, word: str) -> str:
    matches = [key for key in scheme.labels if key == word or (len(word) == 1 and key[0] == word)]
    if len(matches) != 1:
        raise DataError(f"label {word!r} names none or several of {', '.join(scheme.labels)}")
    return matches[0]


def _span(scheme: Scheme, text: str, spec: str, start: int) -> tuple[Span, list[str]]:
    """The span of one ``⟦text|spec⟧`` and its link words."""
    words = spec.split()
    if not words:
        raise DataError(f"⟦{text}|⟧ names no label")
    label = scheme.labels[_label(scheme, words[0])]
    attributes: dict[str, str | bool] = {}
    links = []
    for word in words[1:]:
        if word[0] in "#>":
            links.append(word)
            continue
        for attribute in label.attributes.values():
            if word in attribute.values and attribute.key not in attributes:
                attributes[attribute.key] = word
                break
            if attribute.flag and word == attribute.key:
                attributes[attribute.key] = True
                break
        else:
            raise DataError(f"⟦{text}|{spec}⟧: {word!r} is no attribute value of {label.key}")
    for attribute in label.attributes.values():
        if not attribute.flag and attribute.key not in attributes:
            raise DataError(f"⟦{text}|{spec}⟧: {attribute.key} is missing")
    if not text or text != text.strip():
        raise DataError(f"⟦{text}|{spec}⟧ is empty or has blank edges")
    return Span(start, start + len(text), label.key, attributes), links


def _sentence(scheme: Scheme, block: _Block, line: str) -> None:
    """Append one sentence line to the report."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise DataError("expected '[kind] sentence', '+[kind] sentence', 'meta: …' or '=== id'")
    joined, kind, marked = match.groups()
    if kind not in scheme.kinds:
        raise DataError(f"kind {kind!r} is none of {', '.join(scheme.kinds)}")
    if block.text and not joined:
        block.text += "\n"
    start = len(block.text)
    named: dict[str, int] = {}
    wanted: list[tuple[int, str]] = []
    last = 0
    for found in _SPAN.finditer(marked):
        block.text += marked[last : found.start()]
        span, links = _span(scheme, found[1], found[2], len(block.text))
        block.text += found[1]
        for link in links:
            if link[0] == "#":
                if link[1:] in named:
                    raise DataError(f"⟦{found[1]}|{found[2]}⟧: {link} already names another span")
                named[link[1:]] = len(block.spans)
            else:
                wanted.append((len(block.spans), link[1:]))
        block.spans.append(span)
        last = found.end()
    block.text += marked[last:]
    written = block.text[start:]
    if OPEN in written or CLOSE in written:
        raise DataError("a ⟦…|…⟧ is not closed, nested or has no '|'")
    if not written.strip():
        raise DataError("the sentence is empty")
    for head, name in wanted:
        if name not in named:
            raise DataError(f"'>{name}' has no '#{name}' in this sentence")
        head_label, tail_label = block.spans[head].label, block.spans[named[name]].label
        for relation in scheme.relations.values():
            if (relation.head, relation.tail) == (head_label, tail_label):
                if not relation.admits(block.spans[head].attributes):
                    raise DataError(
                        f"{relation.key} does not go from {block.spans[head].attributes}"
                    )
                block.relations.append(Relation(relation.key, head, named[name]))
                break
        else:
            raise DataError(f"no relation goes from {head_label} to {tail_label}")
    block.sentences.append(Sentence(start, len(block.text), kind))


def parse(
    text: str, where: str = "", scheme: Scheme | None = None
) -> tuple[list[Document], list[str]]:
    """Read all reports of a marked-up text.

    Returns:
        The reports, and the problems as ``where:line: reason`` (reports with problems are read as far as possible).
    """
    scheme = scheme or schemes.load()
    blocks: list[_Block] = []
    problems: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        try:
            if line.startswith("==="):
                name = line[3:].strip()
                if not name or any(b.id == name for b in blocks):
                    raise DataError(f"report id {name!r} is empty or taken")
                blocks.append(_Block(name, number))
            elif not blocks:
                raise DataError("text before the first '=== id'")
            elif line.startswith("meta:"):
                for pair in filter(None, (p.strip() for p in line[5:].split(";"))):
                    key, equals, value = pair.partition("=")
                    if not equals:
                        raise DataError(f"meta entry {pair!r} is not key=value")
                    blocks[-1].meta[key.strip()] = value.strip()
            else:
                _sentence(scheme, blocks[-1], line)
        except DataError as error:
            problems.append(f"{where}:{number}: {error}")
    return [block.document() for block in blocks], problems


def loads(text: str, where: str = "", scheme: Scheme | None = None) -> list[Document]:
    """As `parse`, but raises `DataError` with the first problem."""
    documents, problems = parse(text, where, scheme)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise DataError(problems[0] + more)
    return documents


def _refuse(document: Document, scheme: Scheme) -> None:
    """Raise `DataError` for what this notation has no words for."""
    text = document.text
    for mark in (OPEN, CLOSE):
        if mark in text:
            raise DataError(f"the text has {mark!r} at {text.index(mark)}, a mark of inline markup")
    last = 0
    for start, end in [*((s.start, s.end) for s in document.sentences), (len(text), len(text))]:
        if text[last:start].strip():
            raise DataError(
                f"the text at [{last}, {start}) lies in no sentence; mark sentences first"
            )
        last = end
    for sentence in document.sentences:
        place = f"the sentence at [{sentence.start}, {sentence.end})"
        if sentence.kind is None:
            raise DataError(f"{place} has no kind; inline markup needs one")
        if "\n" in text[sentence.start : sentence.end]:
            raise DataError(f"{place} holds a line break; inline markup has one sentence a line")
    for span in document.spans:
        place = f"{span.label} {text[span.start : span.end]!r} at [{span.start}, {span.end})"
        if not any(s.start <= span.start and span.end <= s.end for s in document.sentences):
            raise DataError(f"{place} lies in no sentence; inline markup has only sentences")
        if BAR in text[span.start : span.end]:
            raise DataError(f"{place} holds {BAR!r}, a mark of inline markup")
        for attribute in scheme.labels[span.label].attributes.values():
            if not attribute.flag and attribute.key not in span.attributes:
                raise DataError(f"{place} has no {attribute.key}; inline markup needs one")


def _pieces(document: Document, scheme: Scheme) -> Iterator[str]:
    """The lines of one report."""
    document.check(scheme)
    try:
        _refuse(document, scheme)
    except DataError as error:
        raise DataError(str(error), f"report {document.id!r}") from None
    yield f"=== {document.id}"
    if document.meta:
        yield "meta: " + "; ".join(f"{k}={v}" for k, v in document.meta.items())
    tails = dict.fromkeys(relation.tail for relation in document.relations)
    names = {tail: str(number) for number, tail in enumerate(tails, 1)}
    last = 0
    for sentence in document.sentences:
        joined = "+" if last and "\n" not in document.text[last : sentence.start] else ""
        out, position = "", sentence.start
        for index, span in enumerate(document.spans):
            if not sentence.start <= span.start < sentence.end:
                continue
            words = [span.label]
            for attribute in scheme.labels[span.label].attributes.values():
                value = span.attributes.get(attribute.key)
                if value:
                    words.append(attribute.key if attribute.flag else str(value))
            words += [f"#{names[index]}"] if index in names else []
            words += [f">{names[r.tail]}" for r in document.relations if r.head == index]
            out += document.text[position : span.start]
            out += f"{OPEN}{document.text[span.start : span.end]}{BAR}{' '.join(words)}{CLOSE}"
            position = span.end
        out += document.text[position : sentence.end]
        yield f"{joined}[{sentence.kind}] {out}"
        last = sentence.end


def dumps(documents: Iterable[Document], scheme: Scheme | None = None) -> str:
    """Reports as marked-up text.

    Only what stands inside sentences is written, so offsets can differ when it is read back: what lies
    between two sentences becomes one line break, or nothing where they share a line.

    Raises:
        DataError: for what the notation cannot hold (its own marks in the text, sentences without a
            kind or over several lines, spans outside sentences or without their choice attribute).
    """
    scheme = scheme or schemes.load()
    return "\n\n".join("\n".join(_pieces(d, scheme)) for d in documents) + "\n"


def read(path: Path, scheme: Scheme) -> list[Document]:
    """All reports of a marked-up file.

    Raises:
        DataError: with file, line and reason of the first problem.
    """
    return loads(path.read_text(encoding="utf-8-sig"), str(path), scheme)


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports to a marked-up file; raises as `dumps`."""
    text = dumps(documents, scheme)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def main(paths: list[str]) -> int:
    """Check marked-up files: problems, suspicious places, counts."""
    from annotations import checks

    bad = 0
    for path in paths:
        documents, problems = parse(Path(path).read_text(encoding="utf-8"), path)
        for document in documents:
            problems += [
                f"{path}: {document.id}: {p}" for p in checks.errors(document, schemes.load())
            ]
        print(*problems, sep="\n")
        for suspicion in checks.suspicions(documents):
            print(f"warning: {suspicion}")
        print(f"{path}: {len(problems)} problems; {checks.counts(documents)}")
        bad += len(problems)
    return 2 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
