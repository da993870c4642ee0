"""Label Studio: JSON tasks with annotations or predictions, JSON and JSON-MIN exports.

Controls are those of `annotations.formats.label_studio_config`. A flag is a choice of true and false, always made:
JSON-MIN drops which region a choice belongs to, and only with one for each region the order still tells. Report id,
``meta`` and unknown keys travel in the task's data. Relations are not in JSON-MIN: Label Studio leaves them out.
Tasks that nobody has annotated are read only on request: a model's predictions are no annotation.

Format: https://labelstud.io/guide/task_format and https://labelstud.io/guide/export.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.formats.assembly import (
    Incoming,
    attribute_value,
    kind_key,
    label_key,
    without_false_flags,
)
from annotations.formats.label_studio_config import KIND, LABEL, TEXT, control
from annotations.repair_offsets import Quote
from annotations.scheme import Attribute, Scheme

# --- writing ---------------------------------------------------------------------------------------


def _region(name: str, type: str, id: str, place: Span | Sentence, value: dict, text: str) -> dict:
    quoted = {"start": place.start, "end": place.end, "text": text[place.start : place.end]}
    region = {"id": id, "from_name": name, "to_name": TEXT, "type": type, "value": quoted | value}
    if place.confidence is not None:
        region["score"] = place.confidence
    return region


def _results(document: Document, scheme: Scheme) -> list[dict[str, Any]]:
    results = []
    # Spans first: Label Studio's own CoNLL export takes the first control that it meets.
    for i, span in enumerate(document.spans):
        region = _region(LABEL, "labels", f"s{i}", span, {"labels": [span.label]}, document.text)
        results.append(region | ({"meta": span.extra} if span.extra else {}))
        known = scheme.labels[span.label].attributes if span.label in scheme.labels else {}
        flags = {key: False for key, attribute in known.items() if attribute.flag}
        for key, value in (flags | span.attributes).items():
            word = {True: "true", False: "false"}.get(value, value)
            name = control(span.label, key)
            choices = {"choices": [word]}
            results.append(_region(name, "choices", f"s{i}", span, choices, document.text))
    for i, sentence in enumerate(document.sentences):
        labels = [] if sentence.kind is None else [sentence.kind]
        region = _region(KIND, "labels", f"k{i}", sentence, {"labels": labels}, document.text)
        results.append(region | ({"meta": sentence.extra} if sentence.extra else {}))
    for relation in document.relations:
        result = {
            "type": "relation",
            "from_id": f"s{relation.head}",
            "to_id": f"s{relation.tail}",
            "direction": "right",
            "labels": [relation.type],
        }
        if relation.confidence is not None:
            result["score"] = relation.confidence
        results.append(result | ({"meta": relation.extra} if relation.extra else {}))
    return results


def task(document: Document, scheme: Scheme) -> dict[str, Any]:
    """A report as one import task: what a model found as its prediction, else as its annotation."""
    data: dict[str, Any] = {TEXT: document.text, "report": document.id}
    if document.meta:
        data["meta"] = document.meta
    if document.extra:
        data["extra"] = document.extra
    results = _results(document, scheme)
    if "model" in document.extra:
        prediction = {"model_version": document.extra["model"], "result": results}
        return {"data": data, "predictions": [prediction]}
    return {"data": data, "annotations": [{"result": results}]}


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports as a JSON file of import tasks."""
    tasks = [task(document, scheme) for document in documents]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- reading ---------------------------------------------------------------------------------------


def _quote(value: Mapping[str, Any], where: str) -> Quote:
    """A region's place; of regions in HTML, which count in a tree of elements, the global offsets."""
    place = value if isinstance(value.get("start"), int) else value.get("globalOffsets", value)
    start, end, text = place.get("start"), place.get("end"), value.get("text")
    if not isinstance(start, int) or not isinstance(end, int):
        raise DataError(
            f"a region has no whole-number start and end, found {start!r} and {end!r};"
            " annotate plain text (the Text tag)",
            where,
        )
    return Quote(start, end, text if isinstance(text, str) else None)


def _only(words: Sequence[str], what: str, where: str) -> str:
    if len(words) != 1:
        raise DataError(f"{what} has {words!r}; choose exactly one", where)
    return words[0]


def _attribute(scheme: Scheme, label: str, name: str) -> tuple[str, Attribute | None]:
    """The attribute of ``label`` that the control ``name`` holds."""
    known = scheme.labels[label].attributes if label in scheme.labels else {}
    key = name.removeprefix(f"{label}_")
    return key, known.get(key)


def _text(data: Mapping[str, Any], where: str) -> str:
    text = data.get(TEXT)
    if not isinstance(text, str):
        found = ", ".join(map(str, data)) or "nothing"
        raise DataError(f"the task has no {TEXT!r} in its data, found {found}", where)
    return text


def _incoming(data: Mapping[str, Any], id: Any, skip: Iterable[str], where: str) -> Incoming:
    """A task's data as a report without regions; keys we do not know go to ``meta``."""
    known = {TEXT, "report", "meta", "extra", "id", *skip}
    meta = data.get("meta") if isinstance(data.get("meta"), dict) else {}
    others = {key: value for key, value in data.items() if key not in known}
    name = data.get("report") or id or data.get("id")
    if name is None:
        raise DataError("the task has no id", where)
    extra = data.get("extra") if isinstance(data.get("extra"), dict) else {}
    return Incoming(str(name), _text(data, where), meta | others, dict(extra))


def _done(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A task's annotations, without those that the annotator skipped."""
    return [
        annotation
        for annotation in task.get("annotations") or task.get("completions") or []
        if not annotation.get("was_cancelled") and not annotation.get("skipped")
    ]


def _is_annotated(item: Mapping[str, Any], scheme: Scheme) -> bool:
    """Whether somebody has annotated a task; a record of JSON-MIN where it has a region or an annotation's id."""
    if isinstance(item.get("data"), dict):
        return bool(_done(item))
    controls = {LABEL, KIND, *(control(label.key, a.key) for label, a in scheme.attributes())}
    return item.get("annotation_id", True) is not None or any(
        name in controls or _regions(value) for name, value in item.items()
    )


def _chosen(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The results to read: the ground truth, else the latest annotation, else the latest prediction."""
    for candidates in (_done(task), task.get("predictions") or []):
        if candidates:
            key = ("ground_truth", "updated_at", "created_at")
            best = max(
                enumerate(candidates),
                key=lambda item: (
                    bool(item[1].get(key[0])),
                    *(str(item[1].get(k, "")) for k in key[1:]),
                    item[0],
                ),
            )[1]
            return best.get("result") or []
    return []


def _read_task(task: Mapping[str, Any], scheme: Scheme, where: str) -> Document:
    incoming = _incoming(task["data"], task.get("id"), (), where)
    where_report = f"{where}: report {incoming.id!r}"
    results = _chosen(task)
    if _done(task):
        # What an annotator has put right is no longer what the model found.
        incoming.extra.pop("model", None)
    for result in results:
        value = result.get("value") or {}
        if "labels" not in value:  # choices and relations follow below
            continue
        quote, extra = _quote(value, where_report), result.get("meta") or {}
        score = result.get("score")
        if result.get("from_name") == KIND:
            kind = kind_key(scheme, value["labels"][0]) if value["labels"] else None
            sentence = Sentence(0, 0, kind, score, extra)
            incoming.sentences.append((quote, sentence))
        else:
            word = _only(value["labels"], f"the region {value.get('text')!r}", where_report)
            span = Span(0, 0, label_key(scheme, word), {}, score, extra)
            incoming.spans[result.get("id")] = quote, span
    for result in results:
        value = result.get("value") or {}
        if "choices" in value and result.get("id") in incoming.spans:
            _, span = incoming.spans[result["id"]]
            key, attribute = _attribute(scheme, span.label, result.get("from_name", ""))
            word = _only(value["choices"], f"{key} of {value.get('text')!r}", where_report)
            span.attributes[key] = attribute_value(attribute, word)
        elif result.get("type") == "relation":
            ends = result.get("from_id"), result.get("to_id")
            head, tail = reversed(ends) if result.get("direction") == "left" else ends
            words = result.get("labels") or [
                key
                for key, kind in scheme.relations.items()
                if [kind.head, kind.tail]
                == [incoming.spans[end][1].label for end in (head, tail) if end in incoming.spans]
            ]
            word = _only(words, "a relation", where_report)
            relation = Relation(word, 0, 0, result.get("score"), result.get("meta") or {})
            incoming.relations.append((head, tail, relation))
    for _, span in incoming.spans.values():
        span.attributes = without_false_flags(span.attributes)
    return incoming.document(where)


def _regions(value: Any) -> list[dict[str, Any]]:
    """The labelled regions of one entry of a JSON-MIN record."""
    return (
        [v for v in value if isinstance(v, dict) and "labels" in v]
        if isinstance(value, list)
        else []
    )


def _read_record(record: Mapping[str, Any], scheme: Scheme, where: str) -> Document:
    """One record of a JSON-MIN export."""
    controls = {name for name, value in record.items() if _regions(value)} | {LABEL, KIND}
    attributes = {
        control(label.key, attribute.key): (label.key, attribute)
        for label, attribute in scheme.attributes()
    }
    service = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
    incoming = _incoming(record, record.get("id"), {*controls, *attributes, *service}, where)
    where_report = f"{where}: report {incoming.id!r}"
    by_label: dict[str, list[tuple[Quote, Span]]] = defaultdict(list)
    for name in sorted(controls):
        for region in _regions(record.get(name)):
            quote = _quote(region, where_report)
            if name == KIND:
                kind = kind_key(scheme, region["labels"][0]) if region["labels"] else None
                incoming.sentences.append((quote, Sentence(0, 0, kind)))
                continue
            word = _only(region["labels"], f"the region {region.get('text')!r}", where_report)
            span = Span(0, 0, label_key(scheme, word))
            incoming.spans[len(incoming.spans)] = quote, span
            by_label[span.label].append((quote, span))
    for name, (label, attribute) in attributes.items():
        if name not in record:
            continue
        values = record[name] if isinstance(record[name], list) else [record[name]]
        # Choices have lost their region; they stand in the regions' order, one each.
        if len(values) != len(by_label[label]):
            raise DataError(
                f"{len(values)} values of {name} for {len(by_label[label])} regions of {label}:"
                " JSON-MIN does not say which is whose; export as JSON",
                where_report,
            )
        for (_, span), value in zip(by_label[label], values, strict=True):
            words = value["choices"] if isinstance(value, dict) else [value]
            word = _only(words, name, where_report)
            span.attributes[attribute.key] = attribute_value(attribute, word)
            span.attributes = without_false_flags(span.attributes)
    return incoming.document(where)


def read(
    path: Path,
    scheme: Scheme,
    *,
    predictions: bool = False,
    left_out: list[str] | None = None,
) -> list[Document]:
    """Reports of a JSON or JSON-MIN export, or of a file of import tasks.

    Args:
        path: the file.
        scheme: labels, values and kinds are matched to it.
        predictions: read tasks that nobody has annotated too, with what a model found in them.
        left_out: gets the place of each task that nobody has annotated, where they are not read.

    Raises:
        DataError: with file, task and reason.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not JSON in UTF-8: {error}", str(path)) from None
    documents = []
    for number, item in enumerate(data if isinstance(data, list) else [data]):
        where = f"{path}: task {number}"
        if not isinstance(item, dict):
            raise DataError(f"a task must be an object, found {type(item).__name__}", where)
        if not predictions and not _is_annotated(item, scheme):
            if left_out is not None:
                left_out.append(where)
            continue
        whole = isinstance(item.get("data"), dict)
        documents.append((_read_task if whole else _read_record)(item, scheme, where))
    return documents
