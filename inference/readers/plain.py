"""Text files and JSON Lines."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

from inference.readers.report import RawReport, ReadError
from inference.text import statistics

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what Chinese pages are written in when they are not UTF-8
_LEGACY = ("gb18030", "big5hkscs")
_SAMPLE = 4_000


def decode(data: bytes) -> tuple[str, str] | None:
    """The text of a file and its encoding; None when it is in no known encoding.

    A byte-order mark decides, then whether the bytes are UTF-8. Else the legacy encoding that
    decodes without an error and reads best under the bigram model of Chinese: nothing is ever
    replaced or left out.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data.removeprefix(codecs.BOM_UTF8), encoding)
    return _decoded(data, "utf-8") or max(
        filter(None, (_decoded(data, encoding) for encoding in _LEGACY)),
        key=lambda decoded: _likelihood(decoded[0]),
        default=None,
    )


def _decoded(data: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def _likelihood(text: str) -> float:
    """Mean log-probability of a character of `text`, in nats."""
    folded = statistics.fold(text[:_SAMPLE])
    pair = statistics.load().pair
    return sum(map(pair, "\n" + folded, folded)) / max(1, len(folded))


def unreadable(path: Path) -> ReadError:
    """The error of a file whose bytes are no text."""
    return ReadError(
        path.stem,
        "encoding",
        f"{path}: neither UTF-8 nor GB18030, Big5 or UTF-16 with a byte-order mark; "
        "convert it to UTF-8, for instance with iconv",
    )


def read_text(path: Path) -> Iterator[RawReport | ReadError]:
    """A text file as one report."""
    decoded = decode(path.read_bytes())
    if decoded is None:
        yield unreadable(path)
        return
    text, encoding = decoded
    if text.strip():
        yield RawReport(path.stem, text, {"encoding": encoding})
    else:
        yield ReadError(path.stem, "empty", f"{path}: the file holds no text")


def read_jsonl(path: Path) -> Iterator[RawReport | ReadError]:
    """The reports of a file of JSON Lines: objects with `text`, and `id` and `meta` if known."""
    lines = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if line.strip():
                lines += 1
                yield _record(line, f"{path}:{number}", f"{path.stem}:{number}")
    if not lines:
        yield ReadError(path.stem, "empty", f"{path}: the file holds no records")


def _record(line: bytes, where: str, id: str) -> RawReport | ReadError:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return ReadError(
            id, "encoding", f"{where}: not UTF-8 (byte {error.start + 1}); JSON must be"
        )
    except (json.JSONDecodeError, RecursionError) as error:
        return ReadError(id, "json", f"{where}: not JSON: {error}; write one object a line")
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return ReadError(id, "record", f"{where}: expected an object with a string `text`")
    id, meta = record.get("id", id), record.get("meta", {})
    if not isinstance(id, str) or not isinstance(meta, dict):
        return ReadError(str(id), "record", f"{where}: `id` must be a string, `meta` an object")
    text = record["text"]
    if not text.strip():
        return ReadError(id, "empty", f"{where}: the report's `text` is empty")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return ReadError(id, "encoding", f"{where}: `text` holds half of a surrogate pair")
    return RawReport(id, text, meta)
