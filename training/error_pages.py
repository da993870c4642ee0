"""A model's errors (`training.misreadings`) as a Markdown file or an HTML page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from annotations.document import Document
from annotations.scheme import Scheme
from training.misreadings import CAUSES, LabelErrors, Misreading

TEMPLATES = Path(__file__).with_name("templates")
#: Characters that Markdown would take for its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(
    model: str, documents: Sequence[Document], groups: Sequence[LabelErrors], scheme: Scheme
) -> str:
    """The file: per label the causes with their counts, then the errors that are shown, by cause.

    In the sentences 【】 encloses what is annotated, ⟦⟧ what the model found.
    """
    size = sum(len(d.text) for d in documents)
    lines = [f"# Errors of {_plain(model)}", "", f"{len(documents)} reports, {size} characters."]
    lines += ["In the sentences 【】 encloses what is annotated, ⟦⟧ what was found.", ""]
    for group in groups:
        total = sum(group.causes.values())
        lines += [f"## {group.label} ({scheme.labels[group.label].name})", ""]
        lines += [f"{group.spans} spans annotated, {total} errors, {len(group.shown)} shown.", ""]
        lines += ["| cause | errors | share | |", "|---|---|---|---|"] if total else []
        for cause, count in group.causes.items():
            lines.append(f"| {cause} | {count} | {100 * count / total:.0f} % | {CAUSES[cause]} |")
        for cause, rows in groupby(group.shown, key=lambda row: row.cause):
            lines += ["", f"### {group.label}: {cause}", ""]
            lines += [_entry(row) for row in rows]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _entry(row: Misreading) -> str:
    sides = [
        f"{name} {span.label} “{_plain(row.words(span))}”"
        for name, span in (("annotated", row.gold), ("found", row.found), ("beside", row.beside))
        if span
    ]
    sure = "" if row.confidence is None else f", confidence {row.confidence:.2f}"
    shown = "".join(_plain(text) if mark is None else mark for text, mark in _marked(row))
    return f"- {', '.join(sides)}{sure} ({_plain(row.report)})  \n  {shown}"


def _marked(row: Misreading) -> Iterator[tuple[str, str | None]]:
    """The sentence as pieces of text and the marks between them."""
    marks = []
    for span, opening, closing in ((row.gold, "【", "】"), (row.found, "⟦", "⟧")):
        if span:
            marks += [(span.start, opening), (span.end, closing)]
    at = row.sentence[0]
    for place, mark in sorted(marks):
        yield row.text[at:place].replace("\n", "⏎"), None
        yield "", mark
        at = place
    yield row.text[at : row.sentence[1]].replace("\n", "⏎"), None


def html(
    model: str, documents: Sequence[Document], groups: Sequence[LabelErrors], scheme: Scheme
) -> str:
    """The page: as `markdown`, with the annotated span underlined and the found one shaded."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment.get_template("errors.html").render(
        model=model,
        reports=len(documents),
        characters=sum(len(d.text) for d in documents),
        causes=CAUSES,
        groups=[
            {
                "label": group.label,
                "name": scheme.labels[group.label].name,
                "spans": group.spans,
                "total": sum(group.causes.values()),
                "causes": group.causes,
                "shown": [
                    (cause, [_cells(row) for row in rows])
                    for cause, rows in groupby(group.shown, key=lambda row: row.cause)
                ],
                "count": len(group.shown),
            }
            for group in groups
        ],
    )


def _cells(row: Misreading) -> dict[str, Any]:
    return {"row": row, "pieces": list(_pieces(row))}


def _pieces(row: Misreading) -> Iterator[tuple[str, str]]:
    """The sentence cut where a span begins or ends, each piece with the CSS classes of the spans it is in."""
    sides = [(name, s) for name, s in (("gold", row.gold), ("found", row.found)) if s]
    cuts = {*row.sentence, *(p for _, s in sides for p in (s.start, s.end))}
    edges = sorted(cuts)
    for start, end in pairwise(edges):
        classes = [name for name, s in sides if s.start <= start and end <= s.end]
        yield row.text[start:end], " ".join(classes)
