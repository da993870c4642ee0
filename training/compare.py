"""Two models on the same reports: what differs beyond chance, how fast each is, how large."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.extractor import Extractor
from inference.tagger import MODEL_FILE
from training.bootstrap import Difference, paired
from training.evaluate import agreements, predict
from training.export import export

#: Speed is the best of so many readings.
READINGS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side of a comparison.

    Attributes:
        name: ``name@version``.
        speed: characters read per second, the best of a few readings.
        size: bytes of the exported network.
    """

    name: str
    speed: float
    size: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Model B against model A: ``scores`` by name (labels, ``micro``, ``macro``, attributes, relations, ``kind``)."""

    a: Candidate
    b: Candidate
    reports: int
    labels: tuple[str, ...]
    scores: Mapping[str, Difference]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        sides = {
            name: {
                "model": side.name,
                "characters_per_second": round(side.speed),
                "bytes": side.size,
            }
            for name, side in (("a", self.a), ("b", self.b))
        }
        return sides | {
            "reports": self.reports,
            "scores": {name: score.to_dict() for name, score in self.scores.items()},
        }

    def table(self) -> str:
        """As Markdown."""
        lines = [
            f"| | {self.a.name} | {self.b.name} | difference, 95 % | |",
            "|---|---|---|---|---|",
        ]
        for name, score in self.scores.items():
            a, b = (f"{100 * s:.1f}" if s is not None else "–" for s in (score.a, score.b))
            lines.append(
                f"| {name} | {a} | {b} | {100 * score.low:+.1f} … {100 * score.high:+.1f} | {score.verdict} |"
            )
        lines.append(f"| characters/s | {self.a.speed:.0f} | {self.b.speed:.0f} | | |")
        lines.append(f"| MB | {self.a.size / 1e6:.1f} | {self.b.size / 1e6:.1f} | | |")
        return "\n".join(lines)


@contextmanager
def exported(folder: Path) -> Iterator[Path]:
    """A folder that inference can load: ``folder`` itself, or an export of it that is gone afterwards.

    Raises:
        DataError: as `training.export.export`.
    """
    if (folder / MODEL_FILE).is_file():
        yield folder
        return
    with TemporaryDirectory() as name:
        yield export(folder, Path(name) / "model")


def compare(
    a: Path, b: Path, documents: Sequence[Document], scheme: Scheme | None = None
) -> Comparison:
    """Compare two model folders as they run in production (exported, int8).

    Labels that only one of the two knows are scored too: the other misses them all.

    Args:
        a, b: folders written by ``zhaoshang train`` or ``zhaoshang export``.
        documents: annotated reports that neither has learnt from.
        scheme: whose labels and attributes are compared; that of ``b`` by default.

    Raises:
        DataError: when there are no reports, or a folder is no model folder.
    """
    if not documents:
        raise DataError("there is no report to compare on", "--data")
    sides: list[Candidate] = []
    readings = []
    for folder in (a, b):
        with exported(folder) as ready:
            extractor = Extractor.load(ready)
            predicted, speed = _timed(extractor, documents)
            size = (ready / MODEL_FILE).stat().st_size
        sides.append(Candidate(extractor.model, speed, size))
        readings.append(predicted)
    scheme = scheme or extractor.settings.label_scheme
    parts = [agreements(documents, predicted, scheme) for predicted in readings]
    differences = paired(*parts, list(scheme.labels))
    order = [*scheme.labels, "micro", "macro"]
    order += sorted(name for name in differences if name not in order)
    scores = {name: differences[name] for name in order if name in differences}
    return Comparison(*sides, len(documents), tuple(scheme.labels), scores)


def _timed(extractor: Extractor, documents: Sequence[Document]) -> tuple[list[Document], float]:
    """The reading of all reports, and its speed in characters per second."""
    fastest = float("inf")
    for _ in range(READINGS):
        started = time.perf_counter()
        predicted = predict(extractor, documents)
        fastest = min(fastest, time.perf_counter() - started)
    return predicted, sum(len(d.text) for d in documents) / fastest
