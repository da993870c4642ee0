"""How likely one character is after two others: the table that tells which character is lost.

Where the first byte of a character is lost, up to 126 characters may have stood there, and pairs of
characters (`statistics`) tell too little. This model is of threes, interpolated with absolute
discounting (Ney, Essen and Kneser 1994). With N the counts, and p(c) = (N(c) + 1/2) / N,

    p(c | b)   = max(N(bc) - D, 0) / N(b) + w(b) p(c)
    p(c | a b) = max(N(abc) - D, 0) / N(ab) + w(ab) p(c | b),   D = 0.75

w being what the kept counts leave of 1: of the threes seen once only those behind scarce pairs are
kept. Discounting by Kneser and Ney's counts, fours and fives, or the words of dictionaries added
none of them a percent.
The table, `trigrams.npz`, is read when the first lost byte is met, and is counted by
`python -m inference.text.build_statistics --trigrams`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np

from inference.text.edits import codes
from inference.text.statistics import COUNT_STEPS, fold

DISCOUNT = 0.75
"""D of the docstring."""
LEAST = 2
"""Threes seen less often are not kept,"""
SCARCE = 4
"""but behind pairs seen no more often than this: there the little that is known tells much."""
LEAST_WEIGHT = 1e-3
"""w is no smaller, whatever the rounding of counts makes of it."""


class _Level:
    """Counted pairs or threes: the shares of their context that they take.

    Args:
        keys: `context * size + character`, sorted, shape (n,).
        counts: of the keys, shape (n,).
        totals: counts of the contexts, shape (contexts,).
        size: of the vocabulary.
    """

    def __init__(self, keys: np.ndarray, counts: np.ndarray, totals: np.ndarray, size: int) -> None:
        self.keys = keys
        contexts = keys // size
        shares = np.maximum(counts - DISCOUNT, 0) / totals[contexts]
        taken = np.bincount(contexts, shares, len(totals))
        # one more of each: where what is looked up is not there (index -1)
        self.shares = np.append(shares, 0.0).astype(np.float32)
        self.weights = np.append(np.maximum(1 - taken, LEAST_WEIGHT), 1.0).astype(np.float32)

    def find(self, keys: np.ndarray) -> np.ndarray:
        """Index of each key, -1 where it is not counted; the shape of `keys`."""
        if not len(self.keys):
            return np.full(keys.shape, -1)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1)


class TrigramModel:
    """Log-probabilities of characters after two others.

    Args:
        vocabulary: the known characters, folded.
        counts: occurrences of each, shape (len(vocabulary),).
        pairs: sorted codes `first * len(vocabulary) + second`, shape (n,).
        pair_counts: occurrences of each, shape (n,).
        threes: sorted codes `pair * len(vocabulary) + third`, `pair` an index of `pairs`,
            shape (m,).
        three_counts: occurrences of each, shape (m,).
    """

    def __init__(
        self,
        vocabulary: str,
        counts: np.ndarray,
        pairs: np.ndarray,
        pair_counts: np.ndarray,
        threes: np.ndarray,
        three_counts: np.ndarray,
    ) -> None:
        self.size = len(vocabulary) + 1  # the last stands for the unknown
        self._ids = {character: place for place, character in enumerate(vocabulary)}
        single = np.append(counts, 0) + 0.5
        self._single = single / single.sum()
        self._pairs = _Level(pairs, pair_counts, np.append(counts, 1), self.size)
        self._threes = _Level(threes, three_counts, pair_counts, self.size)

    def ids(self, characters: Iterable[str]) -> np.ndarray:
        """Numbers of folded characters, shape (number of characters,)."""
        unknown = self.size - 1
        return np.array([self._ids.get(character, unknown) for character in characters], np.int64)

    def between(self, before: str, candidates: np.ndarray, after: str) -> np.ndarray:
        """ln p of each candidate after `before` and of `after` behind them.

        Args:
            before, after: two folded characters each.
            candidates: numbers of characters, shape (n,).

        Returns:
            Nats, shape (n,).
        """
        row = np.empty((5, len(candidates)), dtype=np.int64)
        row[[0, 1, 3, 4]] = self.ids(before + after)[:, None]
        row[2] = candidates
        return self.nats(row).sum(axis=0)

    def nats(self, row: np.ndarray) -> np.ndarray:
        """ln p of each character after the two before it.

        Args:
            row: numbers of characters along the first axis, shape (k, n).

        Returns:
            Nats, shape (k - 2, n).
        """
        pairs = self._pairs.find(row[:-1] * self.size + row[1:])
        contexts = pairs[:-1]
        threes = self._threes.find(np.where(contexts < 0, -1, contexts * self.size + row[2:]))
        low = self._pairs.shares[pairs[1:]] + self._pairs.weights[row[1:-1]] * self._single[row[2:]]
        return np.log(self._threes.shares[threes] + self._threes.weights[contexts] * low)


def _packed(name: str, keys: np.ndarray, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Sorted keys as the bytes of their gaps, counts as steps of log2."""
    gaps = np.diff(keys, prepend=0)
    planes = {f"{name}{plane}": (gaps >> (8 * plane) & 0xFF).astype(np.uint8) for plane in range(4)}
    return planes | {f"{name}_steps": np.rint(COUNT_STEPS * np.log2(counts)).astype(np.uint8)}


def _unpacked(name: str, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    gaps = sum(arrays[f"{name}{plane}"].astype(np.int64) << (8 * plane) for plane in range(4))
    return np.cumsum(gaps), np.exp2(arrays[f"{name}_steps"] / COUNT_STEPS)


def unpack(arrays: dict[str, np.ndarray]) -> TrigramModel:
    """The model of the arrays that `count` made."""
    vocabulary = bytes(arrays["vocabulary"]).decode("utf-8")
    counts = arrays["counts"].astype(np.float64)
    return TrigramModel(vocabulary, counts, *_unpacked("pair", arrays), *_unpacked("three", arrays))


@cache
def load() -> TrigramModel:
    """The table shipped with the package, read once."""
    path = resources.files("inference.text") / "trigrams.npz"
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return unpack(dict(arrays))


def count(texts: Iterable[str], least: int = 3) -> dict[str, np.ndarray]:
    """Count characters, pairs and threes of `texts`; arrays for `numpy.savez_compressed`.

    Args:
        texts: undamaged texts, traditional or simplified.
        least: characters seen less often are not told apart, and no pair or three holds them.
    """
    stream = codes(fold("\n".join(["", *texts, ""]))).astype(np.int64)
    stream[stream > 0xFFFF] = 0xFFFD
    singles = np.bincount(stream, minlength=0x10000)
    known = np.flatnonzero(singles >= least)
    known = known[np.argsort(-singles[known], kind="stable")]
    size = len(known) + 1
    place = np.full(0x10000, -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    ids = place[stream]
    pairs, pair_counts = _counted(ids[:-1], ids[1:], size)
    inner = np.where(np.minimum(ids[:-1], ids[1:]) < 0, -1, ids[:-1] * size + ids[1:])
    index = np.where(inner < 0, -1, np.searchsorted(pairs, inner))
    threes, three_counts = _counted(index[:-1], ids[2:], size)
    kept = (three_counts >= LEAST) | (pair_counts[threes // size] <= SCARCE)
    threes, three_counts = threes[kept], three_counts[kept]
    return {
        "vocabulary": np.frombuffer("".join(map(chr, known)).encode("utf-8"), dtype=np.uint8),
        "counts": singles[known].astype(np.uint32),
        **_packed("pair", pairs, pair_counts),
        **_packed("three", threes, three_counts),
    }


def _counted(contexts: np.ndarray, ids: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The keys `context * size + id` met, sorted, and how often they were met.

    Contexts and characters below 0 are not known and left out.
    """
    return np.unique((contexts * size + ids)[(contexts >= 0) & (ids >= 0)], return_counts=True)
