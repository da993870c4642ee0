"""Scores of the baselines, and of model folders, as one table.

``python -m training.baselines --data annotations/data --out training/figures/baselines.json``
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from annotations import scheme as schemes
from annotations import store
from annotations.document import Document
from annotations.errors import DataError, ZhaoshangError
from annotations.scheme import Scheme
from annotations.splits import PARTS, divide
from training.baselines import crf, patterns
from training.baselines.reading import Reader
from training.bootstrap import intervals
from training.cli import write
from training.evaluate import agreements, summarise


@dataclass(frozen=True, slots=True)
class Score:
    """One reader's figures.

    Attributes:
        name: what the table calls it.
        figures: as `training.evaluate.summarise`, with ``intervals``.
        cpu: processor seconds, all threads together, that reading took.
        wall: seconds that it took.
        training: processor seconds that learning took, tuning included; None where nothing was learnt here.
        settings: what was chosen on the development reports, and how it scored there.
    """

    name: str
    figures: dict[str, Any]
    cpu: float
    wall: float
    training: float | None
    settings: dict[str, Any]

    @property
    def speed(self) -> float:
        """Characters read per processor second."""
        return self.figures["characters"] / self.cpu if self.cpu else 0.0


def score(
    name: str,
    reader: Reader,
    gold: Sequence[Document],
    scheme: Scheme,
    *,
    labels_only: bool = False,
    training: float | None = None,
    settings: dict[str, Any] | None = None,
) -> Score:
    """Let ``reader`` read the texts of ``gold`` and compare.

    Args:
        labels_only: the reader gives spans and labels, nothing more; figures of the rest are left out.
    """
    texts = [Document(d.id, d.text, dict(d.meta)) for d in gold]
    cpu, wall = time.process_time(), time.perf_counter()
    predicted = reader(texts)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    parts = agreements(gold, predicted, scheme)
    figures = summarise(gold, predicted, parts)
    known = intervals(parts, list(scheme.labels))
    if labels_only:
        kept = ("reports", "characters", "seqeval", "spans", "micro", "macro_f1", "overlap")
        figures = {key: figures[key] for key in kept}
        known = {key: known.get(key) for key in (*scheme.labels, "micro", "macro")}
    figures["intervals"] = known
    return Score(name, figures, cpu, wall, training, settings or {})


def table(scores: Sequence[Score], labels: Sequence[str]) -> str:
    """The scores as Markdown: F1 of exact spans per label with 95 % intervals, time of reading and of learning."""
    lines = [
        f"| model | {' | '.join(labels)} | micro | CPU s | characters per CPU s | training CPU s |",
        f"|---|{'---|' * (len(labels) + 4)}",
    ]
    for item in scores:
        cells = []
        for label in (*labels, "micro"):
            row = item.figures["micro"] if label == "micro" else item.figures["spans"].get(label)
            interval = item.figures["intervals"].get(label)
            around = f" ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})" if interval else ""
            cells.append(f"{100 * row['f1']:.1f}{around}" if row else "–")
        learnt = "–" if item.training is None else f"{item.training:.0f}"
        lines.append(
            f"| {item.name} | {' | '.join(cells)} | {item.cpu:.2f} | {item.speed:.0f} | {learnt} |"
        )
    return "\n".join(lines)


def _timed(make: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.process_time()
    made = make()
    return made, time.process_time() - begin


def run(
    documents: Sequence[Document],
    scheme: Scheme,
    *,
    part: str = "test",
    models: Sequence[Path] = (),
    penalties: Sequence[float] = crf.PENALTIES,
) -> list[Score]:
    """Train the CRF, choose its penalty on development, and score all readers on ``part``.

    Raises:
        DataError: when a part that is needed has no reports.
    """
    parts = divide(documents)
    for name in {"train", "development", part}:
        if not parts[name]:
            raise DataError(f"no report is in the {name} part", "--data")
    gold = parts[part]
    scores = [score("patterns and word lists", patterns.read, gold, scheme)]
    (reader, tried), seconds = _timed(
        lambda: crf.tuned(parts["train"], parts["development"], penalties)
    )
    chosen = {
        "penalty": reader.penalty,
        "development_micro_f1": {str(k): round(v, 4) for k, v in tried.items()},
    }
    scores.append(
        score(
            "CRF on characters",
            reader,
            gold,
            scheme,
            labels_only=True,
            training=seconds,
            settings=chosen,
        )
    )
    return scores + [_score_model(folder, gold, scheme) for folder in models]


def _score_model(folder: Path, gold: Sequence[Document], scheme: Scheme) -> Score:
    from inference.extractor import Extractor
    from training.compare import exported

    with exported(folder) as ready:
        extractor = Extractor.load(ready)
        name = f"{extractor.model} ({folder.name})"
        return score(name, lambda texts: list(extractor.stream(texts)), gold, scheme)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.baselines", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, help="also write all figures here, as JSON")
    parser.add_argument("--part", choices=PARTS, default="test")
    parser.add_argument("--model", type=Path, nargs="*", default=[], help="model folders to add")
    options = parser.parse_args(arguments)
    scheme = schemes.load()
    try:
        documents = store.load(*options.data, scheme=scheme)
        scores = run(documents, scheme, part=options.part, models=options.model)
        if options.out:
            figures = {
                "data": store.digest(documents),
                "part": options.part,
                "scores": [
                    asdict(s) | {"characters_per_cpu_second": round(s.speed)} for s in scores
                ],
            }
            write(options.out, json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    except ZhaoshangError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print(table(scores, list(scheme.labels)))
