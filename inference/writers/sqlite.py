"""The ledger as an SQLite database: see `sqlite_schema` for its tables, keys and views.

A figure is kept twice. ``value`` is its exact decimal as text. ``value_fen`` is the same in hundredths as
an integer, so that SQL adds it up without rounding (SQLite has no decimals, and its reals are floats);
it is null where the figure is no whole number of hundredths or beyond all money.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from annotations.document import Document
from annotations.errors import DataError
from inference.amounts import Amount, plain
from inference.dates import Period
from inference.ledger import Ledger
from inference.places import Place
from inference.records import Evidence, ProjectEntry
from inference.writers.decimals import decimal_places, shifted
from inference.writers.sqlite_schema import SCHEMA, VERSION
from inference.writers.wording import main_amount

#: A thousand 万亿: sums of such figures still fit SQLite's 64 bits.
MAX_FEN = 10**17


def write(path: Path, ledger: Ledger, reports: Iterable[Document]) -> None:
    """Write ``ledger`` to ``path``; the reports themselves are not needed.

    Raises:
        DataError: when SQLite cannot write it, for want of space for example.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            # The file is no one's until it is complete: a journal would only be left behind.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA foreign_keys = ON;")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.executescript(SCHEMA)
            with connection:
                _Tables(connection).fill(ledger)
    except sqlite3.Error as error:
        raise DataError(f"could not be written: {error}") from error


class _Tables:
    """Rows on their way in; knows the ids of the places, sources and evidence it has written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._places: dict[Place, int] = {}
        self._sources: dict[str, int] = {}
        self._evidence: dict[tuple[str, int, int], int] = {}

    def fill(self, ledger: Ledger) -> None:
        for number, source in enumerate(ledger.sources, 1):
            # Should reports share an id, evidence goes to the first.
            self._sources.setdefault(source.report, number)
            self._insert(
                "sources",
                number,
                source.report,
                source.title,
                source.url,
                self._place(source.place),
                source.date.isoformat() if source.date else None,
                source.model,
                source.characters,
                source.error,
            )
        for project in ledger.projects:
            self._project(project)
        for amount in ledger.amounts:
            self._insert(
                "amounts",
                None,
                amount.project,
                amount.role,
                amount.target,
                amount.part,
                *_figures(amount.amount),
                self._place(amount.place),
                *_period(amount.period),
                self._read(amount.evidence),
            )
        for measure in ledger.measures:
            self._insert(
                "measures",
                None,
                measure.text,
                measure.category,
                measure.planned,
                self._place(measure.place),
                *_period(measure.period),
                self._read(measure.evidence),
            )
        for indicator in ledger.indicators:
            self._insert(
                "indicators",
                None,
                indicator.metric,
                plain(indicator.count),
                indicator.unit,
                *_figures(indicator.amount),
                plain(indicator.change),
                indicator.scope,
                self._place(indicator.place),
                *_period(indicator.period),
                self._read(indicator.evidence),
            )

    def _project(self, project: ProjectEntry) -> None:
        main = main_amount(project)
        self._insert(
            "projects",
            project.id,
            project.name,
            project.stage,
            plain(main.amount.value) if main else None,
            hundredths(main.amount.value) if main else None,
            main.amount.currency if main else None,
            main.role if main else None,
            self._place(project.place),
            project.organisation,
            project.industry,
            *_period(project.period),
        )
        for alias in dict.fromkeys(project.aliases):
            self._insert("project_aliases", project.id, alias)
        for what in project.conflicts:
            self._insert("project_conflicts", project.id, what)
        stages = {_key(item): stage.stage for stage in project.stages for item in stage.evidence}
        for key, item in {_key(item): item for item in project.evidence}.items():
            stage = stages.get(key, "unspecified")
            self._insert("project_mentions", project.id, self._read(item), stage)

    def _place(self, place: Place | None) -> int | None:
        if place is None:
            return None
        if place not in self._places:
            self._places[place] = self._insert(
                "places",
                None,
                place.text,
                place.province,
                place.city,
                place.county,
                place.code,
                place.source,
            )
        return self._places[place]

    def _read(self, item: Evidence) -> int:
        key = _key(item)
        if key not in self._evidence:
            self._evidence[key] = self._insert(
                "evidence",
                None,
                self._sources[item.report],
                item.start,
                item.end,
                item.text,
                item.sentence_start,
                item.sentence_end,
                item.sentence,
                item.confidence,
            )
        return self._evidence[key]

    def _insert(self, table: str, *values: Any) -> int:
        marks = ", ".join("?" * len(values))
        cursor = self._connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
        return int(cursor.lastrowid or 0)


def hundredths(value: Decimal | None) -> int | None:
    """A sum in hundredths of its unit, or None where that is no whole number or too large to add up."""
    if value is None or decimal_places(value) > 2 or shifted(abs(value), 2) > MAX_FEN:
        return None
    return int(shifted(value, 2))


def _key(item: Evidence) -> tuple[str, int, int]:
    return item.report, item.start, item.end


def _period(period: Period | None) -> Sequence[str | None]:
    if period is None:
        return None, None, None
    start, end = (day.isoformat() if day else None for day in (period.start, period.end))
    return period.text, start, end


def _figures(amount: Amount | None) -> Sequence[Any]:
    if amount is None:
        return (None,) * 9
    return (
        plain(amount.value),
        hundredths(amount.value),
        plain(amount.low),
        plain(amount.high),
        amount.currency,
        amount.per,
        amount.bound,
        amount.text,
        amount.reason,
    )
