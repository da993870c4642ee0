"""Which report is for training, development or test: frozen lists, and a rule for reports not listed yet."""

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
            if name in parts:
                raise DataError(f"{name!r} is in {parts[name]} and in {part}", str(path))
            parts[name] = part
    return parts


def _draw(name: str, seed: int) -> float:
    """A number in [0, 1) that depends on the id alone, so that adding reports moves no other."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def divide(
    documents: Iterable[Document], seed: int = 13, path: Path = DEFAULT_PATH
) -> dict[str, list[Document]]:
    """Reports by part: as listed, or else by a draw from the id, whole reports only.

    Where none would be left for development (or for training), the report with the lowest (highest) draw is moved.
    """
    listed = load(path)
    parts: dict[str, list[Document]] = {part: [] for part in PARTS}
    for document in documents:
        part = listed.get(document.id)
        if part is None:
            part = "development" if _draw(document.id, seed) < DEVELOPMENT_SHARE else "train"
        parts[part].append(document)
    for empty, other, pick in (("development", "train", min), ("train", "development", max)):
        if not parts[empty] and len(parts[other]) > 1:
            moved = pick(parts[other], key=lambda d: _draw(d.id, seed))
            parts[other].remove(moved)
            parts[empty].append(moved)
    return parts


def listed(documents: Iterable[Document], path: Path = DEFAULT_PATH) -> dict[str, list[Document]]:
    """Reports by part, only those that the lists name."""
    names = load(path)
    parts: dict[str, list[Document]] = {part: [] for part in PARTS}
    for document in documents:
        if document.id in names:
            parts[names[document.id]].append(document)
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
