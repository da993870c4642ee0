"""What suggestions are worth: the learning curve of suggested sentences beside that of random ones.

Simulates annotation on reports whose gold is known: both sides start from the same random sentences, train from
scratch, and get the gold of as many more, chosen by the model or by chance, round by round.

``python -m training.learning_curve --data annotations/data --out figures/learning-curve.json``
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from annotations import scheme as schemes
from annotations.document import Document
from annotations.scheme import Scheme
from inference.suggest import DoubtingExtractor, suggest, task
from training.cli import parse_settings
from training.config import TrainConfig
from training.config import load as load_config
from training.data import load_data
from training.evaluate import evaluate
from training.torch_tagger import TorchTagger
from training.trial import trial


def sentences(documents: Sequence[Document]) -> list[Document]:
    """Every annotated sentence as a report of its own."""
    return [task(d, s.start, s.end) for d in documents for s in d.sentences]


def curve(
    pool: Sequence[Document],
    test: Sequence[Document],
    scheme: Scheme,
    config: TrainConfig,
    *,
    start: int,
    step: int,
    rounds: int,
    chosen: bool,
) -> list[dict[str, Any]]:
    """Scores on ``test`` after each round.

    Args:
        pool: sentences to annotate, with their gold.
        start: sentences of the first training, drawn by ``config.seed``.
        step: sentences added per round.
        rounds: how many times.
        chosen: whether the model chooses, or chance.

    Raises:
        DataError: when the first sentences lack a label; draw more.
    """
    order = Random(config.seed).sample(list(pool), len(pool))
    known, rest = order[:start], order[start:]
    points = []
    for number in range(rounds + 1):
        model, vocab, settings = trial(known, scheme, config)
        extractor = DoubtingExtractor(TorchTagger(model), vocab, settings)
        figures = evaluate(extractor, test)
        scores = {label: row["f1"] for label, row in figures["spans"].items()}
        points.append(
            {
                "sentences": len(known),
                "characters": sum(len(d.text) for d in known),
                "micro": figures["micro"]["f1"],
                "spans": scores,
            }
        )
        if number == rounds:
            break
        taken = [d.id for d in rest[:step]]
        if chosen:
            bare = [Document(d.id, d.text) for d in rest]
            taken = [s.document.meta["report"] for s in suggest(extractor, bare, step)]
        known = known + [d for d in rest if d.id in taken]
        rest = [d for d in rest if d.id not in taken]
    return points


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE")
    parser.add_argument("--start", type=int, default=200)
    parser.add_argument("--step", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seeds", type=int, nargs="+", default=[13])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    scheme = schemes.load()
    config = load_config(options.config, parse_settings(options.set))
    data = load_data(options.data, scheme)
    pool = sentences(data.train)
    found: dict[str, list[Any]] = {"suggested": [], "random": []}
    for seed in options.seeds:
        for name, chosen in (("suggested", True), ("random", False)):
            points = curve(
                pool,
                data.test or data.development,
                scheme,
                config.override({"seed": seed}),
                start=options.start,
                step=options.step,
                rounds=options.rounds,
                chosen=chosen,
            )
            found[name].append({"seed": seed, "points": points})
            print(
                name,
                seed,
                [(p["sentences"], p["characters"], round(100 * p["micro"], 1)) for p in points],
                flush=True,
            )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
