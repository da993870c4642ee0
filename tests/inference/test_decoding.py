from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.decoding import SpanProbability, best_tags, legal_transitions, spans_of, tidy

TAGS = ["O", "B-X", "I-X", "B-Y", "I-Y"]


def is_legal(tags: list[str]) -> bool:
    before = "O"
    for tag in tags:
        if tag.startswith("I-") and before not in (f"B-{tag[2:]}", tag):
            return False
        before = tag
    return True


def every_path(
    emissions: np.ndarray, first: np.ndarray, moves: np.ndarray
) -> dict[tuple[int, ...], float]:
    """Score of every tag sequence, by brute force."""
    scores = {}
    for path in product(range(len(TAGS)), repeat=len(emissions)):
        score = first[path[0]] + sum(emissions[t, tag] for t, tag in enumerate(path))
        scores[path] = float(score + sum(moves[a, b] for a, b in pairwise(path)))
    return scores


@pytest.mark.parametrize("seed", range(5))
def test_against_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = np.array([4, 2, 1])
    emissions = rng.normal(0, 2, (3, 4, 5)).astype(np.float32)
    first, moves = legal_transitions(TAGS)
    first, moves = (
        first + rng.normal(0, 1, 5).astype(np.float32),
        moves + rng.normal(0, 1, (5, 5)).astype(np.float32),
    )
    tags = best_tags(emissions, lengths, first, moves)
    probability = SpanProbability(emissions, lengths, first, moves, TAGS)
    for row, length in enumerate(lengths):
        scores = every_path(emissions[row, :length], first, moves)
        assert tuple(tags[row, :length]) == max(scores, key=scores.__getitem__)
        total = np.logaddexp.reduce(list(scores.values()))
        for start in range(length):
            for end in range(start + 1, length + 1):
                for label in "XY":
                    wanted = sum(
                        np.exp(score - total)
                        for path, score in scores.items()
                        if (start, end, label) in spans_of([TAGS[i] for i in path])
                        and is_legal([TAGS[i] for i in path])
                    )
                    assert probability(row, start, end, label) == pytest.approx(wanted, abs=1e-4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_decoded_sequences_are_legal_for_any_scores(seed: int, length: int) -> None:
    emissions = np.random.default_rng(seed).normal(0, 50, (2, length, 5)).astype(np.float32)
    tags = best_tags(emissions, np.array([length, max(1, length // 2)]), *legal_transitions(TAGS))
    assert all(is_legal([TAGS[i] for i in row]) for row in tags)


def test_spans_of_a_sequence() -> None:
    assert spans_of(["B-X", "I-X", "B-X", "O", "B-Y"]) == [(0, 2, "X"), (2, 3, "X"), (4, 5, "Y")]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("甲项目)", "甲项目"),
        ("甲项目（二期）", "甲项目（二期）"),
        ("，甲、", "甲"),
        ("，。", ""),
        ("甲", "甲"),
    ],
)
def test_marks_and_unpaired_brackets_stay_outside(text: str, kept: str) -> None:
    start, end = tidy(text, 0, len(text))
    assert text[start:end] == kept
