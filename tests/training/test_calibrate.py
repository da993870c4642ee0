from __future__ import annotations

import numpy as np
import pytest

from training.calibrate import (
    FLOORS,
    best_floor,
    error_by_chance,
    expected_calibration_error,
    fit_platt,
)


def overconfident(seed: int, count: int = 4000) -> list[tuple[float, bool]]:
    """Items whose log-odds are said at three times what they are."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(1, 1.5, count)
    right = rng.random(count) < 1 / (1 + np.exp(-odds))
    return [(float(1 / (1 + np.exp(-3 * o))), bool(r)) for o, r in zip(odds, right, strict=True)]


def test_calibration_on_one_half_mends_the_other() -> None:
    slope, offset = fit_platt(overconfident(0))
    assert slope == pytest.approx(1 / 3, abs=0.05)

    def calibrated(p: float) -> float:
        p = min(max(p, 1e-6), 1 - 1e-6)
        return 1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + offset)))

    others = overconfident(1)
    before = expected_calibration_error(others)
    after = expected_calibration_error([(calibrated(p), r) for p, r in others])
    assert before > 0.08
    assert after < 0.03


def test_the_error_of_known_cases() -> None:
    assert expected_calibration_error([(0.75, True), (0.75, False)]) == pytest.approx(0.25)
    assert expected_calibration_error([(1.0, True)] * 5) == 0
    assert expected_calibration_error([]) == 0


def test_exact_confidences_show_less_error_the_more_of_them_there_are() -> None:
    rng = np.random.default_rng(3)
    few, many = (rng.uniform(0.5, 1, count).tolist() for count in (50, 5000))
    assert error_by_chance(few) > 0.04
    assert error_by_chance(many) < 0.012
    assert error_by_chance([1.0] * 9) == 0
    assert error_by_chance([]) == 0


def test_a_floor_is_the_highest_that_costs_nothing_and_never_drops_what_is_likely_right() -> None:
    unsure = [(0.32, False)] * 5 + [(0.32, True)] + [(0.9, True)] * 10
    assert best_floor(unsure, 11) == 0.5  # dropping all of the unsure ones
    assert best_floor([(0.32, True)] * 5 + [(0.9, True)] * 10, 15) == 0.3
    assert best_floor([(0.6, False)] * 50 + [(0.9, True)], 1) == 0.5
    assert best_floor([], 3) == 0
    assert max(FLOORS) == 0.5
