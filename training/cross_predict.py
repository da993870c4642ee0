"""What models that have not seen a report find in it, for every report of a corpus: cross-validated predictions.

``python -m training.cross_predict --data annotations/data --folds 5 --out predicted.jsonl``

Each fold's reports are read by a model trained on the other folds, so that
``zhaoshang annotate check annotations/data --with-model predicted.jsonl`` sorts the places where annotation and model
disagree without the model having learnt the annotation by heart. Settings are those of ``zhaoshang train``, given as
``--config FILE`` and ``--set KEY=VALUE …``; the passes are fixed beforehand (``epochs``), and ``seed`` also deals the
reports out to the folds. A fold takes the time of one training on the rest of the corpus.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from annotations import scheme as schemes
from annotations import store
from annotations.agreement import compare_all
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from training.cli import parse_settings
from training.config import TrainConfig
from training.config import load as load_config
from training.evaluate import predict
from training.torch_tagger import torch_extractor
from training.trial import trial


def folds(documents: Sequence[Document], count: int, seed: int) -> list[list[Document]]:
    """Whole reports dealt out at random to ``count`` folds, whose sizes differ by one at most.

    Raises:
        DataError: when ``count`` is below 2 or there are fewer reports.
    """
    if not 2 <= count <= len(documents):
        raise DataError(
            f"{len(documents)} reports cannot be dealt out to {count} folds;"
            " take from 2 folds to as many as there are reports",
            "--folds",
        )
    order = Random(seed).sample(list(documents), len(documents))
    return [order[number::count] for number in range(count)]


def cross_predict(
    documents: Sequence[Document], scheme: Scheme, config: TrainConfig, count: int
) -> Iterator[tuple[list[Document], list[Document]]]:
    """Fold by fold: its reports as annotated, and as read by a model that was trained on all the others.

    Spans have the model's confidences.

    Raises:
        DataError: as `folds`, and as `training.trial.trial`.
    """
    for held in folds(documents, count, config.seed):
        names = {document.id for document in held}
        train = [document for document in documents if document.id not in names]
        extractor = torch_extractor(*trial(train, scheme, config))
        yield held, predict(extractor, [Document(d.id, d.text) for d in held])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True, help=".jsonl or folders")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE")
    parser.add_argument("--scheme", type=Path, default=schemes.DEFAULT_PATH)
    parser.add_argument("--out", type=Path, required=True, help="the .jsonl to write")
    options = parser.parse_args(arguments)
    scheme = schemes.load(options.scheme)
    config = load_config(options.config, parse_settings(options.set))
    documents = store.load(*options.data, scheme=scheme)
    found: dict[str, Document] = {}
    parts = cross_predict(documents, scheme, config, options.folds)
    for number, (held, predicted) in enumerate(parts, 1):
        found |= {document.id: document for document in predicted}
        f1 = 100 * compare_all(held, predicted, scheme).micro.f1
        print(f"fold {number} of {options.folds}: micro F1 {f1:.1f}", flush=True)
    store.save(options.out, [found[document.id] for document in documents])
    print(f"{options.out}: {len(found)} reports")


if __name__ == "__main__":
    main()
