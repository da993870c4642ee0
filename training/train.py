"""A whole training run: data in, model folder out."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations import scheme as schemes
from annotations import store
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.encoding import CharVocab
from inference.windows import WindowSizes
from inference.writers.failures import writing
from training import lineage as lineages
from training.assess import calibration
from training.base import resolve_base, whole_folder
from training.bootstrap import intervals
from training.calibrate import calibrate
from training.card import model_card
from training.config import TrainConfig
from training.data import (
    Data,
    check_parent,
    check_test,
    frozen_test,
    joined,
    keep,
    kept,
    sentence_count,
    with_replay,
)
from training.evaluate import agreements, predict, summarise
from training.fit import fit
from training.model import ReportTagger
from training.torch_tagger import settings_of, torch_extractor

RUN_FILE = "run.json"
_RESUME = "go on with --resume"


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
    parent: Path | None = None,
) -> dict[str, Any]:
    """Fine-tune, score on development and (where there is one) test data, and write the model folder ``out``.

    The folder has weights (safetensors), tokenizer files, ``zhaoshang.json``, the resolved configuration, figures, the
    reports learnt from, their lineage, and a model card. It appears whole or not at all; checkpoints are beside it
    until then.

    Args:
        version: by default the day and the first digits of the weights' hash.
        resume: go on from the last checkpoint of an interrupted run, if there is one.
        parent: a model folder to continue from; ``config.replay`` of its training reports per new one join ``data``.

    Returns:
        The figures.

    Raises:
        DataError: see `training.fit.fit`; also when ``out`` holds something that is no model folder, when a test report
            is among the training reports or those that ``parent`` learnt from, when ``resume`` finds a run of other
            data or settings, or when a file cannot be written.
    """
    scheme = scheme or schemes.load()
    if out.exists() and any(out.iterdir()) and not (out / "zhaoshang.json").exists():
        raise DataError("is not empty and no model folder; choose another place", str(out))
    old = Data([], [], []) if parent is None else kept(parent)
    if parent is not None:
        check_parent(data, old)
        data = with_replay(data, old, config.replay, config.seed)
    leaks = check_test(data, frozen_test())
    # Under torchrun every process trains; the first one writes.
    first = os.environ.get("RANK", "0") == "0"
    work = out.with_name(f".{out.name}.training")
    with writing(out, _RESUME):
        if first:
            _open_run(work, data, config, scheme, parent, resume)
        model, vocab, history = fit(
            data.train,
            data.development,
            scheme,
            config,
            work,
            resume=resume,
            quiet=quiet or not first,
            parent=parent,
        )
    if not first:
        return {}
    origin = lineages.lineage(model, data, scheme, config, parent)
    source = parent or Path(resolve_base(config.base))
    made = Made(model, vocab, source, config, scheme, joined(data, old), origin)
    figures = write_model(
        made, out, data, name=name, version=version, leaks=len(leaks), history=history
    )
    shutil.rmtree(work)
    return figures


@dataclass(frozen=True, slots=True)
class Made:
    """A model as its training leaves it.

    Attributes:
        source: the folder that its tokenizer files come from.
        learnt: all that it has learnt from, now and before.
        origin: its lineage.
    """

    model: ReportTagger
    vocab: CharVocab
    source: Path
    config: TrainConfig
    scheme: Scheme
    learnt: Data
    origin: dict[str, Any]


def write_model(
    made: Made,
    out: Path,
    data: Data,
    *,
    name: str,
    version: str | None = None,
    leaks: int = 0,
    history: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Calibrate a model on ``data.development``, score it there and on the test, and write its folder whole.

    Returns:
        The figures, as ``figures.json`` has them.

    Raises:
        DataError: when a file cannot be written.
    """
    version = version or f"{datetime.date.today():%Y.%m.%d}-{made.origin['weights'][:6]}"
    config, scheme = made.config, made.scheme
    sizes = WindowSizes(config.core, config.context)
    settings = settings_of(made.model, sizes, name, version)
    extractor = torch_extractor(made.model, made.vocab, settings)
    settings = calibrate(extractor, data.development)
    figures: dict[str, Any] = {
        "name": name,
        "version": version,
        "data": {
            part: entry | {"sentences": sentence_count(data.parts()[part])}
            for part, entry in made.origin["data"].items()
        },
        "lineage": made.origin,
        "leaks": leaks,
        "history": dict(history or {}),
    }
    for part in ("development", "test"):
        if documents := data.parts().get(part):
            predicted = predict(extractor, documents)
            parts = agreements(documents, predicted, scheme)
            figures[part] = summarise(documents, predicted, parts)
            figures[part]["intervals"] = intervals(parts, list(scheme.labels))
            figures[part]["calibration"] = calibration(documents, predicted)
    with writing(out, _RESUME), whole_folder(out) as folder:
        made.model.save_pretrained(folder)
        made.vocab.save(folder / "vocab.txt")
        for file in ("tokenizer.json", "tokenizer_config.json"):
            if (made.source / file).exists():
                shutil.copy(made.source / file, folder / file)
        settings.save(folder)
        _dump(folder / "training.json", config.to_dict())
        keep(made.learnt, folder)
        _dump(folder / lineages.FILE_NAME, {"model": f"{name}@{version}"} | made.origin)
        _dump(folder / "figures.json", figures)
        (folder / "README.md").write_text(model_card(figures, config, scheme), encoding="utf-8")
    return figures


def _open_run(
    work: Path, data: Data, config: TrainConfig, scheme: Scheme, parent: Path | None, resume: bool
) -> None:
    """Make the folder of the run's checkpoints, or see that the one there is of the same run."""
    run = {
        "config": config.to_dict(),
        "scheme": scheme.to_dict(),
        "data": {part: store.digest(documents) for part, documents in data.parts().items()},
        "parent": lineages.read(parent).get("weights") if parent else None,
    }
    path = work / RUN_FILE
    if resume and path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        if changed := [key for key in run if before.get(key) != run[key]]:
            raise DataError(
                f"the interrupted run had another {', '.join(changed)}; give what it had,"
                " or start anew without --resume",
                str(work),
            )
        return
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)
    _dump(path, run)


def _dump(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
