"""The network: one BERT pass; linear-chain CRF, attribute, link and sentence-kind heads on its characters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod, sqrt
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel, BertPreTrainedModel

from annotations import scheme as schemes
from inference.decoding import legal_transitions
from inference.layout import LINK_BUCKETS, LINK_SIZE, Layout
from training.half import encode_half


class ReportTagger(BertPreTrainedModel):
    """Tags characters, and scores attributes, links and sentence kinds from the same pass.

    The encoder is ``bert`` and the tag head ``classifier``, so that a saved model also loads as a plain
    ``BertForTokenClassification``. Span and sentence representations are means over their characters' states after a
    small feed-forward layer, which lets the export give per-character scores that any span can be read from.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        # As text: a configuration file sorts its keys, and the order of labels is the order of outputs.
        self.layout = Layout(schemes.parse(json.loads(config.scheme)))
        sizes = self.layout.sizes()
        size = config.hidden_size
        self.bert = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(config.head_dropout)
        self.classifier = nn.Linear(size, sizes["tags"])
        self.first = nn.Parameter(torch.zeros(sizes["tags"]))
        self.moves = nn.Parameter(torch.zeros(sizes["tags"], sizes["tags"]))
        self.span_layer = nn.Linear(size, size)
        self.attributes = nn.Linear(size, sizes["attributes"])
        self.heads = nn.Linear(size, sizes["heads"])
        self.tails = nn.Linear(size, sizes["tails"])
        self.link_bias = nn.Parameter(torch.zeros(len(self.layout.relations), prod(LINK_BUCKETS)))
        self.sentence_layer = nn.Linear(size, size)
        self.kinds = nn.Linear(size, sizes["kinds"])
        self.post_init()

    def encode(self, input_ids: Tensor, attention_mask: Tensor, half: bool | None = None) -> Tensor:
        """States ``[B, T, H]`` of the last layer; under autocast on a CPU in bf16 throughout if ``half``, by default
        while training."""
        half = self.training if half is None else half
        eager = self.config._attn_implementation == "eager"
        if half and eager and torch.is_autocast_enabled("cpu"):
            return encode_half(self.bert, input_ids, attention_mask)
        return self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    def scores(self, states: Tensor) -> dict[str, Tensor]:
        """Per-character scores ``[B, T, columns]`` by output name; see `inference.layout.Layout`."""
        states = self.dropout(states)
        spans = functional.gelu(self.span_layer(states))
        sentences = functional.gelu(self.sentence_layer(states))
        return {
            "tags": self.classifier(states),
            "attributes": self.attributes(spans),
            "kinds": self.kinds(sentences),
            "heads": self.heads(spans),
            "tails": self.tails(spans),
        }

    def transitions(self) -> tuple[Tensor, Tensor]:
        """CRF scores of first tags ``[K]`` and tag pairs ``[K, K]``, illegal ones at a large negative score."""
        # Made here and not kept as buffers: loading a model leaves those that are not saved unset.
        first, moves = map(torch.from_numpy, legal_transitions(self.layout.tags))
        device = self.first.device
        return self.first.float() + first.to(device), self.moves.float() + moves.to(device)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        targets: Mapping[str, Any] | None = None,
    ) -> dict[str, Tensor]:
        """Scores; with ``targets`` (see `training.dataset.collate`) ``"states"`` ``[B, T, H]``, too, and the training
        ``"loss"``."""
        states = self.encode(input_ids, attention_mask)
        scores = self.scores(states)
        if targets is None:
            return scores
        scores = {name: value.float() for name, value in scores.items()}
        parts = {"tags": self._tag_loss(scores["tags"], targets)}
        spans = targets["spans"]
        if len(spans):
            parts["attributes"] = self._attribute_loss(pool(scores["attributes"], spans), targets)
            parts["links"] = self._link_loss(
                pool(scores["heads"], spans), pool(scores["tails"], spans), targets
            )
        if len(targets["sentences"]):
            kinds = pool(scores["kinds"], targets["sentences"])
            parts["kinds"] = functional.cross_entropy(
                kinds, targets["kinds"], ignore_index=-100, label_smoothing=0.05
            ).nan_to_num()
        weights = self.config.loss_weights
        nothing = scores["tags"].new_zeros(())
        loss = sum((weights[name] * part for name, part in parts.items()), nothing)
        return {"loss": loss, "states": states} | scores

    def _tag_loss(self, emissions: Tensor, targets: Mapping[str, Any]) -> Tensor:
        """CRF negative log-likelihood of the labelled stretches, per character."""
        starts, lengths, tags = targets["starts"], targets["lengths"], targets["tags"]
        steps = torch.arange(tags.shape[1], device=tags.device)
        where = (starts[:, None] + steps).clamp(max=emissions.shape[1] - 1)
        taken = emissions.gather(1, where[:, :, None].expand(-1, -1, emissions.shape[2]))
        first, moves = self.transitions()
        nll = crf_nll(taken, tags, lengths, first, moves)
        return nll.sum() / lengths.sum()

    def _attribute_loss(self, logits: Tensor, targets: Mapping[str, Any]) -> Tensor:
        """Mean cross-entropy over the attributes; spans without an attribute's label do not count for it."""
        losses = []
        for i, columns in enumerate(self.layout.attributes):
            wanted = targets["attributes"][:, i]
            part = logits[:, columns.start : columns.stop]
            known = wanted >= 0
            if not known.any():
                continue
            if columns.attribute.flag:
                loss = functional.binary_cross_entropy_with_logits(
                    part[known, 0], wanted[known].float()
                )
            else:
                loss = functional.cross_entropy(part[known], wanted[known], label_smoothing=0.03)
            losses.append(loss)
        return torch.stack(losses).mean() if losses else logits.sum() * 0

    def _link_loss(self, heads: Tensor, tails: Tensor, targets: Mapping[str, Any]) -> Tensor:
        """Cross-entropy of each possible head's tail (or none) among the tails of its sentence."""
        losses = []
        for relation, head, candidates, buckets, answer in targets["links"]:
            scores = self.link_scores(heads, tails, relation, head, candidates, buckets)
            wanted = torch.tensor([answer], device=scores.device)
            losses.append(functional.cross_entropy(scores[None], wanted))
        return torch.stack(losses).mean() if losses else heads.sum() * 0

    def link_scores(
        self,
        heads: Tensor,
        tails: Tensor,
        relation: int,
        head: int,
        candidates: Tensor,
        buckets: Tensor,
    ) -> Tensor:
        """Scores ``[1 + candidates]``: of no link, then of a link to each candidate."""
        at = relation * (LINK_SIZE + 1)
        vector = heads[head, at : at + LINK_SIZE]
        others = tails[candidates, relation * LINK_SIZE : (relation + 1) * LINK_SIZE]
        linked = others @ vector / sqrt(LINK_SIZE) + self.link_bias[relation, buckets]
        return torch.cat([heads[head, at + LINK_SIZE][None], linked])


def pool(scores: Tensor, spans: Tensor) -> Tensor:
    """Means of ``scores`` ``[B, T, C]`` over ``spans`` ``[N, 3]`` (row, start, end): ``[N, C]``."""
    sums = functional.pad(scores.cumsum(1), (0, 0, 1, 0))
    rows, starts, ends = spans.unbind(1)
    return (sums[rows, ends] - sums[rows, starts]) / (ends - starts)[:, None]


def crf_nll(
    emissions: Tensor, tags: Tensor, lengths: Tensor, first: Tensor, moves: Tensor
) -> Tensor:
    """Negative log-likelihood ``[B]`` of ``tags`` ``[B, T]`` under a linear-chain CRF (Lafferty et al. 2001).

    Args:
        emissions: ``[B, T, K]``; lengths: ``[B]``, at least 1; first: ``[K]``; moves: ``[K, K]`` from row to column.
    """
    steps = torch.arange(tags.shape[1], device=tags.device)
    inside = (steps < lengths[:, None]).float()
    gold = emissions.gather(2, tags[:, :, None])[:, :, 0] * inside
    path = gold.sum(1) + first[tags[:, 0]]
    path = path + (moves[tags[:, :-1], tags[:, 1:]] * inside[:, 1:]).sum(1)
    score = emissions[:, 0] + first
    for t in range(1, tags.shape[1]):
        onward = torch.logsumexp(score[:, :, None] + moves, 1) + emissions[:, t]
        score = torch.where(inside[:, t, None] > 0, onward, score)
    return torch.logsumexp(score, 1) - path
