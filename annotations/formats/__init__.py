"""Formats of other tools, by name, and reading and writing reports in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from annotations import scheme as schemes
from annotations.document import Document
from annotations.errors import DataError
from annotations.formats import (
    brat,
    conll,
    doccano,
    hf,
    inline,
    jsonl,
    label_studio,
    label_studio_config,
)
from annotations.scheme import Scheme

Reader = Callable[[Path, Scheme], list[Document]]
Writer = Callable[[Path, Iterable[Document], Scheme], None]


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is read and written; None where it has no such side."""

    summary: str
    read: Reader | None
    write: Writer | None


FORMATS = {
    "jsonl": Format("the document format, JSON Lines", jsonl.read, jsonl.write),
    "inline": Format("marked-up plain text, ⟦…|LABEL …⟧", inline.read, inline.write),
    "label-studio": Format(
        "Label Studio: JSON tasks, JSON and JSON-MIN exports", label_studio.read, label_studio.write
    ),
    "label-studio-config": Format("Label Studio's labelling XML", None, label_studio_config.write),
    "doccano": Format("doccano: JSONL with relations", doccano.read, doccano.write),
    "doccano-labels": Format("doccano's list of labels", None, doccano.write_labels),
    "brat": Format("brat standoff, a folder", brat.read, brat.write),
    "conll": Format("CoNLL columns: BIO, BMES, BIOES, BILOU", conll.read, conll.write),
    "hf": Format("a Hugging Face datasets folder", hf.read, hf.write),
}


def _find(name: str) -> Format:
    if name not in FORMATS:
        raise DataError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def read(path: Path, format: str, scheme: Scheme | None = None) -> list[Document]:
    """Reports of a file or folder in ``format``, offsets in code points of the raw text.

    Labels, values and kinds are matched by key or Chinese name; those that ``scheme`` (by default the
    project's) lacks are kept: see `annotations.induction.induce`.

    Raises:
        DataError: for an unknown or write-only format, or with file, place and reason.
    """
    reader = _find(format).read
    if reader is None:
        raise DataError(f"{format} can only be written")
    if not path.exists():
        raise DataError("no such file or folder", str(path))
    return reader(path, scheme or schemes.load())


def write(
    path: Path, documents: Iterable[Document], format: str, scheme: Scheme | None = None
) -> None:
    """Write reports to a file or folder in ``format``; parent folders are made.

    Raises:
        DataError: for an unknown format, or what the format cannot hold at all.
    """
    writer = _find(format).write
    if writer is None:
        raise DataError(f"{format} can only be read")
    writer(path, documents, scheme or schemes.load())
