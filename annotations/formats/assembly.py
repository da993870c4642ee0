"""A report on its way in from another tool: its own names and counting become ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.document import Document, Relation, Sentence, Span, refuse_surrogates
from annotations.errors import DataError
from annotations.repair_offsets import Quote, convert, distrust
from annotations.scheme import Attribute, Scheme


def label_key(scheme: Scheme, word: str) -> str:
    """The label that ``word`` names by key or by Chinese name; an unknown one as an identifier."""
    if word in scheme.labels:
        return word
    for label in scheme.labels.values():
        if label.name == word:
            return label.key
    key = re.sub(r"\W", "_", word)
    return key if key.isidentifier() else f"_{key}"


def kind_key(scheme: Scheme, word: str) -> str:
    """The sentence kind that ``word`` names by key or by Chinese name; else ``word``."""
    return next((key for key, name in scheme.kinds.items() if name == word), word)


def attribute_value(attribute: Attribute | None, word: Any) -> Any:
    """An attribute's value from a tool's word for it: key or Chinese name, yes or no for a flag."""
    if attribute is None or not isinstance(word, str):
        return word
    if attribute.flag:
        flags = {"true": True, "是": True, attribute.key: True, "false": False, "否": False}
        return flags.get(word, word)
    return next((key for key, name in attribute.values.items() if name == word), word)


def without_false_flags(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes without flags that say no: absent is false."""
    return {key: value for key, value in attributes.items() if value is not False}


@dataclass(slots=True)
class Incoming:
    """A report as another tool gives it; spans and sentences have places in that tool's counting.

    Attributes:
        spans: the tool's id of a span → its quote, and the span (its place is filled in later).
        sentences: quotes and sentences, likewise.
        relations: relations with the tool's ids of their two spans.
    """

    id: str
    text: str
    meta: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    spans: dict[Any, tuple[Quote, Span]] = field(default_factory=dict)
    sentences: list[tuple[Quote, Sentence]] = field(default_factory=list)
    relations: list[tuple[Any, Any, Relation]] = field(default_factory=list)

    def document(self, where: str) -> Document:
        """The report with offsets in code points, sorted, relations as indices.

        Raises:
            DataError: naming ``where``, when offsets cannot be placed, a relation names no span, or a text has half
                a UTF-16 surrogate pair.
        """
        where = f"{where}: report {self.id!r}"
        refuse_surrogates(self.text, "text", where)
        quotes = [quote for quote, _ in [*self.spans.values(), *self.sentences]]
        found = convert(self.text, quotes, where)
        if all(quote.text is None for quote, _ in self.spans.values()):
            distrust(self.text, found[: len(self.spans)], where)
        places = iter(found)
        for _, item in [*self.spans.values(), *self.sentences]:
            item.start, item.end = next(places)
        order = sorted(
            self.spans, key=lambda key: (self.spans[key][1].start, self.spans[key][1].end)
        )
        index = {key: i for i, key in enumerate(order)}
        relations = []
        for head, tail, relation in self.relations:
            for end in (head, tail):
                if end not in index:
                    raise DataError(f"a {relation.type} relation names no span: {end!r}", where)
            relation.head, relation.tail = index[head], index[tail]
            relations.append(relation)
        document = Document(
            self.id,
            self.text,
            self.meta,
            sorted((s for _, s in self.sentences), key=lambda s: s.start),
            [self.spans[key][1] for key in order],
            sorted(relations, key=lambda r: (r.head, r.tail)),
            self.extra,
        )
        document.check_unicode(where)
        return document
