"""Masked-language-model adaptation of the base to Chinese news and reports.

`python -m training.adapt --out DIR --minutes 60` trains; `--resume` goes on from the last
checkpoint. SIGTERM, or a file `DIR/STOP`, ends a run early but properly: the learning rate decays
over the last steps and the adapted base is written to `DIR/base`.

The recipe: a warm-up, a constant rate, and a short decay of the form 1 - sqrt (Hägele et al. 2024),
so that any checkpoint can be finished at any time; no dropout. `training.masking` makes the
batches, `training.masked_lm` takes the steps.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import BertForMaskedLM

from annotations import splits, store
from annotations.errors import ZhaoshangError
from inference.encoding import CharVocab
from training import base, e5, news
from training.masked_lm import (
    load_model,
    make_optimizer,
    measure,
    save_adapted,
    start_from_frequencies,
    train_step,
)
from training.masking import FIRST_TOKENS, MaskingSettings, batch_at, pack
from training.teacher import Teacher

CHECKPOINT, CURVE, STOP, RESULT = "checkpoint.pt", "curve.jsonl", "STOP", "base"
HELD_OUT_EVERY = 100
"""One text in so many is held out."""
HELD_OUT_UNITS = 128
"""Units of held-out text that are measured."""


@dataclass(frozen=True)
class Settings(MaskingSettings):
    """What determines the result, apart from texts and base.

    Attributes:
        rate: highest learning rate.
        warmup: steps until it is reached.
        decay_share: steps of the final decay, as a share of all.
        weight_decay: of the matrices; vectors have none.
        clip: greatest norm of the gradient.
        layers: encoder layers of the base that are kept, evenly spread; 0 keeps all.
        teacher: weight of the distance from the source's states (`training.teacher`); 0 goes without.
    """

    rate: float = 5e-4
    warmup: int = 100
    decay_share: float = 0.08
    weight_decay: float = 0.01
    clip: float = 1.0
    layers: int = 0
    teacher: float = 0.0


@dataclass(slots=True)
class Progress:
    """Where a run is; kept in its checkpoint.

    Attributes:
        step: steps done.
        seconds: time spent on them, over all sittings.
        decay_from: the step at which the decay began, if it has.
        decay_steps: its length.
    """

    step: int = 0
    seconds: float = 0.0
    decay_from: int | None = None
    decay_steps: int = 0

    def begin_decay(self, share: float, last: int | None = None) -> None:
        """Begin the decay, which lasts to step `last` or makes up `share` of all steps."""
        self.decay_from = self.step
        steps = round(self.step * share / (1 - share)) if last is None else last - self.step
        self.decay_steps = max(1, steps)

    @property
    def finished(self) -> bool:
        """Whether the decay is over."""
        return self.decay_from is not None and self.step >= self.decay_from + self.decay_steps

    def rate(self, settings: Settings) -> float:
        """Learning rate of the coming step."""
        rate = settings.rate * min(1.0, (self.step + 1) / settings.warmup)
        if self.decay_from is not None:
            rate *= 1 - ((self.step - self.decay_from) / self.decay_steps) ** 0.5
        return rate


def save_checkpoint(
    path: Path,
    model: BertForMaskedLM,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    settings: Settings,
) -> None:
    """Write a checkpoint beside `path` and rename it, so that a kill leaves the old one whole."""
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "progress": asdict(progress),
        "settings": asdict(settings),
    }
    partial = path.with_suffix(".partial")
    try:
        torch.save(state, partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load_checkpoint(
    path: Path, model: BertForMaskedLM, optimizer: torch.optim.Optimizer, settings: Settings
) -> Progress:
    """Restore model and optimizer.

    Raises:
        ZhaoshangError: when the checkpoint was made with other settings.
    """
    state = torch.load(path, weights_only=True, map_location="cpu")
    changed = [k for k, v in asdict(settings).items() if state["settings"].get(k) != v]
    if changed:
        raise ZhaoshangError(
            f"{path} was made with another {', '.join(changed)}; "
            "resume with the same settings, or begin anew in another folder"
        )
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return Progress(**state["progress"])


@contextmanager
def _stop_signal(marker: Path) -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether SIGTERM has come or the file `marker` is there."""
    received: list[int] = []
    previous = signal.signal(signal.SIGTERM, lambda number, _: received.append(number))
    marker.unlink(missing_ok=True)
    try:
        yield lambda: bool(received) or marker.exists()
    finally:
        signal.signal(signal.SIGTERM, previous)


def _record(path: Path, **record: object) -> None:
    """Append a record to the curve and print it."""
    line = json.dumps(record, ensure_ascii=False)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    print(line, flush=True)


def adapt(
    source: Path,
    out: Path,
    texts: list[str],
    settings: Settings = Settings(),
    *,
    minutes: float = float("inf"),
    steps: int | None = None,
    resume: bool = False,
    probe: list[str] | None = None,
    save_minutes: float = 5.0,
    report_steps: int = 20,
) -> Path:
    """Adapt the base in `source` to `texts`; one text in a hundred is held out.

    Args:
        source: folder of a base made by `training.base`.
        out: folder for the checkpoint, the curve (JSON Lines) and the result.
        texts: the training texts; a repeated text weighs more.
        settings: the recipe.
        minutes: training time after which to be finished, the decay included, nearly.
        steps: steps after which to be finished, the decay included.
        resume: go on from the checkpoint in `out`, if there is one.
        probe: texts that are measured and never trained on.
        save_minutes: time between checkpoints, each with a measurement.
        report_steps: steps between lines of the curve.

    Returns:
        The folder of the adapted base.

    Raises:
        ZhaoshangError: when the base has another vocabulary, the texts do not fill a batch, or the
            checkpoint was made with other settings.
    """
    vocab = CharVocab.load(source / "vocab.txt")
    if tuple(vocab.tokens[: len(FIRST_TOKENS)]) != FIRST_TOKENS:
        raise ZhaoshangError(
            f"{source} has another vocabulary than this project's bases, which begin with "
            f"{' '.join(FIRST_TOKENS)}; only those can be adapted"
        )
    held_out = texts[::HELD_OUT_EVERY]
    apart = set(held_out)
    units = pack((text for text in texts if text not in apart), vocab, settings)
    if len(units) < settings.units:
        raise ZhaoshangError(
            f"the texts fill {len(units)} units of {settings.unit} characters and a batch takes "
            f"{settings.units}: give more text"
        )
    measured = {"held_out": pack(held_out, vocab, settings)[:HELD_OUT_UNITS]}
    measured["probe"] = pack(probe or [], vocab, settings)
    model = load_model(source)
    if settings.layers:
        base.keep_layers(model.bert, settings.layers)
    teacher = Teacher.load(e5.read_e5(e5.find_weights()), vocab) if settings.teacher else None
    optimizer = make_optimizer(model, settings.weight_decay)
    out.mkdir(parents=True, exist_ok=True)
    curve, checkpoint = out / CURVE, out / CHECKPOINT
    if resume and checkpoint.is_file():
        progress = load_checkpoint(checkpoint, model, optimizer, settings)
        _record(curve, event="resumed", step=progress.step)
    else:
        progress = Progress()
        start_from_frequencies(model, units)
        curve.unlink(missing_ok=True)
        _record(curve, event="started", characters=units.size, settings=asdict(settings))

    with _stop_signal(out / STOP) as stop_asked:
        saved = clock = time.monotonic()
        recent: list[tuple[float, ...]] = []
        before_decay = 1 - settings.decay_share
        decay_due = float("inf") if steps is None else min(round(steps * before_decay), steps - 1)
        while not progress.finished:
            if progress.decay_from is None:
                last_steps = progress.step >= decay_due
                late = progress.seconds >= 60 * minutes * before_decay
                if last_steps or late or stop_asked():
                    progress.begin_decay(settings.decay_share, steps if last_steps else None)
                    _record(curve, event="decay", step=progress.step, steps=progress.decay_steps)
            batch = batch_at(units, progress.step, len(vocab), settings)
            rate = progress.rate(settings)
            figures = train_step(
                model, optimizer, batch, rate, settings.clip, teacher, settings.teacher
            )
            elapsed, clock = time.monotonic() - clock, time.monotonic()
            recent.append((*figures, elapsed))
            progress.step += 1
            progress.seconds += elapsed
            if progress.step % report_steps == 0 or progress.finished:
                loss, accuracy, distance, seconds = np.mean(recent, axis=0).tolist()
                recent.clear()
                _record(
                    curve,
                    step=progress.step,
                    minutes=round(progress.seconds / 60, 2),
                    loss=round(loss, 4),
                    accuracy=round(accuracy, 4),
                    **({"distance": round(distance, 4)} if teacher else {}),
                    rate=rate,
                    characters_per_second=round(settings.units * settings.unit / seconds),
                )
            if clock - saved >= 60 * save_minutes or progress.finished:
                for name, some in measured.items():
                    if len(some):
                        figures = measure(model, some, settings)
                        _record(curve, event=name, step=progress.step, **figures)
                save_checkpoint(checkpoint, model, optimizer, progress, settings)
                saved = clock = time.monotonic()
    return save_adapted(model, source, out / RESULT)


def read_texts(path: Path) -> Iterator[str]:
    """Yield the texts of a `.txt` file, which is one report, or of a `.jsonl` file of documents.

    Reports that are listed for development or test are left out.
    """
    if path.suffix == ".txt":
        yield path.read_text(encoding="utf-8")
    else:
        listed = splits.load()
        for document in store.iterate(path):
            if listed.get(document.id, "train") == "train":
                yield document.text


def main(arguments: list[str] | None = None) -> None:
    """Adapt the base model to Chinese news and to reports of one's own."""
    parser = argparse.ArgumentParser(prog="python -m training.adapt", description=main.__doc__)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder for checkpoint, curve and result")
    add("--base", type=Path, help="folder of the base to adapt (default: the raw one)")
    add("--minutes", type=float, default=60.0, help="finish after so long, decay included")
    add("--steps", type=int, help="finish after so many steps, decay included")
    add("--resume", action="store_true", help="go on from the checkpoint in --out")
    add("--texts", type=Path, nargs="*", default=[], help="reports of one's own, .jsonl or .txt")
    add("--weight", type=int, default=1, help="how often each of them is repeated")
    add("--no-news", action="store_true", help="leave the news corpus out")
    add("--probe", type=Path, nargs="*", default=[], help="reports to measure on, not to train on")
    add("--seed", type=int, default=Settings.seed, help="of the order of the texts and the masks")
    add("--rate", type=float, default=Settings.rate, help="highest learning rate")
    add("--layers", type=int, default=0, help="encoder layers to keep, evenly spread; 0 for all")
    add("--teacher", type=float, default=0.0, help="weight of learning the source's own states")
    add("--save-minutes", type=float, default=5.0, help="time between checkpoints")
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except ZhaoshangError as error:
        parser.exit(2, f"{error}\n")


def _run(options: argparse.Namespace) -> None:
    own = [text for path in options.texts for text in read_texts(path)]
    texts = ([] if options.no_news else news.load_news()) + own * options.weight
    adapt(
        options.base or base.build_base(base.cache_folder()),
        options.out,
        texts,
        Settings(
            seed=options.seed, rate=options.rate, layers=options.layers, teacher=options.teacher
        ),
        minutes=options.minutes,
        steps=options.steps,
        resume=options.resume,
        probe=[text for path in options.probe for text in read_texts(path)],
        save_minutes=options.save_minutes,
    )


if __name__ == "__main__":
    main()
