"""A label scheme for reports annotated elsewhere: what they use, as far as possible in the words of a known one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Attribute, Label, RelationType, Scheme

# For labels that have no colour of their own; dark enough for white text.
_COLORS = ("#b45309", "#1d4ed8", "#047857", "#7c3aed", "#be123c", "#0e7490", "#4d7c0f", "#a21caf")


def _attribute(key: str, values: set[object], known: Attribute | None, label: str) -> Attribute:
    """The attribute with all ``values``: those that ``known`` lacks are added under their own names."""
    flags = {isinstance(value, bool) for value in values}
    flag = known.flag if known else flags == {True}
    if flags != {flag} or not (flag or all(isinstance(value, str) for value in values)):
        shown = ", ".join(sorted(map(repr, values)))
        raise DataError(f"{label}.{key} has values that are no choice and no flag: {shown}")
    if flag:
        return known or Attribute(key, key, flag=True)
    old = dict(known.values) if known else {}
    new = {value: value for value in sorted(map(str, values - old.keys()))}
    return Attribute(key, known.name if known else key, old | new)


def _relation(key: str, ends: set[tuple[str, str]], known: RelationType | None) -> RelationType:
    if known and ends <= {(known.head, known.tail)}:
        return known
    if len(ends) > 1:
        shown = ", ".join(f"{head} → {tail}" for head, tail in sorted(ends))
        raise DataError(
            f"relation {key!r} goes between several labels: {shown}; give each its name"
        )
    ((head, tail),) = ends
    return RelationType(key, key, head, tail)


def induce(documents: Sequence[Document], base: Scheme) -> Scheme:
    """The scheme of what ``documents`` use, labels and kinds in the order of ``base``, then as they appear.

    Labels, attributes, values, relations and kinds that ``base`` has keep their names and colours; others get
    their keys as names. Labels and kinds of ``base`` that never occur are left out; a label that occurs keeps all
    of its attributes.

    Raises:
        DataError: when there are no spans, or no scheme could hold an attribute or a relation.
    """
    values: dict[str, dict[str, set[object]]] = {}
    ends: dict[str, set[tuple[str, str]]] = {}
    kinds: dict[str, str] = {}
    for document in documents:
        for span in document.spans:
            attributes = values.setdefault(span.label, {})
            for key, value in span.attributes.items():
                attributes.setdefault(key, set()).add(value)
        for relation in document.relations:
            labels = (document.spans[i].label for i in (relation.head, relation.tail))
            ends.setdefault(relation.type, set()).add(tuple(labels))
        for sentence in document.sentences:
            if sentence.kind is not None:
                kinds[sentence.kind] = base.kinds.get(sentence.kind, sentence.kind)
    if not values:
        raise DataError("there are no spans, so no labels to make a scheme of")
    labels: dict[str, Label] = {}
    for key in [
        *(k for k in base.labels if k in values),
        *(k for k in values if k not in base.labels),
    ]:
        fresh = Label(key, key, _COLORS[len(labels) % len(_COLORS)])
        label = base.labels.get(key, fresh)
        attributes = dict(label.attributes)
        for name, found in values[key].items():
            attributes[name] = _attribute(name, found, attributes.get(name), key)
        labels[key] = replace(label, attributes=attributes)
    relations = {key: _relation(key, found, base.relations.get(key)) for key, found in ends.items()}
    order = [*(k for k in base.kinds if k in kinds), *(k for k in kinds if k not in base.kinds)]
    return Scheme(base.version, labels, relations, {key: kinds[key] for key in order})
