"""doccano: JSON Lines of a sequence labelling project with relations, and its list of labels.

doccano has no attributes, so they are part of the label: ``AMOUNT/investment``, ``AMOUNT/received/target``
(the choice first, then the flags that are true). Report id, ``meta``, sentences and unknown keys are further
columns, which doccano keeps as an example's metadata and exports again. Its spans quote no words, so offsets counted
in another way can often not be told from right ones: offsets outside the text are refused, and where tools count a
text differently see `annotations.repair_offsets.distrust`. The files we write quote each span's words under ``text``;
doccano passes over that, but a file that comes back without having been through it is checked by them.

Shapes: ``entities`` with ``relations`` (JSONL of relation extraction); ``label`` or ``labels`` as lists of
``[start, end, name]``, and ``annotations`` with ``user``, ``label``, ``start_offset`` and ``end_offset`` of older
versions (the two that the package doccano-transformer reads); see https://doccano.github.io/doccano/tutorial.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.formats.assembly import Incoming, attribute_value, label_key
from annotations.repair_offsets import Quote
from annotations.scheme import Scheme

_COLUMNS = {"id", "text", "data", "report", "meta", "sentences", "entities", "relations", "label"}
_COLUMNS |= {"labels", "annotations", "Comments"}


def name_of(span: Span, scheme: Scheme) -> str:
    """A span's label and attributes as one doccano label."""
    known = scheme.labels[span.label].attributes if span.label in scheme.labels else {}
    # In the scheme's order, so that equal attributes give equal names.
    keys = [
        *(k for k in known if k in span.attributes),
        *(k for k in span.attributes if k not in known),
    ]
    values = [(key, span.attributes[key]) for key in keys]
    choices = [str(value) for _, value in values if not isinstance(value, bool)]
    return "/".join([span.label, *choices, *(key for key, value in values if value is True)])


def _parts(name: str, scheme: Scheme) -> tuple[str, dict[str, Any]]:
    """Label and attributes of one doccano label; a name the scheme cannot read is a label of its own."""
    first, *words = name.split("/")
    key = label_key(scheme, first)
    label = scheme.labels.get(key)
    if label is None:
        return label_key(scheme, name), {}
    attributes: dict[str, Any] = {}
    for word in words:
        for attribute in label.attributes.values():
            value = attribute_value(attribute, word)
            if attribute.key not in attributes and attribute.problem(value) is None:
                attributes[attribute.key] = value
                break
        else:
            return label_key(scheme, name), {}
    return key, attributes


def labels(scheme: Scheme) -> str:
    """All span labels as JSON, for doccano's import of labels."""
    found = []
    for label in scheme.labels.values():
        choices = [[(a.key, v) for v in a.values] for a in label.attributes.values() if not a.flag]
        flags = [(a.key, True) for a in label.attributes.values() if a.flag]
        subsets = chain.from_iterable(combinations(flags, n) for n in range(len(flags) + 1))
        for subset, chosen in product(subsets, product(*choices)):
            name = name_of(Span(0, 0, label.key, dict([*chosen, *subset])), scheme)
            found.append({"text": name, "background_color": label.color, "text_color": "#ffffff"})
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _row(document: Document, scheme: Scheme) -> dict[str, Any]:
    data = document.to_dict()
    row: dict[str, Any] = {"text": document.text, "report": document.id} | document.extra
    row |= {key: data[key] for key in ("meta", "sentences") if data.get(key)}
    row["entities"] = []
    for i, span in enumerate(document.spans):
        place = {"start_offset": span.start, "end_offset": span.end}
        words = {"text": document.text[span.start : span.end]}
        entity = {"id": i, "label": name_of(span, scheme)} | place | words
        if span.confidence is not None:
            entity["confidence"] = span.confidence
        row["entities"].append(entity | span.extra)
    row["relations"] = []
    for i, relation in enumerate(document.relations):
        ends = {"from_id": relation.head, "to_id": relation.tail}
        entry = {"id": i, "type": relation.type} | ends
        if relation.confidence is not None:
            entry["confidence"] = relation.confidence
        row["relations"].append(entry | relation.extra)
    return row


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports as JSON Lines for doccano's import "JSONL(Relation)"."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.write(json.dumps(_row(document, scheme), ensure_ascii=False) + "\n")


def _entities(row: dict[str, Any], where: str) -> Iterator[dict[str, Any]]:
    """The spans of any of the shapes, as objects with an id.

    Raises:
        DataError: naming ``where``, when several users have annotated the report.
    """
    yield from row.get("entities") or []
    for i, (start, end, label) in enumerate(row.get("label") or row.get("labels") or []):
        yield {"id": i, "start_offset": start, "end_offset": end, "label": label}
    annotations = row.get("annotations") or []
    if len(users := {annotation.get("user") for annotation in annotations}) > 1:
        shown = ", ".join(sorted(map(str, users)))
        raise DataError(
            f"annotated by the users {shown}: a report has one annotation; export one user's", where
        )
    for i, annotation in enumerate(annotations):
        keys = ("label", "start_offset", "end_offset")
        yield {"id": annotation.get("id", i)} | {key: annotation[key] for key in keys}


def _take(item: dict[str, Any], *keys: str) -> tuple[list[Any], float | None, dict[str, Any]]:
    """Values of ``keys``, the confidence, and what is left."""
    rest = {k: v for k, v in item.items() if k not in (*keys, "confidence", "id")}
    return [item[key] for key in keys], item.get("confidence"), rest


def _document(row: dict[str, Any], number: int, scheme: Scheme, where: str) -> Document:
    text = row.get("text", row.get("data"))
    name = row.get("report", row.get("id", number))
    extra = {key: value for key, value in row.items() if key not in _COLUMNS}
    if row.get("Comments"):
        extra["comments"] = row["Comments"]
    incoming = Incoming(str(name), text, row.get("meta") or {}, extra)
    for entity in _entities(row, f"{where}: report {str(name)!r}"):
        (start, end, word), confidence, rest = _take(entity, "start_offset", "end_offset", "label")
        label, attributes = _parts(str(word), scheme)
        words = rest.pop("text", None)
        span = Span(0, 0, label, attributes, confidence, rest)
        quote = Quote(start, end, words if isinstance(words, str) else None)
        incoming.spans[entity["id"]] = quote, span
    for entry in row.get("relations") or []:
        (head, tail, kind), confidence, rest = _take(entry, "from_id", "to_id", "type")
        incoming.relations.append((head, tail, Relation(kind, 0, 0, confidence, rest)))
    for sentence in row.get("sentences") or []:
        (start, end), confidence, rest = _take(sentence, "start", "end")
        kind = rest.pop("kind", None)
        incoming.sentences.append((Quote(start, end), Sentence(0, 0, kind, confidence, rest)))
    return incoming.document(where)


def read(path: Path, scheme: Scheme) -> list[Document]:
    """Reports of a JSONL export.

    Raises:
        DataError: with file, line and reason.
    """
    documents = []
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line.decode())
        except ValueError as error:
            raise DataError(f"not JSON in UTF-8, one object a line: {error}", where) from None
        try:
            documents.append(_document(row, number, scheme, where))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(
                f"not a row of doccano's JSONL ({type(error).__name__}: {error}); it needs text and"
                " entities with id, label, start_offset and end_offset, or label as [start, end, name]",
                where,
            ) from None
    return documents
