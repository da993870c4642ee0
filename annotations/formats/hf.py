"""Hugging Face ``datasets`` folders (``save_to_disk``): one row a report, typed columns.

``spans`` have a column for each attribute of the scheme (null where absent); what has no column of its own (other
attributes, unknown keys, ``meta``) is JSON in ``extra`` and ``meta``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme


def _datasets() -> Any:
    try:
        import datasets
    except ImportError:
        raise DataError(
            "Hugging Face folders need the datasets package; pip install 'zhaoshang[train]'"
        ) from None
    return datasets


def _flags(scheme: Scheme) -> dict[str, bool]:
    """Attribute key → whether it is a flag, over all labels."""
    return {attribute.key: attribute.flag for _, attribute in scheme.attributes()}


def _features(scheme: Scheme) -> Any:
    datasets = _datasets()
    whole, text, number = (datasets.Value(name) for name in ("int64", "string", "float64"))
    columns = {
        key: datasets.Value("bool" if flag else "string") for key, flag in _flags(scheme).items()
    }
    shared = {"confidence": number, "extra": text}
    place = {"start": whole, "end": whole}
    return datasets.Features(
        {
            "id": text,
            "text": text,
            "meta": text,
            "sentences": datasets.List(place | {"kind": text} | shared),
            "spans": datasets.List(place | {"label": text, "attributes": columns or text} | shared),
            "relations": datasets.List({"type": text, "head": whole, "tail": whole} | shared),
            "extra": text,
        }
    )


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None


def _row(document: Document, columns: dict[str, bool]) -> dict[str, Any]:
    def rest(item: Any) -> dict[str, Any]:
        return {"confidence": item.confidence, "extra": _json(item.extra)}

    spans = []
    for span in document.spans:
        fitting = {
            key: span.attributes[key]
            for key, flag in columns.items()
            if isinstance(span.attributes.get(key), bool if flag else str)
        }
        others = {k: v for k, v in span.attributes.items() if k not in fitting}
        extra = span.extra | ({"attributes": others} if others else {})
        spans.append(
            {"start": span.start, "end": span.end, "label": span.label}
            | {"attributes": dict.fromkeys(columns) | fitting if columns else None}
            | {"confidence": span.confidence, "extra": _json(extra)}
        )
    return {
        "id": document.id,
        "text": document.text,
        "meta": _json(document.meta),
        "sentences": [
            {"start": s.start, "end": s.end, "kind": s.kind} | rest(s) for s in document.sentences
        ],
        "spans": spans,
        "relations": [
            {"type": r.type, "head": r.head, "tail": r.tail} | rest(r) for r in document.relations
        ],
        "extra": _json(document.extra),
    }


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports as a dataset folder.

    Raises:
        DataError: when the ``datasets`` package is missing.
    """
    datasets = _datasets()
    rows = [_row(document, _flags(scheme)) for document in documents]
    datasets.Dataset.from_list(rows, features=_features(scheme)).save_to_disk(str(path))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as an object of the document format: no nulls, JSON columns unfolded."""
    data = {key: value for key, value in row.items() if value is not None and key != "extra"}
    extra = json.loads(row.get("extra") or "{}")
    if isinstance(data.get("meta"), str):
        data["meta"] = json.loads(data["meta"])
    if isinstance(data.get("attributes"), dict):
        data["attributes"] = {k: v for k, v in data["attributes"].items() if v is not None}
        data["attributes"] |= extra.pop("attributes", {})
    for key in ("sentences", "spans", "relations"):
        if key in data:
            data[key] = [_plain(item) for item in data[key]]
    return data | extra


def read(path: Path, scheme: Scheme) -> list[Document]:
    """Reports of a dataset folder; of a folder with several splits, all of them.

    Raises:
        DataError: when the folder is none, a row is no report, or ``datasets`` is missing.
    """
    datasets = _datasets()
    try:
        loaded = datasets.load_from_disk(str(path))
    except (FileNotFoundError, ValueError) as error:
        raise DataError(f"not a dataset folder of save_to_disk: {error}", str(path)) from None
    parts = loaded.values() if isinstance(loaded, datasets.DatasetDict) else [loaded]
    rows = (row for part in parts for row in part)
    return [Document.from_dict(_plain(row), f"{path}: row {i}") for i, row in enumerate(rows)]
