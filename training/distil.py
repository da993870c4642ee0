"""Fewer layers that read as the model they were taken from: its scores and states are learnt beside the labels.

Knowledge distillation (Hinton et al. 2015) on the heads' distributions and, after TinyBERT (Jiao et al. 2020), on the
states of the last layer. The student begins as those of the teacher's layers that by themselves come nearest to its
states (`prune`), under the teacher's heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.layout import Layout
from training.e5 import BaseModelError
from training.model import ReportTagger, pool
from training.teacher import standardised


@torch.no_grad()
def prune(model: ReportTagger, inputs: Mapping[str, Any], count: int) -> list[int]:
    """Keep ``count`` encoder layers, dropping one after the other that whose absence moves the last states least.

    Which layers a trained network can do without is seen better than guessed: evenly spread ones (`base.keep_layers`)
    leave the states farther away.

    Args:
        inputs: a batch as `training.dataset.collate` makes it.

    Returns:
        The layers that are left, counted from 0.

    Raises:
        BaseModelError: when there are not so many.
    """
    layers = list(model.bert.encoder.layer)
    left = list(range(len(layers)))
    if count > len(left):
        raise BaseModelError(f"the model has {len(left)} layers, {count} were asked for")
    training = model.training
    model.eval()
    mask = inputs["attention_mask"]

    def states(chosen: list[int]) -> Tensor:
        model.bert.encoder.layer = nn.ModuleList(layers[i] for i in chosen)
        return standardised(model.encode(inputs["input_ids"], mask)[mask.bool()])

    whole = states(left)
    while len(left) > count:
        shorter = [[k for k in left if k != i] for i in left]
        left = min(shorter, key=lambda chosen: float((states(chosen) - whole).square().mean()))
    model.bert.encoder.layer = nn.ModuleList(layers[i] for i in left)
    model.bert.config.num_hidden_layers = model.config.num_hidden_layers = count
    model.train(training)
    return left


class Tutor(nn.Module):
    """A trained model whose reading is to be learnt.

    Args:
        model: the teacher; its layout must be the student's.
        weight: of what this gives, beside the labels' loss.
        weights: of the heads' scores by name (`TrainConfig.loss_weights`), that of states being 1.
    """

    def __init__(self, model: ReportTagger, weight: float, weights: Mapping[str, float]) -> None:
        super().__init__()
        self.model = model.eval().requires_grad_(False)
        self.model.set_attn_implementation("sdpa" if torch.cuda.is_available() else "eager")
        self.weight, self.weights = weight, {**weights, "states": 1.0}

    @torch.no_grad()
    def read(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """The teacher's scores and states on a batch, as `ReportTagger.forward` names them."""
        states = self.model.encode(input_ids, attention_mask, half=True)
        return self.model.scores(states) | {"states": states}

    def loss(self, student: Mapping[str, Tensor], inputs: Mapping[str, Any]) -> Tensor:
        """``weight`` times the distance of a student's scores and states from the teacher's on whole characters.

        Args:
            student: what `ReportTagger.forward` gave for the batch, some of its characters perhaps hidden.
            inputs: the batch with every character to be seen.
        """
        taught = self.read(inputs["input_ids"], inputs["attention_mask"])
        apart = distances(student, taught, inputs, self.model.layout)
        total = student["states"].new_zeros((), dtype=torch.float32)
        return self.weight * sum((self.weights[k] * part for k, part in apart.items()), total)


def distances(
    student: Mapping[str, Tensor],
    taught: Mapping[str, Tensor],
    inputs: Mapping[str, Any],
    layout: Layout,
) -> dict[str, Tensor]:
    """How far a student is from its teacher on a batch, by what is compared.

    Returns:
        ``states``: mean squared distance of standardised states; ``tags``, ``attributes``, ``kinds``: mean divergence
        (nats) of the student's distribution from the teacher's, a character, a span's attribute, a sentence.
    """
    here = inputs["attention_mask"].bool()
    parts = {
        "states": functional.mse_loss(
            standardised(student["states"][here]), standardised(taught["states"][here])
        ),
        "tags": divergence(student["tags"][here], taught["tags"][here]),
    }
    targets = inputs["targets"]
    if len(spans := targets["spans"]):
        ours, theirs = (pool(scores["attributes"].float(), spans) for scores in (student, taught))
        found = []
        for i, columns in enumerate(layout.attributes):
            known = targets["attributes"][:, i] >= 0
            if known.any():
                where = slice(columns.start, columns.stop)
                found.append(divergence(ours[known, where], theirs[known, where]))
        if found:
            parts["attributes"] = torch.stack(found).mean()
    if len(sentences := targets["sentences"]):
        ours, theirs = (pool(scores["kinds"].float(), sentences) for scores in (student, taught))
        parts["kinds"] = divergence(ours, theirs)
    return parts


def divergence(ours: Tensor, theirs: Tensor) -> Tensor:
    """Mean Kullback-Leibler divergence of scores ``[N, C]`` from wanted ones; a single column is a flag's."""
    if ours.shape[1] == 1:
        ours, theirs = (torch.cat([s, torch.zeros_like(s)], 1) for s in (ours, theirs))
    ours, theirs = (functional.log_softmax(s.float(), 1) for s in (ours, theirs))
    return functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)
