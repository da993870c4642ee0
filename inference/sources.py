"""Where a job's reports come from: files, folders, patterns, URLs, standard input; found lazily, in a fixed order."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from annotations.errors import DataError
from inference.readers import SUFFIXES, suffix_of

STDIN = "-"
#: Seconds between tries of copying a remote file.
_WAITS = (1.0, 4.0)


@dataclass(frozen=True, slots=True)
class Source:
    """One file.

    Attributes:
        name: its path, its URL, or ``-``.
        size: bytes; 0 for standard input.
        stamp: changes when the file does: time of change, checksum or the like.
    """

    name: str
    size: int = 0
    stamp: str = ""

    @property
    def remote(self) -> bool:
        """Whether `fsspec` has to open it."""
        return is_url(self.name)


def is_url(name: str) -> bool:
    """Whether ``name`` is a URL (``s3://…``, ``https://…``) and no path."""
    return "://" in name


def find(names: Iterable[str | Path], exclude: Collection[Path] = ()) -> Iterator[Source]:
    """The files that ``names`` stand for; the same each time, as long as the files are.

    Args:
        names: files; folders, searched recursively in sorted order; patterns (``**`` is any number of
            folders); URLs of all these; ``-``. In folders and patterns only files that can be read count.
        exclude: files and folders passed over, resolved: a job's own outputs.

    Raises:
        DataError: nothing is there, nothing there can be read, or `fsspec` is missing.
    """
    for name in names:
        text = os.fspath(name)
        if text == STDIN:
            yield Source(STDIN)
        elif is_url(text):
            yield from _remote(text)
        elif os.path.isdir(text):
            yield from _some(_walk(text, exclude), f"{text}: no report in this folder")
        elif os.path.exists(text):
            if suffix_of(text) not in SUFFIXES:
                raise DataError(f"no reader for this suffix; known: {_known()}", text)
            yield _local(text)
        elif glob.has_magic(text):
            matches = sorted(glob.glob(text, recursive=True))
            yield from _some(_matched(matches, exclude), f"{text}: no report matches this pattern")
        else:
            raise DataError("no such file or folder", text)


def _known() -> str:
    return ", ".join(sorted(SUFFIXES))


def _some(sources: Iterator[Source], problem: str) -> Iterator[Source]:
    """The sources, or an error when there are none."""
    first = next(sources, None)
    if first is None:
        raise DataError(f"{problem}; reports end in {_known()}")
    yield first
    yield from sources


def _local(path: str) -> Source:
    try:
        status = os.stat(path)
    except FileNotFoundError:  # gone since it was listed: reading it makes the record
        return Source(path)
    except OSError as error:
        raise _unlisted(path, error) from error
    return Source(path, status.st_size, str(status.st_mtime_ns))


def _unlisted(path: str, error: OSError) -> DataError:
    return DataError(
        f"cannot be listed: {error.strerror or error}; mend that, or leave it out of the inputs",
        path,
    )


def _walk(folder: str, exclude: Collection[Path]) -> Iterator[Source]:
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise _unlisted(folder, error) from error
    for entry in inside:
        if exclude and Path(entry.path).resolve() in exclude:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, exclude)
        elif suffix_of(entry.name) in SUFFIXES and entry.is_file():
            yield _local(entry.path)


def _matched(paths: Iterable[str], exclude: Collection[Path]) -> Iterator[Source]:
    for path in paths:
        if (
            suffix_of(path) in SUFFIXES
            and os.path.isfile(path)
            and Path(path).resolve() not in exclude
        ):
            yield _local(path)


def _fsspec(name: str) -> Any:
    try:
        return import_module("fsspec")
    except ImportError as error:
        raise DataError("needs fsspec; pip install 'zhaoshang[remote]'", name) from error


def _remote(url: str) -> Iterator[Source]:
    """Files behind a URL: itself, what a pattern matches, or what is below a folder."""
    try:
        system, path = _fsspec(url).core.url_to_fs(url)
        if glob.has_magic(path):
            found = system.glob(path, detail=True)
        elif system.isfile(path):
            found = {path: system.info(path)}
        else:
            found = system.find(path, detail=True)
    except (ImportError, ValueError) as error:
        raise DataError(f"this kind of URL cannot be opened: {error}", url) from error
    except DataError:
        raise
    except Exception as error:  # every kind of store has errors of its own
        raise DataError(f"cannot be listed: {error}", url) from error
    usable = [
        (name, info)
        for name, info in sorted(found.items())
        if info.get("type") != "directory" and suffix_of(name) in SUFFIXES
    ]
    if not usable:
        raise DataError(f"no report there; reports end in {_known()}", url)
    for name, info in usable:
        marks = (info.get(key) for key in ("ETag", "etag", "md5Hash", "mtime", "LastModified"))
        stamp = next((str(mark) for mark in marks if mark), "")
        yield Source(system.unstrip_protocol(name), info.get("size") or 0, stamp)


@contextmanager
def local_path(source: Source) -> Iterator[Path]:
    """A path under which the file can be read; what is remote is copied to this disk for the time of the block.

    Raises:
        FileNotFoundError: a remote file is gone.
        DataError: it cannot be copied, tried three times: the store or the disk fails, not the report.
    """
    if not source.remote:
        yield Path(source.name)
        return
    with ExitStack() as stack:
        for wait in (*_WAITS, None):
            try:
                path = _copied(source, stack)
                break
            except (FileNotFoundError, DataError):
                raise
            except Exception as error:  # every kind of store has errors of its own
                stack.close()
                if wait is None:
                    raise DataError(
                        f"cannot be copied to {tempfile.gettempdir()}: {error}; see that the store answers"
                        " and that there is room (TMPDIR chooses another place), and run again with"
                        " --resume",
                        source.name,
                    ) from error
                time.sleep(wait)
        yield path


def _copied(source: Source, stack: ExitStack) -> Path:
    """A copy that is gone when the ``stack`` closes."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="zhaoshang-"))
    path = Path(folder) / source.name.rsplit("/", 1)[1]
    with _fsspec(source.name).open(source.name, "rb") as remote, path.open("wb") as copy:
        shutil.copyfileobj(remote, copy, 1 << 20)
    return path
