"""Reports in the terminal: the text with its spans in colour, then what the ledger has of it."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from annotations import scheme
from annotations.document import Document, Span
from annotations.errors import DataError
from annotations.scheme import Label
from inference import ledger
from inference.ledger import Ledger
from inference.writers.rebuild import read_annotated
from inference.writers.wording import amount_name, label_color, period_name, place_name, stage_name

# What would move the cursor, ring the bell, colour or turn the text is shown by its code instead.
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_IDS_NAMED = 5
# Terminals know six colours by name and show each so that it can be read; up to which hue each goes.
_HUES = (
    (20, "red"),
    (75, "yellow"),
    (165, "green"),
    (200, "cyan"),
    (265, "blue"),
    (330, "magenta"),
)


def load(path: Path, id: str | None = None, model: Path | None = None) -> Iterator[Document]:
    """The reports of a file: as annotated or extracted, else as the model reads them.

    Args:
        path: a ``.jsonl`` file in the document format, or one report in any format that is read.
        id: only this report.
        model: the model folder for reports without annotation; the shipped model by default.

    Raises:
        DataError: no such file, it is not to be read, or it has no report of this id.
    """
    found, others = False, []
    for document in _extracted(_read(path), model):
        if id is not None and document.id != id:
            others.append(document.id)
            continue
        found = True
        yield document
    if not found:
        known = "、".join(others[:_IDS_NAMED]) + ("…" if len(others) > _IDS_NAMED else "")
        raise DataError(
            f"has no report {id!r}; it has {known}" if others else "has no report", str(path)
        )


def _read(path: Path) -> Iterator[Document]:
    if path.suffix.lower() == ".jsonl":
        yield from read_annotated(path)
    else:
        from inference.batch import read

        if not path.is_file():
            raise DataError("no such file", str(path))
        yield from read([path])


def _extracted(documents: Iterator[Document], model: Path | None) -> Iterator[Document]:
    """Reports with what the model finds in those that have no annotation; it is loaded for the first of them."""
    extractor = None
    for document in documents:
        if document.spans or document.sentences or "error" in document.extra:
            yield document
            continue
        if extractor is None:
            from inference.extractor import Extractor

            extractor = Extractor.load(model)
        yield from extractor.stream([document])


def show(document: Document, console: Console) -> None:
    """Print one report to ``console``; without colours, spans still stand in brackets."""
    records = ledger.build([document])
    source = records.sources[0]
    facts = [place_name(source.place), source.date.isoformat() if source.date else ""]
    console.rule(Text(visible(document.id), style="bold"), align="left")
    console.print(Text(" · ".join(visible(fact) for fact in facts if fact), style="dim"))
    if source.error is not None:
        console.print(Text(f"未能读取：{visible(source.error)}", style="red"))
        return
    numbers = {
        (item.start, item.end): project.id
        for project in records.projects
        for item in project.evidence
    }
    console.print(marked(document, numbers))
    console.print()
    if records.projects:
        console.print(_projects(records))
    if records.indicators:
        console.print(_indicators(records))


def marked(document: Document, projects: dict[tuple[int, int], int]) -> Text:
    """The text with spans in their label's colour, each followed by its attributes.

    Args:
        document: a report with spans, sorted and apart.
        projects: the number of each PROJECT span's entry, by its offsets; an amount that belongs to
            one shows it after an arrow.
    """
    labels = scheme.load().labels
    owners = {relation.head: document.spans[relation.tail] for relation in document.relations}
    text, done = Text(), 0
    for index, span in enumerate(document.spans):
        label = labels.get(span.label, Label(span.label, span.label))
        color = _terminal_color(label_color(label))
        text.append(visible(document.text[done : span.start]))
        text.append(
            f"[{visible(document.text[span.start : span.end])}]", Style(color=color, underline=True)
        )
        owner = owners.get(index, span)
        number = projects.get((owner.start, owner.end))
        link = "" if number is None else f" {'#' if owner is span else '→'}{number}"
        text.append(f"‹{_attributes(span, label)}{link}›", Style(color=color, dim=True))
        done = span.end
    text.append(visible(document.text[done:]))
    return text


def visible(text: str) -> str:
    """The text with control characters written as their codes (``<U+001B>``), which no terminal obeys."""
    return _CONTROL.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def _terminal_color(color: str) -> str:
    """The named colour nearest in hue to ``#rrggbb``."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue = 360 * colorsys.rgb_to_hsv(red, green, blue)[0]
    return next((name for limit, name in _HUES if hue < limit), "red")


def _attributes(span: Span, label: Label) -> str:
    names = []
    for key, value in span.attributes.items():
        attribute = label.attributes.get(key)
        if value is True:
            names.append(attribute.name if attribute else key)
        elif value is not False:
            names.append(attribute.values.get(value, str(value)) if attribute else str(value))
    return visible(" ".join([label.name, *names]))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _projects(records: Ledger) -> Table:
    table = _table("项目", "#", "名称", "阶段", "金额", "地点", "时间")
    for project in records.projects:
        amounts = "；".join(amount_name(given.amount) for given in project.amounts)
        row = (
            str(project.id),
            project.name,
            stage_name(project.stage),
            amounts,
            place_name(project.place),
            period_name(project.period),
        )
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table


def _indicators(records: Ledger) -> Table:
    table = _table("指标", "指标", "数值", "变化", "范围", "时间")
    for entry in records.indicators:
        count = "" if entry.count is None else f"{entry.count:f}{entry.unit or ''}"
        row = (
            entry.metric,
            amount_name(entry.amount) if entry.amount else count,
            "" if entry.change is None else f"{entry.change:+f}%",
            entry.scope or "",
            period_name(entry.period),
        )
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table
