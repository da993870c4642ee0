"""brat standoff: a folder of ``.txt`` and ``.ann`` pairs with ``annotation.conf``, one pair a report.

Spans are text-bound annotations (T), attributes are A lines, relations R lines; a sentence is a ``Sentence`` with the
attribute ``kind``. Confidences and unknown keys are notes of type ``Extra`` (JSON); what brat has no place for, a
report's ``meta`` and unknown keys, stands in a ``.report.json`` beside. Other lines of an ``.ann`` file (events,
normalisations, equivalences, annotators' notes) are kept as they stand under ``brat`` in the report's unknown keys.

Format: https://brat.nlplab.org/standoff.html and https://brat.nlplab.org/configuration.html.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
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
from annotations.repair_offsets import Quote
from annotations.scheme import Scheme

SENTENCE, KIND, EXTRA = "Sentence", "kind", "Extra"
_BESIDE = ".report.json"
# Ids of reports can hold what file names cannot.
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|%]|^\.')
_TEXT_BOUND = re.compile(r"(\S+) (\d+) (\d+)")


def config(scheme: Scheme) -> str:
    """``annotation.conf`` for a project that annotates by ``scheme``."""
    lines = ["[entities]", *scheme.labels, SENTENCE, "", "[relations]"]
    for relation in scheme.relations.values():
        lines.append(f"{relation.key}\tArg1:{relation.head}, Arg2:{relation.tail}")
    lines += ["", "[events]", "", "[attributes]"]
    owners: dict[str, list[str]] = defaultdict(list)
    values: dict[str, list[str]] = defaultdict(list)
    for label, attribute in scheme.attributes():
        owners[attribute.key].append(label.key)
        values[attribute.key] += [v for v in attribute.values if v not in values[attribute.key]]
    for key, labels in owners.items():
        choices = f", Value:{'|'.join(values[key])}" if values[key] else ""
        lines.append(f"{key}\tArg:{'|'.join(labels)}{choices}")
    if scheme.kinds:
        lines.append(f"{KIND}\tArg:{SENTENCE}, Value:{'|'.join(scheme.kinds)}")
    return "\n".join(lines) + "\n"


# --- writing ---------------------------------------------------------------------------------------


def _stem(name: str) -> str:
    return _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", name)


def _id(stem: str) -> str:
    return re.sub(r"%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), stem)


def _lines(document: Document) -> Iterator[str]:
    numbers = {"A": 0, "#": 0}

    def next_id(letter: str) -> str:
        numbers[letter] += 1
        return f"{letter}{numbers[letter]}"

    def note(target: str, item: Span | Sentence | Relation) -> Iterator[str]:
        extra = dict(item.extra)
        if item.confidence is not None:
            extra["confidence"] = item.confidence
        if extra:
            yield f"{next_id('#')}\t{EXTRA} {target}\t{json.dumps(extra, ensure_ascii=False)}"

    items = [(s, s.label, s.attributes) for s in document.spans]
    items += [(s, SENTENCE, {KIND: s.kind} if s.kind else {}) for s in document.sentences]
    for number, (item, label, attributes) in enumerate(items, 1):
        # A T line is one line: brat shows line breaks inside a span as blanks.
        quoted = re.sub(r"[\r\n\t]", " ", document.text[item.start : item.end])
        yield f"T{number}\t{label} {item.start} {item.end}\t{quoted}"
        for key, value in attributes.items():
            if value is not False:
                yield f"{next_id('A')}\t{key} T{number}" + ("" if value is True else f" {value}")
        yield from note(f"T{number}", item)
    for number, relation in enumerate(document.relations, 1):
        ends = f"Arg1:T{relation.head + 1} Arg2:T{relation.tail + 1}"
        yield f"R{number}\t{relation.type} {ends}"
        yield from note(f"R{number}", relation)


def write(path: Path, documents: Iterable[Document], scheme: Scheme) -> None:
    """Write reports and ``annotation.conf`` into the folder ``path``."""
    if SENTENCE in scheme.labels:
        raise DataError(f"the label {SENTENCE!r} is what sentences are called in brat; rename it")
    path.mkdir(parents=True, exist_ok=True)
    (path / "annotation.conf").write_text(config(scheme), encoding="utf-8", newline="\n")
    for document in documents:
        stem = _stem(document.id)
        (path / f"{stem}.txt").write_text(document.text, encoding="utf-8", newline="")
        lines = "".join(f"{line}\n" for line in _lines(document))
        (path / f"{stem}.ann").write_text(lines, encoding="utf-8", newline="\n")
        rest = {"meta": document.meta, "extra": document.extra}
        rest = {key: value for key, value in rest.items() if value}
        if rest:
            text = json.dumps(rest, ensure_ascii=False, indent=1) + "\n"
            (path / f"{stem}{_BESIDE}").write_text(text, encoding="utf-8", newline="\n")


# --- reading ---------------------------------------------------------------------------------------


def _text_bound(incoming: Incoming, id: str, body: str, quoted: str, scheme: Scheme) -> None:
    match = _TEXT_BOUND.fullmatch(body)
    if match is None:
        hint = "; a span of several parts cannot be read: mark one stretch" if ";" in body else ""
        raise DataError(f"expected 'TYPE START END', found {body!r}{hint}")
    quote = Quote(int(match[2]), int(match[3]), quoted)
    if match[1] == SENTENCE:
        incoming.sentences.append((quote, Sentence(0, 0)))
    else:
        incoming.spans[id] = quote, Span(0, 0, label_key(scheme, match[1]))


def _relation(incoming: Incoming, body: str) -> Relation:
    kind, *arguments = body.split()
    ends = [argument.partition(":")[2] for argument in arguments]
    if len(ends) != 2:
        raise DataError(f"expected 'TYPE Arg1:T… Arg2:T…', found {body!r}")
    relation = Relation(kind, 0, 0)
    incoming.relations.append((ends[0], ends[1], relation))
    return relation


def _attribute(target: Span | Sentence, key: str, words: list[str], scheme: Scheme) -> None:
    if isinstance(target, Sentence):
        target.kind = kind_key(scheme, words[0]) if key == KIND and words else target.kind
        return
    label = scheme.labels.get(target.label)
    attribute = label.attributes.get(key) if label else None
    target.attributes[key] = attribute_value(attribute, words[0]) if words else True
    target.attributes = without_false_flags(target.attributes)


def _parse(lines: Iterable[str], incoming: Incoming, scheme: Scheme, where: str) -> None:
    """Add the annotations of one ``.ann`` file."""
    items: dict[str, Span | Sentence | Relation] = {}
    later: list[tuple[int, list[str]]] = []
    number, line = 0, ""
    try:
        for number, line in enumerate(lines, 1):
            id, *fields = line.rstrip("\r").split("\t")
            if not line.strip():
                continue
            if id[0] == "T" and len(fields) >= 2:
                _text_bound(incoming, id, fields[0], "\t".join(fields[1:]), scheme)
                items[id] = (
                    incoming.spans[id] if id in incoming.spans else incoming.sentences[-1]
                )[1]
            elif id[0] == "R" and fields:
                items[id] = _relation(incoming, fields[0])
            else:
                later.append((number, [id, *fields]))
        # Attributes and notes may stand before what they belong to.
        for place, (id, *fields) in later:
            number, line = place, "\t".join([id, *fields])
            words = fields[0].split() if fields else []
            target: Any = items.get(words[1]) if len(words) > 1 else None
            if id[0] in "AM" and target is not None and not isinstance(target, Relation):
                _attribute(target, words[0], words[2:], scheme)
            elif id[0] == "#" and target is not None and words[0] == EXTRA and len(fields) > 1:
                extra = json.loads(fields[1])
                target.confidence = extra.pop("confidence", None)
                target.extra = extra
            elif id[0] in "ENM#*A":
                incoming.extra.setdefault("brat", []).append(line)
            else:
                raise DataError(f"unknown annotation {line!r}")
    except (DataError, ValueError) as error:
        raise DataError(f"{error}; see brat's standoff format", f"{where}:{number}") from None


def _read_pair(ann: Path, name: str, scheme: Scheme) -> Document:
    path = ann.with_name(ann.name.removesuffix(".ann") + ".txt")
    try:
        # Bytes, so that no line break is changed: offsets count every character of the file.
        text, lines = path.read_bytes().decode(), ann.read_bytes().decode()
    except FileNotFoundError:
        raise DataError(f"{path.name} is missing beside it", str(ann)) from None
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start}", str(ann)) from None
    incoming = Incoming(name, text)
    beside = ann.with_name(ann.name.removesuffix(".ann") + _BESIDE)
    if beside.exists():
        try:
            rest = json.loads(beside.read_text(encoding="utf-8"))
            incoming.meta, incoming.extra = rest.get("meta", {}), rest.get("extra", {})
        except (ValueError, AttributeError) as error:
            raise DataError(
                f"not the JSON that an export leaves here: {error}", str(beside)
            ) from None
    _parse(lines.split("\n"), incoming, scheme, str(ann))
    return incoming.document(str(ann))


def read(path: Path, scheme: Scheme) -> list[Document]:
    """Reports of a folder (subfolders included) or of one ``.ann`` file.

    Raises:
        DataError: with file, line and reason.
    """
    if path.is_file():
        return [_read_pair(path, _id(path.name.removesuffix(".ann")), scheme)]
    files = sorted(path.rglob("*.ann"))
    if not files:
        raise DataError("no .ann file in this folder", str(path))
    return [
        _read_pair(file, _id(file.relative_to(path).as_posix().removesuffix(".ann")), scheme)
        for file in files
    ]
