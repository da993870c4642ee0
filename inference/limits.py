"""Limits on what one report may cost, so that one report never costs a whole job."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from annotations.errors import DataError


class ReportTimeout(Exception):
    """A report took longer than it may."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one report may cost.

    Attributes:
        characters: length of its text at most. Memory grows with the longest report, by about 1 KB a character.
        seconds: time for reading, repairing and decoding it, each; None for any. The network's time
            needs no limit: it follows from the length.
    """

    characters: int = 200_000
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.characters < 1:
            raise DataError("a report must be allowed one character at least; raise --max-chars")
        if self.seconds is not None and self.seconds <= 0:
            raise DataError("a report needs some time; give --report-timeout more than 0 seconds")


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Raise `ReportTimeout` in the block when it takes longer than ``seconds``.

    By SIGALRM, which also ends a long search of `re`, but not other code in C. It needs the main thread and
    a Unix system; elsewhere, and with None, there is no limit.
    """
    if (
        seconds is None
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def expire(number: int, frame: FrameType | None) -> None:
        raise ReportTimeout(f"took longer than {seconds:g} s; raise --report-timeout")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
