"""One HTML file that opens offline: the ledger as tables, totals as plots, and each report with its spans.

The page is a Jinja2 template that escapes by default. Reports and tables are JSON in data blocks of their
own, parsed when they are first looked at, so that a file with thousands of reports opens at once. The
page's own script is the only one that its content security policy lets run, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from annotations import scheme
from annotations.document import Document
from annotations.scheme import Scheme
from inference.ledger import Ledger
from inference.writers import totals
from inference.writers.plots import LABEL, ROW, VALUE, WIDTH, plot, rounded
from inference.writers.tables import Column, Table, Value, tables
from inference.writers.wording import amount_name, label_color, place_name

_PLACES, _MONTHS = 10, 12


def write(path: Path, ledger: Ledger, reports: Iterable[Document]) -> None:
    """Write ``ledger`` and the texts of ``reports`` to ``path``, one report in memory at a time."""
    loader = PackageLoader("inference.writers")
    environment = _environment(loader)
    script, style = (
        loader.get_source(environment, name)[0] for name in ("report.js", "report.css")
    )
    positions: dict[str, int] = {}
    for index, source in enumerate(ledger.sources):
        positions.setdefault(source.report, index)
    labels = _labels(scheme.load())
    context = {
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "style": style,
        "labels": labels,
        "figures": _figures(ledger),
        "plots": [
            plot("按地区", totals.by_place(ledger), _PLACES),
            plot("按阶段", totals.by_stage(ledger), _PLACES),
            plot("按月份", totals.by_month(ledger), _MONTHS, last=True),
        ],
        "plot_size": {"width": WIDTH, "row": ROW, "label": LABEL, "value": VALUE},
        "tables": [_table(table, positions) for table in tables(ledger)],
        "reports": _reports(reports, ledger),
    }
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for part in environment.get_template("report.html").generate(context):
            file.write(part)


def _environment(loader: PackageLoader) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # `tojson` writes <, >, & and ' as escapes, so no text can end its data block.
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "separators": (",", ":"),
    }
    return environment


def _figures(ledger: Ledger) -> list[tuple[str, str]]:
    total = totals.overall(ledger)
    unread = sum(source.error is not None for source in ledger.sources)
    conflicts = sum(bool(project.conflicts) for project in ledger.projects)
    figures = [
        ("报告", f"{len(ledger.sources):,}"),
        ("项目", f"{total.projects:,}"),
        ("项目金额合计", f"{rounded(total.value)}元"),
        ("措施", f"{len(ledger.measures):,}"),
        ("指标", f"{len(ledger.indicators):,}"),
    ]
    if conflicts:
        figures.append(("说法不一的项目", f"{conflicts:,}"))
    if unread:
        figures.append(("未能读取的报告", f"{unread:,}"))
    return figures


def _labels(known: Scheme) -> list[dict[str, Any]]:
    """What the page knows of the scheme: names of labels, attributes and values, and colours."""
    labels = []
    for label in known.labels.values():
        color = label_color(label)
        attributes = {
            attribute.key: {"name": attribute.name, "values": dict(attribute.values)}
            for attribute in label.attributes.values()
        }
        labels.append(
            {
                "name": label.name,
                "color": color,
                "light": _lightened(color),
                "attributes": attributes,
            }
        )
    return labels


def _lightened(color: str) -> str:
    """The colour half way to white, for dark backgrounds."""
    return "#" + "".join(f"{(int(color[i : i + 2], 16) + 255) // 2:02x}" for i in (1, 3, 5))


def _table(table: Table, positions: dict[str, int]) -> dict[str, Any]:
    """A table for the page; its rows are ``[cells, facets, places]``, made as the template takes them."""
    shown = [column for column in table.columns if column.web]
    facets = [column for column in table.columns if column.facet]

    def places(entry: Any) -> list[list[int]]:
        if table.key == "sources":
            return [[positions[entry.report], 0, 0]]
        return [[positions[item.report], item.start, item.end] for item in table.evidence(entry)]

    return {
        "title": table.title,
        "size": len(table.entries),
        "columns": [
            {"title": column.title, "number": column.kind == "integer" or column.order is not None}
            for column in shown
        ],
        "facets": [column.title for column in facets],
        "rows": (
            [
                [_cell(column, entry) for column in shown],
                [_plain(column.value(entry)) for column in facets],
                places(entry),
            ]
            for entry in table.entries
        ),
    }


def _cell(column: Column, entry: Any) -> Any:
    """What a cell shows, or ``[shown, number to sort by]``."""
    value = _plain(column.value(entry))
    if column.order is None:
        return value
    order = column.order(entry)
    return [value, None if order is None else float(order)]


def _plain(value: Value) -> str | int | None:
    return value if isinstance(value, str | int | None) else str(value)


@dataclass(slots=True)
class _Findings:
    """What the ledger has of one report: readings of its amounts, rows of its projects, its sentences."""

    amounts: dict[tuple[int, int], str] = field(default_factory=dict)
    projects: dict[tuple[int, int], int] = field(default_factory=dict)
    sentences: set[tuple[int, int]] = field(default_factory=set)


def _findings(ledger: Ledger) -> dict[str, _Findings]:
    found: defaultdict[str, _Findings] = defaultdict(_Findings)
    for entry in ledger.amounts:
        item = entry.evidence
        found[item.report].amounts[item.start, item.end] = amount_name(entry.amount)
    for row, project in enumerate(ledger.projects):
        for item in project.evidence:
            found[item.report].projects[item.start, item.end] = row
    for table in tables(ledger):
        for entry in table.entries:
            for item in table.evidence(entry):
                found[item.report].sentences.add((item.sentence_start, item.sentence_end))
    return found


def _reports(reports: Iterable[Document], ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Each report as the page reads it: text, spans, links. Offsets stay code points."""
    findings = _findings(ledger)
    numbers = {key: number for number, key in enumerate(scheme.load().labels)}
    for document, source in zip(reports, ledger.sources, strict=True):
        found = findings.get(document.id, _Findings())
        yield {
            "id": document.id,
            "title": source.title or document.id,
            "url": source.url,
            "facts": [
                fact
                for fact in (
                    place_name(source.place),
                    source.date.isoformat() if source.date else "",
                    f"{source.characters:,} 字",
                    source.model,
                )
                if fact
            ],
            "error": source.error,
            "text": document.text,
            "spans": [
                {
                    "at": [span.start, span.end],
                    "label": numbers.get(span.label, span.label),
                    "attributes": span.attributes,
                    "confidence": span.confidence,
                    "amount": found.amounts.get((span.start, span.end)),
                    "project": found.projects.get((span.start, span.end)),
                }
                for span in document.spans
            ],
            "links": [[relation.head, relation.tail] for relation in document.relations],
            "sentences": sorted(found.sentences),
        }
