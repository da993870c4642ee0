"""One model of several: the mean of their weights ("model soups", Wortsman et al., ICML 2022).

``python -m training.average MODEL MODEL… --data annotations/data --out OUT``, for models that go on from one another or
from one parent, else their weights do not fit together.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import torch

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference.encoding import CharVocab
from inference.settings import ModelSettings
from training import lineage as lineages
from training.config import TrainConfig
from training.data import Data, check_test, joined, kept, part_of
from training.inherit import load_parent
from training.train import Made, write_model


def average(
    folders: Sequence[Path], out: Path, test: Sequence[Document] = (), *, name: str = "zhaoshang"
) -> dict[str, Any]:
    """Average the models of ``folders`` into the model folder ``out``, calibrated and scored as a trained one.

    Args:
        folders: as `training.train.train` writes them; the first gives the configuration, window lengths too.
        out: the folder to write.
        test: reports to score the mean on.
        name: the model's name in outputs.

    Returns:
        The figures.

    Raises:
        DataError: when there are fewer than two folders, when their schemes, characters, shapes or bases differ, or
            when one has learnt from a report of ``test``.
    """
    if len(folders) < 2:
        raise DataError("name two models or more to average", ", ".join(map(str, folders)))
    settings = [ModelSettings.load(folder) for folder in folders]
    models = [load_parent(folder) for folder in folders]
    first = models[0]
    states = [model.state_dict() for model in models]
    shapes = [{k: tuple(v.shape) for k, v in state.items()} for state in states]
    vocabularies = [(folder / "vocab.txt").read_bytes() for folder in folders]
    for folder, own, shape, vocabulary in zip(folders, settings, shapes, vocabularies, strict=True):
        if own.scheme != settings[0].scheme or shape != shapes[0] or vocabulary != vocabularies[0]:
            raise DataError(
                "has another scheme, other characters or sizes than the first: weights of such models cannot be"
                " averaged",
                str(folder),
            )
    _check_kin(folders)
    with torch.no_grad():
        for key, value in first.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.stack([state[key] for state in states]).mean(0))
    learnt = reduce(joined, (kept(folder) for folder in reversed(folders)))
    data = Data(learnt.train, learnt.development, list(test))
    leaks = check_test(data)
    config = TrainConfig().override(json.loads((folders[0] / "training.json").read_text("utf-8")))
    scheme = settings[0].label_scheme
    origin = lineages.lineage(first, data, scheme, config, folders[0]) | {
        "averaged": [f"{own.name}@{own.version}" for own in settings]
    }
    vocab = CharVocab.load(folders[0] / "vocab.txt")
    made = Made(first, vocab, folders[0], config, scheme, learnt, origin)
    return write_model(made, out, data, name=name, leaks=len(leaks))


def _check_kin(folders: Sequence[Path]) -> None:
    """Refuse models of different bases: the mean of unrelated weights reads nothing."""
    bases = [(lineages.base_of(lineages.read(folder)) or {}).get("sha256") for folder in folders]
    for folder, base in zip(folders, bases, strict=True):
        if base != bases[0]:
            raise DataError(
                "comes from another base than the first; train it on from a common parent",
                str(folder),
            )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.average", description=__doc__)
    parser.add_argument("models", type=Path, nargs="+", help="folders written by `zhaoshang train`")
    parser.add_argument(
        "--data", type=Path, nargs="*", default=[], help="whose test part is scored"
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        test = part_of(store.load(*options.data), "test") if options.data else []
        figures = average(options.models, options.out, test)
    except DataError as error:
        parser.exit(2, f"{error}\n")
    for part in ("development", "test"):
        if part in figures:
            print(part, f"micro F1 {100 * figures[part]['micro']['f1']:.1f}")


if __name__ == "__main__":
    main()
