"""What every engine's worker does: load the model once, then turn chunks of reports into lines of output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations.document import Document
from annotations.store import dump_line
from inference.devices import resolve
from inference.extractor import BATCH_TOKENS, DEFAULT_MODEL, VOCAB_FILE, Extractor
from inference.settings import FILE_NAME, ModelSettings
from inference.summary import Summary
from inference.tagger import network


@dataclass(frozen=True, slots=True)
class Setup:
    """How reports are extracted; small, and the same for every worker.

    Attributes:
        model: the model folder; None is the shipped model.
        device: ``auto``, ``cpu`` or ``cuda``; see `inference.devices.resolve`.
        repair, min_confidence, batch_tokens, seconds: as for `Extractor`.
    """

    model: Path | None = None
    device: str = "auto"
    repair: bool = True
    min_confidence: float = 0.0
    batch_tokens: int = BATCH_TOKENS
    seconds: float | None = None

    def load(self, threads: int | None) -> Extractor:
        """The extractor, on so many threads.

        Raises:
            DataError: the model folder is none, or the device is not to be had.
        """
        return Extractor.load(
            self.model,
            threads=threads,
            device=self.device,
            repair=self.repair,
            min_confidence=self.min_confidence,
            batch_tokens=self.batch_tokens,
            seconds=self.seconds,
        )

    def processes(self, cores: int) -> int:
        """Workers for so many cores: one for each; on CUDA one alone, since more would share one card's memory."""
        return 1 if resolve(self.device) == "cuda" else cores

    def identity(self) -> dict[str, Any]:
        """What decides the results, this library and the model's content included; JSON-ready.

        Raises:
            DataError: the model folder is none, or the device is unknown.
        """
        from zhaoshang import __version__

        folder = self.model or DEFAULT_MODEL
        settings = ModelSettings.load(folder)
        device = resolve(self.device)
        digest = hashlib.sha256()
        for path in (folder / FILE_NAME, folder / VOCAB_FILE, network(folder, device)):
            if path.exists():
                digest.update(path.read_bytes())
        return {
            "library": __version__,
            "model": f"{settings.name}@{settings.version} {digest.hexdigest()}",
            "device": device,
            "repair": self.repair,
            "min-confidence": self.min_confidence,
            "batch-tokens": self.batch_tokens,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """The lines of a chunk's reports, and their figures."""

    lines: bytes
    summary: Summary


def work(extractor: Extractor, reports: Iterable[Document]) -> Result:
    """Extract one chunk."""
    summary = Summary()
    lines = []
    for document in extractor.extract(reports):
        summary.count(document)
        lines.append(dump_line(document) + "\n")
    return Result("".join(lines).encode(), summary)
