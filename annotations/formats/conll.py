"""CoNLL columns: one character and its tag a line, a blank line after each sentence.

Written in BIO; read in BIO (IOB1 too), BMES, BIOES and BILOU, with tab or blank between the columns, the tag
in the last one. A file with several columns or words instead of characters is read as well. The
notation holds texts, spans, labels, and, by comments of ours, report ids and sentence kinds; it has no
place for attributes, links, ``meta`` or confidences.

Blanks cannot be told from column separators, so they are written as ``\\s`` (blank), ``\\t``, ``\\n``, ``\\r`` and
a backslash as ``\\\\``; the comment ``# report = …`` says that a file is written so, and only then is it undone.
What stands between two sentences is written with the first of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotations.document import Document, Sentence, Span
from annotations.errors import DataError
from annotations.formats.assembly import kind_key, label_key
from annotations.scheme import Scheme

_COMMENT = re.compile(r"# (report|kind) = (.*)")
_TAG = re.compile(r"[BIMESLU][-_].+|O")
_ESCAPES = {" ": r"\s", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"}
_UNESCAPES = {written: character for character, written in _ESCAPES.items()}
_START = "-DOCSTART-"


# --- writing ---------------------------------------------------------------------------------------


def _tags(document: Document) -> list[str]:
    tags = ["O"] * len(document.text)
    for span in document.spans:
        tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        tags[span.start] = f"B-{span.label}"
    return tags


def _lines(document: Document) -> Iterator[str]:
    yield f"# report = {''.join(_ESCAPES.get(c, c) for c in document.id)}"
    tags = _tags(document)
    starts = [s.start for s in document.sentences]
    # A block runs to the next sentence; the first also holds what stands before it.
    starts[:1] = [0]
    for start, end, sentence in zip(
        starts, [*starts[1:], len(document.text)], document.sentences or [None], strict=True
    ):
        if sentence is not None:
            yield f"# kind = {sentence.kind or ''}"
        for character, tag in zip(document.text[start:end], tags[start:end], strict=True):
            yield f"{_ESCAPES.get(character, character)}\t{tag}"
        yield ""


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports as characters and BIO tags; ``scheme`` is not needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.writelines(f"{line}\n" for line in _lines(document))


# --- reading ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    """The lines between two blank lines."""

    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    kind: str | None = None


def decode(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Spans ``(start, end, label)`` of tags in any of the notations.

    A span begins at B, S or U, and wherever the label changes; it ends at E, L, S or U, before O and
    before the next span.
    """
    start, label = 0, None
    for i, tag in enumerate([*tags, "O"]):
        prefix, name = tag[0], tag[2:]
        if label is not None and (prefix in "BSUO" or name != label):
            yield start, i, label
            label = None
        if prefix == "O":
            continue
        if label is None:
            start, label = i, name
        if prefix in "ESLU":
            yield start, i + 1, label
            label = None


def _is_tag(word: str) -> bool:
    return _TAG.fullmatch(word) is not None


def _columns(line: str) -> tuple[str, str] | None:
    """Token and tag of a line, the first and the last column."""
    columns = line.split("\t") if "\t" in line else line.split(" ")
    columns = [column for column in columns if column]
    return (columns[0], columns[-1]) if len(columns) > 1 else None


def _blocks(lines: Iterable[str], where: str) -> Iterator[tuple[str | None, bool, list[_Block]]]:
    """Reports as (id, whether it is written by `write`, blocks)."""
    name: str | None = None
    ours = False
    blocks: list[_Block] = []
    block = _Block()

    def close() -> None:
        nonlocal block
        if block.tokens:
            blocks.append(block)
        block = _Block()

    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\n")
        comment = _COMMENT.fullmatch(line)
        if (comment is not None and comment[1] == "report") or line.startswith(_START):
            close()
            if blocks or ours:
                yield name, ours, blocks
            ours, blocks = comment is not None, []
            name = comment[2] if comment else None
        elif comment is not None and ours:
            close()
            block.kind = comment[2]
        elif not line.strip():
            close()
        elif (pair := _columns(line)) is not None and _is_tag(pair[1]):
            block.tokens.append(pair[0])
            block.tags.append(pair[1])
        else:
            raise DataError(
                f"expected a character and a tag such as B-AMOUNT or O, found {line!r};"
                " a blank line ends a sentence",
                f"{where}:{number}",
            )
    close()
    if blocks or ours:
        yield name, ours, blocks


def _unescape(token: str) -> str:
    return re.sub(r"\\[strn\\]", lambda match: _UNESCAPES[match[0]], token)


def _pieces(tokens: Sequence[str]) -> Iterator[str]:
    """Tokens as they stand in the text: two words of Latin letters have a blank between them."""
    before = ""
    for token in tokens:
        words = len(before) > 1 and len(token) > 1 and before.isascii() and token.isascii()
        yield f" {token}" if words and before[-1].isalnum() and token[0].isalnum() else token
        before = token


def _append(document: Document, block: _Block, ours: bool) -> list[tuple[int, int]]:
    """Add a block's tokens to the text. Returns their places."""
    places = []
    for piece in map(_unescape, block.tokens) if ours else _pieces(block.tokens):
        # Only `_pieces` puts a blank in front of a token.
        start = len(document.text) + (not ours and piece.startswith(" "))
        document.text += piece
        places.append((start, len(document.text)))
    return places


def _sentence(document: Document, start: int, kind: str | None) -> Sentence:
    part = document.text[start:]
    first, last = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
    return Sentence(first, last, kind)


def _document(
    id: str, blocks: Sequence[_Block], ours: bool, scheme: Scheme, where: str
) -> Document:
    document = Document(id, "")
    places: list[tuple[int, int]] = []
    tags: list[str] = []
    for block in blocks:
        if document.text and not ours:
            document.text += "\n"
            # No span goes on from one sentence into the next.
            places.append((len(document.text) - 1, len(document.text)))
            tags.append("O")
        start = len(document.text)
        places += _append(document, block, ours)
        tags += block.tags
        if not ours or block.kind is not None:
            kind = kind_key(scheme, block.kind) if block.kind else None
            document.sentences.append(_sentence(document, start, kind))
    for first, last, label in decode(tags):
        key = label_key(scheme, label)
        document.spans.append(Span(places[first][0], places[last - 1][1], key))
    return document


def read(path: Path, scheme: Scheme) -> list[Document]:
    """Reports of a column file.

    Reports are divided by ``# report = id`` or ``-DOCSTART-`` lines; without any, each sentence is a report of
    its own, named after the file and numbered.

    Raises:
        DataError: with file, line and reason.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8 at byte {error.start}; save the file as UTF-8", str(path)
        ) from None
    documents: list[Document] = []
    reports = list(_blocks(lines, str(path)))
    for name, ours, blocks in reports:
        whole = ours or len(reports) > 1 or any(line.startswith(_START) for line in lines[:1])
        for group in [blocks] if whole else [[block] for block in blocks]:
            number = len(documents) + 1
            id = _unescape(name) if ours and name is not None else f"{path.stem}-{number}"
            documents.append(_document(id, group, ours, scheme, str(path)))
    return documents
