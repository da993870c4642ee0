"""How likely one character is after another in Chinese prose: the table that repair judges by.

The score is a bigram model over simplified characters, interpolated with single characters
(Jelinek-Mercer smoothing):

    s(c | p) = ln((1 - w) * N(p, c) / N(p) + w * (N(c) + 1/2) / N),   w = 0.15

A damaged character is rare in itself and does not go with its neighbours, so that it scores some
ten nats below an ordinary one. Character shapes that do not matter for the judgement are folded:
traditional to simplified, full width to half width, digits to `0`, Latin letters to `A` or `a`.
`python -m inference.text.build_statistics` counts the table, `statistics.npz`, from texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np

from inference.text.edits import codes
from inference.text.variants import simplified_forms

BACKOFF = 0.15
"""Weight of the single-character probability."""
COUNT_STEPS = 4
"""Counts are stored as `round(COUNT_STEPS * log2(count))`, one byte each."""


@cache
def folding() -> dict[int, str]:
    """Translation table (`str.translate`) of the characters the model does not tell apart."""
    table = {ord(old): new for old, new in simplified_forms().items()}
    table |= dict.fromkeys(range(ord("0"), ord("9") + 1), "0")
    table |= dict.fromkeys(range(ord("A"), ord("Z") + 1), "A")
    table |= dict.fromkeys(range(ord("a"), ord("z") + 1), "a")
    table |= {code + 0xFEE0: table.get(code, chr(code)) for code in range(0x21, 0x7F)}
    table |= {ord("\u3000"): " ", ord("\r"): "\n", ord("\t"): " "}
    return table


class BigramModel:
    """Log-probabilities of character pairs.

    Args:
        vocabulary: the known characters, folded, most frequent first.
        counts: occurrences of each, shape (len(vocabulary),).
        pairs: codes `first * len(vocabulary) + second` of the counted pairs, shape (n,).
        pair_counts: occurrences of each pair, shape (n,).
    """

    def __init__(
        self, vocabulary: str, counts: np.ndarray, pairs: np.ndarray, pair_counts: np.ndarray
    ) -> None:
        self.vocabulary = vocabulary
        total = float(counts.sum())
        size = len(vocabulary)
        single = (counts + 0.5) / total
        first, second = np.divmod(pairs, size)
        joint = (1 - BACKOFF) * pair_counts / counts[first] + BACKOFF * single[second]
        characters = np.array(list(vocabulary))
        keys = np.char.add(characters[first], characters[second]).tolist()
        self._pairs = dict(zip(keys, np.log(joint).tolist(), strict=True))
        self._singles = dict(zip(vocabulary, np.log(BACKOFF * single).tolist(), strict=True))
        self._unknown = math.log(BACKOFF * 0.5 / total)

    def pair(self, first: str, second: str) -> float:
        """`s(second | first)` in nats, of two folded characters."""
        score = self._pairs.get(first + second)
        return self._singles.get(second, self._unknown) if score is None else score

    def knows(self, character: str) -> bool:
        """Whether a folded character is in the vocabulary."""
        return character in self._singles


def fold(text: str) -> str:
    """`text` as the model sees it, of the same length."""
    return text.translate(folding())


def pack(vocabulary: str, counts: np.ndarray, pairs: np.ndarray, pair_counts: np.ndarray) -> dict:
    """Arrays for `numpy.savez_compressed`: sorted pair codes as gaps, counts as steps of log2."""
    order = np.argsort(pairs)
    gaps = np.diff(pairs[order], prepend=0)
    steps = np.rint(COUNT_STEPS * np.log2(pair_counts[order])).astype(np.uint8)
    planes = {f"gap{plane}": (gaps >> (8 * plane) & 0xFF).astype(np.uint8) for plane in range(4)}
    letters = np.frombuffer(vocabulary.encode("utf-8"), dtype=np.uint8)
    return {"vocabulary": letters, "counts": counts.astype(np.uint32), "steps": steps, **planes}


def unpack(arrays: dict) -> BigramModel:
    """The model of the arrays that `pack` made."""
    gaps = sum(arrays[f"gap{plane}"].astype(np.int64) << (8 * plane) for plane in range(4))
    return BigramModel(
        bytes(arrays["vocabulary"]).decode("utf-8"),
        arrays["counts"].astype(np.float64),
        np.cumsum(gaps),
        np.exp2(arrays["steps"] / COUNT_STEPS),
    )


@cache
def load() -> BigramModel:
    """The table shipped with the package, read once."""
    path = resources.files("inference.text") / "statistics.npz"
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return unpack(dict(arrays))


def count(texts: Iterable[str], pairs_kept: int, least: int = 3) -> dict:
    """Count characters and the `pairs_kept` most frequent pairs of `texts`; packed arrays.

    Args:
        texts: undamaged texts, traditional or simplified.
        pairs_kept: how many pairs to keep.
        least: characters seen less often are left out of the vocabulary.
    """
    stream = codes(fold("\n".join(["", *texts, ""]))).astype(np.int64)
    stream[stream > 0xFFFF] = 0xFFFD
    singles = np.bincount(stream, minlength=0x10000)
    values, amounts = np.unique(stream[:-1] << 16 | stream[1:], return_counts=True)
    common = (singles[values >> 16] >= least) & (singles[values & 0xFFFF] >= least)
    values, amounts = values[common], amounts[common]
    best = np.argsort(-amounts, kind="stable")[:pairs_kept]
    values, amounts = values[best], amounts[best]
    known = np.flatnonzero(singles >= least)
    known = known[np.argsort(-singles[known], kind="stable")]
    place = np.zeros(0x10000, dtype=np.int64)
    place[known] = np.arange(len(known))
    pairs = place[values >> 16] * len(known) + place[values & 0xFFFF]
    return pack("".join(map(chr, known)), singles[known], pairs, amounts)
