"""Text files and JSON Lines, these also compressed."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

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
LINE_LIMIT = 1 << 26
"""Bytes of a line of JSON at most: a line is read whole."""


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
    return _unreadable(str(path), path.stem)


def _unreadable(name: str, id: str) -> ReadError:
    return ReadError(
        id,
        "encoding",
        f"{name}: neither UTF-8 nor GB18030, Big5 or UTF-16 with a byte-order mark; "
        "convert it to UTF-8, for instance with iconv",
    )


def read_text(path: Path) -> Iterator[RawReport | ReadError]:
    """A text file as one report."""
    yield text_report(path.read_bytes(), str(path), path.stem)


def text_report(data: bytes, name: str, id: str) -> RawReport | ReadError:
    """The bytes of a text file, which messages call ``name``, as a report."""
    decoded = decode(data)
    if decoded is None:
        return _unreadable(name, id)
    text, encoding = decoded
    if not text.strip():
        return ReadError(id, "empty", f"{name}: the file holds no text")
    return RawReport(id, text, {"encoding": encoding})


def read_jsonl(path: Path) -> Iterator[RawReport | ReadError]:
    """The reports of a file of JSON Lines, ``.jsonl``, ``.jsonl.gz`` or ``.jsonl.zst``; see `json_lines`."""
    stem = path.name.removesuffix(path.suffix).removesuffix(".jsonl")
    with _opened(path) as stream:
        yield from json_lines(stream, str(path), stem)


def _opened(path: Path) -> IO[bytes]:
    match path.suffix.lower():
        case ".gz":
            return gzip.open(path, "rb")
        case ".zst":
            import pyarrow

            return io.BufferedReader(pyarrow.input_stream(str(path), compression="zstd"))
        case _:
            return path.open("rb")


def json_lines(stream: IO[bytes], name: str, stem: str) -> Iterator[RawReport | ReadError]:
    """The reports of a stream: one JSON object a line with `text`, and `id` and `meta` if known.

    Args:
        stream: UTF-8, read line by line; a line over `LINE_LIMIT` is an error and not kept.
        name: what messages call it; `stem`: what a report without an id is called, before its line.
    """
    number, lines = 0, 0
    try:
        while line := stream.readline(LINE_LIMIT):
            number += 1
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
                lines += 1
                _skip_line(stream)
                yield ReadError(
                    f"{stem}:{number}",
                    "length",
                    f"{name}:{number}: a line of more than {LINE_LIMIT} bytes; split the report",
                )
            elif line.strip():
                lines += 1
                yield _record(line, f"{name}:{number}", f"{stem}:{number}")
    except (EOFError, zlib.error) as error:
        yield ReadError(
            f"{stem}:{number + 1}",
            "damaged",
            f"{name}: the compressed file breaks off or is damaged after line {number} ({error});"
            " what follows was not read",
        )
        return
    if not lines:
        yield ReadError(stem, "empty", f"{name}: the file holds no records")


def _skip_line(stream: IO[bytes]) -> None:
    while (part := stream.readline(LINE_LIMIT)) and not part.endswith(b"\n"):
        pass


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
    if problem := problem_of(text):
        return ReadError(id, "encoding", f"{where}: {problem}")
    return RawReport(id, text, meta)


def problem_of(text: str) -> str:
    """Why no UTF-8 file can hold ``text``; empty when one can."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"`text` holds half of a surrogate pair at {error.start}"
    return ""
