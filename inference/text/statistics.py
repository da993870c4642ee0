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
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from inference.text.edits import codes
from inference.text.variants import simplified_forms

BACKOFF = 0.15
"""Weight of the single-character probability."""
COUNT_STEPS = 4
"""Counts are stored as `round(COUNT_STEPS * log2(count))`, one byte each."""

REMEMBERED = 256
"""Rows and columns of the table remembered, some 50 kB each."""

_NONE: Mapping[str, float] = MappingProxyType({})


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


class _Lists:
    """Scores of the counted pairs, by one of their two characters.

    Args:
        keys: the character of each pair that its list belongs to, shape (n,).
        others: the other one, shape (n,).
        scores: shape (n,).
        size: of the vocabulary.
    """

    def __init__(self, keys: np.ndarray, others: np.ndarray, scores: np.ndarray, size: int) -> None:
        order = np.argsort(keys, kind="stable")
        self._others = others[order].astype(np.int32)
        self._scores = scores[order]
        self._borders = np.searchsorted(keys[order], np.arange(size + 1)).tolist()

    def borders(self) -> Iterator[tuple[int, int]]:
        """Where the list of each character begins and ends."""
        return pairwise(self._borders)

    def fill(self, scores: np.ndarray, key: int) -> None:
        """Write the scores of the list of `key`, none below 0, to the places of the others."""
        if key >= 0:
            part = slice(self._borders[key], self._borders[key + 1])
            scores[self._others[part]] = self._scores[part]


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
        order = np.argsort(pairs)
        pairs, pair_counts = pairs[order], pair_counts[order]
        first, second = np.divmod(pairs, size)
        scores = np.log((1 - BACKOFF) * pair_counts / counts[first] + BACKOFF * single[second])
        self._places = {character: place for place, character in enumerate(vocabulary)}
        self._alone = np.log(BACKOFF * single)
        self._ahead = _Lists(first, second, scores, size)
        self._behind = _Lists(second, first, scores, size)
        seconds = np.array(list(vocabulary), dtype="U1")[second].tolist()
        listed = scores.tolist()
        # one dictionary a character: no key is put together, and no hash taken, to look a pair up
        self._rows = {
            character: dict(zip(seconds[low:high], listed[low:high], strict=True))
            for character, (low, high) in zip(vocabulary, self._ahead.borders(), strict=True)
        }
        self._singles = dict(zip(vocabulary, self._alone.tolist(), strict=True))
        self._unknown = math.log(BACKOFF * 0.5 / total)

    def pair(self, first: str, second: str) -> float:
        """`s(second | first)` in nats, of two folded characters."""
        score = self._rows.get(first, _NONE).get(second)
        return self._singles.get(second, self._unknown) if score is None else score

    def row(self, first: str) -> Mapping[str, float]:
        """`s(second | first)` by second character, of the counted pairs; `alone` of all others."""
        return self._rows.get(first, _NONE)

    def alone(self, second: str) -> float:
        """`s(second | first)` where the pair is not counted."""
        return self._singles.get(second, self._unknown)

    def place(self, character: str) -> int:
        """Where a known character stands in the vocabulary."""
        return self._places[character]

    @lru_cache(maxsize=REMEMBERED)  # noqa: B019 - there is one model, and it stays
    def ahead(self, first: str) -> np.ndarray:
        """`s(second | first)` of every second character of the vocabulary, shape (its size,)."""
        scores = self._alone.copy()
        self._ahead.fill(scores, self._places.get(first, -1))
        return scores

    @lru_cache(maxsize=REMEMBERED)  # noqa: B019
    def behind(self, second: str) -> np.ndarray:
        """`s(second | first)` by every first character of the vocabulary, shape (its size,)."""
        scores = np.full(len(self._alone), self.alone(second))
        self._behind.fill(scores, self._places.get(second, -1))
        return scores

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
