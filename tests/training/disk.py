"""A disk that fills up."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any


def full_disk(write: Callable[..., object]) -> Callable[..., Any]:
    """A function that does what ``write`` does, half of it where that is a text, and then finds no more space."""

    def fails(*args: Any, **options: Any) -> None:
        *others, last = args
        write(*others, last[: len(last) // 2] if isinstance(last, str) else last, **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    return fails
