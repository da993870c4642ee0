"""Leave one seed report out: train on the others, score on it, for each in turn.

``python -m training.leave_one_out --data annotations/data/seeds.jsonl --out figures/leave-one-out.json``

Every fold is scored with repair of damaged text and without. With ``--from MODEL`` every fold goes on from a model
that knows none of these reports, replaying what it learnt from.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotations import scheme as schemes
from annotations import store
from annotations.agreement import Agreement, compare
from annotations.document import Document
from annotations.errors import DataError
from inference.sums import certainty
from training.baselines.crf import CrfReader
from training.cli import parse_settings
from training.config import TrainConfig
from training.config import load as load_config
from training.data import Data, kept, with_replay
from training.evaluate import predict, table
from training.torch_tagger import torch_extractor
from training.trial import trial


def missed(gold: Document, predicted: Document) -> list[dict[str, Any]]:
    """Gold spans that were not found exactly, with what was found in their place."""
    found = {(s.start, s.end, s.label) for s in predicted.spans}
    rows = []
    for span in gold.spans:
        if (span.start, span.end, span.label) in found:
            continue
        near = [
            f"{s.label} {predicted.text[s.start : s.end]}"
            for s in predicted.spans
            if s.start < span.end and span.start < s.end
        ]
        rows.append({"label": span.label, "text": gold.text[span.start : span.end], "found": near})
    return rows


def leave_one_out(
    documents: Sequence[Document],
    extra: Sequence[Document],
    config: TrainConfig,
    *,
    parent: Path | None = None,
    crf: bool = False,
) -> dict[str, Any]:
    """Scores of models that never saw the report they are scored on.

    Each fold's epochs are fixed beforehand (``config.epochs``): the report left out chooses nothing, so the weights of
    the last pass are scored. For early stopping the first of the other reports would be wasted; it is not used.

    Args:
        documents: the reports left out in turn.
        extra: reports that every fold trains on besides.
        crf: also train and score the CRF baseline (`training.baselines.crf`) on the same folds.
        parent: a model folder that every fold goes on from, with ``config.replay`` of its reports per new one.

    Raises:
        DataError: when ``parent`` has learnt from one of ``documents``.
    """
    scheme = schemes.load()
    old = kept(parent) if parent else Data([], [], [])
    known = {d.id for d in (*old.train, *old.development)}
    if seen := [d.id for d in documents if d.id in known]:
        raise DataError(f"has learnt from {seen[0]!r} and cannot be judged by it", str(parent))
    total, unrepaired, baseline = Agreement(), Agreement(), Agreement()
    folds, misses = {}, {}
    for held in documents:
        train = [d for d in documents if d.id != held.id] + list(extra)
        learnt = with_replay(Data(train, [], []), old, config.replay, config.seed).train
        model, vocab, settings = trial(learnt, scheme, config, parent)
        settings.sums = certainty(learnt)
        predicted = predict(torch_extractor(model, vocab, settings), [held])[0]
        agreement = compare(held, predicted)
        raw = torch_extractor(model, vocab, settings, repair=False)
        unrepaired += compare(held, predict(raw, [held])[0])
        folds[held.id] = agreement.to_dict()
        misses[held.id] = missed(held, predicted)
        total += agreement
        print(held.id, f"micro F1 {100 * agreement.micro.f1:.1f}", flush=True)
        if crf:
            baseline += compare(held, CrfReader(train)([held])[0])
    figures = {
        "configuration": config.to_dict(),
        "all": total.to_dict(),
        "unrepaired": unrepaired.to_dict(),
        "folds": folds,
        "missed": misses,
    }
    return figures | ({"crf": baseline.to_dict()} if crf else {})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--extra", type=Path, nargs="*", default=[])
    parser.add_argument("--config", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE")
    parser.add_argument("--from", dest="parent", type=Path, help="go on from this model")
    parser.add_argument("--crf", action="store_true", help="score the CRF baseline beside it")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    continued = options.parent is not None
    config = load_config(options.config, parse_settings(options.set), continued=continued)
    extra = store.load(*options.extra) if options.extra else []
    figures = leave_one_out(
        store.load(options.data), extra, config, parent=options.parent, crf=options.crf
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(
        json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(table(figures["all"]))
    print(f"without repair\n{table(figures['unrepaired'])}")
    if options.crf:
        print(f"CRF\n{table(figures['crf'])}")


if __name__ == "__main__":
    main()
