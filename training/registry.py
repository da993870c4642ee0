"""The registry: a folder of promoted models by version, with the aliases ``default`` and ``previous``.

``registry/VERSION/`` is a model folder that both inference and ``zhaoshang train --from`` take. Aliases are symbolic
links, so that ``--model registry/default`` is all a batch job needs to know, and replacing one is atomic.
``history.jsonl`` has a line for every change of the aliases; only what it names counts as promoted, whatever other
model folders lie here.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations.errors import DataError
from inference.settings import FILE_NAME, ModelSettings
from inference.writers.failures import whole_file, writing
from training import lineage
from training.base import whole_folder

ALIASES = ("default", "previous")
HISTORY = "history.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of a registry: its folder, settings, lineage, and the aliases that point to it."""

    folder: Path
    settings: ModelSettings
    lineage: Mapping[str, Any]
    aliases: tuple[str, ...]

    @property
    def version(self) -> str:
        return self.folder.name


class Registry:
    """Models under ``root``; the folder is made when the first model is added."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def entries(self) -> list[Entry]:
        """All promoted models, the oldest version first.

        Raises:
            DataError: when the history or the settings of a promoted model cannot be read.
        """
        names = {alias: self.alias(alias) for alias in ALIASES}
        return [
            Entry(
                folder,
                ModelSettings.load(folder),
                lineage.read(folder),
                tuple(alias for alias, target in names.items() if target == folder),
            )
            for folder in sorted(self.root / version for version in self.promoted())
            if (folder / FILE_NAME).is_file()
        ]

    def promoted(self) -> set[str]:
        """The versions that have been the default, by the history; some may have been removed since.

        Raises:
            DataError: naming file and line, when the history cannot be read.
        """
        path = self.root / HISTORY
        found = set()
        for number, line in enumerate(self._history().splitlines(), 1):
            try:
                found.add(str(json.loads(line)["default"]))
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(
                    "is no change of the default; take the line out", f"{path}:{number}"
                ) from error
        return found

    def alias(self, name: str) -> Path | None:
        """The model folder an alias points to; None where it is not set."""
        link = self.root / name
        if not link.is_symlink():
            return None
        folder = self.root / os.readlink(link)
        return folder if (folder / FILE_NAME).is_file() else None

    def add(self, version: str, write: Callable[[Path], object]) -> Path:
        """A new version, whose files ``write`` puts into a folder; it appears whole or not at all.

        Raises:
            DataError: when the version is there already, its name is no name for one, or it cannot be written.
        """
        folder = self.root / version
        if version in ALIASES or version.startswith(".") or Path(version).name != version:
            raise DataError(f"{version!r} cannot be the name of a version", str(self.root))
        if folder.exists():
            raise DataError("this version is in the registry already", str(folder))
        with writing(folder), whole_folder(folder) as partial:
            write(partial)
        return folder

    def point(self, version: str, reason: str) -> None:
        """Make ``version`` the default, and what was the default before the previous one.

        Raises:
            DataError: when the registry has no such version, or there is no room; nothing has changed then.
        """
        if not (self.root / version / FILE_NAME).is_file():
            raise DataError(
                f"has no version {version!r}; `zhaoshang models` lists them", str(self.root)
            )
        before = self.alias("default")
        entry = {
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "default": version,
            "before": before.name if before else None,
            "reason": reason,
        }
        aliases = {"default": version}
        if before is not None and before.name != version:
            aliases = {"previous": before.name} | aliases
        # The history is in place only after the links: whatever fails, the two agree.
        with whole_file(self.root / HISTORY) as partial:
            line = json.dumps(entry, ensure_ascii=False) + "\n"
            partial.write_text(self._history() + line, encoding="utf-8", newline="\n")
            self._link(aliases)

    def rollback(self) -> tuple[str, str]:
        """Exchange default and previous.

        Returns:
            The versions that were and that are the default.

        Raises:
            DataError: when there is no previous model.
        """
        before, target = self.alias("default"), self.alias("previous")
        if before is None or target is None or before == target:
            raise DataError("there is no previous model to go back to", str(self.root))
        self.point(target.name, "rollback")
        return before.name, target.name

    def _history(self) -> str:
        path = self.root / HISTORY
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def _link(self, aliases: Mapping[str, str]) -> None:
        """Point aliases to versions; all links are made before the first takes its place."""
        fresh = {alias: self.root / f".{alias}.new" for alias in aliases}
        for alias, version in aliases.items():
            fresh[alias].unlink(missing_ok=True)
            fresh[alias].symlink_to(version)
        for alias in aliases:
            os.replace(fresh[alias], self.root / alias)
