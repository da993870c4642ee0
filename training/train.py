"""A whole training run: data in, model folder out."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations import scheme as schemes
from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from annotations.splits import divide
from inference.windows import WindowSizes
from training.calibrate import calibrate
from training.card import model_card
from training.config import TrainConfig
from training.evaluate import evaluate
from training.fit import fit
from training.torch_tagger import settings_of, torch_extractor


@dataclass(frozen=True, slots=True)
class Data:
    """Reports by split; no report is in two."""

    train: list[Document]
    development: list[Document]
    test: list[Document]


def load_data(paths: Sequence[Path], scheme: Scheme, seed: int = 13) -> Data:
    """Reports of all files and folders, divided by the repo's frozen splits; unlisted ones by `annotations.splits`.

    Raises:
        DataError: as `annotations.store.load`; also when nothing is left to train on or to develop on.
    """
    documents = store.load(*paths, scheme=scheme)
    if len(documents) < 2:
        raise DataError(
            "one report cannot be divided into training and development data; add more",
            str(paths[0]),
        )
    parts = divide(documents, seed)
    return Data(parts["train"], parts["development"], parts["test"])


def train(
    data: Data,
    config: TrainConfig,
    out: Path,
    *,
    scheme: Scheme | None = None,
    name: str = "zhaoshang",
    version: str | None = None,
    resume: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """Fine-tune, score on development and (where there is one) test data, and write the model folder ``out``.

    The folder has weights (safetensors), tokenizer files, ``zhaoshang.json``, the resolved configuration, figures with
    the data's hashes, and a model card. It appears whole or not at all; checkpoints are beside it until then.

    Returns:
        The figures.

    Raises:
        DataError: see `training.fit.fit`; also when ``out`` holds something that is no model folder.
    """
    scheme = scheme or schemes.load()
    if out.exists() and any(out.iterdir()) and not (out / "zhaoshang.json").exists():
        raise DataError("is not empty and no model folder; choose another place", str(out))
    work = out.with_name(f".{out.name}.training")
    if work.exists() and not resume:
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    model, vocab, history = fit(
        data.train, data.development, scheme, config, work, resume=resume, quiet=quiet
    )
    version = version or datetime.date.today().strftime("%Y.%m.%d")
    settings = settings_of(model, WindowSizes(config.core, config.context), name, version)
    settings.calibration = calibrate(torch_extractor(model, vocab, settings), data.development)
    extractor = torch_extractor(model, vocab, settings)
    figures: dict[str, Any] = {
        "name": name,
        "version": version,
        "data": {
            part: {"reports": len(documents), "sha256": store.digest(documents)}
            for part, documents in vars_of(data).items()
        },
        "development": evaluate(extractor, data.development),
        "history": history,
    }
    if data.test:
        figures["test"] = evaluate(extractor, data.test)
    with tempfile.TemporaryDirectory(dir=out.parent) as temporary:
        folder = Path(temporary) / "model"
        model.save_pretrained(folder)
        vocab.save(folder / "vocab.txt")
        _copy_tokenizer(config, folder)
        settings.save(folder)
        _dump(folder / "training.json", config.to_dict())
        _dump(folder / "figures.json", figures)
        (folder / "README.md").write_text(model_card(figures, config), encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        os.replace(folder, out)
    shutil.rmtree(work)
    return figures


def vars_of(data: Data) -> dict[str, list[Document]]:
    """The splits that have reports, by name."""
    parts = {"train": data.train, "development": data.development, "test": data.test}
    return {name: documents for name, documents in parts.items() if documents}


def _copy_tokenizer(config: TrainConfig, folder: Path) -> None:
    from training.base import resolve_base

    source = Path(resolve_base(config.base))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (source / name).exists():
            shutil.copy(source / name, folder / name)


def _dump(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
