"""Chunks on this machine: one process for each core, so that reading, repair, network and writing overlap."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice

from annotations.document import Document
from annotations.errors import ZhaoshangError
from inference.engines.child import CONTEXT, follow_parent, interrupts_blocked
from inference.engines.work import Result, Setup, work
from inference.extractor import Extractor
from inference.parts import Chunk, Position
from inference.reading import failed

#: Chunks in hand or waiting, for each worker: enough that none waits for the reader.
_AHEAD = 2

_extractor: Extractor


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def results(
    chunks: Iterable[Chunk],
    setup: Setup,
    workers: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Generator[tuple[Position, Result]]:
    """The position behind each chunk and its result, in order.

    A job of one chunk, or of one worker, runs in this process, on all cores. Else there are ``workers``
    processes of one thread each. When one of them dies (out of memory, a crash in C), its chunks are tried once
    more, alone; a report that ends its process again becomes an error record.

    Args:
        chunks: read lazily, a few ahead of the results.
        setup: for the workers to load.
        workers: processes; None takes one for each core, on CUDA one.
        stopping: when it says so, no more chunks are begun.

    Raises:
        ZhaoshangError: workers die whatever they are given.
    """
    workers = workers or setup.processes(cores())
    chunks = iter(chunks)
    first = list(islice(chunks, 2))
    chunks = chain(first, chunks)
    if workers == 1 or len(first) < 2:
        yield from _here(chunks, setup, stopping)
        return
    waiting: deque[tuple[Chunk, Future[Result]]] = deque()
    pool = _Pool(setup, workers)
    try:
        while True:
            while len(waiting) < _AHEAD * workers and not stopping():
                if (chunk := next(chunks, None)) is None:
                    break
                waiting.append((chunk, pool.submit(chunk.reports)))
            if stopping():
                # What no worker has begun is left for the next run; what is behind it, too.
                for _, future in reversed(waiting):
                    future.cancel()
            if not waiting or waiting[0][1].cancelled():
                return
            chunk, future = waiting.popleft()
            try:
                yield chunk.end, future.result()
            except BrokenProcessPool:
                if stopping():
                    return
                pool.close()
                again = [chunk, *(chunk for chunk, _ in waiting)]
                waiting.clear()
                for chunk in again:
                    if stopping():
                        return
                    yield chunk.end, _alone(chunk.reports, setup)
                pool = _Pool(setup, workers)
    finally:
        pool.close()


def _here(
    chunks: Iterable[Chunk], setup: Setup, stopping: Callable[[], bool]
) -> Generator[tuple[Position, Result]]:
    extractor = setup.load(threads=None)
    for chunk in chunks:
        if stopping():
            return
        yield chunk.end, work(extractor, chunk.reports)


def _alone(reports: list[Document], setup: Setup) -> Result:
    """A chunk in a process of its own, and if that dies, without the reports that end a process."""
    worker = _Worker(setup)
    try:
        if result := worker.result(reports):
            return result
        if worker.result([]) is None:
            raise ZhaoshangError(
                "worker processes die before they read a report, likely for want of memory;"
                " run with fewer --workers, and --resume"
            )
        kept = [
            report
            if worker.result([report])
            else failed(report.id, "crash", f"{report.id}: ended its process; look at its text")
            for report in reports
        ]
        if result := worker.result(kept):
            return result
    finally:
        worker.close()
    raise ZhaoshangError(
        f"a worker process dies of reports {reports[0].id!r} to {reports[-1].id!r} together,"
        " likely for want of memory; run with a lower --batch-tokens"
    )


class _Worker:
    """One process, begun anew when it died."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._pool = _Pool(setup, 1)

    def result(self, reports: list[Document]) -> Result | None:
        """None when the process died of the reports."""
        try:
            return self._pool.submit(reports).result()
        except BrokenProcessPool:
            self._pool.close()
            self._pool = _Pool(self._setup, 1)
            return None

    def close(self) -> None:
        self._pool.close()


class _Pool:
    """Worker processes that die with this one and leave interrupts to it."""

    def __init__(self, setup: Setup, workers: int) -> None:
        self._pool = ProcessPoolExecutor(workers, CONTEXT, _begin, (setup,))

    def submit(self, reports: list[Document]) -> Future[Result]:
        # Submitting starts processes, and they inherit the mask.
        with interrupts_blocked():
            try:
                return self._pool.submit(_work, reports)
            except (
                BrokenProcessPool
            ) as error:  # another chunk was its end; told when the turn comes
                future: Future[Result] = Future()
                future.set_exception(error)
                return future

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin(setup: Setup) -> None:
    global _extractor
    follow_parent()
    _extractor = setup.load(threads=1)


def _work(reports: list[Document]) -> Result:
    return work(_extractor, reports)
