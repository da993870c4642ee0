"""Annotations of a text that a tool has stripped or respaced, moved onto the raw text that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from annotations import store
from annotations.document import Document, Sentence, Span
from annotations.errors import DataError
from annotations.notices import notice

# What tools add and drop at edges and at line breaks, besides what Python calls blank.
_BLANK = "\ufeff\u200b"
_SHOWN = 12


def load_texts(path: Path) -> dict[str, str]:
    """Raw texts by report id: of a ``.jsonl`` file, or of a folder's ``.txt`` files, whose names are the ids.

    Texts are taken as they stand, line breaks and byte order marks included.

    Raises:
        DataError: naming the file, when it is missing, not UTF-8 or no such file; or when the folder has no text.
    """
    if path.is_file():
        return {document.id: document.text for document in store.load(path)}
    if not path.is_dir():
        raise DataError("no such file or folder of raw texts", str(path))
    texts = {}
    for file in sorted(path.rglob("*.txt")):
        try:
            # Bytes, so that no line break is changed.
            text = file.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise DataError(
                f"not UTF-8 at byte {error.start}; save the file as UTF-8", str(file)
            ) from None
        texts[file.relative_to(path).as_posix().removesuffix(".txt")] = text
    if not texts:
        raise DataError("no .txt file in this folder", str(path))
    return texts


def _is_blank(character: str) -> bool:
    return character.isspace() or character in _BLANK


def _solid(text: str) -> list[int]:
    """The places of all characters that are no blanks."""
    return [i for i, character in enumerate(text) if not _is_blank(character)]


def _find(part: str, whole: str) -> list[int]:
    """The first two places where ``part`` stands in ``whole``, overlapping or not."""
    first = whole.find(part)
    second = whole.find(part, first + 1) if first >= 0 else -1
    return [place for place in (first, second) if place >= 0]


def _difference(part: str, whole: str) -> int:
    """How many of the first characters of ``part`` stand together in ``whole``."""
    low, high = 0, len(part)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if part[:middle] in whole else (low, middle - 1)
    return low


def _mapping(text: str, raw: str, where: str) -> tuple[dict[int, int], int]:
    """Place in ``text`` → place in ``raw`` for every character that stands in both, and where they begin in ``raw``."""
    if not _solid(text):
        raise DataError("the exported text is blank, so its place in the raw text is open", where)
    found = _find(text, raw)
    if len(found) == 1:
        return {i: found[0] + i for i in range(len(text))}, found[0]
    mine, theirs = _solid(text), _solid(raw)
    if not found:
        part, whole = "".join(text[i] for i in mine), "".join(raw[i] for i in theirs)
        found = [theirs[at] for at in _find(part, whole)]
        if len(found) == 1:
            start = theirs.index(found[0])
            return dict(zip(mine, theirs[start : start + len(mine)], strict=True)), found[0]
    if found:
        raise DataError(
            f"the exported text stands in the raw text at {found[0]} and again at {found[1]};"
            " export again with the whole text",
            where,
        )
    alike = _difference(part, whole)
    at = mine[alike]
    before = whole.find(part[:alike]) + alike
    other = raw[theirs[before] :][:_SHOWN] if alike and before < len(theirs) else ""
    shown = f", the raw text has {other!r} there" if other else ""
    raise DataError(
        f"the exported text differs from the raw text at {at}: {text[at : at + _SHOWN]!r}{shown};"
        " give the raw text that was annotated",
        where,
    )


def reanchor(document: Document, texts: Mapping[str, str], where: str = "") -> Document:
    """The report with its raw text; spans, sentences and relations stay on the same words.

    The raw text must hold the exported one exactly once, as it stands or but for blanks. Where blanks differ, spans
    and sentences lose blank edges.

    Args:
        document: a report as exported.
        texts: raw texts by report id.
        where: the file, for errors; the report's id is added.

    Raises:
        DataError: when there is no raw text for the report, it does not hold the exported text exactly once (naming
            the places, or the first character that differs), or a span has nothing but blanks.
    """
    where = f"{where}: report {document.id!r}" if where else f"report {document.id!r}"
    if document.id not in texts:
        raise DataError(
            "there is no raw text for this report; texts are found by its id (ID.txt, or id in .jsonl)",
            where,
        )
    raw = texts[document.id]
    if raw == document.text:
        return document
    mapping, start = _mapping(document.text, raw, where)

    def place(item: Span | Sentence) -> dict[str, int]:
        kept = [i for i in range(item.start, item.end) if i in mapping]
        if not kept:
            words = document.text[item.start : item.end]
            raise DataError(
                f"[{item.start}, {item.end}) {words!r} has only blanks, which the raw text has elsewhere",
                where,
            )
        return {"start": mapping[kept[0]], "end": mapping[kept[-1]] + 1}

    notice(f"moved onto the raw text, where the exported one begins at {start}", where)
    return replace(
        document,
        text=raw,
        spans=[replace(span, **place(span)) for span in document.spans],
        sentences=[replace(sentence, **place(sentence)) for sentence in document.sentences],
    )
