"""Engines: where the chunks of a job are worked on. Results come in order, and are the same on each."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from annotations.errors import DataError
from inference import parts
from inference.engines import local
from inference.engines.reader import Reader
from inference.engines.work import Result
from inference.parts import Position

if TYPE_CHECKING:
    from inference.batch import Job

NAMES = ("local", "ray")
Results = Generator[tuple[Position, Result]]


@contextmanager
def start(job: Job, position: Position, stopping: Callable[[], bool]) -> Iterator[Results]:
    """The results of the chunks of ``job`` from ``position`` on, in order, each with the position behind it.

    Args:
        job: what to do, and on which engine.
        position: where the input goes on.
        stopping: when it says so, no more chunks are begun and the results end.

    Raises:
        DataError: there is no such engine, or its package is not installed.
    """
    with ExitStack() as stack:
        match job.engine:
            case "local":
                chunks = parts.of_sources(
                    job.sources(),
                    job.columns,
                    job.limits,
                    position,
                    stack.enter_context(Reader()),
                )
                results: Results = local.results(chunks, job.setup, job.workers, stopping)
            case "ray":
                from inference.engines import ray

                results = ray.results(job, position, stopping)
            case name:
                raise DataError(f"no engine {name!r}; there are {', '.join(NAMES)}")
        # Ends the engine's workers at once, not when the garbage is collected.
        yield stack.enter_context(closing(results))
