"""Formats of other tools, by name: reading and writing reports in them, and the tools' configurations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from annotations import scheme as schemes
from annotations.document import Document
from annotations.errors import DataError
from annotations.formats import brat, conll, doccano, hf, inline, jsonl, label_studio
from annotations.formats.label_studio_config import config as label_studio_config
from annotations.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is read and written, and one line on what it is.

    Attributes:
        predictions: whether it tells what a model found from what was annotated; ``read`` then takes ``predictions``
            and ``left_out``, as `annotations.formats.read` does.
    """

    summary: str
    read: Callable[..., list[Document]]
    write: Callable[[Path, Iterable[Document], Scheme], None]
    predictions: bool = False


FORMATS = {
    "jsonl": Format("the document format, JSON Lines", jsonl.read, jsonl.write),
    "inline": Format("marked-up plain text", inline.read, inline.write),
    "label-studio": Format(
        "JSON tasks, JSON and JSON-MIN exports", label_studio.read, label_studio.write, True
    ),
    "doccano": Format("JSONL with relations", doccano.read, doccano.write),
    "brat": Format("a standoff folder", brat.read, brat.write),
    "conll": Format("columns in BIO, BMES, BIOES or BILOU", conll.read, conll.write),
    "hf": Format("a Hugging Face datasets folder", hf.read, hf.write),
}
#: What a tool needs to know of the scheme before it can annotate: name → text of the scheme.
CONFIGURATIONS: dict[str, Callable[[Scheme], str]] = {
    "label-studio-config": label_studio_config,
    "doccano-labels": doccano.labels,
    "brat-config": brat.config,
}


def _find(name: str) -> Format:
    if name in CONFIGURATIONS:
        raise DataError(f"{name} is a configuration; it holds no reports")
    if name not in FORMATS:
        raise DataError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def read(
    path: Path,
    format: str,
    scheme: Scheme | None = None,
    *,
    predictions: bool = False,
    left_out: list[str] | None = None,
) -> list[Document]:
    """Reports of a file or folder in ``format``, offsets in code points of the raw text.

    Labels, values and kinds are matched by key or Chinese name; those that ``scheme`` (by default the
    project's) lacks are kept: see `annotations.induction.induce`.

    Args:
        path: the file or folder.
        format: its name in `FORMATS`.
        scheme: by default the project's.
        predictions: where the format tells them apart (`Format.predictions`), also read reports that nobody has
            annotated, with what a model found in them.
        left_out: gets the places of such reports, where they are not read.

    Raises:
        DataError: for an unknown format, or with file, place and reason.
    """
    found = _find(format)
    if not path.exists():
        raise DataError("no such file or folder", str(path))
    known = scheme or schemes.load()
    if found.predictions:
        return found.read(path, known, predictions=predictions, left_out=left_out)
    return found.read(path, known)


def write(
    path: Path, documents: Iterable[Document], format: str, scheme: Scheme | None = None
) -> None:
    """Write reports to a file or folder in ``format``; parent folders are made.

    Raises:
        DataError: for an unknown format, or what the format cannot hold at all.
    """
    _find(format).write(path, documents, scheme or schemes.load())
