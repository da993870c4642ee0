from __future__ import annotations

import re
import threading
import time

import pytest

from annotations.errors import DataError
from inference.limits import Limits, ReportTimeout, deadline


def test_a_deadline_ends_a_search_that_would_take_years() -> None:
    started = time.perf_counter()
    with pytest.raises(ReportTimeout, match=r"longer than 0\.05 s"), deadline(0.05):
        re.match("(a*)*b", "a" * 60)
    assert time.perf_counter() - started < 30


def test_what_is_in_time_is_left_alone_and_nothing_rings_later() -> None:
    with deadline(0.5):
        pass
    time.sleep(0.6)


def test_without_a_limit_or_off_the_main_thread_there_is_none() -> None:
    with deadline(None):
        pass
    passed = []

    def work() -> None:
        with deadline(0.01):
            time.sleep(0.05)
        passed.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert passed


@pytest.mark.parametrize("options", [{"characters": 0}, {"seconds": 0.0}, {"seconds": -1.0}])
def test_limits_that_allow_nothing_are_refused(options: dict) -> None:
    with pytest.raises(DataError, match="--"):
        Limits(**options)
