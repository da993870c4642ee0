"""An examination (`training.assess`) as one HTML page that needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from annotations.errors import DataError
from annotations.scheme import Scheme
from training.evaluate import overlap_f1

TEMPLATES = Path(__file__).with_name("templates")
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}")


def render(figures: Mapping[str, Any], scheme: Scheme) -> str:
    """The page.

    Args:
        figures: as `training.assess.assess` returns them.
        scheme: names and colours of the labels.

    Raises:
        DataError: for a label colour that is no ``#rrggbb``.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    for label in scheme.labels.values():
        if not _COLOR.fullmatch(label.color):
            raise DataError(f"label {label.key}: color {label.color!r} is not #rrggbb", "scheme")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {"percent": _percent, "interval": _interval, "words": _words}
    colors = {label: i for i, label in enumerate(scheme.labels)}
    largest = max(
        (b["items"] for row in figures["calibration"].values() for b in row["bins"]), default=1
    )
    calibration = {
        name: row
        | {"bins": [b | {"radius": 1 + 5 * sqrt(b["items"] / largest)} for b in row["bins"]]}
        for name, row in figures["calibration"].items()
    }
    return environment.get_template("assessment.html").render(
        model=figures["model"],
        figures=dict(figures) | {"calibration": calibration},
        labels=list(scheme.labels.values()),
        spans=_span_rows(figures),
        others=list(_other_rows(figures)),
        confusion=[(name, _square(table)) for name, table in figures["confusion"].items()],
        worst=[
            row
            | {side: list(_pieces(row["text"], row[side], colors)) for side in ("gold", "found")}
            for row in figures["worst"]
        ],
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _interval(value: Sequence[float] | None) -> str:
    return f" ({_percent(value[0])}–{_percent(value[1])})" if value else ""


def _words(attributes: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in attributes.items())


def _span_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    # The macro average is one of F1s; it has no counts of its own.
    macro = {"precision": None, "recall": None, "f1": figures["macro_f1"], "reference": ""}
    rows = [*figures["spans"].items(), ("micro", figures["micro"]), ("macro", macro)]
    overlap = overlap_f1(figures)
    return [
        row | {"name": name, "interval": figures["intervals"].get(name), "overlap": overlap[name]}
        for name, row in rows
    ]


def _other_rows(figures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Attributes, relations and kinds: as read, and (``given``) when told the gold spans."""
    for kind, score, count in (
        ("attributes", "accuracy", "spans"),
        ("relations", "f1", "reference"),
    ):
        read, given = figures[kind], figures["given"][kind]
        for name in sorted(read.keys() | given.keys()):
            # What was never found exactly has figures on the gold spans only.
            yield {
                "name": name,
                "score": read[name][score] if name in read else None,
                "items": read[name][count] if name in read else 0,
                "interval": figures["intervals"].get(name),
                "given": given[name][score] if name in given else None,
                "given_items": given[name][count] if name in given else "",
            }
    kinds = figures["kinds"]
    if kinds["sentences"]:
        yield {
            "name": "kind",
            "score": kinds["accuracy"],
            "items": kinds["sentences"],
            "interval": figures["intervals"].get("kind"),
            "given": None,
            "given_items": "",
        }


def _square(table: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    columns = sorted({column for row in table.values() for column in row} | set(table))
    rows = [(name, [(c, table[name].get(c, 0)) for c in columns]) for name in sorted(table)]
    return {"columns": columns, "rows": rows}


def _pieces(
    text: str, spans: Sequence[Mapping[str, Any]], colors: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """The sentence cut at its spans' edges."""
    at = 0
    for span in sorted(spans, key=lambda s: s["start"]):
        if at < span["start"]:
            yield {"text": text[at : span["start"]], "span": None}
        yield {
            "text": text[span["start"] : span["end"]],
            "span": span,
            "label": colors.get(span["label"], 0),
        }
        at = span["end"]
    yield {"text": text[at:], "span": None}
