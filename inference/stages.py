"""Where the time of extraction goes: stage by stage, and operator by operator inside the network."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from annotations.document import Document
from annotations.store import dump_line
from inference.encoding import CharVocab
from inference.extractor import DEFAULT_MODEL, VOCAB_FILE, Extractor
from inference.settings import ModelSettings
from inference.tagger import OnnxTagger

_T = TypeVar("_T")
READING, PREPARE, NETWORK, BATCHES, SPANS, REST, WRITING = (
    "reading",
    "repair, sentences, windows",
    "network",
    "batches and scores",
    "spans",
    "attributes, links, ledger",
    "writing",
)
#: Operators whose work is products of matrices.
PRODUCTS = frozenset(
    (
        "MatMul",
        "FusedMatMul",
        "Gemm",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "DynamicQuantizeMatMul",
        "QGemm",
        "QLinearMatMul",
        "Attention",
        "QAttention",
    )
)


@dataclass(frozen=True, slots=True)
class Shares:
    """Seconds by stage, in order, and the network's by kind of operator, the dearest first.

    Attributes:
        cells: characters that went through the network, padding and context included.
    """

    stages: dict[str, float]
    operators: dict[str, float]
    cells: int = 0

    @property
    def network(self) -> float:
        """Seconds of the network."""
        return self.stages[NETWORK]

    @property
    def products(self) -> float:
        """Share of the network's time that goes into products of matrices."""
        total = sum(self.operators.values())
        return sum(s for name, s in self.operators.items() if name in PRODUCTS) / (total or 1.0)


class _Timed(Extractor):
    """An extractor that notes how long each of its stages takes."""

    seconds: Counter[str]

    def _run(self, stage: str, function: Callable[..., _T], *arguments: Any) -> _T:
        began = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            self.seconds[stage] += time.perf_counter() - began

    def _prepare(self, document: Document) -> Any:
        return self._run(PREPARE, super()._prepare, document)

    def _score(self, *arguments: Any) -> None:
        self._run(BATCHES, super()._score, *arguments)

    def _decode(self, *arguments: Any) -> Any:
        return self._run(SPANS, super()._decode, *arguments)

    def _finish(self, *arguments: Any) -> Document:
        return self._run(REST, super()._finish, *arguments)


class _TimedTagger:
    """A tagger that notes how long the network takes, and what of it each operator."""

    def __init__(self, folder: Path, threads: int | None, profile: Path) -> None:
        self.seconds, self.cells = 0.0, 0
        self._tagger = OnnxTagger(folder, threads, "cpu", profile=profile)

    def __call__(self, input_ids: Any, attention_mask: Any) -> Any:
        self.cells += input_ids.size
        began = time.perf_counter()
        try:
            return self._tagger(input_ids, attention_mask)
        finally:
            self.seconds += time.perf_counter() - began

    def operators(self) -> dict[str, float]:
        """Seconds by kind of operator; ends the profile."""
        events = json.loads(self._tagger.end_profile().read_text(encoding="utf-8"))
        found: Counter[str] = Counter()
        for event in events:
            if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
                found[event["args"]["op_name"]] += event["dur"] / 1e6
        return dict(found.most_common())


def measure_stages(
    reports: Iterable[Document], folder: Path | None = None, *, threads: int | None = 1
) -> Shares:
    """Extract ``reports`` in this process, write them as lines, and note where the time goes.

    Args:
        reports: raw reports; what it takes to get them is the stage of reading.
        folder: the model folder; the shipped model by default.
        threads: of the network.
    """
    folder = folder or DEFAULT_MODEL
    settings, vocab = ModelSettings.load(folder), CharVocab.load(folder / VOCAB_FILE)
    with tempfile.TemporaryDirectory() as place:
        tagger = _TimedTagger(folder, threads, Path(place) / "network")
        extractor = _Timed(tagger, vocab, settings)
        seconds = extractor.seconds = Counter()
        with (Path(place) / "out.jsonl").open("w", encoding="utf-8") as file:
            for document in extractor.stream(_read(iter(reports), seconds)):
                began = time.perf_counter()
                file.write(dump_line(document) + "\n")
                seconds[WRITING] += time.perf_counter() - began
            began = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            seconds[WRITING] += time.perf_counter() - began
        operators = tagger.operators()
    seconds[NETWORK] = tagger.seconds
    seconds[BATCHES] -= tagger.seconds
    return Shares(
        {
            name: seconds[name]
            for name in (READING, PREPARE, NETWORK, BATCHES, SPANS, REST, WRITING)
        },
        operators,
        tagger.cells,
    )


def _read(reports: Iterator[Document], seconds: Counter[str]) -> Iterator[Document]:
    """The reports, with the time that each takes to come noted."""
    while True:
        began = time.perf_counter()
        report = next(reports, None)
        seconds[READING] += time.perf_counter() - began
        if report is None:
            return
        yield report


def table(shares: Shares) -> str:
    """Both as tables in Markdown, with shares in per cent."""
    lines = []
    for title, rows in (("stage", shares.stages), ("operator of the network", shares.operators)):
        total = sum(rows.values()) or 1.0
        lines += [f"| {title} | seconds | % |", "|---|---:|---:|"]
        lines += [f"| {k} | {v:.2f} | {100 * v / total:.1f} |" for k, v in list(rows.items())[:10]]
        lines.append("")
    return "\n".join([*lines, f"products of matrices: {shares.products:.0%} of the network's time"])
