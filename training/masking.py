"""Batches for masked-language modelling: packed texts, masked spans, an order that needs no memory.

A batch is a function of (seed, step) alone, so a run that is resumed sees what an uninterrupted one
sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.encoding import LINE_BREAK, SPACE, CharVocab

FIRST_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", SPACE, LINE_BREAK)
"""How a vocabulary of `training.base` begins: special tokens and white space, then characters."""
CLS, SEP, MASK = 2, 3, 4
FIRST_CHARACTER = len(FIRST_TOKENS)

SHOWN_AS_MASK, SHOWN_AS_OTHER = 0.8, 0.1
"""What becomes of a character to predict (BERT, Devlin et al. 2019); the rest is left as it is."""

ACRONYM = 5
"""Longest lower-case Latin run that is taken for an acronym, in letters."""


@dataclass(frozen=True)
class MaskingSettings:
    """What determines the batches, apart from the texts.

    Attributes:
        seed: of the order of the units and of the masks.
        mask_share: share of the characters to predict.
        longest_span: characters in the longest masked span.
        span_stop: chance that a span ends with a character; span lengths are geometric, cut off.
        unit: characters in a unit, the piece of text that is shuffled; even.
        units: units in a batch.
        long_every: one batch in so many keeps its units whole, the others have them in halves.
    """

    seed: int = 1
    mask_share: float = 0.2
    longest_span: int = 5
    span_stop: float = 0.4
    unit: int = 252
    units: int = 16
    long_every: int = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows without padding.

    Attributes:
        ids: input ids, int64 [rows, length].
        whole: the same without masks.
        positions: places to predict in the flattened rows, int64 [masked], rising.
        targets: the true ids there, int64 [masked].
    """

    ids: Tensor
    whole: Tensor
    positions: Tensor
    targets: Tensor


def restore_case(text: str, rng: np.random.Generator) -> str:
    """Write most Latin runs of a lower-case text as reports do: acronyms large, longer words
    capitalised.

    The news corpus is all lower case; left so, it would unteach the base its upper-case letters. A
    text with any upper-case letter is returned as it is.
    """
    if text != text.lower():
        return text
    chars = list(text)
    start = None
    for at, char in enumerate([*text, " "]):
        latin = "a" <= char <= "z"
        if latin and start is None:
            start = at
        elif not latin and start is not None:
            if rng.random() < 0.7:
                end = at if at - start <= ACRONYM else start + 1
                chars[start:end] = text[start:end].upper()
            start = None
    return "".join(chars)


def pack(texts: Iterable[str], vocab: CharVocab, settings: MaskingSettings) -> NDArray[np.int32]:
    """Encode the texts, join them by `[SEP]` and cut the row into units.

    Returns:
        int32 [units, settings.unit]; what is left over and fills no unit is dropped.
    """
    rng = np.random.default_rng([settings.seed, 0])
    separator = np.array([SEP], np.int32)
    parts = [a for text in texts for a in (vocab.encode(restore_case(text, rng)), separator)]
    row = np.concatenate([*parts, np.zeros(0, np.int32)])
    count = len(row) // settings.unit
    return row[: count * settings.unit].reshape(count, settings.unit)


def choose_masked(
    ids: NDArray[np.int32], settings: MaskingSettings, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose the places to predict: short spans of characters (after SpanBERT, Joshi et al. 2020).

    Args:
        ids: int [rows, length].
        settings: share and lengths of the spans.
        rng: source of chance.

    Returns:
        bool [rows, length], true for about `settings.mask_share` of the characters, never for
        special tokens or white space.
    """
    stop, longest = settings.span_stop, settings.longest_span
    lengths = np.minimum(rng.geometric(stop, ids.shape), longest)
    mean_length = (1 - (1 - stop) ** longest) / stop
    # Spans overlap: a place stays open with chance (1 - begin) ** mean_length, nearly.
    begin = 1 - (1 - settings.mask_share) ** (1 / mean_length)
    reach = np.where(rng.random(ids.shape) < begin, lengths, 0)
    masked = reach > 0
    for back in range(1, min(longest, ids.shape[1])):
        masked[:, back:] |= reach[:, :-back] > back
    return masked & (ids >= FIRST_CHARACTER)


def make_batch(
    units: NDArray[np.int32],
    long: bool,
    size: int,
    settings: MaskingSettings,
    rng: np.random.Generator,
) -> Batch:
    """Mask units and put each row between `[CLS]` and `[SEP]`.

    Args:
        units: int32 [units, settings.unit].
        long: keep each unit as one row; else it gives two.
        size: tokens in the vocabulary, from which stand-ins are drawn.
        settings: how to mask.
        rng: source of chance.
    """
    rows = units if long else units.reshape(-1, settings.unit // 2)
    masked = choose_masked(rows, settings, rng)
    fate = rng.random(rows.shape)
    others = rng.integers(FIRST_CHARACTER, size, rows.shape)
    shown = np.where(masked & (fate < SHOWN_AS_MASK), MASK, rows)
    shown = np.where(masked & (fate >= 1 - SHOWN_AS_OTHER), others, shown)
    ids, whole = (np.pad(part, ((0, 0), (1, 1))) for part in (shown, rows))
    for part in (ids, whole):
        part[:, 0], part[:, -1] = CLS, SEP
    positions = np.flatnonzero(np.pad(masked, ((0, 0), (1, 1))))
    arrays = (ids, whole, positions, rows[masked])
    return Batch(*(torch.from_numpy(a.astype(np.int64)) for a in arrays))


def batch_at(units: NDArray[np.int32], step: int, size: int, settings: MaskingSettings) -> Batch:
    """The batch of a step: every unit at most once an epoch, in an order drawn for the epoch."""
    epoch, place = divmod(step, len(units) // settings.units)
    order = np.random.default_rng([settings.seed, 1, epoch]).permutation(len(units))
    chosen = units[order[place * settings.units : (place + 1) * settings.units]]
    rng = np.random.default_rng([settings.seed, 2, step])
    return make_batch(chosen, step % settings.long_every == 0, size, settings, rng)
