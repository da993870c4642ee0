"""The progress bar of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from inference.summary import Summary


@contextmanager
def bar(stream: TextIO) -> Iterator[Callable[[Summary], None]]:
    """A bar on ``stream`` to be told the figures of each part of a job; nothing when it is no terminal."""
    from tqdm import tqdm

    errors = 0
    with tqdm(unit=" reports", file=stream, disable=not stream.isatty()) as shown:

        def update(part: Summary) -> None:
            nonlocal errors
            errors += part.errors.total()
            shown.set_postfix(errors=errors, refresh=False)
            shown.update(part.reports)

        yield update
