"""Fine-tuning: staged, layer-wise rates under bf16 autocast, with early stopping on development reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.optim import AdamW
from transformers import (
    BertConfig,
    BertModel,
    EarlyStoppingCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_callback import TrainerControl, TrainerState

from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.encoding import MASK, CharVocab
from inference.layout import Layout
from inference.windows import WindowSizes
from training.base import resolve_base
from training.config import TrainConfig
from training.dataset import Encoder, collate, label_counts
from training.evaluate import evaluate
from training.model import ReportTagger
from training.torch_tagger import settings_of, torch_extractor

#: A base whose vocabulary knows fewer of the training characters than this is refused.
LEAST_COVERAGE = 0.98


def build_model(
    config: TrainConfig, scheme: Scheme, mean_sentence: float
) -> tuple[ReportTagger, CharVocab]:
    """The network on its base encoder, heads freshly initialised from ``config.seed``, and its vocabulary.

    Raises:
        DataError: when the base is not BERT or has no vocabulary of single characters.
    """
    source = resolve_base(config.base)
    base_config = BertConfig.from_pretrained(source)
    if base_config.model_type != "bert":
        raise DataError(
            f"a {base_config.model_type} model; the base must be of type bert", str(source)
        )
    base_config.update(
        {
            "scheme": scheme.to_dict(),
            "id2label": dict(enumerate(scheme.tags())),
            "label2id": {tag: i for i, tag in enumerate(scheme.tags())},
            "hidden_dropout_prob": config.dropout,
            "attention_probs_dropout_prob": config.dropout,
            "head_dropout": config.dropout,
            "loss_weights": dict(config.loss_weights),
            "mean_sentence": mean_sentence,
        }
    )
    set_seed(config.seed)
    # Eager attention: on CPU its backward pass is markedly faster than the fused kernel's.
    attention = "sdpa" if torch.cuda.is_available() else "eager"
    encoder = BertModel.from_pretrained(
        source, config=base_config, add_pooling_layer=False, attn_implementation=attention
    )
    if config.layers:
        keep_layers(encoder, config.layers)
        base_config.num_hidden_layers = config.layers
    model = ReportTagger._from_config(base_config, attn_implementation=attention)
    model.bert = encoder
    return model, base_vocab(source)


def keep_layers(encoder: BertModel, count: int) -> None:
    """Keep ``count`` encoder layers, evenly spread, the last always among them (Sajjad et al. 2023)."""
    layers = encoder.encoder.layer
    total = len(layers)
    if count > total:
        raise DataError(f"the base has {total} layers, {count} were asked for", "configuration")
    chosen = [round((i + 1) * total / count) - 1 for i in range(count)]
    encoder.encoder.layer = torch.nn.ModuleList(layers[i] for i in chosen)
    encoder.config.num_hidden_layers = count


def base_vocab(source: Path | str) -> CharVocab:
    """The base's vocabulary: its ``vocab.txt``, or its tokenizer's tokens in the order of their ids."""
    path = Path(source) / "vocab.txt"
    if path.exists():
        return CharVocab.load(path)
    from transformers import AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(source).get_vocab()
    return CharVocab(sorted(tokens, key=tokens.__getitem__))


class _Ema(TrainerCallback):
    """Exponential moving average of the weights (Polyak and Juditsky 1992), swapped in for evaluation."""

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.average: dict[str, torch.Tensor] = {}
        self.updates = 0

    @torch.no_grad()
    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        weights = kwargs["model"].state_dict()
        self.updates += 1
        # A short memory at first, so that the start does not linger in the average.
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, value in weights.items():
            if name not in self.average:
                self.average[name] = value.detach().clone()
            elif value.is_floating_point():
                self.average[name].lerp_(value, 1 - decay)

    def swap(self, model: torch.nn.Module) -> None:
        """Exchange the model's weights with the average."""
        if self.average:
            current = {k: v.detach().clone() for k, v in model.state_dict().items()}
            model.load_state_dict(self.average)
            self.average = current


class _Thaw(TrainerCallback):
    """Keeps the encoder frozen for the first passes."""

    def __init__(self, model: ReportTagger, frozen_epochs: int) -> None:
        self.model, self.frozen_epochs = model, frozen_epochs

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        frozen = round(state.epoch or 0) < self.frozen_epochs
        for parameter in self.model.bert.parameters():
            parameter.requires_grad_(not frozen)


class _Trainer(Trainer):
    """Evaluates by running the very extractor that inference runs, on whole development reports."""

    def __init__(self, *, vocab: CharVocab, config: TrainConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocab, self.config, self.ema = vocab, config, _Ema(config.ema)
        self.sizes = WindowSizes(config.core, config.context)
        if config.ema:
            self.add_callback(self.ema)

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if model.training and self.config.token_dropout:
            inputs = inputs | {"input_ids": self._drop_tokens(inputs["input_ids"])}
        return super().compute_loss(model, inputs, *args, **kwargs)

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
        self.ema.swap(model)
        settings = settings_of(model, self.sizes, "training", "0")
        figures = evaluate(torch_extractor(model, self.vocab, settings), documents)
        self.ema.swap(model)
        metrics = {f"{metric_key_prefix}_f1": figures["micro"]["f1"]}
        metrics |= {f"{metric_key_prefix}_{k}": v["f1"] for k, v in figures["spans"].items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.ema.swap(self.model)
        super()._save(output_dir, None)
        self.ema.swap(self.model)


def rate_groups(model: ReportTagger, config: TrainConfig) -> list[dict[str, Any]]:
    """Optimiser groups: heads at ``head_rate``, each encoder layer at ``layer_decay`` times the one above (ULMFiT)."""
    depth = model.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if name.startswith("bert.encoder.layer."):
            rate = config.encoder_rate * config.layer_decay ** (depth - 1 - int(name.split(".")[3]))
        elif name.startswith("bert."):
            rate = config.encoder_rate * config.layer_decay**depth
        else:
            rate = config.head_rate
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
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
) -> tuple[ReportTagger, CharVocab, dict[str, Any]]:
    """Fine-tune on ``train``, keeping the weights that read ``development`` best (the last, where it is empty).

    Args:
        folder: where checkpoints go (``folder/checkpoints``).
        resume: go on from the last checkpoint there.

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
    sentences = [s for d in train for s in d.sentences]
    mean = sum(s.end - s.start for s in sentences) / len(sentences) if sentences else 50.0
    model, vocab = build_model(config, scheme, mean)
    encoder = Encoder(vocab, Layout(scheme), WindowSizes(config.core, config.context))
    dataset, losses = encoder.dataset(train)
    ids = [i for row in dataset["input_ids"] for i in row]
    coverage = 1 - ids.count(vocab.unknown) / len(ids)
    if coverage < LEAST_COVERAGE:
        raise DataError(
            f"its vocabulary has only {coverage:.1%} of the training text's characters as tokens of their own;"
            " choose a base with a character vocabulary, such as a Chinese BERT",
            str(config.base),
        )
    arguments = TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        lr_scheduler_type="linear",
        warmup_steps=config.warmup,
        max_grad_norm=1.0,
        bf16=True,
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="epoch" if development else "no",
        save_strategy="epoch" if development else "no",
        save_total_limit=2,
        logging_strategy="epoch",
        load_best_model_at_end=bool(development),
        metric_for_best_model="f1",
        greater_is_better=True,
        seed=config.seed,
        data_seed=config.seed,
        report_to=[],
        remove_unused_columns=False,
        label_names=["targets"],
        disable_tqdm=quiet,
        dataloader_pin_memory=False,
    )
    stopping = [EarlyStoppingCallback(config.patience)] if development else []
    optimizer = AdamW(rate_groups(model, config), betas=(0.9, 0.98), eps=1e-6)
    trainer = _Trainer(
        vocab=vocab,
        config=config,
        model=model,
        args=arguments,
        train_dataset=dataset,
        eval_dataset=list(development),
        data_collator=lambda rows: collate(rows, vocab.pad),
        optimizers=(optimizer, None),
        callbacks=[_Thaw(model, config.frozen_epochs), *stopping],
    )
    trainer.train(resume_from_checkpoint=resume or None)
    if not development:
        trainer.ema.swap(model)
    history = {"losses": str(losses), "log": trainer.state.log_history}
    return model, vocab, history
