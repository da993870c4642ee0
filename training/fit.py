"""Fine-tuning: staged, layer-wise rates under bf16 autocast, with early stopping on development reports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import torch
from datasets import concatenate_datasets
from torch.optim import AdamW
from transformers import AutoConfig, BertConfig, BertModel, Trainer, TrainingArguments, set_seed
from transformers.trainer_callback import PrinterCallback, TrainerState
from transformers.utils import logging

from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.encoding import MASK, CharVocab
from inference.layout import Layout
from inference.windows import WindowSizes
from training.augment import damaged_copies
from training.base import keep_layers, resolve_base
from training.callbacks import Average, Patience, Progress, Thaw, is_stale
from training.config import TrainConfig
from training.dataset import Encoder, collate, label_counts
from training.distil import Tutor, prune
from training.dropout import set_dropout
from training.evaluate import evaluate
from training.inherit import inherit, load_parent
from training.model import ReportTagger
from training.swap import swapped_copies
from training.torch_tagger import settings_of, torch_extractor

#: A base whose vocabulary knows fewer of the training characters than this is refused.
LEAST_COVERAGE = 0.98
#: Windows that decide which layers of an older model are kept.
PRUNING_WINDOWS = 64
STATE_FILE = "trainer_state.json"
#: Parameters of `ReportTagger` that score neighbours and places, not states.
STRUCTURE = ("first", "moves", "link_bias")


def build_model(
    config: TrainConfig, scheme: Scheme, parent: Path | None = None
) -> tuple[ReportTagger, CharVocab]:
    """The network on its base encoder, heads freshly initialised from ``config.seed``, and its vocabulary.

    With ``parent``, a model folder, encoder and heads start from that model's weights instead (`training.inherit`).

    Raises:
        DataError: when the base cannot be read, is not BERT, has no vocabulary of single characters, or has fewer
            positions than a window needs.
    """
    older = load_parent(parent) if parent else None
    source = parent or resolve_base(config.base)
    base_config = older.config if older else _base_config(source)
    base_config = BertConfig.from_dict(base_config.to_dict())
    _check_windows(config, base_config.max_position_embeddings, source)
    base_config.update(
        {
            "scheme": json.dumps(scheme.to_dict(), ensure_ascii=False),
            "id2label": dict(enumerate(scheme.tags())),
            "label2id": {tag: i for i, tag in enumerate(scheme.tags())},
            # The encoder's own dropout is slow on a CPU; `set_dropout` puts another in its place.
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "head_dropout": config.dropout,
            "loss_weights": dict(config.loss_weights),
        }
    )
    set_seed(config.seed)
    # Eager attention: on CPU its backward pass is markedly faster than the fused kernel's.
    attention = "sdpa" if torch.cuda.is_available() else "eager"
    if older:
        model = ReportTagger._from_config(base_config, attn_implementation=attention)
        inherit(model, older)
        set_dropout(model.bert, config.encoder_dropout)
        return model, base_vocab(source)
    try:
        encoder = BertModel.from_pretrained(
            source, config=base_config, add_pooling_layer=False, attn_implementation=attention
        )
    except Exception as error:  # damaged weights raise errors of several libraries
        raise DataError(
            f"the base's weights cannot be read ({error}); download or copy them again", str(source)
        ) from error
    if config.layers:
        keep_layers(encoder, config.layers)
        base_config.num_hidden_layers = config.layers
    model = ReportTagger._from_config(base_config, attn_implementation=attention)
    model.bert = encoder
    set_dropout(model.bert, config.encoder_dropout)
    return model, base_vocab(source)


def _base_config(source: Path | str) -> BertConfig:
    """The base's configuration, from its folder or from the hub."""
    with _loading("the base", source):
        found = AutoConfig.from_pretrained(source)
    if found.model_type != "bert":
        raise DataError(f"a {found.model_type} model; the base must be of type bert", str(source))
    return found


@contextmanager
def _loading(what: str, source: Path | str) -> Iterator[None]:
    """Say in plain words when something of the base cannot be had from its folder or from the hub."""
    try:
        yield
    except Exception as error:  # the hub and broken files raise errors of several libraries
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError(
            f"{what} cannot be loaded: {reason}; check its name and the connection,"
            " and run the command again (a broken download goes on where it ended)",
            str(source),
        ) from error


def _check_windows(config: TrainConfig, positions: int, source: Path | str) -> None:
    """Refuse windows that are longer than what the base can read at a time."""
    needed = WindowSizes(config.core, config.context).longest + 2  # [CLS] and [SEP]
    if needed > positions:
        raise DataError(
            f"core = {config.core} and context = {config.context} make windows of {needed} positions"
            f" (core + 2 × context + 2), but the base has {positions}; lower core or context",
            str(source),
        )


def base_vocab(source: Path | str) -> CharVocab:
    """The base's vocabulary: its ``vocab.txt``, or its tokenizer's tokens in the order of their ids.

    Raises:
        DataError: when there is neither, or it cannot be downloaded.
    """
    path = Path(source) / "vocab.txt"
    if path.exists():
        return CharVocab.load(path)
    from transformers import AutoTokenizer

    with _loading("the base's tokenizer", source):
        tokens = AutoTokenizer.from_pretrained(source).get_vocab()
    return CharVocab(sorted(tokens, key=tokens.__getitem__))


def _tutor(config: TrainConfig, scheme: Scheme, parent: Path | None) -> Tutor | None:
    """The model to continue from, whole, where its reading is to be learnt.

    Raises:
        DataError: when it reads by another label scheme.
    """
    if parent is None or not config.distil:
        return None
    older = load_parent(parent)
    if older.layout.scheme.to_dict() != scheme.to_dict():
        raise DataError(
            "reads by another label scheme, which cannot be learnt from its scores; leave distil at 0",
            str(parent),
        )
    return Tutor(older, config.distil, config.loss_weights)


class _Trainer(Trainer):
    """Evaluates by running the very extractor that inference runs, on whole development reports."""

    def __init__(
        self, *, vocab: CharVocab, config: TrainConfig, tutor: Tutor | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.vocab, self.config, self.average = vocab, config, Average(config.ema)
        self.tutor = tutor.to(self.args.device) if tutor else None
        self.sizes = WindowSizes(config.core, config.context)
        if config.ema:
            self.add_callback(self.average)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **kwargs: Any
    ) -> Any:
        seen = inputs
        if model.training and self.config.token_dropout:
            seen = inputs | {"input_ids": self._drop_tokens(inputs["input_ids"])}
        loss, outputs = super().compute_loss(model, seen, return_outputs=True, **kwargs)
        if self.tutor:
            loss = loss + self.tutor.loss(outputs, inputs)
        return (loss, outputs) if return_outputs else loss

    def _drop_tokens(self, ids: torch.Tensor) -> torch.Tensor:
        """Replace characters by [MASK] at random; specials stay."""
        specials = torch.tensor(
            [self.vocab.pad, self.vocab.begin, self.vocab.end], device=ids.device
        )
        chosen = torch.rand(ids.shape, device=ids.device) < self.config.token_dropout
        chosen &= ~torch.isin(ids, specials)
        return ids.masked_fill(chosen, self.vocab.tokens.index(MASK))

    def evaluate(
        self, eval_dataset: Any = None, ignore_keys: Any = None, metric_key_prefix: str = "eval"
    ) -> dict[str, float]:
        documents = eval_dataset if eval_dataset is not None else self.eval_dataset
        model = self.accelerator.unwrap_model(self.model)
        self.average.swap(model)
        settings = settings_of(model, self.sizes, "training", "0")
        figures = evaluate(torch_extractor(model, self.vocab, settings), documents)
        self.average.swap(model)
        metrics = {f"{metric_key_prefix}_f1": figures["micro"]["f1"]}
        metrics |= {f"{metric_key_prefix}_{k}": v["f1"] for k, v in figures["spans"].items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        if self.args.should_save:
            self.average.save(Path(output_dir or self.args.output_dir))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        if self.config.ema:
            self.average.load(Path(resume_from_checkpoint), self.args.device)

    def _load_best_model(self) -> None:
        """The weights that were scored best: the average of that checkpoint, where one is kept."""
        if self.config.ema:
            self.average.load(Path(self.state.best_model_checkpoint), self.args.device)
            self.model.load_state_dict(self.average.average)
        else:
            super()._load_best_model()

    def run(self, checkpoint: Path | None) -> None:
        """Train, from ``checkpoint`` on where there is one, and take the best weights."""
        if checkpoint is not None:
            state = TrainerState.load_from_json(str(checkpoint / STATE_FILE))
            if self.args.load_best_model_at_end and is_stale(
                state.log_history, self.config.patience
            ):
                # Killed between its last pass and its end.
                self.state = state
                self._load_best_model()
                return
        self.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        if not self.args.load_best_model_at_end:
            self.average.swap(self.model)


@torch.no_grad()
def blend(model: ReportTagger, older: Mapping[str, torch.Tensor], share: float) -> None:
    """Average the model's weights with older ones of the same names, ``share`` being theirs."""
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            value.lerp_(older[name].to(value.device), share)


def last_checkpoint(folder: Path) -> Path | None:
    """The latest complete checkpoint of a training; half-written ones are deleted.

    The Trainer writes a checkpoint's state file last: one that reads as JSON vouches for the rest.
    """
    complete = None
    steps = {int(path.name.split("-")[1]): path for path in folder.glob("checkpoint-*")}
    for _, path in sorted(steps.items()):
        try:
            json.loads((path / STATE_FILE).read_text(encoding="utf-8"))
            complete = path
        except (OSError, json.JSONDecodeError):
            shutil.rmtree(path)
    return complete


def rate_groups(model: ReportTagger, config: TrainConfig) -> list[dict[str, Any]]:
    """Optimiser groups: heads and structure at their rates, each encoder layer at ``layer_decay`` times the one above
    (ULMFiT, Howard and Ruder 2018)."""
    depth = model.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if name.startswith("bert.encoder.layer."):
            rate = config.encoder_rate * config.layer_decay ** (depth - 1 - int(name.split(".")[3]))
        elif name.startswith("bert."):
            rate = config.encoder_rate * config.layer_decay**depth
        elif name in STRUCTURE:
            rate = config.structure_rate
        else:
            rate = config.head_rate
        decay = config.weight_decay if parameter.ndim > 1 and name not in STRUCTURE else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": p, "lr": rate, "weight_decay": d} for (rate, d), p in groups.items()]


def fit(
    train: Sequence[Document],
    development: Sequence[Document],
    scheme: Scheme,
    config: TrainConfig,
    folder: Path,
    *,
    resume: bool = False,
    quiet: bool = False,
    parent: Path | None = None,
) -> tuple[ReportTagger, CharVocab, dict[str, Any]]:
    """Fine-tune on ``train``, keeping the weights that read ``development`` best (the last, where it is empty).

    Runs under ``torchrun`` and ``accelerate launch`` too; every process returns the same weights. On one machine the
    same arguments give the same weights.

    Args:
        folder: where checkpoints go (``folder/checkpoints``).
        resume: go on from the last complete checkpoint there, if there is one.
        quiet: no progress.
        parent: a model folder to start from instead of ``config.base``.

    Returns:
        The model with its best (averaged) weights, its vocabulary, and a history: figures per evaluation, losses.

    Raises:
        DataError: for training data without a span of some label, or a base that does not know its characters.
    """
    counts = label_counts(train)
    if missing := [label for label in scheme.labels if not counts[label]]:
        raise DataError(
            f"the training reports have no {', '.join(missing)} span;"
            " annotate some, or take the label out of the scheme",
            "training data",
        )
    torch.use_deterministic_algorithms(True, warn_only=True)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model, vocab = build_model(config, scheme, parent)
    tutor = _tutor(config, scheme, parent)
    encoder = Encoder(vocab, Layout(scheme), WindowSizes(config.core, config.context))
    dataset, losses = encoder.dataset(train)
    copies = [
        *damaged_copies(train, config.damage, config.seed),
        *swapped_copies(train, config.swap, config.seed, scheme),
    ]
    if copies:
        dataset = concatenate_datasets([dataset, encoder.dataset(copies)[0]])
    if parent is not None and config.layers:
        some = Random(config.seed).sample(range(len(dataset)), min(PRUNING_WINDOWS, len(dataset)))
        prune(model, collate([dataset[i] for i in some], vocab.pad), config.layers)
    blended = parent is not None and config.keep > 0
    older = {k: v.clone() for k, v in model.state_dict().items()} if blended else {}
    ids = [i for row in dataset["input_ids"] for i in row]
    coverage = 1 - ids.count(vocab.unknown) / len(ids)
    if coverage < LEAST_COVERAGE:
        raise DataError(
            f"its vocabulary has only {coverage:.1%} of the training text's characters as tokens of their own;"
            " choose a base with a character vocabulary, such as a Chinese BERT",
            str(parent or config.base),
        )
    arguments = TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        lr_scheduler_type="linear",
        warmup_steps=config.warmup,
        max_grad_norm=1.0,
        bf16=True,
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="epoch" if development else "no",
        save_strategy="epoch" if development else "no",
        save_total_limit=2,
        logging_strategy="steps",
        logging_steps=0.02,
        load_best_model_at_end=bool(development),
        metric_for_best_model="f1",
        greater_is_better=True,
        seed=config.seed,
        data_seed=config.seed,
        report_to=[],
        remove_unused_columns=False,
        label_names=["targets"],
        disable_tqdm=True,
        dataloader_pin_memory=False,
        # A batch may lack spans, and the encoder is frozen at first.
        ddp_find_unused_parameters=True,
    )
    callbacks = [Thaw(model.bert, config.frozen_epochs)]
    callbacks += [Patience(config.patience)] if development else []
    callbacks += [] if quiet else [Progress()]
    trainer = _Trainer(
        vocab=vocab,
        config=config,
        model=model,
        args=arguments,
        train_dataset=dataset,
        eval_dataset=list(development),
        data_collator=lambda rows: collate(rows, vocab.pad),
        optimizers=(AdamW(rate_groups(model, config), betas=(0.9, 0.98), fused=True), None),
        callbacks=callbacks,
        tutor=tutor,
    )
    trainer.remove_callback(PrinterCallback)
    # One process deletes what is half-written; and none loses the folder before all have read the best weights in it.
    with trainer.accelerator.main_process_first():
        checkpoint = last_checkpoint(folder / "checkpoints") if resume else None
    trainer.run(checkpoint)
    trainer.accelerator.wait_for_everyone()
    if blended:
        blend(model, older, config.keep)
    # How long it took says nothing about the weights, and would differ between equal runs.
    log = [entry for entry in trainer.state.log_history if "train_runtime" not in entry]
    return model, vocab, {"losses": str(losses), "log": log}
