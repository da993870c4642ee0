"""Measures the ledger on annotated reports: `python -m inference.measure_ledger PATH…`.

Gold spans and links are given; what is measured is what this code adds to them:

- figures: AMOUNT spans found by `find_amounts` alone, exact boundaries;
- amounts: spans read, and values right where a span brings a gold `"amount"` (value, currency, low
  and high are compared); `differ` counts those whose gold has another bound or unit too;
- duplicates: pairs of mentions put together, where PROJECT spans bring a gold `"project"` (any name
  that mentions of one project share over all reports): pairwise precision, recall and F1.

It prints one JSON object; a part without gold has `null` figures.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

from annotations import store
from annotations.document import Document
from annotations.errors import ZhaoshangError
from inference.amounts import Amount, find_amounts
from inference.ledger import annotate_amounts, build
from inference.text import clean

_COMPARED = ("value", "currency", "low", "high")
_DETAILS = ("bound", "per")


def measure(documents: list[Document]) -> dict[str, Any]:
    """All figures; the documents' `"amount"` readings are replaced by this code's own."""
    return {
        "reports": len(documents),
        "figures": measure_figures(documents),
        "duplicates": measure_duplicates(documents),
        "amounts": measure_amounts(documents),
    }


def measure_figures(documents: Iterable[Document]) -> dict[str, float | int | None]:
    """Gold AMOUNT spans against those that the pattern finds in the clean text."""
    right = found = gold = 0
    for document in documents:
        cleaned = clean(document.text)
        spans = {cleaned.offsets.to_source(*span) for span in find_amounts(cleaned.text)}
        marked = {(span.start, span.end) for span in document.spans if span.label == "AMOUNT"}
        right, found, gold = right + len(spans & marked), found + len(spans), gold + len(marked)
    return _scores(right, found, gold)


def measure_amounts(documents: Iterable[Document]) -> dict[str, Any]:
    """How many gold spans are read, and how many of those with a gold reading are read right."""
    spans = read = right = gold = 0
    wrong: list[dict[str, Any]] = []
    differ: Counter[str] = Counter()
    for document in documents:
        marked = [span for span in document.spans if span.label == "AMOUNT"]
        known = [span.extra.get("amount") for span in marked]
        annotate_amounts(document)
        for span, reading in zip(marked, known, strict=True):
            own = span.extra["amount"]
            spans += 1
            read += "reason" not in own
            if reading is None:
                continue
            gold += 1
            text = document.text[span.start : span.end]
            expected = Amount.from_dict(reading, text).to_dict()
            agreed = {key for key in (*_COMPARED, *_DETAILS) if own[key] == expected[key]}
            differ.update(key for key in _DETAILS if key in reading and key not in agreed)
            if agreed.issuperset(_COMPARED):
                right += 1
            else:
                wrong.append(
                    {"report": document.id, "start": span.start, "gold": reading, "read": own}
                )
    return {
        "spans": spans,
        "read": read,
        "gold": gold,
        "right": right,
        "accuracy": right / gold if gold else None,
        "differ": {key: differ[key] for key in _DETAILS},
        "wrong": wrong,
    }


def measure_duplicates(documents: list[Document]) -> dict[str, float | int | None]:
    """Pairs of mentions of one project: those the ledger makes against those annotated."""
    gold = {
        (document.id, span.start): span.extra["project"]
        for document in documents
        for span in document.spans
        if span.label == "PROJECT" and "project" in span.extra
    }
    cells: Counter[tuple[Hashable, Hashable]] = Counter()
    for entry in build(documents).projects:
        for evidence in entry.evidence:
            if (name := gold.get((evidence.report, evidence.start))) is not None:
                cells[entry.id, name] += 1
    made: Counter[Hashable] = Counter()
    marked: Counter[Hashable] = Counter()
    for (entry_id, name), count in cells.items():
        made[entry_id] += count
        marked[name] += count
    scores = _scores(_pairs(cells), _pairs(made), _pairs(marked))
    clusters = sum(count > 1 for count in marked.values())
    return {"mentions": len(gold), "clusters": clusters, **scores}


def _pairs(counts: Counter[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def _scores(right: int, found: int, gold: int) -> dict[str, float | int | None]:
    return {
        "right": right,
        "found": found,
        "gold": gold,
        "precision": right / found if found else None,
        "recall": right / gold if gold else None,
        "f1": 2 * right / (found + gold) if found + gold else None,
    }


def main(arguments: list[str]) -> int:
    """Print the figures for the given files and folders; 2 when one cannot be read."""
    if not arguments:
        print("usage: python -m inference.measure_ledger PATH…", file=sys.stderr)
        return 2
    try:
        documents = store.load(*map(Path, arguments))
        print(json.dumps(measure(documents), ensure_ascii=False, indent=1))
    except ZhaoshangError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
