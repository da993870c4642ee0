"""The source model as teacher: it reads whole pieces, and the base learns to see in characters what it sees.

Cutting the vocabulary to single characters takes from the network the multi-character pieces it was trained on. The
teacher reads the same text with its own pieces, unmasked; the base, reading masked characters, is trained to have, on
the mean over each piece's characters, the teacher's states of the corresponding layer (layer-wise distillation after
TinyBERT, Jiao et al. 2020; targets of unmasked text for masked input after data2vec, Baevski et al. 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

from inference.encoding import SPACE, CharVocab
from training import base
from training.e5 import E5Weights

UNKNOWN = "\ufffd"
"""Stands for a character without a token; the teacher has no piece for it either."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A batch's pieces on its characters.

    Attributes:
        ids: the teacher's ids with its special tokens, padded, int64 [rows, longest].
        mask: where `ids` has tokens, bool [rows, longest].
        places: of each piece that covers a character: its place in the flattened `ids`, int64 [pieces].
        owners: of each character (flattened, special tokens included): its piece, or `len(places)` for none.
    """

    ids: Tensor
    mask: Tensor
    places: Tensor
    owners: Tensor


class Teacher:
    """Multilingual-e5-small with its own pieces.

    Args:
        model: the source encoder over all its pieces.
        tokenizer: the source's unigram pieces, ids as rows of the embedding.
        specials: the ids of the source's begin, end and padding tokens.
        vocab: the character vocabulary of the batches.
    """

    def __init__(
        self,
        model: BertModel,
        tokenizer: Tokenizer,
        specials: tuple[int, int, int],
        vocab: CharVocab,
    ) -> None:
        self.model, self.tokenizer = model, tokenizer
        self._begin, self._end, self._pad = specials
        self._characters = np.array([_written(token) for token in vocab.tokens])

    @classmethod
    def load(cls, weights: E5Weights, vocab: CharVocab) -> Self:
        """The teacher of a weight file, in bf16."""
        hidden = weights.sizes["hidden"]
        words = weights.tensor("emb.word", -1, hidden)
        config = base.encoder_config(weights, len(words))
        config._attn_implementation = "eager"
        model = BertModel(config, add_pooling_layer=False)
        base.load_encoder(model, weights, words)
        model.requires_grad_(False)
        known = list(zip(weights.pieces, weights.scores, strict=True))
        tokenizer = Tokenizer(models.Unigram(known, unk_id=weights.pieces["<unk>"]))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="never")
        specials = tuple(weights.pieces[token] for token in ("<s>", "</s>", "<pad>"))
        return cls(model.bfloat16().eval(), tokenizer, specials, vocab)

    def pieces(self, rows: NDArray[np.int64] | Tensor) -> Pieces:
        """Pieces of character rows.

        Args:
            rows: character ids, unmasked, with a special token at each end, int [rows, length].
        """
        count, length = rows.shape
        texts = ["".join(row) for row in self._characters[np.asarray(rows)[:, 1:-1]]]
        found = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        width = max(len(encoding.ids) for encoding in found) + 2
        ids = np.full((count, width), self._pad, np.int64)
        mask = np.zeros((count, width), bool)
        owners = np.full((count, length), -1, np.int64)
        places: list[int] = []
        for row, encoding in enumerate(found):
            size = len(encoding.ids)
            ids[row, : size + 2] = [self._begin, *encoding.ids, self._end]
            mask[row, : size + 2] = True
            for number, (start, end) in enumerate(encoding.offsets):
                owners[row, start + 1 : end + 1] = len(places)
                places.append(row * width + number + 1)
        owners[owners < 0] = len(places)
        arrays = (ids, mask, np.array(places, np.int64), owners.ravel())
        return Pieces(*map(torch.from_numpy, arrays))

    @torch.no_grad()
    def states(self, pieces: Pieces, layers: int) -> list[Tensor]:
        """Standardised states [pieces, hidden] of ``layers`` of the teacher's layers, chosen by `base.spread`."""
        every = self.model(
            input_ids=pieces.ids, attention_mask=pieces.mask.long(), output_hidden_states=True
        ).hidden_states
        chosen = base.spread(len(every) - 1, layers)
        return [standardised(every[i + 1].flatten(0, 1)[pieces.places]) for i in chosen]


def standardised(states: Tensor) -> Tensor:
    """States with mean 0 and variance 1 over their units, fp32."""
    return functional.layer_norm(states.float(), states.shape[-1:])


def distance(pieces: Pieces, wanted: Sequence[Tensor], states: Sequence[Tensor]) -> Tensor:
    """Mean squared distance of a network's states from the teacher's, summed over layers.

    Args:
        pieces: of the batch.
        wanted: the teacher's `states`, one tensor a layer of the network.
        states: the network's, on characters, [rows, length, hidden] each.
    """
    count = len(pieces.places)
    sizes = torch.bincount(pieces.owners, minlength=count + 1)[:count, None]
    total = torch.zeros(())
    for want, state in zip(wanted, states, strict=True):
        flat = state.flatten(0, 1).float()
        sums = flat.new_zeros(count + 1, flat.shape[1]).index_add(0, pieces.owners, flat)
        total = total + functional.mse_loss(standardised(sums[:count] / sizes), want)
    return total


def _written(token: str) -> str:
    """One character for a token, as the teacher is to read it."""
    if token == "[UNK]":
        return UNKNOWN
    return token if len(token) == 1 and token != SPACE else " "
