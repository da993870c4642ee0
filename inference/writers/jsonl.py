"""The document format: one report a line of JSON, written as they come."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from annotations.document import Document
from annotations.store import dump_line
from inference.writers.atomic import partial_path, publish


class JsonlWriter:
    """Writes reports as UTF-8 JSON Lines beside ``path`` and moves the file there when complete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = partial_path(path)
        # A lone surrogate is no text, and no reader would take it: it becomes `?`, one for one.
        self._file = self._partial.open("w", encoding="utf-8", errors="replace", newline="\n")

    def write(self, document: Document) -> None:
        self._file.write(dump_line(document) + "\n")

    def close(self) -> None:
        self._file.close()
        publish(self._partial, self.path)

    def abort(self) -> None:
        # What a full disk did not take is tried again by closing.
        with suppress(OSError):
            self._file.close()
        self._partial.unlink(missing_ok=True)
