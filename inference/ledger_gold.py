"""Gold readings of amounts and gold groups of project mentions, put onto the reports they are of.

`annotations/gold/amounts.jsonl` has a line for each AMOUNT span: `report`, `start`, `end`, `text` and
the reading (`value`, `currency`, `low`, `high`, `bound`, `per`, as in the document format). The lines
of `duplicates.jsonl` are of two kinds: `{"same": [mention, …]}`, all mentions of one project, and
`{"apart": [mention, mention], "why": …}`, two projects that could be taken for one; a mention is
`report`, `start`, `end`, `text` of a PROJECT span. A mention in no `same` line is a project of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from annotations.document import Document, Span
from annotations.errors import DataError

GOLD = Path(__file__).parent.parent / "annotations" / "gold"
#: A mention: the report's id and where it begins in the raw text.
Key = tuple[str, int]


def attach_amounts(documents: Iterable[Document], path: Path = GOLD / "amounts.jsonl") -> int:
    """Write gold readings into the `extra["amount"]` of their spans; returns how many there are.

    Raises:
        DataError: the file cannot be read, or a line is of no AMOUNT span of the documents.
    """
    spans = _spans(documents, "AMOUNT")
    count = 0
    for count, line in enumerate(_lines(path), 1):
        span = _find(spans, line, path, count)
        reading = {
            key: line.get(key) for key in ("value", "currency", "low", "high", "bound", "per")
        }
        span.extra["amount"] = reading
    return count


def attach_projects(
    documents: Iterable[Document], path: Path = GOLD / "duplicates.jsonl"
) -> list[tuple[Key, Key]]:
    """Write a name of its gold project into the `extra["project"]` of every PROJECT span.

    Returns:
        The pairs of mentions marked as hard to tell apart.

    Raises:
        DataError: the file cannot be read, a line is of no PROJECT span of the documents, a mention
            is in two groups, or a pair that is apart is in one.
    """
    spans = _spans(documents, "PROJECT")
    for (report, start), span in spans.items():
        span.extra["project"] = f"{report}:{start}"
    grouped: set[Key] = set()
    pairs: list[tuple[Key, Key]] = []
    for number, line in enumerate(_lines(path), 1):
        mentions = line.get("same") or line.get("apart") or []
        found = [_find(spans, mention, path, number) for mention in mentions]
        keys = [(mention["report"], mention["start"]) for mention in mentions]
        if "apart" in line:
            pairs.append((keys[0], keys[1]))
            continue
        if not grouped.isdisjoint(keys):
            raise DataError("a mention of it is in another group too", f"{path}:{number}")
        grouped.update(keys)
        for span in found:
            span.extra["project"] = "{}:{}".format(*keys[0])
    for first, second in pairs:
        if spans[first].extra["project"] == spans[second].extra["project"]:
            raise DataError(f"{first} and {second} are in one group and apart", str(path))
    return pairs


def _spans(documents: Iterable[Document], label: str) -> dict[Key, Span]:
    return {
        (document.id, span.start): span
        for document in documents
        for span in document.spans
        if span.label == label
    }


def _find(spans: dict[Key, Span], line: dict[str, Any], path: Path, number: int) -> Span:
    span = spans.get((line.get("report", ""), line.get("start", -1)))
    if span is None or span.end != line.get("end"):
        raise DataError(f"no span of the reports is at {line}", f"{path}:{number}")
    return span


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
    except (OSError, ValueError) as error:
        raise DataError(str(error), str(path)) from None
