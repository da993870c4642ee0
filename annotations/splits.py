"""Which report is for training, development or test: frozen lists, and a rule for reports not listed yet.

Sentences taken from a report as reports of their own (`inference.suggest`) go where that report goes.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from annotations.document import Document
from annotations.errors import DataError

DEFAULT_PATH = Path(__file__).parent / "data" / "splits.toml"
PARTS = ("train", "development", "test")
#: Share of unlisted reports that go to development.
DEVELOPMENT_SHARE = 0.15


@cache
def load(path: Path = DEFAULT_PATH) -> Mapping[str, str]:
    """Report id → part, from a TOML file with a list of ids per part.

    Raises:
        DataError: for a file that is no such list, an unknown part or an id in two parts.
    """
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not valid TOML: {error}", str(path)) from None
    parts: dict[str, str] = {}
    for part, ids in entries.items():
        if part not in PARTS:
            raise DataError(f"unknown part {part!r}; there are {', '.join(PARTS)}", str(path))
        if not isinstance(ids, list):
            raise DataError(f"{part} must be a list of report ids", str(path))
        for name in ids:
            if not isinstance(name, str):
                raise DataError(f"{part} must list report ids in quotes, not {name!r}", str(path))
            if name in parts:
                raise DataError(f"{name!r} is in {parts[name]} and in {part}", str(path))
            parts[name] = part
    return parts


def origin(document: Document) -> str:
    """The id of the report that a document is a sentence of (``meta["report"]``), or its own id."""
    name = document.meta.get("report")
    return name if isinstance(name, str) and name else document.id


def _listed_part(document: Document, names: Mapping[str, str]) -> str | None:
    return names.get(document.id) or names.get(origin(document))


def load_own(path: Path, documents: Iterable[Document]) -> Mapping[str, str]:
    """Report id → part by a file of the user's own, which goes before the project's lists.

    Raises:
        DataError: as `load`; also when ``path`` is no file or lists none of ``documents``.
    """
    if not path.is_file():
        raise DataError("no such file; name one with a list of report ids per part", str(path))
    own = load(path)
    if not any(_listed_part(document, own) for document in documents):
        raise DataError("lists none of the reports given; its ids must be theirs", str(path))
    return {**load(), **own}


def absent(path: Path, documents: Iterable[Document], parts: Iterable[str] = PARTS) -> list[str]:
    """Ids that a file lists under ``parts`` and that are none of ``documents``: mistyped, perhaps."""
    known, wanted = {name for d in documents for name in (d.id, origin(d))}, set(parts)
    return [name for name, part in load(path).items() if part in wanted and name not in known]


def _draw(name: str, seed: int) -> float:
    """A number in [0, 1) that depends on the id alone, so that adding reports moves no other."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def divide(
    documents: Iterable[Document],
    seed: int = 13,
    path: Path = DEFAULT_PATH,
    own: Path | None = None,
) -> dict[str, list[Document]]:
    """Reports by part: as listed, or else by a draw from the id; a report and its sentences (`origin`) stay together.

    Where none would be left for development (or for training), the report with the lowest (highest) draw is moved; not
    one that is listed, where there is ``own``.

    Args:
        documents: the reports.
        seed: of the draw.
        path: the project's lists.
        own: the user's, see `load_own`.

    Raises:
        DataError: as `load` and `load_own`.
    """
    documents = list(documents)
    listed = load(path) if own is None else load_own(own, documents)
    parts: dict[str, list[Document]] = {part: [] for part in PARTS}
    for document in documents:
        part = _listed_part(document, listed)
        if part is None:
            part = "development" if _draw(origin(document), seed) < DEVELOPMENT_SHARE else "train"
        parts[part].append(document)
    for empty, other, pick in (("development", "train", min), ("train", "development", max)):
        names = {
            origin(document)
            for document in parts[other]
            if own is None or _listed_part(document, listed) is None
        }
        if not parts[empty] and names and len({origin(d) for d in parts[other]}) > 1:
            moved = pick(names, key=lambda name: _draw(name, seed))
            parts[empty] = [d for d in parts[other] if origin(d) == moved]
            parts[other] = [d for d in parts[other] if origin(d) != moved]
    return parts


def listed(documents: Iterable[Document], path: Path = DEFAULT_PATH) -> dict[str, list[Document]]:
    """Reports by part, only those that the lists name, or whose report (`origin`) they name."""
    names = load(path)
    parts: dict[str, list[Document]] = {part: [] for part in PARTS}
    for document in documents:
        if (part := _listed_part(document, names)) is not None:
            parts[part].append(document)
    return parts


def propose(
    documents: Iterable[Document],
    sizes: Mapping[str, int],
    axes: tuple[str, ...] = ("region", "genre", "script"),
    together: Iterable[tuple[str, str]] = (),
    seed: int = 13,
) -> dict[str, list[str]]:
    """Ids by part, stratified: sorted by their values on ``axes`` and drawn at even steps through that order.

    Args:
        sizes: how many reports ``development`` and ``test`` get; the rest trains.
        axes: keys of ``meta``.
        together: pairs of ids that must share a part (`annotations.leakage`); such reports train.

    Raises:
        DataError: when fewer reports are free than development and test want.
    """
    bound = {name for pair in together for name in pair}
    free = [d for d in documents if d.id not in bound]
    order = sorted(free, key=lambda d: (*(str(d.meta.get(a, "")) for a in axes), _draw(d.id, seed)))
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    wanted = sizes["test"] + sizes["development"]
    if wanted > len(order):
        raise DataError(
            f"{wanted} reports are wanted for development and test, {len(order)} are free"
        )
    step = len(order) / wanted if wanted else 0
    chosen = {int(i * step): i for i in range(wanted)}
    for place, document in enumerate(order):
        if place not in chosen:
            parts["train"].append(document.id)
            continue
        # Development and test alternate in proportion to their sizes.
        i = chosen[place]
        is_test = (i + 1) * sizes["test"] // wanted > i * sizes["test"] // wanted
        parts["test" if is_test else "development"].append(document.id)
    parts["train"] += sorted(bound)
    return {part: sorted(ids) for part, ids in parts.items()}


def save(parts: Mapping[str, Iterable[str]], path: Path = DEFAULT_PATH) -> None:
    """Freeze ids by part as a TOML file."""
    lines = ["# Frozen: which report is in which part. For others see annotations/splits.py."]
    for part in PARTS:
        # A JSON string is a TOML string.
        names = (f"    {json.dumps(name, ensure_ascii=False)}," for name in parts.get(part, []))
        lines += ["", f"{part} = [", *names, "]"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    load.cache_clear()
