"""The ledger's projects as Parquet, one row a project, with amounts, stages and evidence nested in it.

Figures are ``decimal128(38, 4)``: four places hold what is quoted in 分 or per kilowatt-hour, and 34
digits before the point are beyond any sum of money. A figure that does not fit exactly is null, with
the reason beside it and its characters in ``text``; nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from annotations.document import Document
from inference.amounts import Amount
from inference.dates import Period
from inference.ledger import Ledger
from inference.places import Place
from inference.records import Evidence, ProjectAmount, ProjectEntry
from inference.writers.decimals import decimal_places
from inference.writers.wording import main_amount

#: Rows of a row group, and so how many are in memory as Arrow columns at a time.
ROWS = 4096
_DIGITS, _PLACES = 38, 4
_DECIMAL = pa.decimal128(_DIGITS, _PLACES)
_EVIDENCE = pa.struct(
    [
        pa.field("report", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("sentence_start", pa.int64(), nullable=False),
        pa.field("sentence_end", pa.int64(), nullable=False),
        pa.field("sentence", pa.string(), nullable=False),
        pa.field("confidence", pa.float64()),
    ]
)
_AMOUNT_FIELDS = [
    pa.field("value", _DECIMAL),
    pa.field("low", _DECIMAL),
    pa.field("high", _DECIMAL),
    pa.field("currency", pa.string()),
    pa.field("per", pa.string()),
    pa.field("bound", pa.string()),
    pa.field("text", pa.string()),
    pa.field("reason", pa.string()),
    pa.field("role", pa.string()),
    pa.field("target", pa.bool_()),
    pa.field("part", pa.string()),
    pa.field("confidence", pa.float64()),
    pa.field("evidence", pa.list_(_EVIDENCE)),
]
_PLACE = pa.struct(
    [(level, pa.string()) for level in ("text", "province", "city", "county", "code", "source")]
)
_PERIOD = pa.struct([("text", pa.string()), ("start", pa.date32()), ("end", pa.date32())])
#: ``value`` and ``currency`` are those of the sum that stands for the project (`main_amount`).
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("aliases", pa.list_(pa.string())),
        pa.field("stage", pa.string()),
        pa.field("value", _DECIMAL),
        pa.field("currency", pa.string()),
        pa.field("amounts", pa.list_(pa.struct(_AMOUNT_FIELDS))),
        pa.field(
            "stages",
            pa.list_(pa.struct([("stage", pa.string()), ("evidence", pa.list_(_EVIDENCE))])),
        ),
        pa.field("place", _PLACE),
        pa.field("organisation", pa.string()),
        pa.field("period", _PERIOD),
        pa.field("industry", pa.string()),
        pa.field("conflicts", pa.list_(pa.string())),
        pa.field("evidence", pa.list_(_EVIDENCE)),
    ]
)


def write(path: Path, ledger: Ledger, reports: Iterable[Document]) -> None:
    """Write the projects of ``ledger`` to ``path`` in row groups; the reports are not needed."""
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for rows in _batches(map(_project, ledger.projects)):
            writer.write_table(pa.Table.from_pylist(rows, SCHEMA))


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, ROWS)):
        yield batch


def _project(entry: ProjectEntry) -> dict[str, Any]:
    main = main_amount(entry)
    return {
        "id": entry.id,
        "name": entry.name,
        "aliases": list(entry.aliases),
        "stage": entry.stage,
        "value": _fitting(main.amount.value) if main else None,
        "currency": main.amount.currency if main else None,
        "amounts": [_amount(given) for given in entry.amounts],
        "stages": [
            {"stage": stage.stage, "evidence": [_fields(item) for item in stage.evidence]}
            for stage in entry.stages
        ],
        "place": _fields(entry.place) if entry.place else None,
        "organisation": entry.organisation,
        "period": _fields(entry.period) if entry.period else None,
        "industry": entry.industry,
        "conflicts": list(entry.conflicts),
        "evidence": [_fields(item) for item in entry.evidence],
    }


def _amount(given: ProjectAmount) -> dict[str, Any]:
    row = _fields(given.amount)
    for key in ("value", "low", "high"):
        fitting = _fitting(row[key])
        if fitting is None and row[key] is not None:
            row["reason"] = f"its {key} does not fit decimal128({_DIGITS}, {_PLACES}) exactly"
        row[key] = fitting
    return row | {
        "role": given.role,
        "target": given.target,
        "part": given.part,
        "confidence": given.confidence,
        "evidence": [_fields(item) for item in given.evidence],
    }


def _fields(record: Place | Period | Amount | Evidence) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _fitting(value: Decimal | None) -> Decimal | None:
    """The value when the column holds it exactly, else None."""
    if value is None:
        return None
    fits = decimal_places(value) <= _PLACES and value.adjusted() < _DIGITS - _PLACES
    return value if fits else None
