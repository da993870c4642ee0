"""One run at a time on one output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from annotations.errors import DataError


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the output ``path`` for the time of the block.

    The lock is the operating system's, on a hidden file beside the output: it goes with the process, however that
    ends, so no lock is ever stale. The file has the holder's process id, for the message.

    Raises:
        DataError: another run holds it, or the output's folder cannot be made or written to, or its disk is full.
    """
    import fcntl  # Unix only, as batch jobs are

    file = path.with_name(f".{path.name}.lock")
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace") or "unknown"
            os.close(handle)
            raise DataError(
                f"another run is writing it (process {holder}); wait for it, or choose another output",
                str(path),
            ) from None
        except OSError as error:
            os.close(handle)
            raise _unwritable(path, error) from error
        # The run before may have removed the file between our opening and locking it.
        if _same(file, handle):
            break
        os.close(handle)
    try:
        try:
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        except OSError as error:
            raise _unwritable(path, error) from error
        yield
    finally:
        # The lock goes with the handle; an error here must not replace that of the block.
        with suppress(OSError):
            file.unlink(missing_ok=True)
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"cannot be written: {error.strerror}; make room there, or choose another place", str(path)
    )


def _same(file: Path, handle: int) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
