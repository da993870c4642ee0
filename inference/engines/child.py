"""Processes that this one starts: they die with it, and leave interrupts to it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Not forked: a fork would share the output's lock and the threads' locks of onnxruntime.
CONTEXT = multiprocessing.get_context("spawn")


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Processes started in the block never see Ctrl-C: they inherit the mask."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def follow_parent() -> None:
    """In a child: from now on it ends when its parent does, however that ends."""
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "a child has a parent"
    parent.join()
    os._exit(1)
