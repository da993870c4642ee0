"""Training a base by masked-language modelling: loading, the step, the measurement, saving.

The encoder computes in bf16 on fp32 weights; only masked places reach the vocabulary softmax.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertForMaskedLM

from inference.encoding import CharVocab
from training import base
from training.half import run_half
from training.masking import Batch, MaskingSettings, make_batch
from training.teacher import Teacher, distance


def load_model(folder: Path) -> BertForMaskedLM:
    """Load a base in fp32 for training, without dropout.

    Attention is the plain one: on a CPU the fused kernel's backward pass takes longer than the rest
    of the layer.
    """
    return BertForMaskedLM.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    ).train()


def start_from_frequencies(model: BertForMaskedLM, units: NDArray[np.int32]) -> None:
    """Set the prediction bias to the characters' log frequencies, to save the first steps."""
    counts = np.bincount(units.ravel(), minlength=model.config.vocab_size) + 0.1
    with torch.no_grad():
        model.cls.predictions.bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))


def make_optimizer(model: BertForMaskedLM, weight_decay: float) -> torch.optim.AdamW:
    """AdamW; matrices decay, vectors do not. `train_step` sets the rate."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def masked_logits(model: BertForMaskedLM, batch: Batch) -> tuple[Tensor, list[Tensor]]:
    """Logits at the masked places, fp32 [masked, vocabulary], and each layer's states, bf16 [rows, length, hidden].

    Embeddings stay fp32, for their gradients are sums over many places.
    """
    hidden = model.bert.embeddings(batch.ids).bfloat16()
    states = []
    for layer in model.bert.encoder.layer:
        hidden = run_half(layer, hidden)
        states.append(hidden)
    head = model.cls.predictions
    hidden = run_half(head.transform, hidden.flatten(0, 1)[batch.positions])
    logits = functional.linear(hidden, head.decoder.weight.bfloat16(), head.bias.bfloat16())
    return logits.float(), states


def train_step(
    model: BertForMaskedLM,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    rate: float,
    clip: float,
    teacher: Teacher | None = None,
    weight: float = 0.0,
) -> tuple[float, float, float]:
    """One step of the optimizer.

    Args:
        model, optimizer, batch: what learns, how, and from what.
        rate: learning rate.
        clip: greatest norm of the gradient.
        teacher: whose states to learn too, and with which ``weight`` beside the masked characters' loss.

    Returns:
        The batch's loss (nats a character), accuracy, and distance from the teacher (0 without one).
    """
    for group in optimizer.param_groups:
        group["lr"] = rate
    logits, states = masked_logits(model, batch)
    loss = functional.cross_entropy(logits, batch.targets)
    apart = torch.zeros(())
    if teacher is not None:
        pieces = teacher.pieces(batch.whole)
        apart = distance(pieces, teacher.states(pieces, len(states)), states)
    optimizer.zero_grad(set_to_none=True)
    (loss + weight * apart).backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    right = logits.argmax(-1) == batch.targets
    return loss.item(), right.float().mean().item(), apart.item()


@torch.no_grad()
def measure(
    model: BertForMaskedLM, units: NDArray[np.int32], settings: MaskingSettings
) -> dict[str, float]:
    """Masked loss (nats a character) and accuracy on units, the same masks at every call."""
    loss, right, count = 0.0, 0, 0
    for at in range(0, len(units), settings.units):
        rng = np.random.default_rng([settings.seed, 3, at])
        chosen = units[at : at + settings.units]
        batch = make_batch(chosen, False, model.config.vocab_size, settings, rng)
        logits, _ = masked_logits(model, batch)
        loss += functional.cross_entropy(logits, batch.targets, reduction="sum").item()
        right += int((logits.argmax(-1) == batch.targets).sum())
        count += len(batch.targets)
    return {"loss": round(loss / max(count, 1), 4), "accuracy": round(right / max(count, 1), 4)}


def save_adapted(model: BertForMaskedLM, source: Path, folder: Path) -> Path:
    """Write the adapted base: weights in bf16, configuration and tokenizer of the source.

    `config.json` is the source's but for the layers that are left; it goes on saying float32, so that loading gives
    weights that can be trained.

    Args:
        model: the adapted network, left as it is.
        source: folder of the base it came from.
        folder: where to write; an older result there is replaced.

    Returns:
        `folder`.
    """
    half = BertForMaskedLM(model.config)
    half.load_state_dict(model.state_dict())
    vocab = CharVocab.load(source / "vocab.txt")
    with base.whole_folder(folder) as partial:
        half.bfloat16().save_pretrained(partial)
        config = json.loads((source / "config.json").read_text(encoding="utf-8"))
        config["num_hidden_layers"] = model.config.num_hidden_layers
        text = json.dumps(config, ensure_ascii=False, indent=2)
        (partial / "config.json").write_text(text + "\n", encoding="utf-8")
        base.save_tokenizer(vocab, partial, model.config.max_position_embeddings)
    return folder
