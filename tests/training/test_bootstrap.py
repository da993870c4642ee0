from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import Agreement, Tally
from training.bootstrap import counts, draws, intervals, paired, scores

LABELS = ["AMOUNT", "PROJECT"]


def agreement(**tallies: tuple[int, int, int]) -> Agreement:
    made = Agreement()
    for label, values in tallies.items():
        made.spans[label] += Tally(*values)
    return made


@st.composite
def agreements(draw: st.DrawFn) -> list[Agreement]:
    def tally() -> tuple[int, int, int]:
        correct = draw(st.integers(0, 5))
        return correct, correct + draw(st.integers(0, 5)), correct + draw(st.integers(0, 5))

    return [agreement(AMOUNT=tally(), PROJECT=tally()) for _ in range(draw(st.integers(2, 6)))]


@given(agreements())
def test_scores_of_the_whole_are_those_of_agreement(items: list[Agreement]) -> None:
    total = Agreement()
    for item in items:
        total += item
    found = scores(counts(items), LABELS, np.ones((1, len(items)), np.int64))
    for label in LABELS:
        if total.spans[label].reference + total.spans[label].proposed:
            assert found[label][0] == pytest.approx(total.spans[label].f1)
        else:
            assert np.isnan(found[label][0])
    if total.micro.reference + total.micro.proposed:
        assert found["micro"][0] == pytest.approx(total.micro.f1)


@given(agreements())
def test_a_model_is_even_with_itself(items: list[Agreement]) -> None:
    for difference in paired(items, items, LABELS, samples=50).values():
        assert (difference.low, difference.high) == (0, 0)
        assert difference.verdict == "even"
        assert difference.better == 0.5


def test_draws_are_whole_resamples_and_repeat() -> None:
    weights = draws(7, samples=100, seed=3)
    assert (weights.sum(1) == 7).all()
    assert (weights == draws(7, samples=100, seed=3)).all()
    assert (weights != draws(7, samples=100, seed=4)).any()


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        items = []
        for _ in range(40):
            right = int(rng.binomial(10, 0.8))
            items.append(agreement(AMOUNT=(right, 10, 10)))
        low, high = intervals(items, LABELS, samples=300, seed=trial)["AMOUNT"]
        covered += low <= 0.8 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_a_clearly_better_model_is_told_from_noise() -> None:
    rng = np.random.default_rng(1)
    poor, good, noisy = [], [], []
    for _ in range(60):
        right = int(rng.binomial(10, 0.7))
        poor.append(agreement(AMOUNT=(right, 10, 10), PROJECT=(5, 10, 10)))
        good.append(agreement(AMOUNT=(min(10, right + 1), 10, 10), PROJECT=(5, 10, 10)))
        noisy.append(
            agreement(
                AMOUNT=(int(np.clip(right + rng.integers(-1, 2), 0, 10)), 10, 10),
                PROJECT=(5, 10, 10),
            )
        )
    found = paired(poor, good, LABELS)
    assert found["AMOUNT"].verdict == "better"
    assert found["PROJECT"].verdict == "even"
    assert paired(good, poor, LABELS)["AMOUNT"].verdict == "worse"
    assert paired(poor, noisy, LABELS)["AMOUNT"].verdict == "even"


def test_a_label_that_only_one_model_proposes_counts_against_it() -> None:
    without = [agreement(AMOUNT=(3, 3, 3)) for _ in range(5)]
    inventing = [agreement(AMOUNT=(3, 3, 3), PROJECT=(0, 0, 2)) for _ in range(5)]
    found = paired(without, inventing, LABELS)
    assert found["micro"].verdict == "worse"


def test_nothing_to_score_has_no_interval() -> None:
    assert intervals([], LABELS) == {}
    assert intervals([agreement(AMOUNT=(0, 0, 0))], LABELS)["AMOUNT"] is None
