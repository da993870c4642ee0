"""Where a model comes from: hashes of its weights, base, data and code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from annotations import store
from annotations.scheme import Scheme
from inference.settings import ModelSettings
from training.base import resolve_base
from training.config import TrainConfig
from training.data import Data

FILE_NAME = "lineage.json"
ROOMS = ("annotations", "inference", "training")


def weights_digest(model: torch.nn.Module) -> str:
    """SHA-256 over a model's weights by name."""
    total = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        total.update(f"{name} {tuple(value.shape)}".encode())
        total.update(value.detach().cpu().contiguous().numpy().tobytes())
    return total.hexdigest()


def code_digest() -> str:
    """SHA-256 over this library's Python files."""
    root = Path(__file__).parent.parent
    total = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            total.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def lineage(
    model: torch.nn.Module, data: Data, scheme: Scheme, config: TrainConfig, parent: Path | None
) -> dict[str, Any]:
    """What made a model, JSON-ready; folders appear by their last name only."""
    from zhaoshang import __version__

    return {
        "weights": weights_digest(model),
        "base": None if parent else _base(config),
        "parent": _parent(parent) if parent else None,
        "data": {
            part: {"reports": len(documents), "sha256": store.digest(documents)}
            for part, documents in data.parts().items()
        },
        "scheme": hashlib.sha256(json.dumps(scheme.to_dict()).encode()).hexdigest(),
        "library": __version__,
        "code": code_digest(),
    }


def read(folder: Path) -> dict[str, Any]:
    """The lineage a model folder holds; empty where it has none."""
    path = folder / FILE_NAME
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _base(config: TrainConfig) -> dict[str, Any]:
    source = resolve_base(config.base)
    found: dict[str, Any] = {"name": str(source), "own": config.base is None}
    weights = Path(source) / "model.safetensors"
    if weights.is_file():
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found |= {"name": weights.parent.name, "sha256": digest}
    return found


def base_of(record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The base at the root of a lineage, through all the models it was continued from; None where none is known."""
    while record:
        if base := record.get("base"):
            return base
        record = record.get("parent")
    return None


def ancestors(record: Mapping[str, Any]) -> list[str]:
    """The models (``name@version``) that a lineage's model was continued from, the nearest first."""
    found = []
    while record := record.get("parent") or {}:
        found.append(record["model"])
    return found


def _parent(folder: Path) -> dict[str, Any]:
    """The lineage of a parent, as far as its child keeps it: its own parent included, down to the base."""
    settings = ModelSettings.load(folder)
    record = read(folder)
    return {
        "model": f"{settings.name}@{settings.version}",
        "weights": record.get("weights"),
        "base": base_of(record),
        "parent": record.get("parent"),
    }
