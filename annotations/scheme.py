"""The label scheme, read from ``scheme.toml``: labels, their attributes, relations, sentence kinds."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from annotations.errors import DataError

DEFAULT_PATH = Path(__file__).with_name("scheme.toml")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a label: a choice of ``values`` (value → Chinese name) or a boolean flag."""

    key: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    flag: bool = False

    def problem(self, value: object) -> str | None:
        """Why ``value`` does not fit this attribute, or None."""
        if self.flag:
            return None if isinstance(value, bool) else f"{self.key} must be true or false"
        if value in self.values:
            return None
        return f"{self.key}={value!r} is none of {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Label:
    """One kind of span."""

    key: str
    name: str
    color: str = "#555555"
    description: str = ""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RelationType:
    """A relation from spans labelled ``head`` to spans labelled ``tail``.

    ``head_attributes`` limits which heads can take part: attribute key → allowed values.
    """

    key: str
    name: str
    head: str
    tail: str
    head_attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def admits(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a head span with these attributes may be linked (absent attributes are not held against it)."""
        return all(
            attributes.get(key) is None or attributes[key] in allowed
            for key, allowed in self.head_attributes.items()
        )


@dataclass(frozen=True, slots=True)
class Scheme:
    """The whole scheme. Order is the file's order and fixes the order of model outputs."""

    version: int
    labels: Mapping[str, Label]
    relations: Mapping[str, RelationType]
    kinds: Mapping[str, str]

    def tags(self) -> list[str]:
        """BIO tags: ``O``, then ``B-X`` and ``I-X`` for every label, in order."""
        return ["O", *(f"{prefix}-{label}" for label in self.labels for prefix in "BI")]

    def attributes(self) -> Iterator[tuple[Label, Attribute]]:
        """Every (label, attribute) pair, in order."""
        for label in self.labels.values():
            for attribute in label.attributes.values():
                yield label, attribute

    def to_dict(self) -> dict[str, Any]:
        """The scheme in the shape of the TOML file; `parse` reads it back."""
        labels = {}
        for label in self.labels.values():
            labels[label.key] = {
                "name": label.name,
                "color": label.color,
                "description": label.description,
                "attributes": {
                    a.key: {"name": a.name, "flag": True}
                    if a.flag
                    else {"name": a.name, "values": dict(a.values)}
                    for a in label.attributes.values()
                },
            }
        relations = {
            r.key: {
                "name": r.name,
                "head": r.head,
                "tail": r.tail,
                "head_attributes": {k: list(v) for k, v in r.head_attributes.items()},
            }
            for r in self.relations.values()
        }
        return {
            "version": self.version,
            "labels": labels,
            "relations": relations,
            "kinds": dict(self.kinds),
        }


def _table(value: Any, place: str, where: str) -> Mapping[str, Any]:
    """``value``, the entry at ``place``, which must be a table."""
    if not isinstance(value, Mapping):
        raise DataError(f"{place} must be a table, found {value!r}", where)
    return value


def _attributes(label: str, entries: Mapping[str, Any], where: str) -> dict[str, Attribute]:
    attributes = {}
    for name, entry in entries.items():
        place = f"labels.{label}.attributes.{name}"
        spec = _table(entry, place, where)
        flag = bool(spec.get("flag", False))
        values = dict(_table(spec.get("values", {}), f"{place}.values", where))
        if flag == bool(values):
            raise DataError(f"{place}: give either values = {{…}} or flag = true", where)
        attributes[name] = Attribute(name, spec.get("name", name), values, flag)
    return attributes


def _relation(
    key: str, entry: Mapping[str, Any], labels: Mapping[str, Label], where: str
) -> RelationType:
    for end in ("head", "tail"):
        if entry.get(end) not in labels:
            raise DataError(f"relations.{key}.{end} must name one of the labels", where)
    limits = {}
    allowed = _table(entry.get("head_attributes", {}), f"relations.{key}.head_attributes", where)
    for name, values in allowed.items():
        attribute = labels[entry["head"]].attributes.get(name)
        if attribute is None or not set(values) <= attribute.values.keys():
            raise DataError(
                f"relations.{key}.head_attributes.{name}: {values!r} are no values of {entry['head']}",
                where,
            )
        limits[name] = tuple(values)
    return RelationType(key, entry.get("name", key), entry["head"], entry["tail"], limits)


def parse(data: Mapping[str, Any], where: str = "scheme") -> Scheme:
    """Build a `Scheme` from the parsed TOML (or JSON) mapping.

    Raises:
        DataError: naming the entry that is missing or contradicts another.
    """
    if not _table(data.get("labels", {}), "labels", where):
        raise DataError("no [labels.…] table; a scheme needs at least one label", where)
    version = data.get("version", 1)
    if not isinstance(version, int):
        raise DataError(f"version must be a whole number, found {version!r}", where)
    labels = {}
    for key, value in data["labels"].items():
        entry = _table(value, f"labels.{key}", where)
        if not key.isidentifier():
            raise DataError(f"label {key!r}: use letters, digits and _ only", where)
        labels[key] = Label(
            key,
            entry.get("name", key),
            entry.get("color", "#555555"),
            entry.get("description", ""),
            _attributes(
                key, _table(entry.get("attributes", {}), f"labels.{key}.attributes", where), where
            ),
        )
    relations = {
        key: _relation(key, _table(entry, f"relations.{key}", where), labels, where)
        for key, entry in _table(data.get("relations", {}), "relations", where).items()
    }
    return Scheme(version, labels, relations, dict(_table(data.get("kinds", {}), "kinds", where)))


def _toml(value: object) -> str:
    """A value as TOML; JSON has the same notation for strings, whole numbers and booleans."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "_").isidentifier()
    return key if bare else json.dumps(key, ensure_ascii=False)


def dumps(scheme: Scheme) -> str:
    """The scheme as the text of a TOML file; `load` reads it back the same."""
    lines: list[str] = []

    def table(name: str, entry: Mapping[str, Any]) -> None:
        inner = {k: v for k, v in entry.items() if isinstance(v, Mapping) and k == "attributes"}
        lines.extend(["", f"[{name}]"])
        lines.extend(
            f"{_key(k)} = {_toml(v)}" for k, v in entry.items() if k not in inner and v != {}
        )
        for key, attribute in inner.get("attributes", {}).items():
            table(f"{name}.attributes.{_key(key)}", attribute)

    data = scheme.to_dict()
    lines.append(f"version = {_toml(data['version'])}")
    for group in ("labels", "relations"):
        for key, entry in data[group].items():
            table(f"{group}.{_key(key)}", entry)
    if data["kinds"]:
        table("kinds", data["kinds"])
    return "\n".join(lines) + "\n"


@cache
def load(path: Path = DEFAULT_PATH) -> Scheme:
    """Read a scheme file (TOML).

    Raises:
        DataError: when the file is missing or is no valid scheme.
    """
    try:
        with path.open("rb") as file:
            return parse(tomllib.load(file), str(path))
    except FileNotFoundError:
        raise DataError("no such scheme file", str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"not valid TOML: {error}", str(path)) from error
