"""A base model small enough to train in a test: one layer, random weights, the seeds' characters."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel

from inference.encoding import CharVocab
from training.config import TrainConfig

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁", "[LF]"]
#: Settings under which a tiny model learns `tiny_corpus` in seconds.
QUICK = TrainConfig(
    epochs=8,
    patience=8,
    batch_size=8,
    frozen_epochs=1,
    encoder_rate=8e-3,
    head_rate=2e-2,
    ema=0.5,
    damage=0.0,
    encoder_dropout=0.0,
    loss_weights={"tags": 1.0, "attributes": 0.5, "links": 0.3, "kinds": 0.3},
)


def encoder_config(**changes: Any) -> BertConfig:
    """A configuration of two layers and 32 units without dropout, but for ``changes``."""
    settings = {
        "vocab_size": 50,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    return BertConfig(**settings | changes)


def write_base(folder: Path, texts: Iterable[str], layers: int = 1) -> Path:
    """Write a random BERT whose vocabulary is the characters of ``texts``."""
    characters = sorted({c for text in texts for c in text if not c.isspace()})
    vocab = CharVocab(SPECIALS + characters)
    torch.manual_seed(0)
    config = encoder_config(
        vocab_size=len(vocab), num_hidden_layers=layers, max_position_embeddings=260
    )
    folder.mkdir(parents=True, exist_ok=True)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    vocab.save(folder / "vocab.txt")
    return folder
