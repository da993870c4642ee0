"""What cannot be written, said in plain words, and nothing half-written left under a final name."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotations.errors import DataError, ZhaoshangError
from inference.writers.atomic import replacing

#: What to do once there is room, or permission.
AGAIN = "run it again"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
# torch, safetensors and shutil.copytree wrap the system's error in errors of their own.
_FULL_WORDS = ("No space left", "File too large", "file write failed", "unexpected pos")


@contextmanager
def writing(path: Path, remedy: str = AGAIN) -> Iterator[None]:
    """Name file and remedy when something cannot be written; other errors pass as they are.

    Args:
        path: the file or folder that is being written.
        remedy: what to do once the cause is mended, after "and".

    Raises:
        DataError: for a full disk, a file too large for it, or a missing permission.
    """
    try:
        yield
    except ZhaoshangError:
        raise
    except Exception as error:
        number = getattr(error, "errno", None)
        if number in _FULL or any(words in str(error) for words in _FULL_WORDS):
            reason = "the disk is full; make room"
        elif number in _FORBIDDEN:
            reason = "it may not be written there; change the permissions"
        else:
            raise
        raise DataError(
            f"{reason} and {remedy}; nothing incomplete stands under this name", str(path)
        ) from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write to, which becomes ``path`` when all has been written; its folder is made.

    What is no file, such as ``/dev/stdout``, is written in place; where a symbolic link leads, the link stays.

    Raises:
        DataError: when it cannot be written; a file that stood there before is as it was.
    """
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and not path.is_file():
                yield path
                return
            with replacing(path.resolve()) as partial:
                yield partial
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", str(path)) from error
