"""From tag scores to spans: the best legal BIO sequence, and how probable each of its spans is.

The tag scores are the emissions of a linear-chain conditional random field (Lafferty, McCallum and Pereira 2001; for
neural taggers Lample et al. 2016): a sequence scores the sum of its emissions and transitions. `best_tags` is the
Viterbi algorithm, `SpanProbability` the exact posterior of a span by the forward-backward algorithm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ILLEGAL = -1e4

Floats = NDArray[np.float32]


def legal_transitions(tags: Sequence[str]) -> tuple[Floats, Floats]:
    """Scores 0 (legal) and `ILLEGAL` of BIO tag sequences.

    Returns:
        ``[K]`` for the first tag, ``[K, K]`` from tag to tag: ``I-X`` follows only ``B-X`` or ``I-X``.
    """
    size = len(tags)
    first = np.zeros(size, np.float32)
    moves = np.zeros((size, size), np.float32)
    for j, tag in enumerate(tags):
        if tag.startswith("I-"):
            first[j] = ILLEGAL
            for i, before in enumerate(tags):
                if before not in (f"B-{tag[2:]}", tag):
                    moves[i, j] = ILLEGAL
    return first, moves


def best_tags(
    emissions: Floats, lengths: NDArray[np.int64], first: Floats, moves: Floats
) -> NDArray:
    """The highest-scoring tag sequences.

    Args:
        emissions: ``[N, T, K]``, padded.
        lengths: ``[N]``, at least 1.
        first: ``[K]`` scores of the first tag.
        moves: ``[K, K]`` scores from tag to tag.

    Returns:
        ``[N, T]`` tag indices; what lies behind a sequence's length is 0.
    """
    count, longest, size = emissions.shape
    score = emissions[:, 0] + first
    back = np.zeros((count, longest, size), np.int8 if size < 128 else np.int16)
    stay = np.arange(size)
    for t in range(1, longest):
        candidates = score[:, :, None] + moves
        best = candidates.argmax(1)
        running = (t < lengths)[:, None]
        back[:, t] = np.where(running, best, stay)
        reached = np.take_along_axis(candidates, best[:, None], 1)[:, 0] + emissions[:, t]
        score = np.where(running, reached, score)
    tags = np.zeros((count, longest), np.int64)
    current = score.argmax(1)
    rows = np.arange(count)
    for t in range(longest - 1, -1, -1):
        tags[:, t] = np.where(t < lengths, current, 0)
        current = back[rows, t, current]
    return tags


def _logsumexp(values: Floats, axis: int) -> Floats:
    top = values.max(axis, keepdims=True)
    return (np.log(np.exp(values - top).sum(axis, keepdims=True)) + top).squeeze(axis)


class SpanProbability:
    """Posterior probabilities of spans in one batch of sequences, by forward-backward.

    Args: as `best_tags`, and ``tags``, the names in order.
    """

    def __init__(
        self,
        emissions: Floats,
        lengths: NDArray[np.int64],
        first: Floats,
        moves: Floats,
        tags: Sequence[str],
    ) -> None:
        count, longest, size = emissions.shape
        self._emissions, self._lengths, self._moves = emissions, lengths, moves
        self._index = {tag: i for i, tag in enumerate(tags)}
        forward = np.empty((count, longest, size), np.float32)
        forward[:, 0] = emissions[:, 0] + first
        for t in range(1, longest):
            step = _logsumexp(forward[:, t - 1][:, :, None] + moves, 1) + emissions[:, t]
            forward[:, t] = np.where((t < lengths)[:, None], step, forward[:, t - 1])
        backward = np.zeros((count, longest, size), np.float32)
        for t in range(longest - 2, -1, -1):
            step = _logsumexp(moves + (emissions[:, t + 1] + backward[:, t + 1])[:, None, :], 2)
            backward[:, t] = np.where((t + 1 < lengths)[:, None], step, 0)
        self._first, self._forward, self._backward = first, forward, backward
        self._total = _logsumexp(forward[:, -1], 1)

    def __call__(self, row: int, start: int, end: int, label: str) -> float:
        """Probability that exactly ``[start, end)`` of sequence ``row`` is a span of ``label``."""
        begin, inside = self._index[f"B-{label}"], self._index[f"I-{label}"]
        emissions, moves = self._emissions[row], self._moves
        score = (
            _logsumexp(self._forward[row, start - 1] + moves[:, begin], 0)
            if start
            else self._first[begin]
        )
        score = score + emissions[start, begin]
        last = begin
        for t in range(start + 1, end):
            score += moves[last, inside] + emissions[t, inside]
            last = inside
        if end < self._lengths[row]:
            onward = moves[last] + emissions[end] + self._backward[row, end]
            onward[inside] = -np.inf
            score += _logsumexp(onward, 0)
        return float(min(1.0, np.exp(score - self._total[row])))


def spans_of(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Spans ``(start, end, label)`` of a legal BIO sequence of tag names."""
    spans: list[tuple[int, int, str]] = []
    start = -1
    for i, tag in enumerate([*tags, "O"]):
        if start >= 0 and not tag.startswith("I-"):
            spans.append((start, i, tags[start][2:]))
            start = -1
        if tag.startswith("B-"):
            start = i
    return spans


_MARKS = "，。；：、,;: \n"
_PAIRS = {"）": "（", ")": "(", "】": "【", "》": "《", "」": "「"}


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the marks and unpaired brackets at its edges, which no span has by the annotation contract."""
    while start < end and (
        text[end - 1] in _MARKS
        or (text[end - 1] in _PAIRS and _PAIRS[text[end - 1]] not in text[start:end])
    ):
        end -= 1
    while start < end and text[start] in _MARKS:
        start += 1
    return start, end
