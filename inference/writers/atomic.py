"""Files that appear under their name only when they are complete, and then survive a loss of power."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def partial_path(path: Path) -> Path:
    """Where ``path`` is written until it is complete: beside it, so that moving it is one step."""
    return path.with_name(f".{path.name}.partial")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write to; `publish` it as ``path`` afterwards, or remove it when writing failed."""
    partial = partial_path(path)
    partial.unlink(missing_ok=True)
    try:
        yield partial
        publish(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def publish(partial: Path, path: Path) -> None:
    """Move the complete file ``partial`` to ``path``; when this returns, the disk has it under that name.

    Raises:
        OSError: the disk is full or cannot be written to.
    """
    # Writable, though nothing is written: not every system syncs what is open for reading.
    handle = os.open(partial, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(partial, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems of networks have no such thing.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
