"""Reports and what is marked in them: the types of the one data format that every room speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.errors import DataError
from annotations.scheme import Scheme


@dataclass(slots=True)
class Span:
    """A labelled stretch ``[start, end)`` of a report's raw text, in code points."""

    start: int
    end: int
    label: str
    attributes: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Sentence:
    """A sentence ``[start, end)`` of the raw text and its kind."""

    start: int
    end: int
    kind: str | None = None
    confidence: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Relation:
    """A typed link between two spans of one report; ``head`` and ``tail`` index its ``spans``."""

    type: str
    head: int
    tail: int
    confidence: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def _take(item: Any, types: Mapping[str, Any], required: tuple[str, ...], what: str) -> dict:
    """The keys named in ``types`` from a JSON object, type-checked; all others under ``extra``."""
    if not isinstance(item, dict):
        raise DataError(f"{what} must be an object, found {type(item).__name__}")
    for key in required:
        if key not in item:
            raise DataError(f"{what} has no {key!r}")
    taken: dict[str, Any] = {"extra": {k: v for k, v in item.items() if k not in types}}
    for key, kind in types.items():
        if key not in item or (item[key] is None and key not in required):
            continue
        value = item[key]
        # A bool is an int to Python, but never an offset, an index or a confidence.
        if not isinstance(value, kind) or isinstance(value, bool):
            name = getattr(kind, "__name__", "number")
            raise DataError(f"{what}: {key!r} must be {name}, found {value!r}")
        taken[key] = value
    return taken


_SPAN = {"start": int, "end": int, "label": str, "attributes": dict, "confidence": (int, float)}
_SENTENCE = {"start": int, "end": int, "kind": str, "confidence": (int, float)}
_RELATION = {"type": str, "head": int, "tail": int, "confidence": (int, float)}
_DOCUMENT = {
    "id": str,
    "text": str,
    "meta": dict,
    "sentences": list,
    "spans": list,
    "relations": list,
}


def refuse_surrogates(text: str, key: str, where: str = "") -> None:
    """Raise `DataError` for half of a UTF-16 pair: it is no character, no UTF-8 file can hold it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"the report: {key!r} has half a UTF-16 surrogate pair at {error.start};"
            " write the JSON again from the source text",
            where,
        ) from None


def _give(item: Span | Sentence | Relation, keys: tuple[str, ...]) -> dict[str, Any]:
    """An item as a JSON object: ``keys`` first, empty ones left out, then what ``extra`` kept."""
    values = {key: getattr(item, key) for key in keys}
    if item.confidence is not None:
        values["confidence"] = item.confidence
    return {k: v for k, v in values.items() if v is not None} | item.extra


@dataclass(slots=True)
class Document:
    """A report with its annotation, or with what the model found. Spans are sorted and do not overlap."""

    id: str
    text: str
    meta: dict[str, Any] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Any, where: str = "") -> Document:
        """Read one object of the document format; unknown keys are kept in ``extra``.

        Raises:
            DataError: naming ``where``, the entry and the reason (shape only; see `problems`).
        """
        try:
            taken = _take(data, _DOCUMENT, ("id", "text"), "the report")
            for key in ("id", "text"):
                refuse_surrogates(taken[key], key)
            lists: dict[str, list] = {}
            for key, kind, types, required in (
                ("sentences", Sentence, _SENTENCE, ("start", "end")),
                ("spans", Span, _SPAN, ("start", "end", "label")),
                ("relations", Relation, _RELATION, ("type", "head", "tail")),
            ):
                lists[key] = [
                    kind(**_take(item, types, required, f"{key}[{i}]"))
                    for i, item in enumerate(taken.get(key, []))
                ]
            return cls(**(taken | lists))
        except DataError as error:
            raise DataError(str(error), where) from None

    def to_dict(self) -> dict[str, Any]:
        """The report in the document format, JSON-ready."""
        data: dict[str, Any] = {"id": self.id, "text": self.text}
        if self.meta:
            data["meta"] = self.meta
        data["sentences"] = [_give(s, ("start", "end", "kind")) for s in self.sentences]
        data["spans"] = [_give(s, ("start", "end", "label", "attributes")) for s in self.spans]
        data["relations"] = [_give(r, ("type", "head", "tail")) for r in self.relations]
        return data | self.extra

    def problems(self, scheme: Scheme) -> list[str]:
        """Everything that makes this annotation unusable under ``scheme``, each with its place and remedy."""
        return [
            *self._span_problems(scheme),
            *self._relation_problems(scheme),
            *self._sentence_problems(scheme),
        ]

    def _span_problems(self, scheme: Scheme) -> list[str]:
        found: list[str] = []
        size, last_end, last_start = len(self.text), 0, -1
        for i, span in enumerate(self.spans):
            name = f"spans[{i}] [{span.start}, {span.end})"
            if not 0 <= span.start < span.end <= size:
                found.append(
                    f"{name} lies outside the text of {size} characters or is empty;"
                    " offsets are code points of the raw text, end exclusive"
                )
                continue
            name += f" {self.text[span.start : span.end][:20]!r}"
            if span.start < last_start:
                found.append(f"{name} is out of order; sort spans by start")
            elif span.start < last_end:
                found.append(
                    f"{name} overlaps the span before it; spans of one report never overlap"
                )
            last_start, last_end = span.start, max(last_end, span.end)
            label = scheme.labels.get(span.label)
            if label is None:
                found.append(
                    f"{name}: unknown label {span.label!r}; the scheme has {', '.join(scheme.labels)}"
                )
                continue
            for key, value in span.attributes.items():
                attribute = label.attributes.get(key)
                if attribute is None:
                    found.append(
                        f"{name}: {span.label} has no attribute {key!r};"
                        f" it has {', '.join(label.attributes) or 'none'}"
                    )
                elif problem := attribute.problem(value):
                    found.append(f"{name}: {problem}")
        return found

    def _relation_problems(self, scheme: Scheme) -> list[str]:
        found: list[str] = []
        for i, relation in enumerate(self.relations):
            kind = scheme.relations.get(relation.type)
            if kind is None:
                known = ", ".join(scheme.relations) or "none"
                found.append(
                    f"relations[{i}]: unknown type {relation.type!r}; the scheme has {known}"
                )
                continue
            for end, label in (("head", kind.head), ("tail", kind.tail)):
                index = getattr(relation, end)
                if not 0 <= index < len(self.spans):
                    found.append(
                        f"relations[{i}]: {end} {index} is no index into the {len(self.spans)} spans"
                    )
                elif self.spans[index].label != label:
                    found.append(
                        f"relations[{i}]: {end} must be {label}, spans[{index}] is {self.spans[index].label}"
                    )
                elif end == "head" and not kind.admits(self.spans[index].attributes):
                    found.append(
                        f"relations[{i}]: {relation.type} does not go from a {label} with"
                        f" {self.spans[index].attributes}"
                    )
        return found

    def _sentence_problems(self, scheme: Scheme) -> list[str]:
        found: list[str] = []
        last_end = 0
        for i, sentence in enumerate(self.sentences):
            name = f"sentences[{i}] [{sentence.start}, {sentence.end})"
            if not last_end <= sentence.start < sentence.end <= len(self.text):
                found.append(
                    f"{name} is empty, outside the text, out of order or overlaps the one before"
                )
            last_end = max(last_end, sentence.end)
            if sentence.kind is not None and sentence.kind not in scheme.kinds:
                found.append(
                    f"{name}: unknown kind {sentence.kind!r}; the scheme has {', '.join(scheme.kinds)}"
                )
        return found

    def check_unicode(self, where: str = "") -> None:
        """Raise `DataError` where a text, label or value has half a UTF-16 surrogate pair, naming its key."""
        for key, value in self.to_dict().items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            refuse_surrogates(shown, key, where)

    def check(self, scheme: Scheme, where: str = "") -> None:
        """Raise `DataError` with the first of `problems`, if any."""
        if problems := self.problems(scheme):
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise DataError(f"report {self.id!r}: {problems[0]}{more}", where)
